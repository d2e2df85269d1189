"""What the checklist says: every message of its Python, its templates and its widget."""

import io
from pathlib import Path

from babel.messages.extract import extract
from django.conf import settings
from django.utils.translation.template import templatize

from milestones.checklist.widget_script import said_by_the_widget

PYTHON = (
    "milestones/criteria/words.py",
    "milestones/forecasts.py",
    "milestones/templatetags/days.py",
    "milestones/impact.py",
    "playbooks/preferences.py",
    "playbooks/reviewing/notes.py",
    "playbooks/session_pages.py",
    "playbooks/sessions/asking.py",
    "playbooks/sessions/booking.py",
    "playbooks/sessions/letters.py",
    "playbooks/wording/letters.py",
)
FOLDERS = ("milestones/checklist",)
TEMPLATES = (
    "templates/milestones/checklist",
    "templates/playbooks/email",
    "templates/playbooks/guests",
    "templates/guest.html",
    "templates/base.html",
    "templates/_theme_toggle.html",
)
KEYWORDS = {"_": None, "gettext": None, "gettext_lazy": None, "ngettext": (1, 2), "ngettext_lazy": (1, 2)}


def messages() -> set[str | tuple[str, ...]]:
    """Each message once; one with a plural as (singular, plural)."""
    root = Path(settings.ROOT)
    python = [root / path for path in PYTHON] + [path for folder in FOLDERS for path in (root / folder).glob("*.py")]
    templates = [
        found
        for path in TEMPLATES
        for found in ([root / path] if path.endswith(".html") else (root / path).rglob("*.*"))
    ]
    sources = [path.read_text() for path in python] + [templatize(path.read_text()) for path in templates]
    found = {said for text in sources for said in _said_in(text)}
    # A plural is known by its singular, wherever else that is said alone.
    singulars = {each[0] for each in found if isinstance(each, tuple)}
    return found | {text for text in said_by_the_widget() if text not in singulars}


def _said_in(source: str):
    for _line, said, _comments, _context in extract("python", io.BytesIO(source.encode()), keywords=KEYWORDS):
        yield tuple(said) if isinstance(said, tuple) else said
