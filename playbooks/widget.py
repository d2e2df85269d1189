"""What the widget asks of messages: GET /widget/v1/messages, and POST …/<id>/<seen|clicked|dismissed>."""

from milestones.checklist.widget import open_preflight, say, unknown
from milestones.people import find_person
from onboarding.tenancy.access import PERSON_TOKEN, open_to
from playbooks.messages import do, messages_for


@open_preflight
@open_to(PERSON_TOKEN)
def widget_messages(request):
    """The messages that this person may be shown now."""
    if request.method != "GET":
        return say(request, {"code": "method_not_allowed", "message": "Ask with GET."}, status=405)
    person = find_person(request.claims.person)
    if person is None:
        return unknown(request)
    return say(request, {"messages": messages_for(person, account=request.claims.account)})


@open_preflight
@open_to(PERSON_TOKEN)
def widget_message_deed(request, message, deed):
    """The person has seen a message, followed it, or closed it."""
    if request.method != "POST":
        return say(request, {"code": "method_not_allowed", "message": "Act with POST."}, status=405)
    person = find_person(request.claims.person)
    if person is None:
        return unknown(request)
    if not do(person, message, deed):
        return say(request, {"code": "unknown_message", "message": "This person has no such message."}, status=404)
    return say(request, {"saved": True})
