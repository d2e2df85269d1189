"""Nudges and what became of their messages, in words."""

from milestones.models import Rung
from playbooks.models import Channel, Nudge

Trigger = Nudge.Trigger

# Why a message was held back, or not sent.
REASONS = {
    "spacing": "too soon after another message",
    "person_day": "enough messages to this person for a day",
    "person_week": "enough messages to this person for a week",
    "account_day": "enough messages to this account for a day",
    "workspace_hour": "enough messages of the workspace for an hour",
    "quiet_hours": "quiet hours where the person is",
    "weekend": "a weekend where the person is",
    "paused": "the person asked for a pause",
    "stopped": "sending is stopped",
    "switched_off": "the nudge is switched off",
    "opted_out": "the person does not want these messages",
    "no_address": "no e-mail address that takes one mail",
    "bounced": "the address does not take mail",
    "complained": "its owner called a mail unwanted",
    "refused": "the mail server refused the address",
    "reached": "the step was reached first",
    "skipped": "the step was left out",
    "reopened": "the step is not reached any more",
    "overdue": "the due date has passed",
    "finished": "the ladder is finished",
    "off_track": "the step is not on the person’s track any more",
    "gone": "the person is not on the ladder any more",
    "not_meant": "the person is not among those it is meant for",
    "changed": "the nudge is about something else now",
    "better_now": "the rating is better now",
    "nothing_new": "the week has brought nothing new",
    "removed": "the nudge was removed",
    "too_late": "it could not be said in time",
    "missing": "a name in its text is not known of the person",
    "broken": "its text is broken",
    "endless": "its text takes too long to fill in",
    "failed": "something went wrong on our side",
    "no_text": "its template has no text",
    "no_coach": "nobody holds sessions at present, or three are open already",
    "no_endpoint": "no webhook asks for the messages of nudges",
    "no_server": "the mail server could not be reached, or took nothing for now",
    "unknown": "the mail server did not say whether it took the mail",
}


def reason_in_words(reason: str) -> str:
    return REASONS.get(reason, reason.replace("_", " "))


def in_words(nudge: Nudge) -> str:
    """The whole rule as one sentence."""
    return f"{_when(nudge)}, {_who(nudge)} {_what(nudge)}."


def _when(nudge: Nudge) -> str:
    step, days = step_title(nudge), _days(nudge.days)
    match nudge.trigger:
        case Trigger.OPENED:
            return f"{days} after {step} opens" if nudge.days else f"When {step} opens"
        case Trigger.STALLED:
            return (
                f"When {step} takes {days} longer than usual" if nudge.days else f"When {step} takes longer than usual"
            )
        case Trigger.DUE_SOON:
            return f"{days} before {step} is due"
        case Trigger.OVERDUE:
            return f"{days} after {step} was due" if nudge.days else f"When {step} is overdue"
        case Trigger.REACHED:
            return f"{days} after {step} is reached" if nudge.days else f"When {step} is reached"
        case Trigger.FINISHED:
            return f"{days} after “{nudge.ladder}” is finished" if nudge.days else f"When “{nudge.ladder}” is finished"
        case Trigger.INACTIVE:
            return f"When somebody on “{nudge.ladder}” has not been seen for {days}"
        case Trigger.WEEKLY:
            return f"Each Monday, of what the week on “{nudge.ladder}” has brought"
    return f"When {step} is rated {nudge.stars} of 5 or lower"


def step_title(nudge: Nudge) -> str:
    if not nudge.rung:
        return f"any step of “{nudge.ladder}”"
    found = Rung.objects.filter(version=nudge.ladder.live_id, key=nudge.rung).first()
    return f"“{found.content['title'] if found else nudge.rung}”"


def _days(days: float) -> str:
    count = f"{days:g}"
    return f"{count} day" if count == "1" else f"{count} days"


def _who(nudge: Nudge) -> str:
    if nudge.template.channel == Channel.TASK:
        return "who looks after the account"
    roles = f" with the role {' or '.join(nudge.roles)}" if nudge.roles else ""
    segment = f" of the segment “{nudge.segment}”" if nudge.segment_id else ""
    return f"the person{roles}{segment}"


def _what(nudge: Nudge) -> str:
    how = {
        Channel.IN_APP: "sees {} in your product",
        Channel.EMAIL: "gets {} by e-mail",
        Channel.WEBHOOK: "is sent {} by your webhook",
        Channel.TASK: "has the task {}",
        Channel.SESSION: "is offered a session, {}",
    }
    at = f", not before {nudge.hour}:00 where they are" if nudge.hour is not None else ""
    return how[nudge.template.channel].format(f"“{nudge.template}”") + at
