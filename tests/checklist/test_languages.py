"""Five languages: every message is translated in each, with the same placeholders; the words change, the checklist does not."""

import re
from datetime import timedelta

import jwt
import pytest
from django.utils import translation

from milestones.checklist.links import make_link
from milestones.checklist.widget_script import panel, words
from milestones.ladder_files import LadderFileError
from milestones.languages import LANGUAGES, SOURCE, catalogue, language_for, zone_for
from milestones.models import Enrollment
from milestones.translated import translated, translated_rules
from onboarding import clock
from onboarding.tenancy.keys import add_signing_secret
from onboarding.tenancy.models import Workspace
from onboarding.tenancy.scope import workspace_scope
from tests.checklist.messages import messages
from tests.ladders import ladder, milestone, publish_ladder
from tests.senders import Sender, identify

TRANSLATED = sorted(LANGUAGES.keys() - {SOURCE})
PLACEHOLDER = re.compile(r"%\(\w+\)s")


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_message_is_translated(language):
    known = {message.id: message.string for message in catalogue(language) if message.id}
    wanted = messages()
    assert wanted - known.keys() == set(), "not translated"
    assert known.keys() - wanted == set(), "said nowhere any more"
    for said, told in known.items():
        forms = told if isinstance(told, tuple) else (told,)
        assert all(forms), said
        # A plural may leave the number out where it says one or two; it may never name something that is not given.
        given = set(PLACEHOLDER.findall(" ".join(said) if isinstance(said, tuple) else said))
        assert all(set(PLACEHOLDER.findall(form)) <= given for form in forms), said
        assert isinstance(said, tuple) or set(PLACEHOLDER.findall(told)) == given, said


def test_the_widget_says_it_in_each_language():
    assert words(SOURCE) == {}
    for language in TRANSLATED:
        told = words(language)
        assert told["I have done this"] != "I have done this"
        assert f"LANGUAGE='{language}'".encode() in panel(language).plain


@pytest.mark.parametrize(
    ("asked", "traits", "offered", "language"),
    [
        ("", {}, ["en"], "en"),
        ("", {"locale": "de-AT"}, ["en", "de"], "de"),
        ("", {"language": "fr"}, ["en", "fr"], "fr"),
        ("", {"locale": "de"}, ["en"], "en"),
        ("es", {"locale": "de"}, ["en", "de", "es"], "es"),
        ("fr-CH, fr;q=0.9, en;q=0.8", {}, ["de", "fr"], "fr"),
        ("xx", {"locale": 7}, ["ar", "en"], "ar"),
        ("", {}, [], "en"),
    ],
)
def test_whose_language_it_is(asked, traits, offered, language):
    assert language_for(Workspace(languages=offered), traits, asked) == language


@pytest.mark.parametrize(
    ("said", "zone"),
    [("Asia/Tokyo", "Asia/Tokyo"), ("Mars/Base", "Europe/Berlin"), (9, "Europe/Berlin"), (None, "Europe/Berlin")],
)
def test_whose_time_zone_it_is(said, zone):
    assert zone_for(Workspace(timezone="Europe/Berlin"), {"timezone": said}).key == zone


@pytest.fixture
def token(acme):
    with workspace_scope(acme.pk):
        _, secret = add_signing_secret()
    now = clock.now()
    claims = {"sub": "hannah", "aud": acme.public_id, "iat": now, "exp": now + timedelta(hours=1)}
    return jwt.encode(claims, secret, algorithm="HS256")


@pytest.fixture
def hannah(client, acme):
    acme.languages = ["en", "de", "ar"]
    acme.save()
    publish_ladder(acme, ladder(milestone("report", {"event": "Reported", "count": 3, "within": {"days": 7}})))
    sender = Sender(client, acme)
    sender.send(identify("hannah", clock.now(), locale="de-DE", name="Hannah Berg"))
    return sender


def test_each_language_asked_for_is_kept_beside_the_others(client, acme, hannah, token):
    def shown(asked):
        return client.get(f"/widget/v1/checklist{asked}", headers={"Authorization": f"Bearer {token}"}).json()

    for _ in range(2):
        own, arabic, none = shown(""), shown("?language=ar"), shown("?language=fr")
        assert (own["language"], own["headline"]) == ("de", "Ein Schritt vor Ihnen. Als Nächstes: Report.")
        assert own["phases"][0]["rungs"][0]["sentence"] == "Sie haben „Reported“ 3-mal ausgeführt binnen 7 Tagen."
        assert (arabic["language"], arabic["is_rtl"]) == ("ar", True)
        assert none["language"] == "de", "a language that the workspace does not offer is not spoken"
    assert translation.get_language() == "en"


def test_the_hosted_page_is_in_the_person_s_language(client, acme, hannah):
    with workspace_scope(acme.pk):
        path = f"/c/{make_link(Enrollment.objects.get())}/"
    page = client.get(path).content.decode()
    assert '<html lang="de">' in page
    assert "Als Nächstes für Sie" in page
    hannah.send(identify("hannah", clock.now(), locale="ar"))
    assert '<html lang="ar" dir="rtl">' in client.get(path).content.decode()


def test_a_refusal_is_said_in_it_too(client, acme, hannah, token):
    headers = {"Authorization": f"Bearer {token}"}
    answer = client.post("/widget/v1/rungs/report/confirm", "{}", content_type="application/json", headers=headers)
    assert answer.json()["message"] == "Dieser Schritt wird durch Ihr Tun im Produkt abgehakt, nicht von Hand."


def test_a_changed_setting_shows_at_once(client, acme, hannah, token):
    def shown():
        return client.get("/widget/v1/checklist", headers={"Authorization": f"Bearer {token}"}).json()

    assert (shown()["language"], shown()["brand"], shown()["name"]) == ("de", {}, "")
    acme.languages, acme.accent, acme.checklist_name = ["ar"], "#aa3300", "خطواتكم"
    with workspace_scope(acme.pk):
        acme.save()
    after = shown()
    assert (after["language"], after["name"]) == ("ar", "خطواتكم")
    assert after["brand"]["--accent"].startswith("light-dark(#aa3300")


def test_another_language_is_seen_at_once(client, acme, hannah, token):
    headers = {"Authorization": f"Bearer {token}"}
    assert client.get("/widget/v1/checklist", headers=headers).json()["language"] == "de"
    hannah.send(identify("hannah", clock.now(), locale="ar"))
    assert client.get("/widget/v1/checklist", headers=headers).json()["language"] == "ar"


def test_a_translation_that_names_a_lost_measure_is_passed_over(client, acme, hannah, token):
    value = {"text": "{sent_total} sent", "measures": [{"name": "sent", "event": "Sent"}]}
    wrong = {"de": {"value": "{gone_total} verschickt"}}
    with pytest.raises(LadderFileError, match="translations/de/value"):
        ladder(milestone("report", {"event": "Reported"}), value=value, translations=wrong)
    assert translated_rules({"value": value, "translations": {"en": {"value": "{gone_total}"}}})["value"] == value


STEP = {
    "title": "Publish",
    "why": "It helps.",
    "why_for": {"operator": "It helps you.", "administrator": "It is your job."},
    "story": "They did it.",
    "stories": [{"text": "We did it.", "role": "operator"}, {"text": "So did we.", "role": "administrator"}],
    "hints": [{"anchor": "publish", "text": "It is here."}, {"anchor": "share", "text": "It is there."}],
    "video": {"url": "https://videos.example/en.mp4", "title": "How", "seconds": 60, "transcript": "Press it."},
}


def in_german(**told) -> dict:
    with translation.override("de"):
        return translated(STEP | {"translations": {"de": told}})


def test_reasons_and_stories_are_translated_role_by_role():
    said = in_german(why_for={"operator": "Das hilft Ihnen."}, stories=["", "Wir auch."])
    assert said["why_for"] == {"operator": "Das hilft Ihnen.", "administrator": "It is your job."}
    assert [story["text"] for story in said["stories"]] == ["We did it.", "Wir auch."]
    assert [story["role"] for story in said["stories"]] == ["operator", "administrator"]


def test_an_untranslated_word_for_one_role_gives_way_to_a_translated_one_for_all():
    said = in_german(why="Das hilft.", story="Die auch.", stories=["", "Wir auch."], why_for={"operator": "Ihnen."})
    assert said["why_for"] == {"operator": "Ihnen."}
    assert said["stories"] == [{"text": "Wir auch.", "role": "administrator"}]


def test_hints_and_videos_differ_where_they_are_translated():
    said = in_german(hints={"share": "Es ist dort."}, video={"title": "Wie", "url": "https://videos.example/de.mp4"})
    assert [hint["text"] for hint in said["hints"]] == ["It is here.", "Es ist dort."]
    told = {"title": "Wie", "url": "https://videos.example/de.mp4", "seconds": 60, "transcript": "Press it."}
    assert said["video"] == told
    assert in_german(title="Senden")["video"] == STEP["video"]


@pytest.mark.parametrize(
    ("told", "wrong"),
    [({"hints": {"gone": "Weg."}}, "no hint at 'gone'"), ({"stories": ["Eine."]}, "number of stories")],
)
def test_a_translation_says_no_more_than_the_original(told, wrong):
    with pytest.raises(LadderFileError, match=wrong):
        ladder(milestone("report", {"event": "Reported"}, **STEP | {"translations": {"de": told}}))


@pytest.mark.parametrize(("days", "said"), [(2, "يومين"), (3, "3 أيام"), (14, "14 يومًا"), (100, "100 يوم")])
def test_arabic_counts_as_it_does(days, said):
    with translation.override("ar"):
        text = translation.ngettext(" within %(days)s day", " within %(days)s days", days) % {"days": days}
    assert text.endswith(said)
