"""A message as an e-mail: tables and inlined styles for mail programs that know little, and the same as plain text."""

from email.mime.image import MIMEImage
from email.utils import formataddr, formatdate, parseaddr

from django.conf import settings
from django.core.files.storage import storages
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from onboarding import clock
from onboarding.tenancy.brand import palette
from onboarding.tenancy.models import Workspace
from playbooks.models import Attention
from playbooks.wording.composing import Message

OURS = "#0f6a5b"


def letter(message: Message, *, to: str, workspace: Workspace, rules: Attention, token: str) -> EmailMultiAlternatives:
    """The mail; `token` opens the reader's preferences, and ends these mails with one click. Without one it is a trial."""
    choices = settings.CAIRN_BASE_URL + (reverse("preferences", args=[token]) if token else "/")
    stop = f"{settings.CAIRN_BASE_URL}{reverse('unsubscribe', args=[token])}" if token else ""
    mail = EmailMultiAlternatives(
        subject=message.subject,
        body=as_plain(message, workspace, rules, choices),
        from_email=sender(workspace, rules),
        to=[to],
        reply_to=[rules.reply_to] if rules.reply_to else None,
        headers={"Date": formatdate(clock.now().timestamp())}
        | ({"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"} if stop else {}),
    )
    logo = _logo(workspace)
    mail.attach_alternative(as_page(message, workspace, rules, choices, logo="cid:logo" if logo else ""), "text/html")
    if logo:
        mail.mixed_subtype = "related"
        mail.attach(logo)
    return mail


def as_page(
    message: Message, workspace: Workspace, rules: Attention, choices: str, *, logo: str = "", theme: str = ""
) -> str:
    """The mail's HTML. `theme` "dark" or "light" draws it so whatever the reader's program says: for previews."""
    import css_inline

    dark = palette(workspace.accent)["accent"][1] if workspace.accent else "#4fc2ab"
    context = {
        "message": message,
        "workspace": workspace,
        "rules": rules,
        "choices": choices,
        "accent": palette(workspace.accent)["accent"][0] if workspace.accent else OURS,
        "dark": dark,
        "theme": theme,
        "direction": "rtl" if message.language == "ar" else "ltr",
        "logo_url": logo,
    }
    page = render_to_string("playbooks/email/message.html", context)
    return css_inline.CSSInliner(keep_style_tags=True).inline(page)


def as_plain(message: Message, workspace: Workspace, rules: Attention, choices: str) -> str:
    parts = [message.text]
    if message.link:
        parts.append(f"{message.button}: {message.link}")
    if not choices:  # of something that the reader has asked for
        return "\n\n".join(parts) + "\n"
    told = _("%(vendor)s writes to you because you are getting started with it.") % {"vendor": workspace.name}
    parts.append(f"--\n{told}\n{_('Choose what you get, or stop these mails')}: {choices}")
    if rules.imprint:
        parts.append(rules.imprint)
    return "\n\n".join(parts) + "\n"


def sender(workspace: Workspace, rules: Attention) -> str:
    """The installation's own address under the workspace's name: mail from any other would not be believed."""
    name = " ".join((rules.sender or workspace.name).split())[:80]
    return formataddr((name, parseaddr(settings.DEFAULT_FROM_EMAIL)[1]))


def _logo(workspace: Workspace) -> MIMEImage | None:
    """The workspace's logo as a part of the mail: its address here is not readable for long."""
    if not workspace.logo:
        return None
    try:
        with storages["files"].open(workspace.logo) as file:
            image = MIMEImage(file.read())
    except (OSError, TypeError):
        return None
    image.add_header("Content-ID", "<logo>")
    image.add_header("Content-Disposition", "inline", filename="logo")
    return image
