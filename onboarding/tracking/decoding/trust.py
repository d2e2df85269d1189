"""What a browser is not believed: anyone can read a browser key off the page and send what they like with it."""

from .refusals import Reason, Refusal, Refused, refusal
from .wire import ALIAS, GROUP, IDENTIFY

# (user_id, anonymous_id, group_id, previous_id)
Who = tuple[str | None, str | None, str | None, str | None]

# They decide who gets mail, which rungs a person climbs and what an account knows of itself.
UNTRUSTED_TRAITS = frozenset({"role", "email", "phone", "account", "company"})


def require_trusted(kind: int) -> None:
    """Raises Refused for the kinds of which nothing would be left. A browser claims its anonymous id by identify."""
    if kind == GROUP:
        raise Refused(Reason.UNTRUSTED_SEAT)
    if kind == ALIAS:
        raise Refused(Reason.UNTRUSTED_ALIAS)


def leave_out(kind: int, who: Who, content: dict, raw: bytes) -> tuple[Who, dict, list[Refusal]]:
    """The ids and the properties or traits that a browser may send, and one refusal for each thing left out."""
    left_out = []
    if kind == IDENTIFY:
        # Not only the exact spelling: somebody who reads "Email" in the debugger would take it for the address.
        untrusted = [key for key in content if key.lower() in UNTRUSTED_TRAITS]
        if untrusted:
            content = {key: value for key, value in content.items() if key not in untrusted}
            left_out = [refusal(Reason.UNTRUSTED_TRAIT, raw, key) for key in untrusted]
    user_id, anonymous_id, group_id, _ = who
    if group_id is not None:
        left_out.append(refusal(Reason.UNTRUSTED_SEAT, raw))
    return (user_id, anonymous_id, None, None), content, left_out
