"""What the widget costs the page around it: 12 kB compressed before anybody has a checklist, 30 kB whole, in any language."""

import pytest

from milestones.checklist.widget_script import panel, script
from milestones.languages import LANGUAGES

LOADER, WHOLE = 12_000, 30_000


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_widget_keeps_its_budget(language):
    loader, part = script(), panel(language)
    assert len(loader.gzip) <= LOADER
    assert len(loader.gzip) + len(part.gzip) <= WHOLE
    assert len(part.br) <= len(part.gzip)
