"""What the widget asks of messages: GET /widget/v1/messages, and POST …/<id>/<seen|clicked|dismissed>."""

from milestones.checklist.widget import open_preflight, say, unknown
from milestones.languages import reading
from milestones.people import find_person
from onboarding.tenancy.access import PERSON_TOKEN, open_to
from onboarding.tenancy.models import Workspace
from playbooks.messages import do, messages_for
from playbooks.reviewing.notes import card_for
from playbooks.reviewing.notes import close_card as close_note
from playbooks.sessions.asking import ask_at, cards_for, close_card
from playbooks.sessions.booking import SessionRefusedError
from playbooks.sessions.links import link_to


@open_preflight
@open_to(PERSON_TOKEN)
def widget_messages(request):
    """The messages that this person may be shown now."""
    if request.method != "GET":
        return say(request, {"code": "method_not_allowed", "message": "Ask with GET."}, status=405)
    person = find_person(request.claims.person)
    if person is None:
        return unknown(request)
    shown = messages_for(person, account=request.claims.account)
    cards = cards_for(person, request.workspace_asked) or card_for(person, request.workspace_asked)
    return say(request, {"messages": [*shown, *cards]})


@open_preflight
@open_to(PERSON_TOKEN)
def widget_message_deed(request, message, deed):
    """The person has seen a message, followed it, or closed it."""
    if request.method != "POST":
        return say(request, {"code": "method_not_allowed", "message": "Act with POST."}, status=405)
    person = find_person(request.claims.person)
    if person is None:
        return unknown(request)
    if not any(note(person, message, deed) for note in (do, close_card, close_note)):
        return say(request, {"code": "unknown_message", "message": "This person has no such message."}, status=404)
    return say(request, {"saved": True})


@open_preflight
@open_to(PERSON_TOKEN)
def widget_session(request, key):
    """The person asks for a session about a step; the times to choose from come as a message."""
    if request.method != "POST":
        return say(request, {"code": "method_not_allowed", "message": "Act with POST."}, status=405)
    person = find_person(request.claims.person)
    if person is None:
        return unknown(request)
    workspace = Workspace.objects.get(pk=request.workspace_asked.pk)
    ladder = request.GET.get("ladder", "").replace("\0", "")[:100]
    with reading(workspace, person, request.GET.get("language", "")[:40]):
        try:
            session = ask_at(person, key, ladder=ladder, account=request.claims.account)
        except SessionRefusedError as error:
            return say(request, {"code": "refused", "message": str(error)}, status=409)
    if session is None:
        return say(request, {"code": "unknown_step", "message": "This person has no such step."}, status=404)
    return say(request, {"shows": True, "link": link_to(session)})
