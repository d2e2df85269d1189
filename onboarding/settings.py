"""All settings, read from the environment; .env.example names each of them."""

import os
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import environ

env = environ.Env()
ROOT = Path(__file__).resolve().parent.parent

# --- Where we are ------------------------------------------------------------------------------
CAIRN_MODE = env("CAIRN_MODE", default="production")
CAIRN_BASE_URL = env("CAIRN_BASE_URL", default="http://127.0.0.1:8000").rstrip("/")
CAIRN_STATE = Path(env("CAIRN_STATE", default=str(ROOT / ".cairn")))
CAIRN_CLOCK_OFFSET = env.float("CAIRN_CLOCK_OFFSET", default=0.0)
CAIRN_CLOCK_FILE = env("CAIRN_CLOCK_FILE", default="")
DEBUG = False
SECRET_KEY = env("CAIRN_SECRET_KEY", default="insecure-only-for-checks")
CAIRN_SECRET_KEYS = env.list("CAIRN_SECRET_KEYS", default=[])
ALLOWED_HOSTS = env.list("CAIRN_ALLOWED_HOSTS", default=["127.0.0.1", "localhost"])
CSRF_TRUSTED_ORIGINS = env.list("CAIRN_TRUSTED_ORIGINS", default=[])

# --- Databases: the runtime role for everything, the owner for migrations and partitions -------
_database_url = env("DATABASE_URL", default="")
_owner_url = env("DATABASE_OWNER_URL", default="")
DATABASES = {
    "default": env.db_url_config(_database_url or "postgresql://cairn_runtime@/cairn"),
    "owner": env.db_url_config(_owner_url or "postgresql://cairn_owner@/cairn"),
}
for _alias, _database in DATABASES.items():
    _database["ENGINE"] = "onboarding.tenancy.database"
    # No server-side prepared plans or cursors: both break behind a transaction pooler.
    _database.update(DISABLE_SERVER_SIDE_CURSORS=True, CONN_MAX_AGE=env.int("CAIRN_CONN_MAX_AGE", default=600))
    _database.setdefault("OPTIONS", {})["application_name"] = f"cairn-{_alias}"
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASES["default"]["OPTIONS"].update(
    connect_timeout=5,
    # A frozen database must answer 503, not pile up workers.
    options=f"-c statement_timeout={env.int('CAIRN_STATEMENT_TIMEOUT_MS', default=30000)} -c lock_timeout=5000 "
    # Nobody runs this on a disk that turns; and no question here is long enough to be worth compiling.
    "-c random_page_cost=1.1 -c jit=off",
)
DATABASES["owner"]["CONN_MAX_AGE"] = 0
DATABASE_CONFIGURED = bool(_database_url), bool(_owner_url)
DATABASE_ROUTERS = ["onboarding.tenancy.database_roles.RuntimeRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CAIRN_LOOKUP_ROLE = env("CAIRN_LOOKUP_ROLE", default="cairn_lookup")
CAIRN_BACKUP_ROLE = env("CAIRN_BACKUP_ROLE", default="cairn_backup")

# --- Floors ------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "onboarding.tenancy",
    "onboarding.tracking",
    "milestones",
    "playbooks",
    "analytics",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "anymail",
    "django_htmx",
    "template_partials",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]
MIDDLEWARE = [
    "onboarding.tenancy.security_headers.SecurityHeadersMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "onboarding.tenancy.middleware.WorkspaceMiddleware",
]
ROOT_URLCONF = "onboarding.urls"
WSGI_APPLICATION = "onboarding.wsgi.application"
APPEND_SLASH = False  # machine paths have none, and a redirect would drop a POST's body
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "onboarding.tenancy.context.tenancy",
            ],
            "builtins": [
                "template_partials.templatetags.partials",
                "django.templatetags.static",
                "django.templatetags.i18n",
                "milestones.templatetags.days",
            ],
        },
    }
]
# The path decides who resolves the credential (RELIABILITY.md section 1). First match wins.
CAIRN_DOORS = [
    ("/v1/", "onboarding.tracking.doors.source_key"),
    ("/c/", "milestones.checklist.hosted.link"),
    ("/m/", "milestones.checklist.mailed_links.door"),
    ("/d/", "milestones.account_links.discovery"),
    ("/k/", "milestones.account_links.kickoff"),
    ("/r/", "analytics.reports.links.door"),
    ("/n/", "playbooks.preferences.door"),
    ("/h/", "playbooks.help.public.door"),
    ("/s/", "playbooks.sessions.links.door"),
    ("/widget/v1/", "milestones.checklist.widget.person_token"),
    ("/ofrep/", "milestones.ofrep.flag_reader"),
    ("/api/", "onboarding.tenancy.doors.api_key"),
    ("/w/", "onboarding.tenancy.doors.member"),
]

# --- People sign in ----------------------------------------------------------------------------
AUTH_USER_MODEL = "tenancy.User"
SILENCED_SYSTEM_CHECKS = ["auth.W004"]  # e-mail is unique by a constraint on lower(email)
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
if CAIRN_MODE == "test":
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # fast; nobody's real password
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SIGNUP_FORM_CLASS = "onboarding.tenancy.sign_up.SignUpForm"
ACCOUNT_ADAPTER = "onboarding.tenancy.sign_up.AccountAdapter"
ACCOUNT_EMAIL_VERIFICATION = "optional"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_CONFIRM_EMAIL_ON_GET = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_DEFAULT_HTTP_PROTOCOL = CAIRN_BASE_URL.partition("://")[0]
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Cairn"
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
SESSION_ENGINE = "django.contrib.sessions.backends.db"  # the broker may be flushed; a session may not
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = CAIRN_BASE_URL.startswith("https")
_is_behind_proxy = env.bool("CAIRN_BEHIND_PROXY", default=False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _is_behind_proxy else None
# How many stand before us: else all who sign in would share the proxy's address, and its limits.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("CAIRN_PROXIES", default=int(_is_behind_proxy))
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# --- Mail --------------------------------------------------------------------------------------
EMAIL_TIMEOUT = 20  # seconds: a mail server that hangs holds nobody up
DEFAULT_FROM_EMAIL = env("CAIRN_FROM_EMAIL", default="Cairn <no-reply@cairn.example>")
if CAIRN_MODE == "production":
    vars().update(env.email_url("EMAIL_URL", default="smtp://localhost:25"))
    if env("EMAIL_SERVICE", default=""):
        EMAIL_BACKEND = f"anymail.backends.{env('EMAIL_SERVICE')}.EmailBackend"
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = str(CAIRN_STATE / "mail")
    if env("CAIRN_TEST_SMTP", default=""):
        vars().update(env.email_url("CAIRN_TEST_SMTP"))
# What the mail service's own settings are called in django-anymail: POSTMARK_SERVER_TOKEN, WEBHOOK_SECRET, …
ANYMAIL = {name.removeprefix("ANYMAIL_"): value for name, value in os.environ.items() if name.startswith("ANYMAIL_")}

# --- Queue and cache ---------------------------------------------------------------------------
REDIS_URL = env("REDIS_URL", default="redis://127.0.0.1:6379/0")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {"socket_timeout": 1, "socket_connect_timeout": 1},
    }
}

# --- Files, words, time ------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = env("CAIRN_STATIC_ROOT", default=str(ROOT / ".static"))
STATICFILES_DIRS = [ROOT / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "analytics.plotly_script.PlotlyFinder",
]


def _files(url: str) -> dict:
    """Where kept files lie: a folder, or s3://bucket/prefix?endpoint_url=…&region_name=… (the keys as boto3 finds them)."""
    place = urlsplit(url)
    if place.scheme == "s3":
        options = {"bucket_name": place.netloc, "location": place.path.strip("/"), **dict(parse_qsl(place.query))}
        return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options | {"file_overwrite": False}}
    return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": place.path}}


STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "files": _files(env("FILES_URL", default=str(CAIRN_STATE / "files"))),
    "staticfiles": {
        "BACKEND": {
            "production": "whitenoise.storage.CompressedManifestStaticFilesStorage",
            "demo": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage",  # compressing takes half a minute
        }.get(CAIRN_MODE, "django.contrib.staticfiles.storage.StaticFilesStorage")
    },
}
WHITENOISE_USE_FINDERS = CAIRN_MODE == "test"
LANGUAGE_CODE = "en"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"

# --- API ---------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Cairn API",
    "VERSION": "1",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SERVE_AUTHENTICATION": [],
}

# --- Limits and logs ---------------------------------------------------------------------------
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env("CAIRN_LOG_LEVEL", default="INFO")},
    "loggers": {
        "django.security.DisallowedHost": {"level": "ERROR"},
        "fontTools": {"level": "WARNING"},  # tells of each glyph of a PDF
    },
}
