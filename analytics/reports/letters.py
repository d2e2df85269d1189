"""A report as an e-mail: tables and inlined styles for mail programs, charts within, and the same as plain text. In the worker only."""

from email.mime.image import MIMEImage

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse

from analytics.models import ReportLink, ReportMail
from analytics.reports.blocks import as_text
from analytics.reports.drawing import draw
from analytics.reports.links import make_link
from onboarding import clock
from onboarding.tenancy.models import Workspace

LINK_DAYS = 60


def letter(mail: ReportMail) -> EmailMultiAlternatives:
    """The mail of one reader, with a link of their own; to be sent when the link is stored."""
    import css_inline

    report, workspace = mail.report, Workspace.objects.get(pk=mail.workspace_id)
    earlier = ReportLink.objects.filter(report=report, email=mail.email, revoked_at=None)
    earlier.update(revoked_at=clock.now())  # of a mail that did not go out
    token = make_link(report, days=LINK_DAYS, member=report.made_by, for_whom=mail.email, email=mail.email)
    link = settings.CAIRN_BASE_URL + reverse("shared-report", args=[token])
    pictures = [(block["name"], draw(block["figure"])) for block in report.said["blocks"] if block["kind"] == "figure"]
    context = {"workspace": workspace, "said": report.said, "link": link}
    html = css_inline.inline(render_to_string("analytics/email/report.html", context))
    text = f"{as_text(report.said)}\nRead it on a page, or stop these mails: {link}\n"
    subject = " ".join(f"{workspace.name}: {report.said['title']}".split())[:200]
    message = EmailMultiAlternatives(subject=subject, body=text, to=[mail.email])
    message.attach_alternative(html, "text/html")
    message.mixed_subtype = "related"
    one_click = {"List-Unsubscribe": f"<{link}stop/>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    message.extra_headers = one_click if report.schedule_id else {}
    for name, picture in pictures:
        image = MIMEImage(picture, "png")
        image.add_header("Content-ID", f"<{name}>")
        image.add_header("Content-Disposition", "inline", filename=f"{name}.png")
        message.attach(image)
    return message
