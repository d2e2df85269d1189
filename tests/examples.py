"""One example row of each workspace table. A new model without an example here fails the isolation tests."""

from datetime import timedelta

from django.apps import apps

from analytics.models import (
    Band,
    Climb,
    CountingRules,
    Keeping,
    Kept,
    MatrixRow,
    PersonDay,
    Report,
    ReportLink,
    ReportMail,
    ReportSchedule,
    SavedView,
)
from milestones.models import (
    AccountHealth,
    AccountLink,
    AnswerRule,
    Answers,
    ChecklistDocument,
    ChecklistLink,
    DraftEdit,
    Enrollment,
    Feature,
    Goal,
    GoalReading,
    HealthChange,
    Hit,
    Kickoff,
    Ladder,
    LadderOutlook,
    MagicLink,
    Milestone,
    PeerTime,
    Phase,
    Progress,
    Question,
    Rating,
    Rung,
    Segment,
    SegmentEntry,
    Standing,
    StepArticle,
    TailoredLadder,
    Transition,
    TransitionCounter,
    UsualTime,
    Version,
)
from onboarding import clock
from onboarding.tenancy.isolation import WorkspaceModel
from onboarding.tenancy.models import ApiKey, AuditEntry, Invitation, Member, Notification, SigningSecret
from onboarding.tenancy.secrets import hash_secret, new_secret
from onboarding.tracking.models import (
    Account,
    Event,
    EventKey,
    EventName,
    EventProperty,
    Exclusion,
    Handover,
    Identity,
    InboxRow,
    IntakeDay,
    Person,
    RefusedEvent,
    Role,
    Seat,
    Source,
    SourceKey,
)
from playbooks.models import (
    AccountNote,
    Article,
    ArticleText,
    ArticleVote,
    Attention,
    ChangeNote,
    Coach,
    Delivery,
    Digest,
    Edition,
    Endpoint,
    Matter,
    MessageTemplate,
    MessageText,
    NoteReader,
    Nudge,
    Play,
    PortfolioView,
    Preference,
    Remark,
    Review,
    Session,
    Suppression,
    Task,
    Undeliverable,
    WebhookAttempt,
    WebhookMessage,
)


def workspace_models() -> list[type]:
    return sorted((m for m in apps.get_models() if issubclass(m, WorkspaceModel)), key=lambda m: m._meta.label)


def make_one_of_each(workspace, user) -> None:
    """Fill every workspace table; call it inside the workspace's scope."""
    now = clock.now()
    own = {"workspace": workspace}
    member = Member.objects.filter(user=user).first() or Member.objects.create(**own, user=user, access="owner")
    Invitation.objects.create(
        **own,
        email="new@example.com",
        access="manager",
        token_hash=hash_secret(new_secret("cairn_invite")),
        invited_by=member,
        created_at=now,
        expires_at=now + timedelta(hours=72),
    )
    ApiKey.objects.create(
        **own, name="reader", key_hash=hash_secret(new_secret("cairn_api")), hint="cairn_api_…1234", created_at=now
    )
    SigningSecret.objects.create(
        **own, kid=f"kid-{workspace.pk}", secret_encrypted=b"x", hint="cairn_sign_…1234", created_at=now
    )
    Notification.objects.create(**own, member=member, text="Look", link="/", at=now)
    AuditEntry.objects.create(**own, at=now, member=member, actor="Alice", verb="tested", subject="isolation")
    make_facts(own, now)
    make_progress(own, now, Seat.objects.get())
    make_rollups(own, now)
    make_messages(own, now)


def make_facts(own: dict, now) -> None:
    """One row of each table of tracking."""
    seen = {"first_seen_at": now, "last_seen_at": now}
    source = Source.objects.create(**own, name="Server", kind="server", created_at=now)
    secret = new_secret("cairn_sk")
    SourceKey.objects.create(**own, source=source, key_hash=hash_secret(secret), hint="cairn_sk_…1234", created_at=now)
    account = Account.objects.create(**own, external_id="harbor", name="Harbor", **seen)
    person = Person.objects.create(**own, external_id="hannah", name="Hannah", **seen)
    Identity.objects.create(**own, kind="user", value="hannah", person=person, first_seen_at=now)
    Seat.objects.create(**own, person=person, account=account, since=now)
    name = EventName.objects.create(**own, name="Report Shared", **seen)
    EventProperty.objects.create(**own, event_name_id=name.pk, key="audience", types=["text"], **seen)
    Event.objects.create(
        **own,
        id=own["workspace"].pk,
        source_id=source.pk,
        message_id="m",
        kind=0,
        trusted=True,
        name_id=name.pk,
        person_id=person.pk,
        occurred_at=now,
        received_at=now,
        properties={},
        marks=0,
    )
    EventKey.objects.create(**own, source_id=source.pk, message_id="m", content_hash=1)
    InboxRow.objects.create(**own, source_id=source.pk, received_at=now, body=b"\x90", facts=0)
    RefusedEvent.objects.create(**own, source_id=source.pk, received_at=now, code="x", message="x", event="{}")
    IntakeDay.objects.create(**own, source_id=source.pk, day=now.date())
    Handover.objects.create(**own, from_person_id=1, to_person_id=2)
    Role.objects.create(**own, key="path", name="Path finder", position=0)
    Exclusion.objects.create(**own, kind="domain", value="test.example")


def make_progress(own: dict, now, seat: Seat) -> None:
    """One row of each table of milestones."""
    question = Question.objects.create(**own, key="path", text="Where?", kind="single", options=["A", "B"], position=0)
    AnswerRule.objects.create(**own, question=question, op="is", value="A", milestone="share")
    Answers.objects.create(
        **own, account=seat.account, number=1, answers={"path": "A"}, answered_by="A", by_customer=True, answered_at=now
    )
    Kickoff.objects.create(**own, account=seat.account, number=1, done="Done", done_on=now.date(), created_at=now)
    goal = Goal.objects.create(**own, account=seat.account, key="path", title="Hours", created_at=now)
    GoalReading.objects.create(**own, goal=goal, at=now, value=1, by="A")
    AccountLink.objects.create(
        **own,
        account=seat.account,
        kind="discovery",
        token_hash=hash_secret(new_secret("cairn_link")),
        created_at=now,
        expires_at=now + timedelta(days=9),
    )
    segment = Segment.objects.create(**own, key="path", name="Path", of="person")
    SegmentEntry.objects.create(**own, segment=segment, external_id="hannah")
    Feature.objects.create(**own, key="comments", name="Comments")
    milestone = Milestone.objects.create(**own, key="share", title="Share")
    ladder = Ladder.objects.create(**own, key="path", name="Path")
    Rating.objects.create(**own, ladder=ladder, rung="share", person=seat.person, stars=4, version=1, at=now)
    LadderOutlook.objects.create(**own, ladder=ladder, people=10, said={"horizon": 30}, measured_at=now)
    PeerTime.objects.create(**own, ladder=ladder, rung="share", accounts=12, reached=5, measured_at=now)
    UsualTime.objects.create(**own, ladder=ladder, rung="share", people=10, measured_at=now)
    TailoredLadder.objects.create(**own, account=seat.account, ladder=ladder, base=ladder)
    said = {"key": "share", "title": "Share", "criteria": {"event": "Report Shared"}}
    phases = [{"name": "Setup", "rungs": [{"milestone": "share"}]}]
    document = {"ladder": "path", "name": "Path", "milestones": [said], "phases": phases}
    version = Version.objects.create(
        **own, ladder=ladder, number=1, state="published", document=document, created_at=now, published_at=now
    )
    draft = Version.objects.create(**own, ladder=ladder, number=2, document=document, created_at=now)
    DraftEdit.objects.create(
        **own,
        version=draft,
        number=1,
        kind="opened",
        said="Opened",
        place="all",
        document=document,
        actor="Alice",
        at=now,
    )
    phase = Phase.objects.create(**own, version=version, position=0, name="Setup")
    content = {"title": "Share", "criteria": {"event": "Report Shared"}}
    rung = Rung.objects.create(
        **own, version=version, phase=phase, milestone=milestone, position=0, key="share", content=content
    )
    enrollment = Enrollment.objects.create(**own, seat=seat, ladder=ladder, version=version, enrolled_at=now)
    Hit.objects.create(**own, enrollment=enrollment, rung="share", signal=0, hit_at=now, evidence=[])
    Progress.objects.create(**own, enrollment=enrollment, rung=rung, key="share")
    Transition.objects.create(
        **own,
        number=1,
        enrollment_id=enrollment.pk,
        person_id=seat.person_id,
        ladder="path",
        rung="share",
        change="opened",
        occasion="live",
        written_at=now,
    )
    TransitionCounter.objects.create(**own, last=1)
    StepArticle.objects.create(**own, milestone="share", article="path", language="en", title="Help")
    measured = {"pace": "stalled", "weight": 0, "since": now, "measured_at": now}
    measured |= {"findings": [["silent", "stalled", {"days": 20, "ever": True}]]}
    AccountHealth.objects.create(**own, account=seat.account, ladder=ladder, **measured)
    HealthChange.objects.create(**own, account=seat.account, at=now, was="on_track", pace="stalled")
    Standing.objects.create(**own, account=seat.account, kind="blocked_by_us", note="No import yet", since=now)
    ChecklistDocument.objects.create(**own, enrollment=enrollment, stamp="1", body="{}", is_unfinished=True)
    MagicLink.objects.create(
        **own, enrollment=enrollment, token_hash=hash_secret(new_secret("cairn_magic")), created_at=now, expires_at=now
    )
    ChecklistLink.objects.create(
        **own, enrollment=enrollment, token_hash=hash_secret(new_secret("cairn_link")), created_at=now, expires_at=now
    )


NOTHING_SAID = {"title": "Nothing", "lede": "", "blocks": [], "data": []}


def make_rollups(own: dict, now) -> None:
    """One row of each table of analytics."""
    climb = {"enrollment_id": 1, "person_id": 1, "ladder_id": 1, "version_id": 1, "role": "operator", "segments": []}
    days = {"lags": [3], "opened": [0], "first_value": 3, "done": 3, "weeks": [0], "uses": {}, "awaits_use": False}
    Keeping.objects.create(**own)
    CountingRules.objects.create(**own)
    PersonDay.objects.create(**own, person_id=1, day=now.date(), names=[1])
    Climb.objects.create(**own, **climb, **days, cohort=now.date(), left_out="")
    row = {"ladder_id": 1, "version_id": 1, "role": "operator", "segment": 0, "value": "", "measure": "done"}
    MatrixRow.objects.create(**own, **row, cohort=now.date(), eligible=1)
    Kept.objects.create(**own, kind="intervals", question="1", key="1", asked_at=now)
    wanted = {"kind": "board", "sections": ["measures"], "made_at": now}
    schedule = ReportSchedule.objects.create(**own, **wanted, every="week", emails=["r@fern.example"], next_at=now)
    report = Report.objects.create(
        **own, **wanted, first=now.date(), last=now.date(), schedule=schedule, said=NOTHING_SAID
    )
    ReportMail.objects.create(**own, report=report, email="r@fern.example")
    ReportLink.objects.create(
        **own, report=report, token_hash=hash_secret(new_secret("cairn_report")), made_at=now, expires_at=now
    )
    Band.objects.create(**own, metric="reach", ladder=Ladder.objects.first(), step="share", low=40)
    SavedView.objects.create(**own, name="By role", query="measure=activation_rate&rows=role", made_at=now)


def make_messages(own: dict, now) -> None:
    """One row of each table of playbooks."""
    person, ladder = Person.objects.first(), Ladder.objects.first()
    Attention.objects.create(**own)
    Preference.objects.create(**own, person_id=person.pk, changed_at=now)
    Undeliverable.objects.create(**own, email="gone@harbor.example", why="bounced", at=now)
    template = MessageTemplate.objects.create(**own, key="path", name="A word", channel="email")
    MessageText.objects.create(**own, template=template, language="en", subject="Hello", body="Hello")
    nudge = Nudge.objects.create(**own, name="Stuck", ladder=ladder, trigger="stalled", template=template)
    told = {"person_id": person.pk, "enrollment_id": Enrollment.objects.first().pk, "planned_at": now}
    delivery = Delivery.objects.create(**own, nudge=nudge, channel="email", rung="path", **told)
    Suppression.objects.create(**own, delivery=delivery, at=now, reason="quiet_hours")
    Task.objects.create(**own, title="Call Harbor", made_at=now)
    account = Account.objects.first()
    figures = {"title": "Share", "mean": 2.0, "count": 6}
    Matter.objects.create(
        **own, kind="low_rating", about="path/share", rung="share", evidence=figures, raised_at=now, seen_at=now
    )
    note = ChangeNote.objects.create(**own, said="Too long", changed="Shorter", made_at=now)
    NoteReader.objects.create(**own, note=note, person=person, card=f"{own['workspace'].pk:015x}n")
    article = Article.objects.create(**own, key="path", made_at=now)
    ArticleText.objects.create(**own, article=article, language="en", is_draft=True, title="Help", body="Help", at=now)
    ArticleVote.objects.create(**own, article=article, language="en", helped=True, at=now)
    coach = Coach.objects.create(**own, member=Member.objects.first(), hours=[[1, "09:00", "12:00"]])
    wanted = {"person": person, "coach": coach, "state": "asked", "made_at": now}
    Session.objects.create(**own, card=f"{own['workspace'].pk:016x}", nonce="n", **wanted)
    AccountNote.objects.create(**own, account=account, text="They switch systems", at=now)
    PortfolioView.objects.create(**own, name="Stalled", query="pace=stalled", made_at=now)
    Digest.objects.create(**own, member=Member.objects.first())
    play = Play.objects.create(**own, milestone="share")
    Edition.objects.create(**own, play=play, number=1, purpose="Why", made_at=now)
    Remark.objects.create(**own, play=play, text="A word", made_at=now)
    Review.objects.create(**own, play=play, edition=1, outcome="stands", made_at=now)
    address = {"url": "https://hooks.example/cairn", "kinds": ["step.reached"], "secret_encrypted": b"x"}
    endpoint = Endpoint.objects.create(**own, name="CRM", made_at=now, **address)
    said = {"public_id": f"msg_{own['workspace'].pk}", "about": "trial", "kind": "trial", "body": "{}", "made_at": now}
    message = WebhookMessage.objects.create(**own, endpoint=endpoint, **said)
    WebhookAttempt.objects.create(**own, message=message, at=now, took=9, status=200)
