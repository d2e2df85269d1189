"""The vendor behind a host page: its ladders, its people's tokens, and the events that its back end sends."""

import base64
import itertools
import json
import time
import urllib.request
from pathlib import Path

import jwt

_numbers = itertools.count(1)


class Vendor:
    """Acts on a running Cairn (tests/live.py) from outside, with the keys that demo.json names."""

    def __init__(self, live):
        self.live, self.facts = live, live.demo

    def apply(self, ladder: dict, folder: Path) -> None:
        """Publish a ladder; JSON is YAML too."""
        file = folder / f"{ladder['ladder']}.yaml"
        file.write_text(json.dumps(ladder))
        self.live.manage("apply", str(file), "--workspace", self.facts["workspace"], "--publish")

    def set(self, **settings) -> None:
        """Change the workspace's settings, as the page of them would."""
        code = f"""
from onboarding.tenancy.models import Workspace
from onboarding.tenancy.scope import workspace_scope
workspace = Workspace.objects.get(slug={self.facts["workspace"]!r})
for name, value in {settings!r}.items():
    setattr(workspace, name, value)
with workspace_scope(workspace.pk):
    workspace.save(update_fields={list(settings)!r})
"""
        self.live.manage("shell", "-c", code)

    def send(self, person: str, *events: str) -> None:
        """Track events of a person, server to server."""
        batch = [
            {"type": "track", "messageId": f"browser-{person}-{next(_numbers)}", "userId": person, "event": event}
            for event in events
        ]
        key = base64.b64encode(f"{self.facts['write_key']}:".encode()).decode()
        headers = {"Authorization": f"Basic {key}", "Content-Type": "application/json"}
        body = json.dumps({"batch": batch}).encode()
        with urllib.request.urlopen(urllib.request.Request(f"{self.live.url}/v1/batch", body, headers)) as answer:
            assert answer.status == 200

    def enroll(self, person: str, *events: str, event: str, ladder: str) -> None:
        """Start a person on a ladder by the event that enrolls, and wait until Cairn shows it; then `events`."""
        self.send(person, event, *events)
        self.live.eventually(lambda: self.checklist(person, ladder)["total"], f"{person} on {ladder}")

    def token(self, person: str, *, seconds: int = 3600) -> str:
        """A token of this person that ends in so many seconds; below zero: one that has ended."""
        now = int(time.time())
        issued = min(now, now + seconds - 60)
        claims = {"sub": person, "aud": self.facts["public_id"], "iat": issued, "exp": now + seconds}
        return jwt.encode(claims, self.facts["signing_secret"], algorithm="HS256")

    def checklist(self, person: str, ladder: str) -> dict:
        request = urllib.request.Request(
            f"{self.live.url}/widget/v1/checklist?ladder={ladder}",
            headers={"Authorization": f"Bearer {self.token(person)}"},
        )
        try:
            with urllib.request.urlopen(request) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            if error.code == 404:  # nothing of this person has arrived yet
                return {"total": 0}
            raise
