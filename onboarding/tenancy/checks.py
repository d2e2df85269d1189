"""System checks: what is wrong with the settings, and what to do about it."""

from django.conf import settings
from django.core.checks import Error, Warning, register


@register()
def check_databases(app_configs, **kwargs):
    has_runtime, has_owner = settings.DATABASE_CONFIGURED
    if has_runtime == has_owner:
        return []
    set_one, missing = ("DATABASE_URL", "DATABASE_OWNER_URL") if has_runtime else ("DATABASE_OWNER_URL", "DATABASE_URL")
    return [
        Error(
            f"{set_one} is set, {missing} is not.",
            hint="Cairn needs two log-ins: the runtime role serves, the owner role migrates. "
            "`manage.py prepare_database --print` shows the SQL that makes them.",
            id="cairn.E001",
        )
    ]


@register()
def check_mode(app_configs, **kwargs):
    if settings.CAIRN_MODE not in ("production", "demo", "test"):
        return [Error(f"CAIRN_MODE is {settings.CAIRN_MODE!r}.", hint="Use production, demo or test.", id="cairn.E002")]
    if settings.CAIRN_MODE == "production" and (settings.CAIRN_CLOCK_OFFSET or settings.CAIRN_CLOCK_FILE):
        said = "CAIRN_CLOCK_OFFSET or CAIRN_CLOCK_FILE moves the clock."
        return [Error(said, hint="Unset it: only test and demo may.", id="cairn.E003")]
    return []


@register(deploy=True)
def check_secrets(app_configs, **kwargs):
    problems = []
    if settings.SECRET_KEY == "insecure-only-for-checks":
        problems.append(
            Error("CAIRN_SECRET_KEY is not set.", hint="Set it to 50 or more random characters.", id="cairn.E004")
        )
    if not settings.CAIRN_SECRET_KEYS:
        problems.append(
            Error(
                "CAIRN_SECRET_KEYS is not set, so signing secrets cannot be stored.",
                hint="Set it to a key made by `python3 -c 'from cryptography.fernet import Fernet; "
                "print(Fernet.generate_key().decode())'`.",
                id="cairn.E005",
            )
        )
    if settings.CAIRN_MODE == "production" and not settings.CAIRN_BASE_URL.startswith("https://"):
        problems.append(
            Warning("CAIRN_BASE_URL is not https.", hint="Cookies are only marked secure with https.", id="cairn.W001")
        )
    return problems
