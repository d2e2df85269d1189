"""One message, as one person gets it: their language, their values, safe HTML and plain text."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from milestones.prose import as_html, as_text
from onboarding.tenancy.models import Workspace
from playbooks.models import MessageTemplate, MessageText
from playbooks.wording.rendering import UnsayableError, renderer

PUNCTUATION = re.compile(r"([\\`*_{}\[\]<>()#+\-.!|~&:@/])")
ADDRESS = re.compile(r"https?://[^\s]+$")
OF_AN_ADDRESS = "/%:@!$&'*+,;=?~-._#"
PARTS = ("subject", "body", "button", "link", "plain")
MOST_SUBJECT, MOST_BUTTON = 150, 60


@dataclass(frozen=True)
class Message:
    """What goes out. `html` is safe; `link` is an absolute address or "", and `button` what stands on it."""

    subject: str
    html: str
    text: str
    button: str
    link: str
    language: str


def text_for(template: MessageTemplate, language: str, workspace: Workspace) -> MessageText:
    """The template's words in a language, else in the workspace's usual one, else in any. Raises UnsayableError."""
    texts = {each.language: each for each in template.texts.all()}
    for wanted in (language, *workspace.languages):
        if wanted in texts:
            return texts[wanted]
    if texts:
        return texts[min(texts)]
    raise UnsayableError("no_text", said="It has no text yet.")


def compose(text: MessageText, values: Mapping) -> Message:
    """Fill a text in. Raises UnsayableError: for a value that is not known, a text that is broken, a link that is none."""
    sources = {part: getattr(text, part) for part in PARTS}
    # In Markdown a value is only ever words: no name makes a link or a list of itself. Elsewhere it stands as it is.
    made = renderer.render(sources, values, other=_escaped(values), by_other="body")
    link = _address(made["link"].strip() or values.get("links", {}).get("checklist", ""))
    return Message(
        subject=" ".join(made["subject"].split())[:MOST_SUBJECT],
        html=as_html(made["body"]),
        text=made["plain"].strip() or plain(made["body"]),
        button=" ".join(made["button"].split())[:MOST_BUTTON],
        link=link if made["button"].strip() else "",
        language=text.language,
    )


def plain(markdown: str) -> str:
    """Markdown as plain text, with the addresses of its links beside their words."""
    named = re.sub(r"(?<!\\)\[([^\]\n]+)\]\((https?://[^)\s]+)\)", r"\1 (<\2>)", markdown)
    return as_text(re.sub(r"<(https?://[^>\s]+)>", r"\1", named)).strip()


def _address(link: str) -> str:
    if not link:
        return ""
    try:
        parts = urlsplit(link)
    except ValueError:
        parts = None
    if parts is None or parts.scheme not in ("https", "http") or not parts.netloc or re.search(r"[\s<>\"]", link):
        raise UnsayableError("broken", "link", "It is no address that begins with https://.")
    return link


def _escaped(value):
    if isinstance(value, Mapping):
        return {key: _escaped(each) for key, each in value.items()}
    if isinstance(value, str):
        # An address stays one, so that it can be linked to; nothing in it can end the link or begin something else.
        return (
            quote(value, safe=OF_AN_ADDRESS)
            if ADDRESS.match(value)
            else PUNCTUATION.sub(r"\\\1", " ".join(value.split()))
        )
    return value
