"""A report on paper: a PDF of A4 pages with numbers on them, its charts and its tables. In the worker only."""

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from analytics.reports.drawing import draw

INK, INK_2, INK_3, LINE, ACCENT, RISK = (
    (22, 33, 30),
    (71, 82, 78),
    (106, 115, 111),
    (220, 224, 221),
    (15, 106, 91),
    (166, 44, 44),
)
MARGIN, WIDTH = 18, 174  # mm
GOOD = {"yes": ACCENT, "no": RISK, "": INK_3}
ARROWS = {"up": "▲ ", "down": "▼ ", "flat": "– ", "": ""}


@dataclass(frozen=True)
class Frame:
    """What stands around a report: who it is from and for."""

    vendor: str
    prepared: str


def as_pdf(said: dict, frame: Frame) -> bytes:
    """The whole report."""
    paper = _Paper(frame)
    paper.head(said["title"], said["lede"])
    for block in said["blocks"]:
        paper.block(block)
    return paper.bytes()


class _Paper:
    """Writes block after block down the pages; a heading is kept with what follows it."""

    def __init__(self, frame: Frame):
        from fpdf import FPDF

        class Pages(FPDF):
            def footer(self):
                self.set_y(-12)
                self.set_font("text", size=7.5)
                self.set_text_color(*INK_3)
                self.cell(0, 4, f"{frame.vendor}   {self.page_no()} of {{nb}}", align="R")

        self.frame, self.pdf = frame, Pages(format="A4")
        fonts = _fonts()
        self.pdf.add_font("text", "", fonts / "DejaVuSans.ttf")
        self.pdf.add_font("text", "B", fonts / "DejaVuSans-Bold.ttf")
        self.pdf.set_margins(MARGIN, MARGIN, MARGIN)
        self.pdf.set_auto_page_break(True, 18)
        self.pdf.add_page()

    def bytes(self) -> bytes:
        return bytes(self.pdf.output())

    def head(self, title: str, lede: str) -> None:
        self.pdf.set_title(title)
        self.pdf.set_author(self.frame.vendor)
        self.pdf.set_lang("en")
        self._say(self.frame.vendor, 9, INK, bold=True)
        self._say(self.frame.prepared, 8.5, INK_2)
        self._rule()
        self.pdf.ln(3)
        self._say(title, 17, INK, bold=True, height=8)
        self.pdf.ln(1.5)
        self._say(lede, 9.5, INK_2, height=5)

    def block(self, block: dict) -> None:
        if block["kind"] == "foot":
            self.pdf.ln(6)
            self._rule()
            for line in block["lines"]:
                self._say(line, 7.5, INK_3, height=3.8)
            return
        if block["title"]:
            self._keep(40)
            self.pdf.ln(7)
            self._say(block["title"], 12, INK, bold=True, height=6)
        self.pdf.ln(2)
        getattr(self, f"_{block['kind']}")(block)

    def _text(self, block: dict) -> None:
        self._say(block["text"], 9.5, INK_2, height=5)

    def _tiles(self, block: dict) -> None:
        for each in block["tiles"]:
            words, direction, good = each["change"]
            self._keep(24)
            self._say(each["name"], 8.5, INK_2)
            self.pdf.set_font("text", "B", 13)
            self.pdf.set_text_color(*INK)
            self.pdf.write(6.5, each["value"])
            if words:
                self.pdf.set_font("text", "", 8.5)
                self.pdf.set_text_color(*GOOD[good])
                self.pdf.write(6.5, f"   {ARROWS[direction]}{words}")
            self.pdf.ln(6.5)
            self._say(each["note"], 8.5, INK_2, height=4.4)
            self.pdf.ln(2)

    def _figure(self, block: dict) -> None:
        self._keep(75)
        self.pdf.image(BytesIO(draw(block["figure"])), w=WIDTH, alt_text=block["caption"])
        self._say(block["caption"], 8, INK_3)
        self.pdf.ln(1)
        self._rows(block["head"], block["rows"])

    def _table(self, block: dict) -> None:
        self._rows(block["head"], block["rows"])
        if block["note"]:
            self.pdf.ln(1)
            self._say(block["note"], 8, INK_3)

    def _bars(self, block: dict) -> None:
        for each in block["bars"]:
            self._keep(16)
            self._say(f"{each['name']}: {each['part']} of {each['whole']}", 9, INK)
            share = each["part"] / each["whole"] if each["whole"] else 0
            y = self.pdf.get_y() + 0.6
            for colour, width in ((LINE, WIDTH), (ACCENT, WIDTH * share)):
                self.pdf.set_fill_color(*colour)
                self.pdf.rect(MARGIN, y, width, 1.6, style="F")
            self.pdf.set_y(y + 2.6)
            self._say(each["note"], 8, INK_2)
            self.pdf.ln(1.5)

    def _quotes(self, block: dict) -> None:
        for each in block["quotes"]:
            self._say(f"“{each['text']}”", 9.5, INK, height=5)
            self._say(each["by"], 8, INK_3)
            self.pdf.ln(1)

    def _rows(self, head: list[str], rows: list[list[str]]) -> None:
        from fpdf.fonts import FontFace

        self.pdf.set_font("text", "", 8.5)
        self.pdf.set_text_color(*INK)
        self.pdf.set_draw_color(*LINE)
        self.pdf.set_fill_color(255, 255, 255)
        widths = _widths(head, rows)
        with self.pdf.table(
            borders_layout="HORIZONTAL_LINES",
            col_widths=widths,
            line_height=5,
            text_align="LEFT",
            padding=1,
            headings_style=FontFace(emphasis="", color=INK_3, size_pt=8),
            width=WIDTH,
            align="LEFT",
        ) as table:
            for cells in [head, *rows]:
                table.row(cells)

    def _say(self, words: str, size: float, colour: tuple, *, bold: bool = False, height: float = 4.6) -> None:
        if not words:
            return
        self.pdf.set_font("text", "B" if bold else "", size)
        self.pdf.set_text_color(*colour)
        self.pdf.multi_cell(0, height, words, align="L", new_x="LMARGIN", new_y="NEXT")

    def _keep(self, room: float) -> None:
        """Begin a new page where less than so many mm are left."""
        if self.pdf.get_y() > self.pdf.h - 18 - room:
            self.pdf.add_page()

    def _rule(self) -> None:
        self.pdf.ln(2)
        self.pdf.set_draw_color(*LINE)
        self.pdf.line(MARGIN, self.pdf.get_y(), MARGIN + WIDTH, self.pdf.get_y())
        self.pdf.ln(2)


def _widths(head: list[str], rows: list[list[str]]) -> list[float]:
    """By the longest of each column, the first the widest."""
    longest = [max(min(len(row[n]), 48) for row in [head, *rows]) for n in range(len(head))]
    return [max(each, 11) for each in longest]


def _fonts() -> Path:
    """DejaVu, which comes with matplotlib: it has the letters of every language that Cairn speaks."""
    import matplotlib as mpl

    return Path(mpl.get_data_path()) / "fonts" / "ttf"
