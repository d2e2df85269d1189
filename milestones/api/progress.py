"""GET /api/v1/people/<external id>/progress/: the widget's answer plus evidence."""

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.response import Response

from milestones.checklist.document import document, empty
from milestones.models import Progress
from milestones.people import enrollments_of, find_person, first_unfinished
from onboarding import clock
from onboarding.tenancy.access import API_KEY, open_to
from onboarding.tenancy.problems import problem

PROBLEM = inline_serializer(
    "Problem",
    {
        "type": serializers.CharField(),
        "title": serializers.CharField(),
        "status": serializers.IntegerField(),
        "code": serializers.CharField(),
        "message": serializers.CharField(),
        "detail": serializers.CharField(),
    },
)
RUNG = inline_serializer(
    "RungProgress",
    {
        "key": serializers.CharField(),
        "title": serializers.CharField(),
        "state": serializers.ChoiceField(["locked", "open", "reached", "skipped"]),
        "opened_at": serializers.DateTimeField(allow_null=True),
        "due_at": serializers.DateTimeField(allow_null=True),
        "reached_at": serializers.DateTimeField(allow_null=True),
        "current": serializers.FloatField(),
        "target": serializers.FloatField(),
        "evidence": serializers.ListField(child=serializers.JSONField()),
        "impact": inline_serializer(
            "Impact",
            {
                "text": serializers.CharField(),
                "days": serializers.IntegerField(),
                "before": serializers.CharField(allow_null=True),
                "after": serializers.CharField(allow_null=True),
            },
            allow_null=True,
        ),
    },
    many=True,
)
PROGRESS = inline_serializer(
    "PersonProgress",
    {
        "person": serializers.CharField(),
        "ladder": inline_serializer(
            "LadderName",
            {"key": serializers.CharField(), "name": serializers.CharField(), "version": serializers.IntegerField()},
            allow_null=True,
        ),
        "phases": inline_serializer("PhaseProgress", {"name": serializers.CharField(), "rungs": RUNG}, many=True),
        "reached": serializers.IntegerField(),
        "total": serializers.IntegerField(),
        "next": serializers.CharField(allow_null=True),
        "forecast": inline_serializer(
            "Forecast",
            {
                "low": serializers.DateTimeField(),
                "high": serializers.DateTimeField(),
                "text": serializers.CharField(),
                "people": serializers.IntegerField(),
                "within_days": serializers.IntegerField(),
            },
            allow_null=True,
        ),
        "value": serializers.CharField(allow_null=True),
    },
)


@extend_schema(
    operation_id="person_progress",
    summary="Where a person stands, with the evidence of each reached step",
    parameters=[
        OpenApiParameter(
            "external_id", str, OpenApiParameter.PATH, description="The vendor's id of the person; may hold '/'"
        ),
        OpenApiParameter("ladder", str, description="A ladder's key; the first unfinished one without it"),
        OpenApiParameter("account", str, description="An account's external id, for people in several"),
    ],
    responses={
        200: PROGRESS,
        401: OpenApiResponse(PROBLEM, "No live API key"),
        404: OpenApiResponse(PROBLEM, "No such person"),
    },
)
@api_view(["GET"])
def person_progress(request, external_id):
    person = find_person(external_id) if len(external_id) <= 200 else None
    if person is None:
        return problem(404, "unknown_person", "No event of this person has arrived yet.")
    account, ladder = (request.query_params.get(name, "").replace("\x00", "") or None for name in ("account", "ladder"))
    enrollment = first_unfinished(enrollments_of(person, account=account, ladder=ladder))
    now = clock.now()
    if enrollment is None:
        shown = empty(person.external_id, now=now)
    else:
        shown = document(enrollment, now=now)
        evidence = dict(Progress.objects.filter(enrollment=enrollment).values_list("key", "evidence"))
        for phase in shown["phases"]:
            for rung in phase["rungs"]:
                rung["evidence"] = evidence.get(rung["key"], [])
    shown.pop("moment")
    return Response(shown)


person_progress = open_to(API_KEY)(person_progress)
