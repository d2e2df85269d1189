"""What a mail service says of mails afterwards: an address that takes none, or an owner who called one unwanted.

django-anymail reads each service's own words, checks that they come from it, and sends them on as its signal.
"""

from anymail.signals import EventType, RejectReason, tracking
from django.dispatch import receiver

from onboarding import clock
from onboarding.tenancy.scope import current_workspace_id, workspace_scope
from playbooks.lookups import find_message_of_provider
from playbooks.models import Delivery, Undeliverable

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
    why = SAID.get(event.event_type)
    found = find_message_of_provider(str(event.message_id)[:200]) if why and event.message_id else None
    if found is None or _is_passing(event):
        return
    workspace_id, delivery_id = found
    with workspace_scope(workspace_id):
        each = Delivery.objects.get(pk=delivery_id)
        if event.recipient and event.recipient.lower() != each.email.lower():
            return
        note(each, why)


def note(each: Delivery, why: str) -> None:
    now = clock.now()
    Delivery.objects.filter(pk=each.pk).update(**{COLUMNS[why]: now})
    said = {"why": why, "at": now}
    Undeliverable.objects.update_or_create(workspace_id=current_workspace_id(), email=each.email.lower(), defaults=said)


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
