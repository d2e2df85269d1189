"""The workspace's rules for what it sends, and whether sending is stopped: what everything that sends asks first."""

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from onboarding import clock
from onboarding.tenancy.scope import current_workspace_id
from playbooks.models import Attention, Channel, Preference


def attention() -> Attention:
    """The open workspace's rules; usual ones where nobody has said any."""
    return Attention.objects.first() or Attention(workspace_id=current_workspace_id())


def is_address(email: str) -> bool:
    """Whether a mail can be written to it."""
    try:
        validate_email(email)
    except ValidationError:
        return False
    return True


def is_stopped(rules: Attention, channel: str) -> bool:
    return rules.stop == Attention.Stop.ALL or (rules.stop == Attention.Stop.IN_APP and channel == Channel.IN_APP)


def wants_quiet(person_id: int, channel: str) -> bool:
    """Whether the person wants nothing on this channel, or a pause: of what they have not asked for themselves."""
    said = Preference.objects.filter(person_id=person_id).first()
    if said is None:
        return False
    is_paused = said.paused_until is not None and said.paused_until > clock.now()
    return is_paused or (said.no_in_app if channel == Channel.IN_APP else said.no_email)
