import secrets
import zoneinfo
from urllib.parse import urljoin

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.text import slugify

from onboarding.tenancy.brand import properties, property_values


def new_public_id() -> str:
    return f"ws_{secrets.token_hex(8)}"


def check_timezone(name: str) -> None:
    if name not in zoneinfo.available_timezones():
        raise ValidationError(f"{name!r} is not a time zone. Use a name such as Europe/Berlin.")


def workdays() -> list[int]:
    """Monday to Friday, as ISO counts them."""
    return [1, 2, 3, 4, 5]


def english() -> list[str]:
    return ["en"]


class Workspace(models.Model):
    """The tenant: one vendor."""

    LANGUAGES = [("en", "English"), ("de", "German"), ("fr", "French"), ("es", "Spanish"), ("ar", "Arabic")]

    public_id = models.CharField(max_length=40, unique=True, default=new_public_id)
    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=60, unique=True)
    timezone = models.CharField(max_length=60, default="UTC", validators=[check_timezone])
    origins = ArrayField(models.CharField(max_length=300), default=list, blank=True)
    # Due dates in business days count these (1 is Monday), the holidays left out; frozen into a version on publish.
    working_days = ArrayField(models.SmallIntegerField(), default=workdays)
    holidays = ArrayField(models.DateField(), default=list, blank=True)
    languages = ArrayField(
        models.CharField(max_length=10), default=english
    )  # of the people; the first is the usual one
    video_hosts = ArrayField(models.CharField(max_length=253), default=list, blank=True)
    logo = models.CharField(max_length=200, blank=True)  # the name of a kept file
    accent = models.CharField(max_length=7, blank=True, default="", db_default="")  # as #00656a
    names_colleagues = models.BooleanField(default=False, db_default=False)  # on team steps, to each other
    checklist_name = models.CharField(
        max_length=60, blank=True, default="", db_default=""
    )  # what it is called; empty: ours
    product_url = models.CharField(
        max_length=300, blank=True, default="", db_default=""
    )  # where the paths lead that steps name, for who is not in the product
    mails_links = models.BooleanField(
        default=False, db_default=False
    )  # people may have their checklist's link mailed to them
    offers_sessions = models.BooleanField(
        default=False, db_default=False
    )  # somebody of the team holds them: kept by the floor that does
    shows_help = models.BooleanField(default=False, db_default=False)  # the help centre is open to everybody
    wording = models.IntegerField(default=0, db_default=0)  # moves when what checklists say was changed in place
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self):
        return self.name

    @property
    def brand(self) -> str:
        """The accent group of the tokens, for the pages that the workspace's customers see."""
        return properties(self.accent)

    @property
    def brand_properties(self) -> dict[str, str]:
        """The same by name, for what is drawn by a script."""
        return property_values(self.accent)

    def way_to(self, link: str | None) -> str:
        """A step's link for who is not in the product: a path leads into it; "" where nobody has said where that is."""
        if not link or not link.startswith("/"):
            return link or ""
        return urljoin(self.product_url, link) if self.product_url else ""

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
