"""What the widget costs the page around it: 30 kB compressed, whole."""

from milestones.checklist.widget_script import script

WHOLE = 30_000


def test_the_whole_widget_keeps_its_budget():
    found = script()
    assert len(found.gzip) <= WHOLE
    assert len(found.br) <= len(found.gzip)
