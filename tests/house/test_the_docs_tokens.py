"""docs/widget.md: each language's token opens a checklist. Python's always runs; the others where their interpreter is."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from milestones.checklist.widget_script import panel, script
from milestones.people_tokens import verify
from onboarding.tenancy.keys import add_signing_secret
from onboarding.tenancy.scope import workspace_scope

DOCS = (Path(settings.ROOT) / "docs" / "widget.md").read_text()
# (language of the block, what runs it, the file's name, what calls it)
RUNS = [
    ("python", [sys.executable], "token.py", "\nprint(cairn_token('hannah'))\n"),
    ("javascript", ["node"], "token.mjs", "\nconsole.log(cairnToken('hannah'))\n"),
    ("ruby", ["ruby"], "token.rb", "\nputs cairn_token('hannah')\n"),
    ("php", ["php"], "token.php", "\necho cairn_token('hannah');\n"),
    ("go", ["go", "run"], "main.go", '\nfunc main() {\n\ttoken, _ := Token("hannah")\n\tprintln(token)\n}\n'),
]


@pytest.mark.parametrize(("language", "command", "name", "call"), RUNS, ids=[language for language, *_ in RUNS])
def test_a_token_of_the_docs_opens_a_checklist(acme, tmp_path, language, command, name, call):
    if not shutil.which(command[0]):
        pytest.skip(f"no {command[0]} here")
    [code, *_] = re.findall(rf"```{language}\n(.*?)```", DOCS, re.S)
    place = tmp_path / name
    place.write_text(code.replace("package cairn", "package main") + call)
    with workspace_scope(acme.pk):
        _, secret = add_signing_secret()
        env = {**os.environ, "CAIRN_SIGNING_SECRET": secret, "CAIRN_WORKSPACE": acme.public_id, "HOME": str(tmp_path)}
        done = subprocess.run([*command, place], env=env, capture_output=True, text=True, timeout=120)
        token = (done.stdout + done.stderr if language == "go" else done.stdout).strip()
        assert done.returncode == 0, done.stderr
        assert verify(token, public_id=acme.public_id).person == "hannah"


def test_its_sizes_are_what_the_widget_weighs():
    loader, part = re.findall(r"\| (\d+) kB compressed", DOCS)
    assert (round(len(script().gzip) / 1000), round(len(panel("en").gzip) / 1000)) == (int(loader), int(part))
