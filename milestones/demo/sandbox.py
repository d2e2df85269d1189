"""`/sandbox/`: a page of a fictitious vendor's product with the checklist in it. Demo and tests only.

It plays the vendor: it knows Cairn by the keys in demo.json, sends events over HTTP and signs its people's tokens.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import timedelta

import jwt
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST

from milestones.checklist.links import make_link
from milestones.demo import product
from milestones.languages import LANGUAGES
from milestones.people import enrollments_of, find_person, first_unfinished
from onboarding import clock
from onboarding.tenancy.access import EVERYONE, open_to
from onboarding.tenancy.demo_only import demo_only
from onboarding.tenancy.models import Workspace
from onboarding.tenancy.scope import workspace_scope
from onboarding.tracking.models import Account, Person

TOKEN_LIFETIME = timedelta(hours=1)
SESSION_KEY = "northwind"
REMEMBERED = 20  # clicks a person, newest first
OFFERED = 4  # people a role in the switcher


@dataclass(frozen=True)
class SignedIn:
    """Who uses the product: the vendor's ids, as demo.json has them."""

    external_id: str
    role: str | None
    account: str | None


@demo_only
@require_GET
@open_to(EVERYONE)
def sandbox(request):
    """`/sandbox/[?person=<external id>][&language=<code>]`"""
    demo = _demo()
    person = _signed_in(demo, request.GET.get("person"))
    clicks = request.session.get(SESSION_KEY, {}).get(person.external_id, [])
    context = {
        "person": person,
        "switcher": list(_switcher(demo, person)),
        "token": _token(demo, person),
        "clicks": clicks,
        "languages": Workspace.LANGUAGES,
        "language": language if (language := request.GET.get("language")) in LANGUAGES else "",
        "forms": _forms(clicks),
        "trucks": product.TRUCKS,
        "on_time": product.ON_TIME,
        **_names(demo, person),
    }
    return render(request, "sandbox/page.html", context)


@demo_only
@require_POST
@open_to(EVERYONE)
def do(request, action):
    """`/sandbox/do/<action>`: the product does it, and its back end tells Cairn."""
    demo = _demo()
    person = _signed_in(demo, request.POST.get("person"))
    if action == "open-checklist":
        return _open_checklist(request, demo, person)
    if action not in product.ACTIONS:
        raise Http404
    try:
        chosen = product.ACTIONS[action].chosen(request.POST)
    except ValueError as error:
        raise BadRequest(str(error)) from error
    _remember(request, person, _click(demo, person, action, chosen))
    return redirect(_page_of(person))


@demo_only
@require_GET
@open_to(EVERYONE)
def token(request):
    """`/sandbox/token?person=<external id>`: a fresh token, for the widget's getToken."""
    demo = _demo()
    return JsonResponse({"token": _token(demo, _signed_in(demo, request.GET.get("person")))})


def _demo() -> dict:
    path = settings.CAIRN_STATE / "demo.json"
    if not path.exists():
        raise Http404("There is no demo here yet.")
    return json.loads(path.read_text())


def _signed_in(demo: dict, external_id: str | None) -> SignedIn:
    """The person asked for, else the first power user; Http404 for one that the vendor does not know."""
    people = [each for each in demo["people"] if each["external_id"] == external_id]
    if external_id is None:
        people = sorted(demo["people"], key=lambda each: each["role"] != "power_user")
    if not people:
        raise Http404
    return SignedIn(**{name: people[0][name] for name in ("external_id", "role", "account")})


def _switcher(demo: dict, person: SignedIn) -> Iterator[tuple[str, list[str]]]:
    """A few people of each role, and always the one who is signed in: (role, external ids)."""
    by_role: dict[str, list[str]] = {}
    for each in demo["people"]:
        known = by_role.setdefault(each["role"] or "no role", [])
        if each["external_id"] not in known and (len(known) < OFFERED or each["external_id"] == person.external_id):
            known.append(each["external_id"])
    yield from by_role.items()


def _names(demo: dict, person: SignedIn) -> dict:
    """The words for the signed-in person and the account."""
    with _workspace(demo):
        name = Person.objects.filter(external_id=person.external_id).values_list("name", flat=True).first()
        account = Account.objects.filter(external_id=person.account).values_list("name", flat=True).first()
    return {"person_name": name or person.external_id, "account_name": account or person.account or "No account"}


def _token(demo: dict, person: SignedIn) -> str:
    """What a vendor's back end makes in three lines: HS256 with the signing secret as it was shown."""
    now = clock.now()
    claims = {"sub": person.external_id, "aud": demo["public_id"], "iat": now, "exp": now + TOKEN_LIFETIME}
    if person.account:
        claims["account"] = person.account
    return jwt.encode(claims, demo["signing_secret"], algorithm="HS256")


def _click(demo: dict, person: SignedIn, action: str, chosen: dict[str, str]) -> dict:
    """Tell Cairn, and answer what the page shows about it."""
    done, now = product.ACTIONS[action], clock.now()
    properties = done.properties(chosen)
    place = {"base_url": settings.CAIRN_BASE_URL, "write_key": demo["write_key"]}
    answer = product.tell(done.event, properties, person=person.external_id, account=person.account, at=now, **place)
    return {
        "action": action,
        "chosen": list(chosen.values()),
        "event": done.event,
        "properties": json.dumps(properties, ensure_ascii=False),
        "at": f"{now:%H:%M:%S}",
        **asdict(answer),
    }


def _open_checklist(request, demo: dict, person: SignedIn):
    with _workspace(demo):
        known = find_person(person.external_id)
        enrollment = first_unfinished(enrollments_of(known, account=person.account)) if known else None
        link = make_link(enrollment) if enrollment else None
    if link is None:
        messages.error(request, f"{person.external_id} is on no ladder yet.")
        return redirect(_page_of(person))
    return redirect("checklist", token=link)


def _workspace(demo: dict):
    return workspace_scope(Workspace.objects.get(public_id=demo["public_id"]).pk)


def _remember(request, person: SignedIn, click: dict) -> None:
    clicks = request.session.setdefault(SESSION_KEY, {})
    clicks[person.external_id] = [click, *clicks.get(person.external_id, [])][:REMEMBERED]
    request.session.modified = True


def _forms(clicks: list[dict]) -> dict[str, dict]:
    """The forms of the page by the action's name (with _ for -): what they offer, and what has been done with them."""
    forms = {
        key: {"action": key, "choices": {name: list(labels) for name, labels in each.choices.items()}, "done": []}
        for key, each in product.ACTIONS.items()
    }
    for click in [click for click in clicks if click["status"] == 200]:
        forms[click["action"]]["done"].append(", ".join(click["chosen"]) or click["at"])
    return {key.replace("-", "_"): form for key, form in forms.items()}


def _page_of(person: SignedIn) -> str:
    return f"{reverse('sandbox')}?{urlencode({'person': person.external_id})}"
