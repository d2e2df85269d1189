"""Sending events the way a vendor does, and draining them at once."""

import base64
import itertools
import json
from datetime import datetime

from milestones.draining import drain
from onboarding.tenancy.scope import workspace_scope
from onboarding.tracking.sources import add_source

_numbers = itertools.count(1)


class Sender:
    """One source of a workspace. `tell` queues events, `send` posts them and drains."""

    def __init__(self, client, workspace, kind="server"):
        self.client, self.workspace = client, workspace
        with workspace_scope(workspace.pk):
            self.source, self.key = add_source(name=f"{kind} {next(_numbers)}", kind=kind)

    def post(self, events: list[dict], **extra):
        headers = {"Authorization": "Basic " + base64.b64encode(f"{self.key}:".encode()).decode()}
        return self.client.post(
            "/v1/batch", json.dumps({"batch": events, **extra}), content_type="application/json", headers=headers
        )

    def send(self, *events: dict, **extra):
        response = self.post(list(events), **extra)
        assert response.status_code == 200, response.content
        drain_all(self.workspace)
        return response


def drain_all(workspace) -> None:
    while drain(workspace.pk):
        pass


def _event(kind: str, at: datetime | str | None, **fields) -> dict:
    event = {"type": kind, "messageId": f"m{next(_numbers)}", **{k: v for k, v in fields.items() if v is not None}}
    if at is not None:
        event["timestamp"] = at if isinstance(at, str) else at.isoformat()
    return event


def track(user, name, at=None, *, account=None, message_id=None, anonymous=None, **properties) -> dict:
    event = _event("track", at, userId=user, anonymousId=anonymous, event=name, properties=properties)
    if account:
        event["context"] = {"groupId": account}
    if message_id:
        event["messageId"] = message_id
    return event


def identify(user, at=None, *, anonymous=None, account=None, **traits) -> dict:
    event = _event("identify", at, userId=user, anonymousId=anonymous, traits=traits)
    if account:
        event["context"] = {"groupId": account}
    return event


def group(user, account, at=None, **traits) -> dict:
    return _event("group", at, userId=user, groupId=account, traits=traits)


def alias(previous, user, at=None) -> dict:
    return _event("alias", at, previousId=previous, userId=user)
