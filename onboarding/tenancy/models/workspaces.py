import secrets
import zoneinfo

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.text import slugify


def new_public_id() -> str:
    return f"ws_{secrets.token_hex(8)}"


def check_timezone(name: str) -> None:
    if name not in zoneinfo.available_timezones():
        raise ValidationError(f"{name!r} is not a time zone. Use a name such as Europe/Berlin.")


class Workspace(models.Model):
    """The tenant: one vendor."""

    public_id = models.CharField(max_length=40, unique=True, default=new_public_id)
    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=60, unique=True)
    timezone = models.CharField(max_length=60, default="UTC", validators=[check_timezone])
    origins = ArrayField(models.CharField(max_length=300), default=list, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self):
        return self.name

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.timezone)

    @staticmethod
    def free_slug(name: str) -> str:
        """A slug made from the name that no workspace has yet."""
        base = slugify(name)[:48] or "workspace"
        slug = base
        while Workspace.objects.filter(slug=slug).exists():
            slug = f"{base}-{secrets.token_hex(3)}"
        return slug
