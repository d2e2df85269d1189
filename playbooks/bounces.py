"""What a mail service says of mails afterwards: an address that takes none, or an owner who called one unwanted.

django-anymail reads each service's own words, checks that they come from it, and sends them on as its signal.
"""

from anymail.signals import EventType, RejectReason, tracking
from django.dispatch import receiver

from onboarding import clock
from onboarding.tenancy.scope import current_workspace_id, workspace_scope
from playbooks.lookups import find_message_of_provider, find_session_of_provider
from playbooks.models import Delivery, Session, Undeliverable

Why = Undeliverable.Why
SAID = {EventType.BOUNCED: Why.BOUNCED, EventType.REJECTED: Why.BOUNCED, EventType.COMPLAINED: Why.COMPLAINED}
# As Postmark and Amazon SES call them.
PASSING = (
    "SoftBounce",
    "Transient",
    "Undetermined",
    "Blocked",
    "DMARCPolicy",
    "AutoResponder",
    "DnsError",
    "SpamNotification",
)
COLUMNS = {Why.BOUNCED: "bounced_at", Why.COMPLAINED: "complained_at"}


@receiver(tracking)
def heard(sender, event, esp_name, **_):
    """Nothing is sent to that address any more. Of a mail that we do not know nothing is believed."""
    why, name = SAID.get(event.event_type), str(event.message_id or "")[:200]
    if not why or not name or _is_passing(event):
        return
    recipient = (event.recipient or "").lower()
    if found := find_message_of_provider(name):
        with workspace_scope(found[0]):
            each = Delivery.objects.get(pk=found[1])
            if recipient in ("", each.email.lower()):
                note(each, why)
    elif found := find_session_of_provider(name):
        with workspace_scope(found[0]):
            email = Session.objects.select_related("person").get(pk=found[1]).person.email.lower()
            if recipient in ("", email):
                write_no_more(email, why)


def note(each: Delivery, why: str) -> None:
    Delivery.objects.filter(pk=each.pk).update(**{COLUMNS[why]: clock.now()})
    write_no_more(each.email, why)


def write_no_more(email: str, why: str) -> None:
    """To that address, in the open workspace."""
    said = {"why": why, "at": clock.now()}
    Undeliverable.objects.update_or_create(workspace_id=current_workspace_id(), email=email.lower(), defaults=said)


def _is_passing(event) -> bool:
    """A full mailbox, a server that was away, a rule about the sender: the address itself is good."""
    if event.event_type == EventType.REJECTED:
        return event.reject_reason not in (RejectReason.INVALID, RejectReason.BOUNCED)
    said = event.esp_event if isinstance(event.esp_event, dict) else {}
    if any("soft" in str(said.get(name, "")).lower() for name in ("event", "type")):
        return True  # as Brevo, Mandrill and MailerSend call them
    bounce = said.get("bounce")
    kind = bounce.get("bounceType") if isinstance(bounce, dict) else said.get("Type")
    return str(kind) in PASSING
