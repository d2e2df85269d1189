"""Whatever accent colour a workspace chooses, what is written on it and in it can be read."""

import colorsys
import itertools

import pytest

from onboarding.tenancy.brand import DARK_SURFACE, WHITE, contrast, palette, properties, read

WHEEL = [
    "#" + "".join(f"{round(part * 255):02x}" for part in colorsys.hsv_to_rgb(hue / 24, saturation, value))
    for hue, saturation, value in itertools.product(range(24), (0.1, 0.6, 1.0), (0.1, 0.5, 1.0))
]


@pytest.mark.parametrize("colour", ["#000000", "#ffffff", "#ffff00", "#00656a", *WHEEL])
def test_every_colour_becomes_readable_in_both_themes(colour):
    made = palette(colour)
    for theme, surface in enumerate((WHITE, DARK_SURFACE)):
        accent, ink, soft, text = (
            read(made[name][theme]) for name in ("accent", "accent-ink", "accent-soft", "on-accent")
        )
        assert contrast(accent, text) >= 4.5
        assert contrast(accent, surface) >= 4.5
        assert contrast(ink, surface) >= 4.5
        assert theme or contrast(ink, soft) >= 4.5


def test_known_contrasts():
    """WCAG 2.2: black on white is 21, #767676 on white just passes AA."""
    assert contrast((0, 0, 0), WHITE) == pytest.approx(21)
    assert contrast(read("#767676"), WHITE) == pytest.approx(4.54, abs=0.01)


def test_what_is_no_colour_changes_nothing():
    assert properties("") == properties("red; color: blue") == ""
    assert properties("#00656a").startswith("--accent: light-dark(#00656a, ")
