"""`/mailbox/`: the mail that was sent, read back from the files it was written to. Demo and tests only."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_GET

from onboarding.tenancy.access import EVERYONE, open_to
from onboarding.tenancy.demo_only import demo_only

FILES_A_PAGE = 50
SEPARATOR = re.compile(rb"\n-{79}\n")  # Django writes one after each mail of a file


@dataclass(frozen=True)
class Mail:
    """One sent mail. `file` and `number` (from 0, in the order of writing) name it; `sent_at` is None when it does not say."""

    file: str
    number: int
    subject: str
    sender: str
    to: str
    sent_at: datetime | None
    text: str


@demo_only
@require_GET
@open_to(EVERYONE)
def mailbox(request):
    """`/mailbox/`: newest first; a page is so many files, and a file rarely holds more than one mail."""
    page = Paginator(_files(), FILES_A_PAGE).get_page(request.GET.get("page"))
    mails = [each for path in page for each in reversed(list(_read(path)))]
    return render(request, "tenancy/mailbox.html", {"mails": mails, "page": page})


@demo_only
@require_GET
@open_to(EVERYONE)
def mail(request, file, number):
    """`/mailbox/<file>/<number>/`"""
    # Looked up among what is there: an address never becomes a path.
    path = next((path for path in _files() if path.stem == file), None)
    shown = next((each for each in _read(path) if each.number == number), None) if path else None
    if shown is None:
        raise Http404
    return render(request, "tenancy/mailbox_mail.html", {"mail": shown})


def _files() -> list[Path]:
    folder = settings.CAIRN_STATE / "mail"
    return sorted(folder.glob("*.log"), key=lambda path: (path.stat().st_mtime_ns, path.name), reverse=True)


def _read(path: Path) -> Iterator[Mail]:
    for number, content in enumerate(SEPARATOR.split(path.read_bytes())):
        if content.strip():
            yield _mail(path.stem, number, message_from_bytes(content, policy=policy.default))


def _mail(file: str, number: int, message: EmailMessage) -> Mail:
    date = message["Date"]
    body = message.get_body(preferencelist=("plain", "html"))
    return Mail(
        file=file,
        number=number,
        subject=message["Subject"] or "(no subject)",
        sender=message["From"] or "",
        to=message["To"] or "",
        sent_at=date.datetime if date else None,
        text=body.get_content() if body else "",
    )
