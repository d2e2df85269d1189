"""Pages: the playbook as a list with what is due for review, one page of it, its editor, its editions, and all of it as a document."""

from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from milestones.models import Ladder, Rung
from milestones.studio.rung_form import LinesField, area, prose_area
from onboarding import clock
from onboarding.tenancy.access import open_to
from onboarding.tenancy.guarded_forms import GuardedForm
from onboarding.tenancy.models import Access, Member
from onboarding.tracking.pages.managers import managers
from playbooks.help.articles import articles_of
from playbooks.models import Edition, MessageTemplate, Play, Review
from playbooks.pages.showing import show
from playbooks.plays import (
    REMARKS,
    Subject,
    as_markdown,
    differences,
    expected,
    latest,
    play_of,
    remark,
    review,
    subject_of,
    write,
)

RISKS = 8
PART_NAMES = {
    "purpose": "Purpose",
    "actions": "What the person does",
    "risks": "What can go wrong",
    "success": "How we know it worked",
}


class PlayForm(GuardedForm):
    purpose = forms.CharField(
        required=False,
        max_length=6_000,
        widget=prose_area(5),
        help_text="Why this step exists, for the customer and for us. Markdown.",
    )
    actions = LinesField(
        label="What the person does, in your words", help_text="One a line, beside what the criteria say."
    )
    success = forms.CharField(
        label="How we know it worked",
        required=False,
        max_length=3_000,
        widget=prose_area(3),
        help_text="Which numbers to look for. Markdown.",
    )
    owner = forms.ModelChoiceField(
        queryset=Member.objects.none(), label="Minded by", required=False, empty_label="Nobody yet"
    )
    review_days = forms.IntegerField(
        label="Looked at again every", min_value=7, max_value=730, initial=90, help_text="Days."
    )
    why = forms.CharField(label="What you changed, and why", required=False, max_length=300)

    def __init__(self, data=None, *, play: Play | None, edition: Edition | None):
        stored = {}
        self.risks_now = edition.risks if edition else []
        if edition:
            stored = {"purpose": edition.purpose, "actions": "\n".join(edition.actions), "success": edition.success}
        if play:
            stored |= {"owner": play.owner_id, "review_days": play.review_days}
        for place, row in enumerate(self.risks_now):
            stored |= {f"{name}_{place}": row.get(name, "") for name in ("risk", "sign", "answer")}
        super().__init__(data, initial=stored, auto_id="play-%s")
        self.fields["owner"].queryset = Member.objects.filter(pk__in=[each.pk for each in managers()]).select_related(
            "user"
        )
        self.rows = min(RISKS, len(self.risks_now) + 2)
        for place in range(RISKS):
            for name, label in (("risk", "Risk"), ("sign", "Early sign"), ("answer", "What to do")):
                self.fields[f"{name}_{place}"] = forms.CharField(
                    label=f"{label} {place + 1}", required=False, max_length=300
                )

    @property
    def risk_rows(self):
        return [[self[f"{name}_{place}"] for name in ("risk", "sign", "answer")] for place in range(self.rows)]

    def clean(self):
        said = super().clean()
        self.risks = []
        for place in range(RISKS):
            row = {name: (said.get(f"{name}_{place}") or "").strip() for name in ("risk", "sign", "answer")}
            if any(row.values()):
                if not row["risk"]:
                    self.add_error(f"risk_{place}", "Name the risk.")
                self.risks.append(row)
        return said

    def document(self) -> dict:
        said = self.cleaned_data
        return {name: said[name] for name in ("purpose", "actions", "success", "why")} | {"risks": self.risks}


class RemarkForm(forms.Form):
    text = forms.CharField(
        label="A word to the team",
        max_length=2_000,
        widget=area(3),
        error_messages={"required": "Say something."},
        help_text="@ and a name tells that colleague.",
    )


class ReviewForm(forms.Form):
    outcome = forms.ChoiceField(
        choices=Review.Outcome.choices, widget=forms.RadioSelect, error_messages={"required": "Say what came of it."}
    )
    text = forms.CharField(label="In a sentence", required=False, max_length=1_000)


@dataclass(frozen=True)
class Row:
    """One line of the list."""

    kind: str
    key: str
    title: str
    play: Play | None
    edition: int
    is_due: bool


@require_safe
@open_to(Access.MANAGER)
def playbook_list(request, slug):
    """Each ladder with its steps, and what is written about them; first what is due for a review."""
    today = clock.now().astimezone(request.workspace.zone).date()
    plays = list(Play.objects.select_related("owner__user"))
    by_key = {(play.ladder, play.milestone): play for play in plays}
    numbers = dict(Edition.objects.order_by("number").values_list("play_id", "number"))

    def row(kind: str, key: str, title: str) -> Row:
        play = by_key.get(("", key) if kind == "step" else (key, ""))
        due = bool(play and play.review_on and play.review_on <= today)
        return Row(kind, key, title, play, numbers.get(play.pk, 0) if play else 0, due)

    groups = []
    for ladder in Ladder.objects.exclude(live=None).order_by("position", "id"):
        rungs = Rung.objects.filter(version=ladder.live_id).order_by("position").values_list("key", "content__title")
        groups.append(
            (ladder, [row("ladder", ladder.key, ladder.name), *(row("step", key, title) for key, title in rungs)])
        )
    due = {(each.kind, each.key): each for _, rows in groups for each in rows if each.is_due}
    written = sum(1 for _, rows in groups for each in rows if each.edition)
    total = sum(len(rows) for _, rows in groups)
    context = {
        "nav_current": "playbook-list",
        "groups": groups,
        "due": list(due.values()),
        "written": written,
        "total": total,
        "today": today,
    }
    return show(request, "playbook_list.html", context)


@require_safe
@open_to(Access.MANAGER)
def playbook_page(request, slug, kind, key):
    """What the team knows about a step, beside the figures of it."""
    return _page(request, _subject(kind, key))


def _page(request, subject: Subject, *, remark_form: RemarkForm | None = None, review_form: ReviewForm | None = None):
    play = play_of(subject)
    edition = latest(play)
    today = clock.now().astimezone(request.workspace.zone).date()
    rung = Rung.objects.filter(key=subject.key, version__ladder__live_id__isnull=False).select_related(
        "version__ladder"
    )
    placed = next(
        (each for each in rung.order_by("version__ladder__position") if each.version.ladder.live_id == each.version_id),
        None,
    )
    context = {
        "nav_current": "playbook-list",
        "subject": subject,
        "play": play,
        "edition": edition,
        "expected": expected(subject.key) if subject.kind == "step" else [],
        "placed": placed,
        "today": today,
        "days_left": (play.review_on - today).days if play and play.review_on else None,
        "editions": play.editions.select_related("made_by__user").order_by("-number")[:4] if play else [],
        "remarks": play.remarks.select_related("made_by__user").order_by("-pk")[:20] if play else [],
        "reviews": play.reviews.select_related("made_by__user").order_by("-pk")[:3] if play else [],
        "since_review": _since_review(play),
        "articles": articles_of(subject.key) if subject.kind == "step" else [],
        "templates": MessageTemplate.objects.filter(milestone=subject.key, archived_at=None).prefetch_related("texts")
        if subject.kind == "step"
        else [],
        "remark_form": remark_form or RemarkForm(auto_id="remark-%s"),
        "review_form": review_form or ReviewForm(auto_id="review-%s"),
    }
    return show(request, "playbook_page.html", context)


def _since_review(play: Play | None) -> dict:
    """What came in since somebody last looked: remarks and editions."""
    if play is None:
        return {"remarks": 0, "editions": 0}
    last = play.reviews.order_by("-pk").values_list("made_at", flat=True).first()
    remarks, editions = play.remarks.all(), play.editions.all()
    if last:
        remarks, editions = remarks.filter(made_at__gt=last), editions.filter(made_at__gt=last)
    return {"remarks": remarks.count(), "editions": editions.count()}


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(Access.MANAGER)
def playbook_edit(request, slug, kind, key):
    """The editor; POST makes an edition."""
    subject = _subject(kind, key)
    play = play_of(subject)
    edition = latest(play)
    form = PlayForm(request.POST if request.method == "POST" else None, play=play, edition=edition)
    if request.method == "POST" and form.is_valid():
        today = clock.now().astimezone(request.workspace.zone).date()
        said = form.cleaned_data
        made = write(
            subject,
            form.document(),
            member=request.member,
            owner=said["owner"],
            review_days=said["review_days"],
            today=today,
        )
        messages.success(
            request, f"Edition {made.number} is what the team reads now." if made else "Saved. The text is as it was."
        )
        return redirect("playbook-page", slug=slug, kind=kind, key=key)
    context = {
        "nav_current": "playbook-list",
        "subject": subject,
        "form": form,
        "edition": edition,
        "expected": expected(key) if kind == "step" else [],
    }
    return show(request, "playbook_edit.html", context)


@require_safe
@open_to(Access.MANAGER)
def playbook_editions(request, slug, kind, key):
    """All editions; `?number=` says what that one changed."""
    subject = _subject(kind, key)
    play = play_of(subject)
    editions = list(play.editions.select_related("made_by__user").order_by("-number")) if play else []
    asked = request.GET.get("number", "")
    chosen = next((each for each in editions if asked == str(each.number)), editions[0] if editions else None)
    before = next((each for each in editions if chosen and each.number < chosen.number), None)
    changed = [(PART_NAMES[part], words) for part, words in differences(before, chosen)] if chosen else []
    context = {
        "nav_current": "playbook-list",
        "subject": subject,
        "editions": editions,
        "chosen": chosen,
        "before": before,
        "changed": changed,
    }
    return show(request, "playbook_editions.html", context)


@require_POST
@open_to(Access.MANAGER)
def playbook_remark(request, slug, kind, key):
    """A word to the team."""
    subject = _subject(kind, key)
    play = play_of(subject)
    if play is None:
        raise Http404
    form = RemarkForm(request.POST, auto_id="remark-%s")
    if form.is_valid() and play.remarks.count() >= REMARKS:
        form.add_error(None, f"This page has {REMARKS} words already. Put what holds into its text.")
    if not form.is_valid():
        return _page(request, subject, remark_form=form)
    path = f"/w/{slug}/playbook/{kind}/{key}/"
    remark(play, subject, form.cleaned_data["text"], member=request.member, path=path)
    messages.success(request, "Said.")
    return redirect("playbook-page", slug=slug, kind=kind, key=key)


@require_POST
@open_to(Access.MANAGER)
def playbook_review(request, slug, kind, key):
    """A review, with what came of it."""
    subject = _subject(kind, key)
    play = play_of(subject)
    if play is None:
        raise Http404
    form = ReviewForm(request.POST, auto_id="review-%s")
    if not form.is_valid():
        return _page(request, subject, review_form=form)
    today = clock.now().astimezone(request.workspace.zone).date()
    review(play, member=request.member, today=today, **form.cleaned_data)
    if form.cleaned_data["outcome"] == Review.Outcome.TO_CHANGE:
        return redirect("playbook-edit", slug=slug, kind=kind, key=key)
    messages.success(request, f"Noted. The next look is due on {play.review_on:%-d %B}.")
    return redirect("playbook-page", slug=slug, kind=kind, key=key)


@require_safe
@open_to(Access.MANAGER)
def playbook_whole(request, slug, kind):
    """All of it as one document: `file`, Markdown to keep, or `print`, a page for paper."""
    pages = _whole()
    if kind == "file":
        response = HttpResponse(as_markdown(pages), content_type="text/markdown; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="playbook-{slug}.md"'
        return response
    if kind != "print":
        raise Http404
    shown = [(subject, edition, expected(subject.key) if subject.kind == "step" else []) for subject, edition in pages]
    return show(request, "playbook_print.html", {"pages": shown, "today": clock.now()})


def _whole() -> list[tuple[Subject, Edition]]:
    """Every page that is written, in the order of ladders and steps; a step of two ladders once."""
    keys = []
    for ladder in Ladder.objects.exclude(live=None).order_by("position", "id"):
        keys.append(("ladder", ladder.key))
        keys += [
            ("step", key)
            for key in Rung.objects.filter(version=ladder.live_id).order_by("position").values_list("key", flat=True)
        ]
    found = []
    for kind, key in dict.fromkeys(keys):
        subject = subject_of(kind, key)
        edition = latest(play_of(subject)) if subject else None
        if edition:
            found.append((subject, edition))
    return found


def _subject(kind: str, key: str) -> Subject:
    subject = subject_of(kind, key)
    if subject is None:
        raise Http404
    return subject
