"""Page: how much attention the workspace asks for, what is held back now, and the switch that stops it all."""

from django import forms
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST

from onboarding import clock
from onboarding.tenancy.access import open_to
from onboarding.tenancy.audit import record
from onboarding.tenancy.guarded_forms import GuardedForm
from onboarding.tenancy.models import Access
from onboarding.tracking.models import Person
from playbooks.models import Attention, Delivery, Session, Undeliverable
from playbooks.nudging.attention import kept_attention, stop
from playbooks.nudging.words import reason_in_words
from playbooks.pages.showing import page_of, show
from playbooks.sending import attention

SAID = (
    *("quiet_from", "quiet_until", "weekends_quiet", "spacing_hours", "person_day", "person_week"),
    *("account_day", "workspace_hour", "sender", "reply_to", "imprint"),
)
A_PAGE = 20


def _clock(label: str) -> forms.TimeField:
    return forms.TimeField(label=label, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))


class AttentionForm(GuardedForm):
    quiet_from = _clock("Quiet from")
    quiet_until = _clock("Until")
    weekends_quiet = forms.BooleanField(label="Weekends are quiet, too", required=False)
    spacing_hours = forms.IntegerField(label="Hours between two messages to a person", min_value=0, max_value=168)
    person_day = forms.IntegerField(label="Messages to a person in 24 hours", min_value=1, max_value=20)
    person_week = forms.IntegerField(label="Messages to a person in 7 days", min_value=1, max_value=60)
    account_day = forms.IntegerField(label="Messages to an account in 24 hours", min_value=1, max_value=100_000)
    workspace_hour = forms.IntegerField(label="Messages to everybody in an hour", min_value=1, max_value=1_000_000)
    sender = forms.CharField(
        label="Mails come from", max_length=80, required=False, help_text="A name. Empty: your workspace’s."
    )
    reply_to = forms.EmailField(label="Answers go to", max_length=254, required=False)
    imprint = forms.CharField(
        label="Below each mail",
        max_length=300,
        required=False,
        help_text="Who sends it and where they sit, as many laws ask.",
    )

    def clean(self):
        said = super().clean()
        if said.get("person_week") and said.get("person_day") and said["person_week"] < said["person_day"]:
            self.add_error("person_week", "That is fewer than in one day.")
        return said


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(Access.MANAGER)
def attention_page(request, slug):
    """The budget and what it holds back now; POST, by an admin, saves it."""
    rules = attention()
    initial = {name: getattr(rules, name) for name in SAID}
    may_change = request.member.may(Access.ADMIN)
    form = AttentionForm(
        request.POST if request.method == "POST" and may_change else None, initial=initial, auto_id="rule-%s"
    )
    if form.is_bound and form.is_valid():
        rules = kept_attention()
        for name in SAID:
            setattr(rules, name, form.cleaned_data[name])
        rules.save(update_fields=SAID)
        held = Delivery.objects.filter(state=Delivery.State.WAITING, due_at__isnull=False).exclude(reason="")
        held.update(due_at=clock.now())  # what the old rules held back may go by the new ones
        record(member=request.member, verb="changed the attention budget", subject=str(rules))
        messages.success(request, "Saved. It holds from the next message on.")
        return redirect("attention", slug=slug)
    held = Delivery.objects.filter(state=Delivery.State.WAITING).exclude(reason="").select_related("nudge")
    page = page_of(request, held.order_by("due_at", "pk"), A_PAGE)
    people = Person.objects.in_bulk({each.person_id for each in page})
    context = {
        "nav_current": "nudge-list",
        "form": form,
        "rules": rules,
        "may_change": may_change,
        "page": page,
        "held_sessions": Session.objects.exclude(to_tell="").select_related("person").order_by("pk")[:A_PAGE],
        "held": [(each, people.get(each.person_id), reason_in_words(each.reason)) for each in page],
        "undeliverable": Undeliverable.objects.order_by("-at")[:20],
    }
    return show(request, "attention.html", context)


@require_POST
@open_to(Access.ADMIN)
def attention_address(request, slug, pk):
    """Send to an address again that is said to take nothing: whoever knows better may."""
    found = get_object_or_404(Undeliverable, pk=pk)
    found.delete()
    record(member=request.member, verb="let mail be sent again", subject=found.email)
    messages.success(request, f"{found.email} is written to again.")
    return redirect("attention", slug=slug)


@require_POST
@open_to(Access.MANAGER)
def attention_stop(request, slug):
    """Stop messages in the product, or everything; or let it go on. Any manager may: it is what stops a mistake."""
    what = request.POST.get("stop", "")
    if what in Attention.Stop.values:
        stop(what, member=request.member)
        said = {
            "": "Sending goes on. What was held is looked at now.",
            "in_app": "No messages are shown in your product.",
        }
        messages.success(request, said.get(what, "Nothing is sent any more."))
    return redirect("attention", slug=slug)
