"""Pages: the nudges, one nudge with what became of it, and the week ahead."""

from dataclasses import dataclass
from datetime import timedelta

from django.contrib import messages
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from milestones.models import Progress
from onboarding import clock
from onboarding.tenancy.access import open_to
from onboarding.tenancy.audit import record
from onboarding.tenancy.models import Access
from onboarding.tenancy.scope import current_workspace_id
from onboarding.tracking.models import Account, Person
from playbooks.models import Delivery, MessageTemplate, Nudge, Suppression
from playbooks.nudging.attention import let_go
from playbooks.nudging.facts import OF_THE_LADDER
from playbooks.nudging.foreseeing import foresee
from playbooks.nudging.switching import look_anew, reconsider, switch_off, switch_on
from playbooks.nudging.words import in_words, reason_in_words
from playbooks.pages.nudge_form import COLUMNS, NudgeForm
from playbooks.pages.showing import page_of, show
from playbooks.sending import attention

State = Delivery.State
MOST = 200
FORESEEN, A_PAGE = 15, 20
LOOKED_BACK = timedelta(days=30)
WENT = Q(state__in=(State.SENT, State.UNKNOWN))
NUDGES = ("ladder", "segment", "template")


@dataclass(frozen=True)
class NudgeRow:
    nudge: Nudge
    sentence: str
    sent: int
    waiting: int


@require_safe
@open_to(Access.MANAGER)
def nudge_list(request, slug):
    """Every nudge, as a sentence, with what it did in the last 30 days."""
    nudges = Nudge.objects.filter(archived_at=None).select_related(*NUDGES).order_by("-is_on", "ladder__position", "pk")
    mine = Delivery.objects.filter(nudge=OuterRef("pk")).order_by().values("nudge").annotate(n=Count("pk")).values("n")
    lately = mine.filter(WENT, claimed_at__gt=clock.now() - LOOKED_BACK)
    nudges = nudges.annotate(
        sent=Coalesce(Subquery(lately), 0), waiting=Coalesce(Subquery(mine.filter(state=State.WAITING)), 0)
    )
    rows = [NudgeRow(each, in_words(each), each.sent, each.waiting) for each in nudges]
    context = {
        "nav_current": "nudge-list",
        "rows": rows,
        "rules": attention(),
        "has_templates": MessageTemplate.objects.filter(archived_at=None).exists(),
    }
    return show(request, "nudge_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(Access.MANAGER)
def nudge_new(request, slug):
    """A new nudge, off at first; POST makes it."""
    form = NudgeForm(request.POST if request.method == "POST" else None, initial=_asked(request))
    if request.method == "POST" and form.is_valid():
        if Nudge.objects.filter(archived_at=None).count() >= MOST:
            form.add_error(None, f"At most {MOST} nudges. Remove one that is not used any more.")
        else:
            nudge = Nudge(workspace_id=current_workspace_id(), made_by=request.member)
            form.into(nudge)
            nudge.save()
            record(member=request.member, verb="made a nudge", subject=nudge.name)
            messages.success(request, "Saved, and off. Look at the week ahead, then switch it on.")
            return redirect("nudge-detail", slug=slug, pk=nudge.pk)
    return show(request, "nudge_form.html", {"nav_current": "nudge-list", "form": form, "nudge": None})


def _asked(request) -> dict:
    return {name: request.GET[name][:200] for name in ("template", "place", "trigger") if name in request.GET}


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(Access.MANAGER)
def nudge_edit(request, slug, pk):
    """The form of a nudge; POST saves it, and what waits is looked at anew."""
    nudge = _nudge(pk)
    form = NudgeForm(request.POST if request.method == "POST" else None, nudge=nudge)
    if request.method == "POST" and form.is_valid():
        asked = (nudge.trigger, nudge.ladder_id, nudge.rung)
        form.into(nudge)
        nudge.save(update_fields=COLUMNS)  # and not whether it is on: somebody may have switched it meanwhile
        if nudge.is_on and asked != (nudge.trigger, nudge.ladder_id, nudge.rung):
            look_anew(nudge)
        reconsider(nudge)
        record(member=request.member, verb="changed a nudge", subject=nudge.name)
        messages.success(request, "Saved. What waits is looked at anew.")
        return redirect("nudge-detail", slug=slug, pk=pk)
    return show(request, "nudge_form.html", {"nav_current": "nudge-list", "form": form, "nudge": nudge})


@require_safe
@open_to(Access.MANAGER)
def nudge_detail(request, slug, pk):
    """What it says, what became of its messages, why some were not sent, and who would get one within a week."""
    nudge = _nudge(pk)
    if "week" in request.GET:
        return (
            show(request, "_nudge_week.html", _coming(nudge)) if request.htmx else _shown(request, pk, _coming(nudge))
        )
    return _shown(request, pk, {})


def _coming(nudge: Nudge) -> dict:
    """Who would get it within a week; asked by itself, for it looks at everything that waits."""
    forecast = foresee(nudge, now=clock.now())
    coming = [each for each in forecast.sends if each.nudge.pk == nudge.pk]
    return {"coming": coming[:FORESEEN], "coming_more": max(0, len(coming) - FORESEEN), "forecast": forecast}


def _shown(request, pk: int, week: dict):
    nudge = _nudge(pk)
    mine = Delivery.objects.filter(nudge=nudge)
    page = page_of(request, mine.order_by("-pk"), A_PAGE)
    context = {
        "nav_current": "nudge-list",
        "nudge": nudge,
        "sentence": in_words(nudge),
        "text": nudge.template.texts.order_by("pk").first(),
        "figures": _figures(nudge),
        "reasons": _reasons(nudge),
        **week,
        "page": page,
        "rows": _rows(page),
    }
    return show(request, "nudge_detail.html", context)


@require_safe
@open_to(Access.MANAGER)
def nudge_week(request, slug):
    """Who would get what within the coming week, of all nudges that are on."""
    forecast = foresee(None, now=clock.now())
    context = {
        "nav_current": "nudge-list",
        "forecast": forecast,
        "page": page_of(request, forecast.sends),
        "held": [(reason_in_words(reason), count) for reason, count in forecast.held.most_common()],
    }
    return show(request, "nudge_week.html", context)


def _nudge(pk: int) -> Nudge:
    return get_object_or_404(Nudge.objects.select_related(*NUDGES), pk=pk, archived_at=None)


def _figures(nudge: Nudge) -> dict:
    """Counts of all its messages; of those about a step, how many reached it after theirs."""
    mine = Delivery.objects.filter(nudge=nudge)
    said = mine.aggregate(
        sent=Count("pk", filter=WENT),
        waiting=Count("pk", filter=Q(state=State.WAITING)),
        dropped=Count("pk", filter=Q(state=State.DROPPED)),
        seen=Count("pk", filter=Q(seen_at__isnull=False)),
        clicked=Count("pk", filter=Q(clicked_at__isnull=False)),
        dismissed=Count("pk", filter=Q(dismissed_at__isnull=False, reason="")),
        unwanted=Count("pk", filter=Q(complained_at__isnull=False)),
        bounced=Count("pk", filter=Q(bounced_at__isnull=False)),
    )
    asks = nudge.trigger not in (*OF_THE_LADDER, Nudge.Trigger.REACHED, Nudge.Trigger.LOW_RATING)
    return said | {"is_about_a_step": asks} | (_reached_after(mine.filter(WENT).exclude(rung="")) if asks else {})


def _reached_after(sent) -> dict:
    """How many of those who had a week since their message reached the step within it."""
    week = timedelta(days=7)
    rows = list(
        sent.filter(claimed_at__lte=clock.now() - week)
        .order_by("-pk")
        .values_list("enrollment_id", "rung", "claimed_at")[:5_000]
    )
    reached = Progress.objects.filter(enrollment_id__among={row[0] for row in rows}, key__in={row[1] for row in rows})
    when = {(enrollment, key): at for enrollment, key, at in reached.values_list("enrollment_id", "key", "reached_at")}
    within = sum(bool((at := when.get(row[:2])) and row[2] <= at <= row[2] + week) for row in rows)
    return {"had_a_week": len(rows), "reached_within": within}


def _reasons(nudge: Nudge) -> list[tuple[str, int]]:
    """(why, how many messages it held up or stopped)"""
    rows = Suppression.objects.filter(delivery__nudge=nudge).order_by().values_list("reason")
    counted = rows.annotate(n=Count("delivery", distinct=True)).order_by("-n")
    return [(reason_in_words(reason), count) for reason, count in counted]


def _rows(page) -> list[dict]:
    deliveries = list(page)
    people = Person.objects.in_bulk({each.person_id for each in deliveries})
    accounts = Account.objects.in_bulk({each.account_id for each in deliveries if each.account_id})
    return [
        {
            "delivery": each,
            "person": people.get(each.person_id),
            "account": accounts.get(each.account_id),
            "reason": reason_in_words(each.reason) if each.reason else "",
        }
        for each in deliveries
    ]


@require_POST
@open_to(Access.MANAGER)
def nudge_switch(request, slug, pk):
    """Switch a nudge on, or off."""
    nudge = _nudge(pk)
    if request.POST.get("on"):
        if not nudge.template.texts.exists():
            messages.error(request, f"“{nudge.template}” has no text yet. Write it first.")
        else:
            switch_on(nudge, member=request.member)
            messages.success(request, f"“{nudge}” is on.")
    else:
        switch_off(nudge, member=request.member)
        messages.success(request, f"“{nudge}” is off. What waits, waits until it is on again.")
    return redirect("nudge-detail", slug=slug, pk=pk)


@require_POST
@open_to(Access.MANAGER)
def nudge_remove(request, slug, pk):
    """Remove a nudge; what it has sent stays on record, what waits is not sent."""
    nudge = _nudge(pk)
    nudge.is_on, nudge.archived_at = False, clock.now()
    nudge.save(update_fields=["is_on", "archived_at"])
    let_go("switched_off", nudge=nudge)
    record(member=request.member, verb="removed a nudge", subject=nudge.name)
    messages.success(request, f"“{nudge}” is removed. What it has sent stays on record.")
    return redirect("nudge-list", slug=slug)
