"""A session as an entry of a calendar (RFC 5545, 5546): a request, a moved one, or one that is taken out again."""

from datetime import timedelta

from icalendar import Alarm, Calendar, Event, vCalAddress, vText

from onboarding import clock
from playbooks.models import Session
from playbooks.sending import is_address

BEFORE = timedelta(minutes=15)


def entry(
    session: Session, *, title: str, organizer: tuple[str, str], address: str, is_cancelled: bool = False
) -> bytes:
    """The file. `organizer` is (name, e-mail), `address` the link by which the person changes it."""
    calendar = Calendar()
    calendar.add("prodid", "-//Cairn//Sessions//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL" if is_cancelled else "REQUEST")
    event = Event()
    event.add("uid", f"session-{session.card}@cairn")
    event.add("sequence", session.sequence)
    event.add("dtstamp", clock.now())
    event.add("dtstart", session.starts_at)
    event.add("dtend", session.starts_at + timedelta(minutes=session.minutes))
    event.add("summary", title)
    event.add("status", "CANCELLED" if is_cancelled else "CONFIRMED")
    event.add("description", address)
    if session.coach and session.coach.place:
        event.add("location", session.coach.place)
    name, email = organizer
    host = vCalAddress(f"mailto:{email}")
    host.params["cn"] = vText(name)
    event["organizer"] = host
    if is_address(session.person.email):
        guest = vCalAddress(f"mailto:{session.person.email}")
        guest.params["cn"] = vText(str(session.person))
        guest.params["partstat"] = vText("ACCEPTED")
        event.add("attendee", guest, encode=0)
    if not is_cancelled:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("trigger", -BEFORE)
        alarm.add("description", title)
        event.add_component(alarm)
    calendar.add_component(event)
    return calendar.to_ical()
