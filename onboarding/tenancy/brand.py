"""A workspace's accent colour, made readable: whatever colour is chosen, text on it and in it keeps its contrast. Pure.

Contrast as in WCAG 2.2: (L1 + 0.05) / (L2 + 0.05) of the relative luminances; 4.5 is AA for text.
"""

import re

RGB = tuple[float, float, float]
WHITE, BLACK = (1.0, 1.0, 1.0), (0.0, 0.0, 0.0)
DARK_SURFACE, DARK_TEXT = (0.095, 0.115, 0.118), (0.03, 0.06, 0.055)
HEX = re.compile(r"#[0-9a-f]{6}")
ENOUGH = 4.6  # a little more than 4.5: colours are rounded to whole steps
STEPS = 50


def properties(accent: str) -> str:
    """The custom properties that a page sets on its root for this colour, as a style attribute says them; "" for none."""
    return "; ".join(f"{name}: {value}" for name, value in property_values(accent).items())


def property_values(accent: str) -> dict[str, str]:
    """The same by name; empty for no colour."""
    if not HEX.fullmatch(accent):
        return {}
    return {f"--{name}": f"light-dark({light}, {dark})" for name, (light, dark) in palette(accent).items()}


def palette(accent: str) -> dict[str, tuple[str, str]]:
    """The accent group of the tokens, each for the light and the dark theme."""
    colour = read(accent)
    light, dark = _until(colour, BLACK, against=WHITE), _until(colour, WHITE, against=DARK_SURFACE)
    dark = _until(dark, WHITE, against=DARK_TEXT)
    return {
        "accent": (write(light), write(dark)),
        "accent-hover": (write(_mix(light, BLACK, 0.15)), write(_mix(dark, WHITE, 0.15))),
        "accent-ink": (write(_until(light, BLACK, against=_mix(colour, WHITE, 0.92))), write(dark)),
        "accent-soft": (write(_mix(colour, WHITE, 0.92)), write(_mix(colour, DARK_SURFACE, 0.82))),
        "accent-line": (write(_mix(colour, WHITE, 0.65)), write(_mix(colour, DARK_SURFACE, 0.55))),
        "on-accent": (write(WHITE), write(DARK_TEXT)),
    }


def contrast(one: RGB, other: RGB) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: RGB) -> float:
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def read(accent: str) -> RGB:
    return tuple(int(accent[place : place + 2], 16) / 255 for place in (1, 3, 5))


def write(colour: RGB) -> str:
    return "#" + "".join(f"{round(part * 255):02x}" for part in colour)


def _until(colour: RGB, towards: RGB, *, against: RGB) -> RGB:
    """The nearest colour on the way to black or white that stands out enough."""
    for step in range(STEPS + 1):
        mixed = _mix(colour, towards, step / STEPS)
        if contrast(mixed, against) >= ENOUGH:
            return mixed
    return towards


def _mix(colour: RGB, other: RGB, share: float) -> RGB:
    return tuple(a * (1 - share) + b * share for a, b in zip(colour, other, strict=True))
