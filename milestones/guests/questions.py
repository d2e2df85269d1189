"""`/d/<token>/`: a customer answers the vendor's questions, without an account."""

from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from milestones.answer_form import AnswerForm
from milestones.answering import TooOftenError, answer, latest, questions_for
from onboarding.tenancy.access import LINK, open_to
from onboarding.tenancy.files import address_of
from onboarding.tenancy.link_pages import private


@csrf_exempt  # the token in the path is the right, and the door checks Origin
@require_http_methods(["GET", "HEAD", "POST"])
@open_to(LINK)
def guest_questions(request, token):
    """The questions of the link's role; POST keeps the answers."""
    account, questions = request.link.account, questions_for(request.link.role)
    before = latest(account)
    data = request.POST if request.method == "POST" else None
    form = AnswerForm(data, questions=questions, answers=before.answers if before else {}, is_guest=True)
    if data is not None and form.is_valid():
        try:
            answer(account, form.answers(), by=form.cleaned_data["name"].strip(), by_customer=True)
        except TooOftenError as error:
            form.add_error(None, str(error))
        else:
            return redirect(f"/d/{token}/?thanks=1")
    context = {
        "workspace": request.workspace_shown,
        "logo_url": address_of(request.workspace_shown.logo),
        "account": account,
        "form": form,
        "questions": questions,
        "thanks": request.GET.get("thanks") == "1",
    }
    return private(render(request, "milestones/guests/questions.html", context))
