"""Files that a workspace keeps, such as its logo: in Django's storage under a prefix of its own, shown by addresses that expire.

An address is the right to read one file, and nothing else: it names the file and is signed, so it works where nobody is signed
in (a person's checklist) and stops working by itself.
"""

import secrets
from pathlib import PurePosixPath

from django.core import signing
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.http import FileResponse, Http404
from django.urls import reverse
from django.views.decorators.http import require_safe

from onboarding.tenancy.access import EVERYONE, open_to
from onboarding.tenancy.models import Workspace

SALT = "cairn.files"
READABLE_FOR = 24 * 3600  # seconds
KINDS = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp"}
MAX_PICTURE = 200_000


class FileRefusedError(ValueError):
    """A file that is not kept, and why."""


def picture_kind(content: bytes) -> str:
    """png, jpg or webp, told from the content and never from the name. Raises FileRefusedError."""
    if len(content) > MAX_PICTURE:
        raise FileRefusedError("The picture is larger than 200 kB. Make it smaller, then try again.")
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if content.startswith(b"\xff\xd8\xff"):
        return "jpg"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "webp"
    raise FileRefusedError("Only PNG, JPEG and WebP pictures can be shown.")


def keep(workspace: Workspace, content: bytes, *, kind: str) -> str:
    """Store a file under a name nobody can guess; returns that name."""
    name = f"workspaces/{workspace.public_id}/{secrets.token_hex(16)}.{kind}"
    return storages["files"].save(name, ContentFile(content))


def throw_away(workspace: Workspace, name: str) -> None:
    """Remove a kept file; one that is not there, or not this workspace's, is left alone."""
    if name.startswith(f"workspaces/{workspace.public_id}/"):
        storages["files"].delete(name)


def address_of(name: str) -> str:
    """A path at which the file can be read for a day."""
    return reverse("file", args=[signing.TimestampSigner(salt=SALT).sign_object(name)]) if name else ""


@require_safe
@open_to(EVERYONE)
def file(request, token):
    """The file that a signed, unexpired address names; 404 for all else."""
    try:
        name = signing.TimestampSigner(salt=SALT).unsign_object(token, max_age=READABLE_FOR)
        content = storages["files"].open(name)
    except (signing.BadSignature, OSError):
        raise Http404 from None
    kind = PurePosixPath(name).suffix.lstrip(".")
    response = FileResponse(content, content_type=KINDS.get(kind, "application/octet-stream"))
    response["Cache-Control"] = f"private, max-age={READABLE_FOR}"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
