"""The vendors' Node SDKs, unmodified, where npm is there."""

import shutil
import subprocess
import uuid
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (shutil.which("npm") and shutil.which("node")), reason="npm and node are not installed"),
]
PACKAGES = {"segment": "@segment/analytics-node@3.1.0", "rudder": "@rudderstack/rudder-sdk-node@3.0.13"}
STORY = Path(__file__).with_name("tell_a_story.mjs")


@pytest.fixture(scope="module")
def packages(tmp_path_factory) -> Path:
    """A folder where the SDKs are installed."""
    folder = tmp_path_factory.mktemp("node")
    (folder / "package.json").write_text('{"private": true}')
    command = ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", *PACKAGES.values()]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.parametrize("sdk", PACKAGES)
def test_a_story_told_by_it_moves_the_ladder(live, packages, sdk):
    person = f"zoë/{uuid.uuid4().hex[:12]}"
    command = ["node", STORY, sdk, live.url, live.demo["write_key"], person]
    told = subprocess.run(command, cwd=packages, capture_output=True, text=True, timeout=60)
    assert told.returncode == 0, told.stderr
    shown = live.eventually(
        lambda: (seen := live.progress(person)) and seen["reached"] == 2 and seen, "two rungs reached"
    )
    assert shown["rungs"]["connect-source"]["state"] == "reached"
    assert shown["rungs"]["publish-dashboard"]["state"] == "reached"  # told under the old id
    sql = """
        select p.name, s.role, a.name from tracking_seat s join tracking_person p on p.id = s.person_id
        join tracking_account a on a.id = s.account_id where p.external_id = %s
    """
    assert live.rows(sql, (person,)) == [("Zoë Åkesson", "power_user", "Fjord Ferries")]
    pages = "select 1 from tracking_event e join tracking_person p on p.id = e.person_id where p.external_id = %s"
    pages += " and e.properties ->> 'path' = '/docs/sources'"
    assert len(live.rows(pages, (person,))) == 1
