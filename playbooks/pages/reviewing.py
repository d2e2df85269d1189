"""Pages: what there is to look at, and what came of what people said."""

from django import forms
from django.contrib import messages
from django.db.models import Avg, Count
from django.shortcuts import get_object_or_404, redirect
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from milestones.checklist.actions import words_of
from milestones.models import Rating
from milestones.studio.days import Calendar
from onboarding import clock
from onboarding.tenancy.access import open_to
from onboarding.tenancy.models import Access
from onboarding.tenancy.scope import current_workspace_id
from playbooks.models import ChangeNote, Matter, NoteReader
from playbooks.pages.showing import page_of, show
from playbooks.plays import due_pages
from playbooks.reviewing.notes import publish
from playbooks.reviewing.noticing import live_rungs
from playbooks.reviewing.queue import settle
from playbooks.reviewing.words import in_words

Kind = Matter.Kind
SETTLED = 20


@require_safe
@open_to(Access.MANAGER)
def review_list(request, slug):
    """What Cairn has noticed, the pages of the playbook whose review is due, and what was settled."""
    calendar, zone = Calendar(clock.now(), request.workspace.zone), request.workspace.zone
    rows = Matter.objects.filter(settled_at=None).order_by("raised_at", "pk")
    page = page_of(
        request,
        Matter.objects.exclude(settled_at=None).select_related("settled_by__user").order_by("-settled_at"),
        SETTLED,
    )
    context = {
        "nav_current": "playbook-list",
        "matters": [_line(each, slug, calendar, zone) for each in rows],
        "due": due_pages(calendar.now.astimezone(zone).date()),
        "settled": [_line(each, slug, calendar, zone) for each in page],
        "page": page,
        "pages_query": "",
    }
    return show(request, "review_list.html", context)


def _line(matter: Matter, slug: str, calendar: Calendar, zone) -> dict:
    return {
        "matter": matter,
        "said": in_words(matter, zone),
        "raised": calendar.date(matter.raised_at),
        "settled": calendar.day(matter.settled_at),
        "address": _evidence(matter, slug),
    }


def _evidence(matter: Matter, slug: str) -> str:
    """Where it can be seen."""
    match matter.kind:
        case Kind.SILENT:
            return reverse("event-catalogue", args=[slug])
        case Kind.FATIGUE:
            return reverse("nudge-detail", args=[slug, matter.evidence["nudge"]])
        case Kind.FEATURE:
            return reverse("ladder-detail", args=[slug, matter.ladder])
        case Kind.BAND:
            try:
                return reverse("band-list", args=[slug])
            except NoReverseMatch:
                return ""
    return reverse("playbook-page", args=[slug, "step", matter.rung])


@require_POST
@open_to(Access.MANAGER)
def matter_settle(request, slug, pk):
    matter = get_object_or_404(Matter, pk=pk)
    outcome = words_of(request.POST.get("outcome", "")[:1000])
    if not outcome:
        messages.error(request, "Say in a sentence what came of it.")
    elif settle(matter, member=request.member, outcome=outcome):
        messages.success(request, "Settled. It is not raised again within a month.")
    else:
        messages.error(request, f"Somebody settled it before you. You wrote: “{outcome}”")
    return redirect("review-list", slug=slug)


class NoteForm(forms.Form):
    rung = forms.ChoiceField(label="About the step", required=False)
    said = forms.CharField(
        label="You said",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Say what people said."},
    )
    changed = forms.CharField(
        label="We changed",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Say what you changed."},
    )
    moved = forms.CharField(
        label="It moved",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="What is different since, with a number.",
    )

    def __init__(self, *args, **options):
        super().__init__(*args, auto_id="note-%s", **options)
        steps = {rung.key: rung.title for rung in live_rungs()}
        self.fields["rung"].choices = [("", "None in particular"), *steps.items()]


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(Access.MANAGER)
def note_list(request, slug):
    """`?rung=` begins one about a step; POST keeps it, to be published."""
    form = NoteForm(
        request.POST if request.method == "POST" else None, initial={"rung": request.GET.get("rung", "")[:100]}
    )
    if request.method == "POST" and form.is_valid():
        own = {"workspace_id": current_workspace_id(), "made_at": clock.now(), "made_by": request.member}
        ladders = {rung.key: rung.version.ladder.key for rung in live_rungs()}
        ChangeNote.objects.create(**own, **form.cleaned_data, ladder=ladders.get(form.cleaned_data["rung"], ""))
        messages.success(request, "Kept. Look at it once more, then publish it.")
        return redirect("note-list", slug=slug)
    page = page_of(request, ChangeNote.objects.select_related("made_by__user").order_by("-made_at", "-pk"), 20)
    titles = {rung.key: rung.title for rung in live_rungs()}
    context = {
        "nav_current": "playbook-list",
        "form": form,
        "page": page,
        "rows": _notes(page, titles),
        "pages_query": "",
        "figures": _figures(form["rung"].value(), titles),
    }
    return show(request, "note_list.html", context)


def _notes(page, titles: dict) -> list[dict]:
    told = NoteReader.objects.filter(note__in=[each.pk for each in page]).order_by().values_list("note")
    counts = {pk: (count, seen) for pk, count, seen in told.annotate(Count("pk"), Count("seen_at"))}
    return [
        {
            "note": each,
            "title": titles.get(each.rung, ""),
            "told": counts.get(each.pk, (0, 0))[0],
            "seen": counts.get(each.pk, (0, 0))[1],
        }
        for each in page
    ]


def _figures(rung: str | None, titles: dict) -> str:
    """How a step was rated before and after its latest version, for whoever writes what moved."""
    if not rung or rung not in titles:
        return ""
    rows = Rating.objects.filter(rung=rung, person__is_test=False).order_by()
    told = {
        version: (mean, count)
        for version, mean, count in rows.values_list("version").annotate(Avg("stars"), mean_n=Count("pk"))
    }
    if not told:
        return ""
    parts = [f"version {version}: {mean:.1f} of 5 by {count}" for version, (mean, count) in sorted(told.items())[-3:]]
    return f"Rated by version: {'; '.join(parts)}."


@require_POST
@open_to(Access.MANAGER)
def note_do(request, slug, pk, verb):
    """Publish it, or remove it."""
    note = get_object_or_404(ChangeNote, pk=pk)
    if verb == "publish":
        count = publish(note, member=request.member)
        messages.success(
            request, f"Published. {count:,} who had said it {'is' if count == 1 else 'are'} told in your product."
        )
    elif verb == "remove":
        note.delete()
        messages.success(request, "The note is removed.")
    return redirect("note-list", slug=slug)
