"""Pages: who is there to try things out, by rule or by hand, and is left out of every number."""

from django import forms
from django.contrib import messages
from django.db import IntegrityError, transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from onboarding.tenancy.access import open_to
from onboarding.tenancy.audit import record
from onboarding.tenancy.models import Access
from onboarding.tenancy.scope import current_workspace_id
from onboarding.tracking.counting import counted, judge_everybody, rules, say
from onboarding.tracking.models import Account, Exclusion, Person

MOST_RULES, LISTED = 50, 200
SAID = {"test": True, "real": False, "rules": None}
HOST = set("abcdefghijklmnopqrstuvwxyz0123456789.-")


class ExclusionForm(forms.Form):
    kind = forms.ChoiceField(choices=Exclusion.Kind.choices, initial=Exclusion.Kind.DOMAIN, label="Who")
    trait = forms.CharField(
        required=False, max_length=200, help_text="For a trait: its name, such as internal. Not for a domain."
    )
    value = forms.CharField(
        max_length=200,
        help_text="The domain, such as example.com, or the trait’s value, such as true.",
        error_messages={"required": "Say which domain, or which value."},
    )

    def clean(self):
        said = super().clean()
        value = said.get("value", "").strip()
        if said.get("kind") == Exclusion.Kind.DOMAIN:
            said["trait"], value = "", value.lower().removeprefix("@")
            if value and (not set(value) <= HOST or "." not in value):
                self.add_error("value", "That is not a domain. Write it like example.com.")
        elif not said.get("trait", "").strip():
            self.add_error("trait", "Name the trait.")
        said["value"], said["trait"] = value, said.get("trait", "").strip()
        return said


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(Access.MANAGER)
def test_people(request, slug):
    """The rules, and who is left out by them or by hand; POST adds a rule."""
    form = ExclusionForm(request.POST if request.method == "POST" else None, auto_id="rule-%s")
    if request.method == "POST" and form.is_valid() and _add(form):
        people, accounts = judge_everybody()
        record(member=request.member, verb="added a rule for tests", subject=str(Exclusion(**form.cleaned_data)))
        messages.success(request, f"Left out of every number now: {people} people and {accounts} accounts.")
        return redirect("test-people", slug=slug)
    people, accounts = counted()
    context = {
        "nav_current": "settings" if request.member.may(Access.ADMIN) else "role-list",
        "form": form,
        "rules": rules(),
        "people": Person.objects.filter(is_test=True).order_by("name", "pk")[:LISTED],
        "accounts": Account.objects.filter(is_test=True).order_by("name", "pk")[:LISTED],
        "exceptions": [
            *Person.objects.filter(test_said=False).order_by("name", "pk")[:LISTED],
            *Account.objects.filter(test_said=False).order_by("name", "pk")[:LISTED],
        ],
        "people_count": people,
        "account_count": accounts,
    }
    return render(request, "tracking/test_people.html", context)


def _add(form: ExclusionForm) -> bool:
    if Exclusion.objects.count() >= MOST_RULES:
        form.add_error(None, f"At most {MOST_RULES} rules.")
        return False
    try:
        with transaction.atomic():
            Exclusion.objects.create(workspace_id=current_workspace_id(), **form.cleaned_data)
    except IntegrityError:
        form.add_error(None, "There is such a rule already.")
        return False
    return True


@require_POST
@open_to(Access.MANAGER)
def exclusion_remove(request, slug, pk):
    """Take a rule away; those it left out count again."""
    rule = get_object_or_404(Exclusion, pk=pk)
    rule.delete()
    judge_everybody()
    record(member=request.member, verb="removed a rule for tests", subject=str(rule))
    messages.success(request, f"“{rule}” leaves nobody out any more.")
    return redirect("test-people", slug=slug)


@require_POST
@open_to(Access.MANAGER)
def person_test(request, slug, pk):
    """Say by hand whether a person is a test."""
    return _say(request, get_object_or_404(Person.objects.select_for_update(), pk=pk), "person-detail")


@require_POST
@open_to(Access.MANAGER)
def account_test(request, slug, pk):
    """Say by hand whether an account is a test."""
    return _say(request, get_object_or_404(Account.objects.select_for_update(), pk=pk), "account-detail")


def _say(request, subject: Person | Account, page: str):
    said = request.POST.get("is", "")
    if said not in SAID:
        messages.error(request, "Say whether it counts, or is a test.")
        return redirect(page, slug=request.workspace.slug, pk=subject.pk)
    say(subject, test=SAID[said])
    record(member=request.member, verb="said who is a test", subject=str(subject), detail={"said": said})
    messages.success(
        request, f"{subject} is left out of every number." if subject.is_test else f"{subject} counts in every number."
    )
    return redirect(page, slug=request.workspace.slug, pk=subject.pk)
