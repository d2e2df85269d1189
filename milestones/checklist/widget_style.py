"""The widget's style sheet, taken from the house's own: only the rules that its script can meet, and every size in px.

In a shadow root `rem` follows the host page's root size, and a host's CSP may refuse `data:` images, so there are none.
"""

import re
from collections.abc import Iterator
from pathlib import Path

SHEETS = (
    *("reset", "tokens", "base", "brand", "card", "status", "button", "form", "list", "progress"),
    *("checklist", "celebrate", "impact", "widget", "utilities"),
)
LAYERS = "@layer reset,tokens,base,components,utilities;"
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
NAME = re.compile(r"\.([a-zA-Z][\w-]*)|(?<![\w.:#(-])([a-z][a-z0-9]*)(?![\w(-])")
ASKED = re.compile(r"var\((--[\w-]+)")
DECLARED = re.compile(r"(?<![\w(-])(--[\w-]+):(?:[^;{}\"]|\"[^\"]*\")*;?")


def style_sheet(folder: Path, *, words: set[str], own: str) -> str:
    """The rules of the sheets in `folder` whose class and tag names are among `words`, then the text of `own`, minified."""
    sheets = [COMMENT.sub("", (folder / f"{name}.css").read_text()) for name in SHEETS]
    kept = "".join(_kept(sheet, words) for sheet in sheets)
    return _minified(_in_px(_without_unused(LAYERS + kept + COMMENT.sub("", own))))


def _kept(text: str, words: set[str]) -> str:
    kept = ""
    for head, body in _blocks(text):
        if head.startswith("@keyframes"):
            kept += f"{head}{{{body}}}"
        elif head.startswith("@"):
            inside = _kept(body, words)
            kept += f"{head}{{{inside}}}" if inside else ""
        elif selectors := _met_list(head, words):
            kept += f"{selectors}{{{body}}}"
    return kept


def _blocks(text: str) -> Iterator[tuple[str, str]]:
    """(what stands before the brace, what stands inside) of each block on the outer level."""
    start = 0
    while (opening := text.find("{", start)) >= 0:
        end = _closing(text, opening, "{}")
        yield text[start:opening].strip(), text[opening + 1 : end]
        start = end + 1


def _closing(text: str, opening: int, pair: str) -> int:
    """Where the bracket closes that opens at `opening`."""
    depth, at = 1, opening
    while depth:
        at += 1
        depth += {pair[0]: 1, pair[1]: -1}.get(text[at], 0)
    return at


def _met_list(selectors: str, words: set[str]) -> str:
    """Those of the selectors, separated by commas, that the widget can meet; '' when there are none."""
    parts, depth = [""], 0
    for sign in selectors:
        depth += {"(": 1, ")": -1}.get(sign, 0)
        if sign == "," and not depth:
            parts.append("")
        else:
            parts[-1] += sign
    return ",".join(dict.fromkeys(filter(None, (_met(part.strip(), words) for part in parts))))


def _met(selector: str, words: set[str]) -> str:
    """The selector, its :is() with only the choices that the widget can meet; '' when nothing can match."""
    if selector in (":root", ":host"):
        return ":host"
    opening = selector.find(":is(")
    if opening < 0:
        bare = re.sub(r"\[[^\]]*\]|::?[\w-]+", " ", selector)
        return selector if all((found[1] or found[2]) in words for found in NAME.finditer(bare)) else ""
    closing = _closing(selector, opening + 3, "()")
    choices = _met_list(selector[opening + 4 : closing], words)
    around = _met(selector[:opening] or "*", words) and _met(f"*{selector[closing + 1 :]}", words)
    return f"{selector[:opening]}:is({choices}){selector[closing + 1 :]}" if choices and around else ""


def _without_unused(sheet: str) -> str:
    """Without the custom properties nobody asks for (round by round: some are only asked for by others) and idle animations."""
    before = ""
    while before != sheet:
        before, asked = sheet, set(ASKED.findall(sheet))
        sheet = DECLARED.sub(lambda found, asked=asked: found[0] if found[1] in asked else "", sheet)
    for name in re.findall(r"@keyframes ([\w-]+)", sheet):
        if not re.search(rf"animation:[^;}}]*\b{name}\b", sheet):
            at = sheet.index(f"@keyframes {name}")
            sheet = sheet[:at] + sheet[_closing(sheet, sheet.index("{", at), "{}") + 1 :]
    return sheet


def _in_px(sheet: str) -> str:
    return re.sub(r"(\d*\.?\d+)rem\b", lambda found: f"{float(found[1]) * 16:g}px", sheet)


def _minified(sheet: str) -> str:
    sheet = re.sub(r"\s+", " ", sheet)
    sheet = re.sub(r"\s*([{};,>])\s*|: ", lambda found: found[1] or ":", sheet)
    return sheet.replace(";}", "}").strip()
