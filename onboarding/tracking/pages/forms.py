"""What members may say about sources, keys and origins."""

from urllib.parse import urlsplit

from django import forms

from onboarding.tenancy.models import ApiKey
from onboarding.tracking.models import Source

LOCAL = ("localhost", "127.0.0.1", "[::1]")
HOST = set("abcdefghijklmnopqrstuvwxyz0123456789.-:")
MAX_ORIGINS = 50
KINDS = [
    (Source.Kind.SERVER, "Server: your back end. Its events count for every milestone."),
    (
        Source.Kind.BROWSER,
        "Browser: your web page. Anyone can read its key, so a milestone counts its events only if it says so.",
    ),
]
SCOPES = [(ApiKey.Scope.READ, "Read progress and flags"), (ApiKey.Scope.WRITE, "Read and write")]


class SourceForm(forms.Form):
    name = forms.CharField(
        max_length=120, error_messages={"required": "Name it after what sends, such as Billing service."}
    )
    kind = forms.ChoiceField(choices=KINDS, initial=Source.Kind.SERVER, widget=forms.RadioSelect)


class ApiKeyForm(forms.Form):
    name = forms.CharField(
        max_length=120, error_messages={"required": "Name it after what uses it, such as Feature flags."}
    )
    scope = forms.ChoiceField(label="It may", choices=SCOPES, initial=ApiKey.Scope.READ)

    def scopes(self) -> list[str]:
        chosen = self.cleaned_data["scope"]
        return [ApiKey.Scope.READ.value] if chosen == ApiKey.Scope.READ else [scope.value for scope in ApiKey.Scope]


class OriginsForm(forms.Form):
    origins = forms.CharField(
        label="Allowed origins",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text="One per line, such as https://app.example.com. While you develop, http://localhost:3000 works, too.",
    )

    def clean_origins(self) -> list[str]:
        lines = [line.strip() for line in self.cleaned_data["origins"].splitlines()]
        origins = list(dict.fromkeys(read_origin(line) for line in lines if line))
        if len(origins) > MAX_ORIGINS:
            raise forms.ValidationError(f"At most {MAX_ORIGINS} origins.")
        return origins


def read_origin(text: str) -> str:
    """The origin as a browser sends it: scheme, host and a port that is not the usual one. Raises ValidationError."""
    wrong = forms.ValidationError(
        "%(text)s is not an origin. Write it like https://app.example.com, without a path.", params={"text": text[:100]}
    )
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise wrong from None
    is_bare = not (parts.path.strip("/") or parts.query or parts.fragment or parts.username or parts.password)
    if not (is_bare and host and text.isascii() and len(text) <= 300) or not set(host) <= HOST:
        raise wrong
    shown = f"[{host}]" if ":" in host else host
    if parts.scheme == "http" and shown not in LOCAL:
        raise forms.ValidationError(
            "%(text)s: use https. Plain http is allowed for localhost only.", params={"text": text[:100]}
        )
    if parts.scheme not in ("http", "https"):
        raise wrong
    usual = {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{shown}" + (f":{port}" if port not in (None, usual) else "")
