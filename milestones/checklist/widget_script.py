"""`/widget/v1.js` and the part that it fetches: the files of static/widget, put together without a build step.

The loader asks for the checklist and does nothing else; `/widget/v1.panel.js` draws, with its style sheet and the words of one language.
"""

import gzip
import hashlib
import json
import re
from dataclasses import dataclass
from functools import lru_cache

import brotli
from django.conf import settings
from django.http import HttpResponse, HttpResponseNotAllowed, HttpResponseNotModified
from django.utils import translation

from milestones.checklist.widget_style import style_sheet
from milestones.languages import LANGUAGES, SOURCE
from onboarding.tenancy.access import EVERYONE, open_to

LOADER = ("natives", "guarding", "comparing", "pacing", "asking", "fetching", "interface", "element", "entrance")
PANEL = ("drawing", "wording", "steps", "acting", "panel", "keeping", "hints", "messages")
QUOTED = re.compile(r"'[^'\n]*'|`[^`\n]*`")
SAID = re.compile(r"say\('((?:[^'\\]|\\.)*)'|\bsay\(\w+ \? '([^']*)' : '([^']*)'")
NAMED = re.compile(r"^(?:async )?(?:const|let|function|class) (?:(\w+)|\{([^}]*)\})", re.M)
GIVEN = ("Panel", "Hints", "Messages", "say", "sheet")  # what the part hands to the loader
MAX_AGE = 300  # seconds: a page that is loaded later than this runs the newest script
A_YEAR = 31_536_000


@dataclass(frozen=True)
class Script:
    """A script in each coding a browser may ask for, and the tag of its text."""

    plain: bytes
    gzip: bytes
    br: bytes
    etag: str


@lru_cache(maxsize=1)
def script() -> Script:
    """The loader. Put together once a process."""
    code = _code(LOADER)
    kit = ",".join(_shared())
    # Whatever an old or odd browser lacks: the page around hears nothing of it.
    return _made(
        f"(()=>{{'use strict';try{{\nconst VERSION='{_version()}'\n{code}const KIT={{{kit}}}\nenter()\n}}catch{{}}}})()\n"
    )


@lru_cache(maxsize=len(LANGUAGES))
def panel(language: str) -> Script:
    """The part that draws, in one language: a module whose function takes what the loader has and gives GIVEN."""
    folder = settings.ROOT / "static"
    code = _code(PANEL)
    classes = set(re.findall(r"[\w-]+", " ".join(QUOTED.findall(code))))  # class and tag names stand in quotes
    style = style_sheet(folder / "css", words=classes, own=(folder / "widget/embed.css").read_text())
    head = f"const LANGUAGE='{language}',WORDS={_json(words(language))},STYLE={_json(style)}"
    tail = f"const sheet=new CSSStyleSheet()\nsheet.replaceSync(STYLE)\nreturn {{{','.join(GIVEN)}}}"
    return _made(f"export default({{{','.join(_shared())}}})=>{{\n{head}\n{code}{tail}\n}}\n")


@lru_cache(maxsize=1)
def _version() -> str:
    """Moves with the part in whatever language."""
    return hashlib.sha256("".join(panel(each).etag for each in sorted(LANGUAGES)).encode()).hexdigest()[:12]


def words(language: str) -> dict[str, str]:
    """What the part says → how it is said in that language; nothing where it is the same."""
    with translation.override(language):
        told = {text: translation.gettext(text) for text in said_by_the_widget()}
    return {text: translated for text, translated in told.items() if translated != text}


def said_by_the_widget() -> list[str]:
    """Each text that the widget says, in order."""
    found = (text for each in SAID.finditer(_code(PANEL) + _code(LOADER)) for text in each.groups() if text)
    return list(dict.fromkeys(text.replace("\\'", "'") for text in found))


def _shared() -> list[str]:
    """The names that the loader declares for all of itself, and the part uses, too."""
    whole = "\n".join(_text(name) for name in LOADER)
    known = [name for one, several in NAMED.findall(whole) for name in (re.findall(r"\w+", several) or [one])]
    used = set(re.findall(r"\w+", _code(PANEL))) | {"CSSStyleSheet"}
    return [name for name in dict.fromkeys(known) if name in used]


def _code(parts: tuple[str, ...]) -> str:
    return "".join(_without_comments(_text(name)) for name in parts)


def _text(name: str) -> str:
    return (settings.ROOT / f"static/widget/{name}.js").read_text()


def _json(value) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _made(text: str) -> Script:
    plain = text.encode()
    return Script(
        plain, gzip.compress(plain, 9, mtime=0), brotli.compress(plain), hashlib.sha256(plain).hexdigest()[:32]
    )


def _without_comments(text: str) -> str:
    """Without the lines that are only a comment, and without what stands before a line's first word."""
    lines = (line.strip() for line in text.splitlines())
    return "".join(f"{line}\n" for line in lines if line and not line.startswith("//"))


@open_to(EVERYONE)
def widget_script(request):
    """GET /widget/v1.js: the same for everybody, so any page may load it and any cache may keep it."""
    return _answer(request, script(), MAX_AGE)


@open_to(EVERYONE)
def widget_panel(request):
    """GET /widget/v1.panel.js?language=&v=: asked for by the loader; with its version it may be kept for good."""
    asked = request.GET.get("language", "")
    found = panel(asked if asked in LANGUAGES else SOURCE)
    is_this = request.GET.get("v") == _version()
    return _answer(request, found, A_YEAR if is_this else 0)


def _answer(request, found: Script, max_age: int):
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    coding = _coding(request.headers.get("Accept-Encoding", ""))
    etag = f'"{found.etag}{"-" if coding else ""}{coding}"'
    if etag in re.findall(r'"[^"]*"', request.headers.get("If-None-Match", "")):
        response = HttpResponseNotModified()
    else:
        response = HttpResponse(getattr(found, coding or "plain"), content_type="text/javascript; charset=utf-8")
        if coding:
            response["Content-Encoding"] = coding
    response["ETag"] = etag
    response["Cache-Control"] = f"public, max-age={max_age}"
    response["Vary"] = "Accept-Encoding"
    response["Access-Control-Allow-Origin"] = "*"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def _coding(accepted: str) -> str:
    """'br', 'gzip' or '': the best coding that the header accepts."""
    codings = {}
    for item in accepted.lower().split(","):
        name, _, weight = item.partition(";")
        codings[name.strip()] = weight.strip().replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return next((coding for coding in ("br", "gzip") if codings.get(coding)), "")
