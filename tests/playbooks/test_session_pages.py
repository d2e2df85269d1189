"""Where people and members meet sessions: by the link, on the checklist, in the widget, and in the studio."""

from icalendar import Calendar

from milestones.checklist.links import make_link
from milestones.models import Enrollment
from onboarding import clock
from onboarding.tenancy.models import Member, Workspace
from onboarding.tenancy.scope import workspace_scope
from onboarding.tracking.models import Person
from playbooks.models import Coach, Preference, Session
from playbooks.sessions.booking import ask, cancel, free_times, offer, refresh_offer
from playbooks.sessions.links import link_to
from tests.playbooks.sessions import newest, tell_all


def test_the_link_opens_one_session_and_nothing_else(hannah, acme, client, settings):
    with workspace_scope(acme.pk):
        session = ask(hannah, "report")
        path = "/" + link_to(session).split("/", 3)[3]
        at = free_times(session.coach)[1]
    page = client.get(path)
    assert page.status_code == 200
    assert at.isoformat() in page.content.decode() or f"{at.astimezone(acme.zone).isoformat()}" in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    assert client.get(f"{path}session.ics").status_code == 404, "nothing is booked"
    ours = {"origin": settings.CAIRN_BASE_URL}
    assert client.post(path, {"at": "nonsense"}, headers=ours).status_code == 409
    assert client.post(path, {"at": at.isoformat()}, headers={"origin": "https://evil.example"}).status_code == 403
    assert client.post(path, {"at": at.isoformat()}, headers=ours).status_code == 302
    assert newest(acme).starts_at == at
    assert Calendar.from_ical(client.get(f"{path}session.ics").content).walk("VEVENT")
    for wrong in (path[:-3] + "x/", "/s/abc/", f"/s/{'x' * 3000}/", "/s/WzEsMSwiYSJd:1abcde:xyz/"):
        assert client.get(wrong).status_code == 404
    with workspace_scope(acme.pk):
        Session.objects.update(nonce="another")
    assert client.get(path).status_code == 404, "a new nonce makes the old link worthless"


def test_asked_for_on_the_hosted_checklist(hannah, acme, client, settings):
    ours = {"origin": settings.CAIRN_BASE_URL}
    with workspace_scope(acme.pk):
        token = make_link(hannah)
    page = client.get(f"/c/{token}/").content.decode()
    assert f"/c/{token}/session/report/" in page
    assert "Report" in client.get(f"/c/{token}/session/report/").content.decode()
    answer = client.post(f"/c/{token}/session/report/", {"wish": "Please"}, headers=ours)
    assert answer.status_code == 302
    assert newest(acme).wish == "Please"
    assert client.get(answer["Location"].split("testserver")[-1].split("localhost")[-1] or "/").status_code in (
        200,
        404,
    )
    assert client.get(f"/c/{token}/session/unknown/").status_code == 404
    with workspace_scope(acme.pk):
        Coach.objects.update(is_open=False)
        refresh_offer()
    assert "/session/report/" not in client.get(f"/c/{token}/").content.decode()


def test_in_the_widget_it_is_a_card_that_leads_to_the_times(hannah, acme, client, token):
    headers = {"Authorization": token("hannah")["HTTP_AUTHORIZATION"]}
    answer = client.post(
        "/widget/v1/sessions/report?ladder=path", "{}", content_type="application/json", headers=headers
    )
    assert answer.status_code == 200, answer.content
    [card] = client.get("/widget/v1/messages", headers=headers).json()["messages"]
    assert (card["title"], card["button"], card["link"]) == (
        "A session about “Report”?",
        "Choose a time",
        link_to(newest(acme)),
    )
    assert (
        client.post("/widget/v1/sessions/unknown", "{}", content_type="application/json", headers=headers).status_code
        == 404
    )
    closing = f"/widget/v1/messages/{card['id']}/dismissed"
    assert client.post(closing, "{}", content_type="application/json", headers=headers).status_code == 200
    assert client.get("/widget/v1/messages", headers=headers).json()["messages"] == []
    assert newest(acme).state == "asked", "what they asked for themselves stays"
    with workspace_scope(acme.pk):
        person = Person.objects.get()
        cancel(newest(acme), member=Member.objects.get())
        offer(hannah, "report", member=Member.objects.get())
        assert person.sessions.filter(state="offered").exists()
    [card] = client.get("/widget/v1/messages", headers=headers).json()["messages"]
    client.post(f"/widget/v1/messages/{card['id']}/dismissed", "{}", content_type="application/json", headers=headers)
    assert newest(acme).state == "declined", "an offer that is closed is not wanted"


def test_hours_are_refused_with_the_reason_at_the_place(hannah, acme, signed_in, alice):
    said = {
        "is_open": "on",
        "minutes": 30,
        "gap": 10,
        "notice": 12,
        "days": 14,
        "d1a_from": "12:00",
        "d1a_until": "09:00",
    }
    page = signed_in(alice).post("/w/acme/sessions/hours/", said | {"d2a_from": "09:00", "timezone": "Mars/Olympus"})
    text = page.content.decode()
    assert "Monday: 09:00 is not after 12:00." in text
    assert "Tuesday: say from when until when" in text
    assert "is not a time zone" in text
    said |= {"d1a_from": "08:00", "d1b_from": "13:00", "d1b_until": "15:00"}
    assert signed_in(alice).post("/w/acme/sessions/hours/", said).status_code == 302
    with workspace_scope(acme.pk):
        assert Coach.objects.get().hours == [[1, "08:00", "09:00"], [1, "13:00", "15:00"]]


def test_who_wants_nothing_in_the_product_sees_what_they_asked_for_alone(hannah, acme, client, token):
    headers = {"Authorization": token("hannah")["HTTP_AUTHORIZATION"]}
    with workspace_scope(acme.pk):
        Preference.objects.create(
            workspace=acme, person_id=hannah.seat.person_id, no_in_app=True, changed_at=clock.now()
        )
        offer(hannah, "report", member=Member.objects.get())
    assert client.get("/widget/v1/messages", headers=headers).json()["messages"] == []
    with workspace_scope(acme.pk):
        ask(hannah, "talk")
    assert len(client.get("/widget/v1/messages", headers=headers).json()["messages"]) == 1


def test_it_is_said_in_the_person_s_language(hannah, acme, client, token):
    Workspace.objects.filter(pk=acme.pk).update(languages=["en", "de", "ar"])
    with workspace_scope(acme.pk):
        Person.objects.update(traits={"locale": "ar"})
        offer(
            Enrollment.objects.select_related("seat__person", "seat__account", "ladder").get(),
            "report",
            member=Member.objects.get(),
        )
    [letter] = tell_all(acme)
    [html] = [part for part, kind in letter.alternatives if kind == "text/html"]
    assert 'lang="ar" dir="rtl"' in html
    with workspace_scope(acme.pk):
        Session.objects.all().delete()
        Coach.objects.update(is_open=False)
    headers = {"Authorization": token("hannah")["HTTP_AUTHORIZATION"]}
    answer = client.post(
        "/widget/v1/sessions/report?language=de", "{}", content_type="application/json", headers=headers
    )
    assert (answer.status_code, answer.json()["message"]) == (409, "Zurzeit gibt es keine Termine.")
    odd = client.post("/widget/v1/sessions/report?ladder=%00", "{}", content_type="application/json", headers=headers)
    assert odd.status_code == 409
