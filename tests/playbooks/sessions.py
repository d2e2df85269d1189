"""What tests of sessions share."""

from django.core import mail
from icalendar import Calendar

from onboarding.tenancy.scope import workspace_scope
from playbooks.models import Session
from playbooks.tasks import tell_sessions_of


def tell_all(workspace) -> list:
    mail.outbox.clear()
    tell_sessions_of(workspace.pk)
    return list(mail.outbox)


def entry_of(letter) -> tuple[str, object]:
    [(_, file, _)] = [each for each in letter.attachments if each[0] == "session.ics"]
    calendar = Calendar.from_ical(file)
    return str(calendar["method"]), calendar.walk("VEVENT")[0]


def newest(acme) -> Session:
    with workspace_scope(acme.pk):
        return Session.objects.order_by("-pk").select_related("person").first()
