"""The page of sources and keys. A secret is put into the answer of the POST that made it, and nowhere else."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.core.paginator import Paginator
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format

from onboarding import clock
from onboarding.tenancy.keys import MAX_SIGNING_SECRETS
from onboarding.tenancy.models import ApiKey, SigningSecret
from onboarding.tracking.models import Source, SourceKey
from onboarding.tracking.pages.forms import ApiKeyForm, OriginsForm, SourceForm
from onboarding.tracking.pages.stream import PAGE

TEMPLATE = "tracking/source_list.html"
ENDED_SHOWN = 20


@dataclass(frozen=True)
class NewSecret:
    """A secret as it is shown once. `use` picks the snippets: server, browser, api or signing."""

    text: str
    title: str
    use: str
    kid: str = ""


@dataclass(frozen=True)
class KeyLine:
    """A key and whether it opens anything."""

    row: SourceKey | ApiKey | SigningSecret
    state: str  # live, ending or ended
    words: str


def show(request, *, secret: NewSecret | None = None, problem: str = "", **forms):
    """The whole page; `forms` are bound forms that take the place of the fresh ones."""
    now = clock.now()
    with timezone.override(request.workspace.zone):
        signing = key_lines(SigningSecret.objects.order_by("-id"), now)
        context = {
            "nav_current": "source-list",
            "secret": secret,
            "problem": problem,
            "base_url": settings.CAIRN_BASE_URL,
            "ingest_host": settings.CAIRN_BASE_URL.partition("://")[2],
            "ingest_scheme": settings.CAIRN_BASE_URL.partition("://")[0],
            "sources": _sources(request.GET.get("page"), now),
            "api_keys": key_lines(ApiKey.objects.order_by("-id"), now),
            "signing_secrets": signing,
            "may_add_signing": sum(line.state != "ended" for line in signing) < MAX_SIGNING_SECRETS,
            "source_form": SourceForm(auto_id="source_%s"),
            "api_key_form": ApiKeyForm(auto_id="api_%s"),
            "origins_form": OriginsForm(
                auto_id="origins_%s", initial={"origins": "\n".join(request.workspace.origins)}
            ),
            **forms,
        }
        response = render(request, TEMPLATE, context)
    response["Cache-Control"] = "no-store"
    return response


def _sources(number, now: datetime):
    """A page of (source, its keys), Cairn's own source last."""
    page = Paginator(Source.objects.order_by("kind", "name", "id").exclude(kind=Source.Kind.CAIRN), PAGE).get_page(
        number
    )
    keys: dict[int, list[SourceKey]] = {}
    for key in SourceKey.objects.filter(source__in=list(page)).order_by("-id"):
        keys.setdefault(key.source_id, []).append(key)
    page.entries = [(source, key_lines(keys.get(source.pk, []), now)) for source in page]
    return page


def key_lines(rows, now: datetime) -> list[KeyLine]:
    """Those that still open something, then the latest of those that do not."""
    lines = [KeyLine(row, *state_of(row, now)) for row in rows]
    ended = [line for line in lines if line.state == "ended"]
    return [line for line in lines if line.state != "ended"] + ended[:ENDED_SHOWN]


def state_of(row, now: datetime) -> tuple[str, str]:
    if row.revoked_at is not None:
        return "ended", f"Revoked {_day(row.revoked_at)}"
    if row.expires_at is None:
        return "live", "Live"
    return (
        ("ending", f"Works until {_day(row.expires_at)}")
        if row.expires_at > now
        else ("ended", f"Ended {_day(row.expires_at)}")
    )


def _day(at: datetime) -> str:
    return date_format(timezone.localtime(at), "j M Y, H:i")
