"""What endpoints are told: transitions of progress by number, and the messages of nudges; each endpoint of each once."""

import json
import secrets
from collections.abc import Mapping
from datetime import datetime

from milestones.models import Rung, Transition, TransitionCounter
from onboarding.tenancy.scope import current_workspace_id
from onboarding.tracking.models import Account, Person
from playbooks.models import Endpoint, WebhookMessage

A_TURN = 2_000
KINDS = {
    "step.opened": "A step opened",
    "step.reached": "A step was reached",
    "step.skipped": "A step was left out",
    "step.reopened": "A step was opened again",
    "step.overdue": "A step is overdue",
    "step.missed": "The window of a step has closed",
    "message.wanted": "A nudge whose channel is a webhook",
}
TRIAL = "trial"
MOST_TEXT = 1_000


def read_on(*, now: datetime) -> bool:
    """Queue what each endpoint is to be told of the next transitions; False when nothing was left. In the workspace's turn."""
    told = [queue_for(endpoint, now=now) for endpoint in Endpoint.objects.filter(is_on=True)]
    return any(told)


def queue_for(endpoint: Endpoint, *, now: datetime) -> bool:
    """The same for one endpoint."""
    rows = list(Transition.objects.filter(number__gt=endpoint.number).order_by("number")[:A_TURN])
    if not rows:
        return False
    wanted = [row for row in rows if _is_wanted(endpoint, row)]
    WebhookMessage.objects.bulk_create(_messages(endpoint, wanted, now), ignore_conflicts=True)
    endpoint.number = rows[-1].number
    endpoint.save(update_fields=["number"])
    return True


def _is_wanted(endpoint: Endpoint, row: Transition) -> bool:
    is_live = row.occasion == Transition.Occasion.LIVE
    return bool(row.rung) and f"step.{row.change}" in endpoint.kinds and (is_live or endpoint.takes_late)


def _messages(endpoint: Endpoint, rows: list[Transition], now: datetime) -> list[WebhookMessage]:
    people = Person.objects.in_bulk({row.person_id for row in rows})
    accounts = Account.objects.in_bulk({row.account_id for row in rows if row.account_id})
    titles = _titles({row.rung for row in rows})
    made = []
    for row in rows:
        person, account = people.get(row.person_id), accounts.get(row.account_id)
        data = {
            "person": person_said(person),
            "account": account_said(account),
            "ladder": row.ladder,
            "step": {"key": row.rung, "title": titles.get((row.ladder, row.rung), row.rung)},
            "at": row.at.isoformat() if row.at else None,
            "occasion": row.occasion,
            "number": row.number,
        }
        made.append(message(endpoint, f"transition-{row.number}", f"step.{row.change}", data, now))
    return made


def _titles(keys: set[str]) -> dict[tuple[str, str], str]:
    rungs = Rung.objects.filter(key__in=keys, version__ladder__live_id__isnull=False).select_related("version__ladder")
    live = [rung for rung in rungs if rung.version_id == rung.version.ladder.live_id]
    return {(rung.version.ladder.key, rung.key): rung.title for rung in live}


def tell(kind: str, about: str, data: Mapping, *, now: datetime) -> int:
    """Queue one message for each endpoint that asks for its kind; how many there are. One that is off is told when it is on."""
    endpoints = [each for each in Endpoint.objects.all() if kind in each.kinds]
    rows = [message(each, about, kind, data, now) for each in endpoints]
    WebhookMessage.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def message(endpoint: Endpoint, about: str, kind: str, data: Mapping, now: datetime) -> WebhookMessage:
    """A message that waits, not stored yet."""
    return WebhookMessage(
        workspace_id=current_workspace_id(),
        endpoint=endpoint,
        public_id=f"msg_{secrets.token_hex(12)}",
        about=about,
        kind=kind,
        body=in_form(endpoint.form, kind, data, now),
        made_at=now,
        next_at=now,
    )


def in_form(form: str, kind: str, data: Mapping, now: datetime) -> str:
    """The body, as the receiver reads it."""
    if form == Endpoint.Form.SLACK:
        made = {"text": _escaped(sentence(kind, data))}
    elif form == Endpoint.Form.TEAMS:
        # A TextBlock would read a person's name as Markdown, links and all.
        block = {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": sentence(kind, data)}]}
        card = {"type": "AdaptiveCard", "version": "1.4", "body": [block]}
        content = {"contentType": "application/vnd.microsoft.card.adaptive", "content": card}
        made = {"type": "message", "attachments": [content]}
    else:
        made = {"type": kind, "timestamp": now.isoformat(), "data": data}
    return json.dumps(made, ensure_ascii=False, separators=(",", ":"))


def sentence(kind: str, data: Mapping) -> str:
    """What happened, for a channel that people read."""
    who = (data.get("person") or {}).get("name") or "Somebody"
    at = f" of {data['account']['name']}" if data.get("account") else ""
    if kind == TRIAL:
        return "This is a trial of Cairn's webhook: it arrives."
    if kind == "message.wanted":
        return f"{data['subject']}: {data['text']}"[:MOST_TEXT]
    step = (data.get("step") or {}).get("title", "")
    did = {
        "step.opened": "can begin with",
        "step.reached": "has reached",
        "step.skipped": "leaves out",
        "step.reopened": "starts again on",
        "step.overdue": "is late with",
        "step.missed": "has missed the window of",
    }[kind]
    return f"{who}{at} {did} “{step}”."[:MOST_TEXT]


def _escaped(text: str) -> str:
    """Slack reads these three as marks of its own: no name becomes a link or a call for everybody."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def person_said(person: Person | None) -> dict | None:
    return {"id": person.external_id, "name": str(person)} if person else None


def account_said(account: Account | None) -> dict | None:
    return {"id": account.external_id, "name": str(account)} if account else None


def from_here() -> int:
    """The transition that a new endpoint begins after."""
    return TransitionCounter.objects.values_list("last", flat=True).first() or 0
