"""POST /api/v1/people/<external id>/enrollments/: the vendor's back end puts a person on a ladder."""

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.response import Response

from milestones import acts
from milestones.api.progress import PROBLEM
from milestones.checklist.actions import ActionRefusedError
from milestones.draining import drain_here
from milestones.models import Enrollment, Ladder
from milestones.onto_ladders import refuse_unless_open
from milestones.people import find_person
from onboarding.tenancy.access import API_KEY, open_to
from onboarding.tenancy.models import ApiKey
from onboarding.tenancy.problems import problem
from onboarding.tracking.models import Seat


class EnrollmentAsked(serializers.Serializer):
    ladder = serializers.CharField(max_length=100, help_text="The ladder's key")
    account = serializers.CharField(
        max_length=200, required=False, help_text="An account's external id, for people in several"
    )
    note = serializers.CharField(max_length=500, required=False, allow_blank=True, help_text="Kept with the fact")


@extend_schema(
    operation_id="enroll_person",
    summary="Put a person on a ladder, from now on",
    description="Asking again while they are on it changes nothing. Needs a key that may write.",
    parameters=[
        OpenApiParameter(
            "external_id", str, OpenApiParameter.PATH, description="The vendor's id of the person; may hold '/'"
        )
    ],
    request=EnrollmentAsked,
    responses={
        200: inline_serializer(
            "Enrolled",
            {"ladder": serializers.CharField(), "enrolled": serializers.BooleanField(help_text="Shows already")},
        ),
        400: OpenApiResponse(PROBLEM, "Something about the request is wrong"),
        401: OpenApiResponse(PROBLEM, "No live API key"),
        403: OpenApiResponse(PROBLEM, "The key may only read"),
        404: OpenApiResponse(PROBLEM, "No such person, ladder or seat"),
        409: OpenApiResponse(PROBLEM, "The ladder does not take them"),
    },
)
@api_view(["POST"])
def person_enroll(request, external_id):
    asked = EnrollmentAsked(data=request.data)
    if not asked.is_valid():
        field, errors = next(iter(asked.errors.items()))
        return problem(400, "invalid_request", f"{field}: {errors[0]}")
    said = asked.validated_data
    person = find_person(external_id) if len(external_id) <= 200 else None
    if person is None:
        return problem(404, "unknown_person", "No event of this person has arrived yet.")
    ladder = Ladder.objects.filter(key=said["ladder"]).exclude(live=None).first()
    if ladder is None:
        return problem(404, "unknown_ladder", "No published ladder has this key.")
    seats = Seat.objects.filter(person=person, left_at=None).select_related("person", "account")
    if said.get("account"):
        seats = seats.filter(account__external_id=said["account"])
    seat = seats.order_by("-since", "-pk").first()
    if seat is None:
        return problem(404, "unknown_account", "This person has no seat at that account.")
    if Enrollment.objects.filter(seat=seat, ladder=ladder, ended_at=None).exists():
        return Response({"ladder": ladder.key, "enrolled": True})
    try:
        refuse_unless_open(ladder, seat)
    except ActionRefusedError as error:
        return problem(409, "not_taken", str(error))
    key = ApiKey.objects.get(pk=request.api_key.key_id)
    acts.write(verb="enrolled", seat=seat, ladder=ladder.key, by="api", actor=key.name, note=said.get("note", ""))
    return Response({"ladder": ladder.key, "enrolled": drain_here()})


person_enroll = open_to(API_KEY)(person_enroll)
