"""POST /api/v1/accounts/<external id>/goals/<key>/values/: the vendor's back end tells where a goal stands."""

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.response import Response

from milestones.api.progress import PROBLEM
from milestones.goals import EARLIEST, LARGEST, note_value
from milestones.models import Goal
from onboarding import clock
from onboarding.tenancy.access import API_KEY, open_to
from onboarding.tenancy.models import ApiKey
from onboarding.tenancy.problems import problem
from onboarding.tracking.models import Account


class GoalValue(serializers.Serializer):
    value = serializers.FloatField(min_value=-LARGEST, max_value=LARGEST, help_text="In the goal's unit")
    at = serializers.DateTimeField(required=False, help_text="When it was so; now without it")


@extend_schema(
    operation_id="goal_value",
    summary="Tell the value of an account's goal",
    description="For a goal whose value comes from your back end. The same moment again replaces the value.",
    parameters=[
        OpenApiParameter("external_id", str, OpenApiParameter.PATH, description="The vendor's id of the account"),
        OpenApiParameter("key", str, OpenApiParameter.PATH, description="The goal's key, as its page shows it"),
    ],
    request=GoalValue,
    responses={
        200: GoalValue,
        400: OpenApiResponse(PROBLEM, "Something about the request is wrong"),
        401: OpenApiResponse(PROBLEM, "No live API key"),
        403: OpenApiResponse(PROBLEM, "The key may only read"),
        404: OpenApiResponse(PROBLEM, "No such account or goal"),
        409: OpenApiResponse(PROBLEM, "The goal's value comes from elsewhere"),
    },
)
@api_view(["POST"])
def goal_value(request, external_id, key):
    said = GoalValue(data=request.data)
    if not said.is_valid():
        field, errors = next(iter(said.errors.items()))
        return problem(400, "invalid_request", f"{field}: {errors[0]}")
    account = Account.objects.filter(external_id=external_id).first() if len(external_id) <= 200 else None
    goal = Goal.objects.filter(account=account, key=key).first() if account else None
    if goal is None:
        return problem(404, "unknown_goal", "This account has no goal of this key.")
    if goal.source != Goal.Source.API:
        return problem(
            409, "not_from_api", "This goal's value comes from elsewhere. Set it to be sent by your back end."
        )
    at, now = said.validated_data.get("at"), clock.now()
    if at and not EARLIEST <= at <= now:
        return problem(400, "invalid_request", f"at: is {'still to come' if at > now else 'before the year 2000'}.")
    name = ApiKey.objects.get(pk=request.api_key.key_id).name
    note_value(goal, said.validated_data["value"], by=name, at=at)
    return Response({"value": said.validated_data["value"], "at": at or now})


goal_value = open_to(API_KEY)(goal_value)
