"""Pages: segments of people and accounts, by a rule or as a list; who is in one now; all of them put on a ladder."""

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST

from milestones.models import Ladder, Segment, SegmentEntry
from milestones.segments import MOST, MOST_LISTED, make, members_of, seats_of, users_of, write_list
from milestones.studio.enroll_list import read_ids
from milestones.studio.member_actions import enroll_seats, may_be_put_on
from milestones.studio.rendering import show
from milestones.studio.roles import role_label, usual_roles
from milestones.studio.rung_form import area
from milestones.studio.rung_forms import EnrollForm
from milestones.studio.splits import counted
from milestones.studio.trait_rows import TraitRows
from onboarding.tenancy.access import open_to
from onboarding.tenancy.audit import record
from onboarding.tenancy.models import Access

MAX_BYTES, AT_A_TIME, A_PAGE = 5_000_000, 2_000, 12
HOW = [("rule", "By a rule: who fits it now"), ("list", "A list: those whose ids it names")]
JOIN = [("all", "all of these"), ("any", "any of these")]


class SegmentForm(TraitRows):
    name = forms.CharField(max_length=120, error_messages={"required": "Give the segment a name."})
    of = forms.ChoiceField(label="Of", choices=Segment.Of.choices, initial="person", widget=forms.RadioSelect)
    how = forms.ChoiceField(label="Who is in it", choices=HOW, initial="rule", widget=forms.RadioSelect)
    roles = forms.MultipleChoiceField(
        label="With one of these roles",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="For people only. None: any role.",
    )
    join = forms.ChoiceField(label="Of whom hold", required=False, choices=JOIN, initial="all")
    file = forms.FileField(
        label="CSV file", required=False, help_text="The first column is the id that your product uses."
    )
    ids = forms.CharField(
        label="Or the ids",
        required=False,
        max_length=MAX_BYTES,
        widget=area(6, spellcheck="false"),
        help_text="One a line. What follows a comma is left out.",
    )

    def __init__(self, data=None, files=None, *, segment: Segment | None = None):
        self.segment = segment
        rule = (segment.rule if segment else None) or {}
        initial = {}
        if segment:
            entries = SegmentEntry.objects.filter(segment=segment).order_by("pk").values_list("external_id", flat=True)
            initial = {
                "name": segment.name,
                "of": segment.of,
                "how": "list" if segment.rule is None else "rule",
                "roles": rule.get("roles", []),
                "join": rule.get("join", "all"),
                "ids": "\n".join(entries) if segment.rule is None else "",
            } | self.initial_of(rule.get("where", []))
        super().__init__(data, files, initial=initial, auto_id="segment-%s", conds=rule.get("where", []))
        roles = dict.fromkeys([*usual_roles(), *rule.get("roles", [])])
        self.fields["roles"].choices = [(role, role_label(role)) for role in roles]

    def clean(self):
        said = super().clean()
        if said.get("how") == "list":
            self._read_list(said)
            return said
        conds = self.read_conds(said)
        if said.get("of") == Segment.Of.ACCOUNT:
            if said.get("roles"):
                self.add_error("roles", "Companies have no role. Choose people, or tick no role.")
            conds = [{**cond, "of": "account"} for cond in conds]
        if not conds and not said.get("roles") and not self.errors:
            self.add_error(None, "Say who is in it: a role, or a condition on a trait.")
        self.rule = {"join": said.get("join") or "all", "where": self.as_it_was(conds)}
        if said.get("roles"):
            self.rule["roles"] = said["roles"]
        return said

    def _read_list(self, said: dict) -> None:
        text, field, self.rule = said.get("ids", ""), "ids", None
        if said.get("file"):
            field = "file"
            if said["file"].size > MAX_BYTES:
                self.add_error("file", "The file is larger than 5 MB.")
                return
            try:
                text = said["file"].read().decode("utf-8-sig")
            except UnicodeDecodeError:
                self.add_error("file", "This is not a text file in UTF-8.")
                return
        self.listed = read_ids(text)
        if not self.listed:
            self.add_error(field, "There is no id in it.")
        if len(self.listed) > MOST_LISTED:
            self.add_error(field, f"At most {MOST_LISTED:,} ids; these are {len(self.listed):,}.")


@require_http_methods(["GET", "HEAD"])
@open_to(Access.MANAGER)
def segment_list(request, slug):
    segments = list(Segment.objects.order_by("name", "key"))
    rows = [(segment, members_of(segment).filter(is_test=False).count(), users_of(segment)) for segment in segments]
    return show(request, "segment_list.html", {"nav_current": "segment-list", "rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(Access.MANAGER)
def segment_new(request, slug):
    """A new segment; POST makes it."""
    form = SegmentForm(request.POST, request.FILES) if request.method == "POST" else SegmentForm()
    if request.method == "POST" and form.is_valid():
        if Segment.objects.count() >= MOST:
            form.add_error(None, f"At most {MOST} segments. Remove one that is not used any more.")
        else:
            said = form.cleaned_data
            ids = form.listed if form.rule is None else []
            segment = make(name=said["name"].strip(), of=said["of"], rule=form.rule, external_ids=ids)
            record(member=request.member, verb="made a segment", subject=segment.name)
            messages.success(request, f"“{segment}” is saved.")
            return redirect("segment-detail", slug=slug, key=segment.key)
    return show(request, "segment_detail.html", {"nav_current": "segment-list", "form": form, "segment": None})


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(Access.MANAGER)
def segment_detail(request, slug, key):
    """Who is in a segment now, and its form; POST saves it."""
    segment = get_object_or_404(Segment, key=key)
    form = SegmentForm(request.POST, request.FILES, segment=segment) if request.method == "POST" else None
    if form and form.is_valid():
        _save(segment, form)
        record(member=request.member, verb="changed a segment", subject=segment.name)
        messages.success(request, "Saved. A ladder that names it keeps what it was published with.")
        return redirect("segment-detail", slug=slug, key=key)
    return _page(request, segment, form)


def _save(segment: Segment, form: SegmentForm) -> None:
    said = form.cleaned_data
    segment.name, segment.of, segment.rule = said["name"].strip(), said["of"], form.rule
    segment.save(update_fields=["name", "of", "rule"])
    write_list(segment, form.listed if form.rule is None else [])


def _page(request, segment: Segment, form: SegmentForm | None, enroll_form: EnrollForm | None = None):
    members = members_of(segment)
    order = ("name", "pk")
    ladders = list(Ladder.objects.exclude(live=None).order_by("position", "id"))
    listed = segment.entries.count() if segment.rule is None else 0
    context = {
        "nav_current": "segment-list",
        "segment": segment,
        "form": form or SegmentForm(segment=segment),
        "in_it": members.filter(is_test=False).count(),
        "left_out": members.filter(is_test=True).count(),
        "unseen": listed - members.count() if listed else 0,
        "page": Paginator(members.order_by(*order), A_PAGE).get_page(request.GET.get("page")),
        "users": users_of(segment),
        "enroll_form": enroll_form or EnrollForm(ladders=ladders),
    }
    return show(request, "segment_detail.html", context)


@require_POST
@open_to(Access.MANAGER)
def segment_enroll(request, slug, key):
    """Put the people of a segment on a ladder by hand, 2,000 at a time."""
    segment = get_object_or_404(Segment, key=key)
    ladders = list(Ladder.objects.exclude(live=None).order_by("position", "id"))
    form = EnrollForm(request.POST, ladders=ladders)
    if not form.is_valid():
        return _page(request, segment, None, form)
    ladder = Ladder.objects.select_related("live").get(key=form.cleaned_data["ladder"])
    waiting = may_be_put_on(ladder, seats_of(segment), each=segment.of == Segment.Of.ACCOUNT)
    seats = list(waiting.select_related("person", "account")[:AT_A_TIME])
    if not seats:
        messages.info(request, f"Nobody of “{segment}” is left to be put on “{ladder.name}”.")
        return redirect("segment-detail", slug=slug, key=key)
    shows = enroll_seats(ladder, seats, member=request.member, note=form.cleaned_data["note"])
    said = f"{counted(len(seats), 'person', 'people')} of “{segment}” put on “{ladder.name}”."
    more = f" There {'are' if shows else 'may be'} more: do it again {'' if shows else 'then, '}for the next {AT_A_TIME:,}."
    moment, more = "" if shows else " It will show in a moment.", more if len(seats) == AT_A_TIME else ""
    messages.success(request, f"{said}{moment}{more}")
    return redirect("segment-detail", slug=slug, key=key)


@require_POST
@open_to(Access.MANAGER)
def segment_remove(request, slug, key):
    """Remove a segment that no draft and no live ladder names."""
    segment = get_object_or_404(Segment, key=key)
    users = users_of(segment)
    if users:
        messages.error(request, f"“{segment}” is named by {', '.join(users)}. Choose another one there first.")
        return redirect("segment-detail", slug=slug, key=key)
    segment.delete()
    record(member=request.member, verb="removed a segment", subject=segment.name)
    messages.success(request, f"“{segment}” is removed.")
    return redirect("segment-list", slug=slug)
