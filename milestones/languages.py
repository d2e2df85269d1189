"""The languages that people read their checklist in: which one it is for somebody, and the catalogues behind gettext.

The catalogues are PO files in milestones/locale, read when the process starts: nothing has to be compiled first.
"""

import gettext
import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

from babel.messages import mofile, pofile
from django.utils import timezone, translation
from django.utils.translation import trans_real

from onboarding.tenancy.models import Workspace
from onboarding.tenancy.scope import current_workspace_id
from onboarding.tracking.models import Person

FOLDER = Path(__file__).resolve().parent / "locale"
LANGUAGES = dict(Workspace.LANGUAGES)
SOURCE = "en"  # what the code itself says


def load() -> None:
    """Lay our catalogues over Django's own."""
    for language in LANGUAGES.keys() - {SOURCE}:
        trans_real.translation(language).merge(_compiled(language))


def catalogue(language: str):
    """The PO file of a language."""
    with (FOLDER / f"{language}.po").open("rb") as file:
        return pofile.read_po(file, locale=language)


def _compiled(language: str) -> gettext.GNUTranslations:
    made = io.BytesIO()
    mofile.write_mo(made, catalogue(language))
    made.seek(0)
    return gettext.GNUTranslations(made)


def language_for(workspace: Workspace, traits: dict, asked: str = "") -> str:
    """The first that the workspace offers of: what was asked for, the person's `locale` or `language` trait, its usual one."""
    offered = [each for each in workspace.languages if each in LANGUAGES] or [SOURCE]
    return _first([*asked.split(","), traits.get("locale"), traits.get("language")], offered)


def preferred(asked: str) -> str:
    """The first of ours that a browser asks for: where nobody knows which workspace it is about."""
    return _first(asked.split(","), [SOURCE, *LANGUAGES])


def _first(wanted: list, offered: list[str]) -> str:
    for each in wanted:
        short = str(each or "").strip().partition(";")[0].replace("_", "-").partition("-")[0].lower()
        if short in offered:
            return short
    return offered[0]


def workspace_languages() -> list[str]:
    """The languages that the open workspace offers, besides the first, in which its authors write."""
    return Workspace.objects.get(pk=current_workspace_id()).languages[1:]


def zone_for(workspace: Workspace, traits: dict) -> ZoneInfo:
    """The person's `timezone` trait where it names one, else the workspace's."""
    named = traits.get("timezone")
    return ZoneInfo(named) if isinstance(named, str) and named in _zones() else workspace.zone


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def tomorrow(now: datetime) -> datetime:
    """The next midnight of whoever is being read to."""
    zone = timezone.get_current_timezone()
    return datetime.combine(now.astimezone(zone).date() + timedelta(days=1), time.min, tzinfo=zone)


@contextmanager
def reading(workspace: Workspace, person: Person, asked: str = "") -> Iterator[str]:
    """Say everything in the person's language and time zone; gives the language."""
    language = language_for(workspace, person.traits, asked)
    with translation.override(language), timezone.override(zone_for(workspace, person.traits)):
        yield language
