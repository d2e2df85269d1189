"""Pages: the list of ladders, one ladder, and its file."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_safe

from milestones.drafting.saving import draft_of
from milestones.ladder_files import write
from milestones.models import Ladder, Version
from milestones.studio.asked import whole_number
from milestones.studio.funnels import headline, ladder_rows, splits_of
from milestones.studio.ladder_view import enrollment_in_words, pace_in_words, rung_cards, value_in_words, version_rows
from milestones.studio.rendering import calendar_of, show
from milestones.studio.roles import role_label
from milestones.studio.splits import Split
from milestones.studio.splits import headline as split_headline
from onboarding.tenancy.access import open_to
from onboarding.tenancy.models import Access


@require_safe
@open_to(Access.MANAGER)
def ladder_list(request, slug):
    rows = ladder_rows()
    return show(request, "ladder_list.html", {"nav_current": "ladder-list", "rows": rows, "headline": headline(rows)})


@require_safe
@open_to(Access.MANAGER)
def ladder_detail(request, slug, key):
    """The live version, or the one that `?version=` numbers; `?role=` picks out a track."""
    ladder = get_object_or_404(Ladder, key=key)
    version = _version(ladder, request.GET.get("version", ""))
    if version.state == Version.State.DRAFT:
        return redirect("ladder-draft", slug=slug, key=key)
    phases = rung_cards(version)
    roles = {track: label for _, cards in phases for card in cards for track, label in card.tracks}
    role = request.GET.get("role", "")
    split = splits_of(ladder).get(ladder.pk, Split())
    context = {
        "nav_current": "ladder-list",
        "ladder": ladder,
        "version": version,
        "split": split,
        "headline": _headline(split),
        "value": value_in_words(phases),
        "phases": [(name, [(card, not role or card.is_climbed_by(role)) for card in cards]) for name, cards in phases],
        "roles": [
            (track, label, sum(card.is_climbed_by(track) for _, cards in phases for card in cards))
            for track, label in roles.items()
        ],
        "role": role if role in roles else "",
        "role_label": role_label(role),
        "versions": version_rows(ladder, calendar_of(request)),
        "enrollment": enrollment_in_words(version),
        "pace": pace_in_words(version),
        "draft": draft_of(ladder),
    }
    return show(request, "ladder_detail.html", context)


@require_safe
@open_to(Access.MANAGER)
def ladder_file(request, slug, key):
    """The version as the YAML file that was applied."""
    ladder = get_object_or_404(Ladder, key=key)
    version = _version(ladder, request.GET.get("version", ""))
    response = HttpResponse(write(version.document), content_type="application/yaml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{ladder.key}-{version.number}.yaml"'
    return response


def _headline(split: Split) -> str:
    if not split.total:
        return "Nobody is on this ladder yet."
    return split_headline(split, one="enrollment", many="enrollments")


def _version(ladder: Ladder, number: str) -> Version:
    """The version of that number; without one the live version, else the newest."""
    versions = ladder.versions.select_related("ladder").order_by("-number")
    if number:
        return get_object_or_404(versions, number=whole_number(number) or 0)
    version = versions.filter(pk=ladder.live_id).first() or versions.first()
    if version is None:
        raise Http404
    return version
