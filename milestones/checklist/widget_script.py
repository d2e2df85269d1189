"""`/widget/v1.js`: the files of static/widget as one script, with the style sheet inside; no build step, no second request."""

import gzip
import hashlib
import json
import re
from dataclasses import dataclass
from functools import lru_cache

import brotli
from django.conf import settings
from django.http import HttpResponse, HttpResponseNotAllowed, HttpResponseNotModified

from milestones.checklist.widget_style import style_sheet
from onboarding.tenancy.access import EVERYONE, open_to

PARTS = (
    *("natives", "guarding", "drawing", "wording", "comparing", "pacing", "asking"),
    *("steps", "acting", "panel", "keeping", "hints", "interface", "element", "entrance"),
)
QUOTED = re.compile(r"'[^'\n]*'|`[^`\n]*`")
MAX_AGE = 300  # seconds: a page that is loaded later than this runs the newest script


@dataclass(frozen=True)
class Script:
    """The script in each coding a browser may ask for, and the tag of its text."""

    plain: bytes
    gzip: bytes
    br: bytes
    etag: str


@lru_cache(maxsize=1)
def script() -> Script:
    """Put together once a process."""
    folder = settings.ROOT / "static"
    parts = [_without_comments((folder / f"widget/{name}.js").read_text()) for name in PARTS]
    code = "".join(parts)
    words = set(re.findall(r"[\w-]+", " ".join(QUOTED.findall(code))))  # class and tag names stand in quotes
    style = style_sheet(folder / "css", words=words, own=(folder / "widget/embed.css").read_text())
    # Whatever an old or odd browser lacks: the page around hears nothing of it.
    text = f"(()=>{{'use strict';try{{\nconst STYLE={json.dumps(style)}\n{code}}}catch{{}}}})()\n"
    plain = text.encode()
    tag = hashlib.sha256(plain).hexdigest()[:32]
    return Script(plain, gzip.compress(plain, 9, mtime=0), brotli.compress(plain), tag)


def _without_comments(text: str) -> str:
    """Without the lines that are only a comment, and without what stands before a line's first word."""
    lines = (line.strip() for line in text.splitlines())
    return "".join(f"{line}\n" for line in lines if line and not line.startswith("//"))


@open_to(EVERYONE)
def widget_script(request):
    """GET /widget/v1.js: the same for everybody, so any page may load it and any cache may keep it."""
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    found = script()
    coding = _coding(request.headers.get("Accept-Encoding", ""))
    etag = f'"{found.etag}{"-" if coding else ""}{coding}"'
    if etag in re.findall(r'"[^"]*"', request.headers.get("If-None-Match", "")):
        response = HttpResponseNotModified()
    else:
        content = getattr(found, coding or "plain")
        response = HttpResponse(content, content_type="text/javascript; charset=utf-8")
        if coding:
            response["Content-Encoding"] = coding
    response["ETag"] = etag
    response["Cache-Control"] = f"public, max-age={MAX_AGE}"
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
