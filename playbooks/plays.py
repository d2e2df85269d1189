"""The playbook: what the team knows about each step, in editions; who minds it, when it is looked at again, what is said of it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from difflib import SequenceMatcher

from django.urls import reverse

from milestones.criteria import in_words, parse
from milestones.models import Ladder, Milestone, Rung
from onboarding import clock
from onboarding.tenancy.audit import record
from onboarding.tenancy.models import Member, Workspace
from onboarding.tenancy.notifications import notify
from onboarding.tenancy.scope import current_workspace_id
from playbooks.models import Edition, Play, Remark, Review

PARTS = ("purpose", "actions", "risks", "success")
MENTION = re.compile(r"@([\w.+-]+(?: [\w-]+)?)")
REMARKS = 200


@dataclass(frozen=True)
class Subject:
    """What a page is about: a milestone of the library, or a ladder."""

    kind: str  # "step" or "ladder"
    key: str
    title: str
    ladders: tuple[str, ...] = ()  # the names of the published ladders that it is in

    @property
    def columns(self) -> dict[str, str]:
        return {"milestone": self.key, "ladder": ""} if self.kind == "step" else {"milestone": "", "ladder": self.key}


def subject_of(kind: str, key: str) -> Subject | None:
    """The subject with that key, or None."""
    if kind == "ladder":
        ladder = Ladder.objects.filter(key=key).first()
        return Subject(kind, key, ladder.name) if ladder else None
    milestone = Milestone.objects.filter(key=key).first() if kind == "step" else None
    if milestone is None:
        return None
    rungs = Rung.objects.filter(key=key, version__ladder__live_id__isnull=False).select_related("version__ladder")
    names = [rung.version.ladder.name for rung in rungs if rung.version.ladder.live_id == rung.version_id]
    return Subject("step", key, milestone.title, tuple(names))


def play_of(subject: Subject) -> Play | None:
    return Play.objects.filter(**subject.columns).select_related("owner__user").first()


def latest(play: Play | None) -> Edition | None:
    return play.editions.select_related("made_by__user").order_by("-number").first() if play else None


def write(
    subject: Subject, said: dict, *, member: Member, owner: Member | None, review_days: int, today: date
) -> Edition | None:
    """A new edition, where anything of it is new; the page is made where there was none. None where all is as it was."""
    play, is_new = Play.objects.get_or_create(workspace_id=current_workspace_id(), **subject.columns)
    if is_new or play.review_days != review_days:
        play.review_on = today + timedelta(days=review_days)
    play.owner, play.review_days = owner, review_days
    play.save()
    before = latest(play)
    if before and all(getattr(before, part) == said[part] for part in PARTS):
        return None
    edition = Edition.objects.create(
        workspace_id=current_workspace_id(),
        play=play,
        number=(before.number if before else 0) + 1,
        why=said.get("why", ""),
        made_at=clock.now(),
        made_by=member,
        **{part: said[part] for part in PARTS},
    )
    record(member=member, verb="wrote the playbook", subject=subject.title, detail={"edition": edition.number})
    return edition


def remark(play: Play, subject: Subject, text: str, *, member: Member, path: str) -> Remark:
    """A word to the team; who is named by @ is told, and so is who minds the page."""
    made = Remark.objects.create(
        workspace_id=current_workspace_id(), play=play, text=text, made_at=clock.now(), made_by=member
    )
    told = {each.pk: each for each in mentioned(text)}
    if play.owner and play.owner_id not in told:
        told[play.owner_id] = play.owner
    for each in told.values():
        if each.pk != member.pk:
            notify(each, f"{member.user} about “{subject.title}”: {text}", path)
    return made


def mentioned(text: str) -> list[Member]:
    """The members named with an @ before their name, its first word, or the first part of their address."""
    named = {found.lower().rstrip(".+-") for found in MENTION.findall(text)}
    named |= {found.split()[0].rstrip(".+-") for found in named if found}
    return [each for each in Member.objects.select_related("user") if named & _names(each)] if named else []


def _names(member: Member) -> set[str]:
    name = member.user.name.lower()
    words = name.split()
    return {name, " ".join(words[:2]), words[0] if words else "", member.user.email.lower().split("@")[0]} - {""}


def review(play: Play, *, outcome: str, text: str, member: Member, today: date) -> Review:
    """A review recorded; the next one is due so many days from now."""
    edition = latest(play)
    made = Review.objects.create(
        workspace_id=current_workspace_id(),
        play=play,
        edition=edition.number if edition else 0,
        outcome=outcome,
        text=text,
        made_at=clock.now(),
        made_by=member,
    )
    play.review_on, play.reminded_on = today + timedelta(days=play.review_days), None
    play.save(update_fields=["review_on", "reminded_on"])
    return made


def remind_due(now: datetime) -> int:
    """Tell the owners of pages whose review is due, once for each date; how many were told."""
    workspace = Workspace.objects.get(pk=current_workspace_id())
    today, told = now.astimezone(workspace.zone).date(), 0
    for play in Play.objects.filter(review_on__lte=today, owner__isnull=False).select_related("owner"):
        if play.reminded_on == play.review_on:
            continue
        if not Play.objects.filter(pk=play.pk, reminded_on=play.reminded_on).update(reminded_on=play.review_on):
            continue
        kind, key = ("step", play.milestone) if play.milestone else ("ladder", play.ladder)
        subject = subject_of(kind, key)
        if subject:
            path = reverse("playbook-page", args=[workspace.slug, kind, key])
            notify(play.owner, f"The playbook page “{subject.title}” is due for a review.", path)
            told += 1
    return told


def due_pages(today: date) -> list[tuple[Play, Subject]]:
    """The pages whose review is due, the longest due first."""
    rows = Play.objects.filter(review_on__lte=today).select_related("owner__user").order_by("review_on", "pk")
    found = [(play, subject_of("step" if play.milestone else "ladder", play.milestone or play.ladder)) for play in rows]
    return [(play, subject) for play, subject in found if subject]


def expected(key: str) -> list[str]:
    """What a person does to reach a milestone, as its criteria say, in each published ladder that says it differently."""
    rungs = Rung.objects.filter(key=key, version__ladder__live_id__isnull=False).select_related("version__ladder")
    said = {}
    for rung in rungs:
        if rung.version.ladder.live_id == rung.version_id:
            titles = dict(Rung.objects.filter(version=rung.version_id).values_list("key", "content__title"))
            said.setdefault(in_words(parse(rung.content["criteria"]), titles), rung.version.ladder.name)
    return [f"Done when {each[0].lower()}{each[1:].rstrip('.')}." for each in said]


def differences(old: Edition | None, new: Edition) -> list[tuple[str, list[tuple[str, str]]]]:
    """(part, its words as (kind, text)) of what was changed; kind is same, gone or new."""
    found = []
    for part in PARTS:
        was, now = as_text(old, part) if old else "", as_text(new, part)
        if was != now:
            found.append((part, words_compared(was, now)))
    return found


def words_compared(was: str, now: str) -> list[tuple[str, str]]:
    one, other = (re.findall(r"\s+|[^\s]+", text) for text in (was, now))
    parts: list[tuple[str, str]] = []
    for kind, i, j, k, n in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        if kind == "equal":
            parts.append(("same", "".join(one[i:j])))
            continue
        parts += [(what, "".join(words)) for what, words in (("gone", one[i:j]), ("new", other[k:n])) if words]
    return parts


def as_text(edition: Edition, part: str) -> str:
    value = getattr(edition, part)
    if part == "actions":
        return "\n".join(f"- {each}" for each in value)
    if part == "risks":
        return "\n".join(f"- {each['risk']}: {each.get('sign', '')} → {each.get('answer', '')}" for each in value)
    return value


def as_markdown(pages: Sequence[tuple[Subject, Edition]]) -> str:
    """The whole playbook as one document."""
    lines = ["# Playbook", ""]
    for subject, edition in pages:
        lines += [f"## {subject.title}", "", f"*Edition {edition.number}, {edition.made_at:%-d %B %Y}*", ""]
        lines += _part("Purpose", edition.purpose)
        sentences = expected(subject.key) if subject.kind == "step" else []
        lines += _part("What the person does", "\n".join(f"- {each}" for each in [*sentences, *edition.actions]))
        if edition.risks:
            lines += ["### Risks", "", "| Risk | Early sign | What to do |", "| --- | --- | --- |"]
            lines += [
                "| " + " | ".join(_cell(each.get(name, "")) for name in ("risk", "sign", "answer")) + " |"
                for each in edition.risks
            ]
            lines.append("")
        lines += _part("How we know it worked", edition.success)
    return "\n".join(lines).rstrip() + "\n"


def _part(title: str, text: str) -> list[str]:
    return [f"### {title}", "", text.strip(), ""] if text.strip() else []


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
