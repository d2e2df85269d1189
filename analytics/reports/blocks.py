"""What a report is made of: blocks as plain values, kept as they are and shown on a page, on paper and in a mail alike.

Every block has a `kind`, a `name` of its own in its report, and a `title`, "" where it has no heading:
    text    text
    tiles   tiles: [{name, value, change: [words, direction, whether good], note}]
    figure  figure (a Plotly figure with token names), caption, head, rows: its numbers as a table
    table   head, rows, note; a cell is a text
    bars    bars: [{name, part, whole, note}]
    quotes  quotes: [{text, by}]
    foot    lines
"""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Datum:
    """One number behind the report, as it is exported; `before` is that of the previous period."""

    section: str
    name: str
    value: float | None
    unit: str = ""
    low: float | None = None
    high: float | None = None
    n: int | None = None
    before: float | None = None


@dataclass
class Draft:
    """A report while it is made."""

    title: str
    lede: str
    blocks: list[dict] = field(default_factory=list)
    data: list[Datum] = field(default_factory=list)

    def add(self, block: dict | None, *data: Datum) -> None:
        """A block, unless there is nothing to say, and the numbers behind it."""
        if block is not None:
            self.blocks.append({**block, "name": f"block-{len(self.blocks)}"})
            self.data.extend(data)

    def said(self, **frame) -> dict:
        """All of it as plain values; `frame` is what stands around the blocks."""
        return {
            "title": self.title,
            "lede": self.lede,
            "blocks": self.blocks,
            "data": [vars(datum) for datum in self.data],
            **frame,
        }


def text(title: str, words: str) -> dict | None:
    return {"kind": "text", "title": title, "text": words} if words else None


def tiles(title: str, shown: list[dict]) -> dict | None:
    return {"kind": "tiles", "title": title, "tiles": shown} if shown else None


def tile(name: str, value: str, note: str = "", change: tuple[str, str, str] = ("", "", "")) -> dict:
    return {"name": name, "value": value, "note": note, "change": list(change)}


def figure(title: str, drawn: dict, caption: str, head: list[str], rows: list[list[str]]) -> dict | None:
    if not rows:
        return None
    return {"kind": "figure", "title": title, "figure": drawn, "caption": caption, "head": head, "rows": rows}


def table(title: str, head: list[str], rows: list[list[str]], note: str = "") -> dict | None:
    return {"kind": "table", "title": title, "head": head, "rows": rows, "note": note} if rows else None


def bars(title: str, shown: list[dict]) -> dict | None:
    return {"kind": "bars", "title": title, "bars": shown} if shown else None


def quotes(title: str, shown: list[dict]) -> dict | None:
    return {"kind": "quotes", "title": title, "quotes": shown} if shown else None


def foot(lines: list[str]) -> dict:
    return {"kind": "foot", "title": "", "lines": lines}


def as_text(said: dict) -> str:
    """The whole report as plain text."""
    parts = [said["title"], said["lede"]]
    for block in said["blocks"]:
        lines = [block["title"].upper()] if block["title"] else []
        match block["kind"]:
            case "text":
                lines.append(block["text"])
            case "tiles":
                lines += [
                    _line(each["name"], each["value"], each["change"][0], each["note"]) for each in block["tiles"]
                ]
            case "figure":
                lines.append(block["caption"])
            case "table":
                lines += [" | ".join(row) for row in [block["head"], *block["rows"]]]
                lines += [block["note"]] if block["note"] else []
            case "bars":
                lines += [
                    _line(each["name"], f"{each['part']} of {each['whole']}", "", each["note"])
                    for each in block["bars"]
                ]
            case "quotes":
                lines += [f"“{each['text']}” {each['by']}".strip() for each in block["quotes"]]
            case "foot":
                lines += block["lines"]
        parts.append("\n".join(lines))
    return "\n\n".join(part for part in parts if part) + "\n"


def _line(name: str, value: str, change: str, note: str) -> str:
    return f"{name}: {value}" + (f" ({change})" if change else "") + (f". {note}" if note else "")
