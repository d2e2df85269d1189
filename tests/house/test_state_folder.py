"""The state folder: one run at a time, secrets that stay and stay private, and starting over."""

import json
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from onboarding.embedded import demo, state

ROOT = Path(__file__).resolve().parents[2]
HOLD = "import sys; from pathlib import Path; from onboarding.embedded import state\nwith state.locked(Path(sys.argv[1])):\n    print('held', flush=True)\n    sys.stdin.read()"


@pytest.fixture
def holder(tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()


def test_a_second_run_on_the_same_state_is_refused_and_told_which_holds_it(tmp_path, holder):
    with pytest.raises(state.StateInUse, match=f"process {holder.pid}"), state.locked(tmp_path):
        pass
    assert state.is_locked(tmp_path)


def test_kill_9_leaves_no_lock(tmp_path, holder):
    holder.kill()
    holder.wait()
    assert not state.is_locked(tmp_path)
    with state.locked(tmp_path):
        assert state.is_locked(tmp_path)


def test_secrets_are_made_once_and_only_their_owner_reads_them(tmp_path):
    first = state.secret_keys(tmp_path)
    assert state.secret_keys(tmp_path) == first
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600
    assert len(first["CAIRN_SECRET_KEY"]) >= 50
    fernet = Fernet(first["CAIRN_SECRET_KEYS"])
    assert fernet.decrypt(fernet.encrypt(b"stone")) == b"stone"


def test_two_states_have_different_secrets(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    assert state.secret_keys(tmp_path / "one") != state.secret_keys(tmp_path / "two")


def test_clearing_removes_everything_but_the_lock(tmp_path):
    with state.locked(tmp_path):
        state.secret_keys(tmp_path)
        (tmp_path / "mail").mkdir()
        (tmp_path / "mail" / "1.log").write_text("hello")
        state.clear(tmp_path)
        assert [entry.name for entry in tmp_path.iterdir()] == ["lock"]


def test_joining_a_demo_that_does_not_run_says_how_to_start_one(tmp_path):
    (tmp_path / "environment.json").write_text(json.dumps({"PORT": "8000"}))
    with pytest.raises(demo.DemoFailed, match=r"dev\.py demo"):
        demo.joined_environment(tmp_path)


def test_joining_a_running_demo_takes_its_environment(tmp_path, holder):
    (tmp_path / "environment.json").write_text(json.dumps({"DATABASE_URL": "postgresql://cairn_runtime@/cairn"}))
    assert demo.joined_environment(tmp_path)["DATABASE_URL"] == "postgresql://cairn_runtime@/cairn"
