"""An article's Markdown as safe HTML: headings, lists, code and tables, links; no images, no HTML of its own."""

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

TAGS = {"p", "br", "strong", "em", "ul", "ol", "li", "a", "code", "pre", "blockquote", "h2", "h3", "hr"}
TAGS |= {"table", "thead", "tbody", "tr", "th", "td"}
_markdown = MarkdownIt("commonmark", {"html": False, "breaks": False}).enable("table").disable(["image", "html_block"])


def article_html(text: str) -> str:
    """The page's own heading is the title: the author's largest is one below it."""
    tokens = _markdown.parse(text or "")
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = "h2" if token.tag in ("h1", "h2") else "h3"
    drawn = _markdown.renderer.render(tokens, _markdown.options, {})
    return nh3.clean(
        drawn,
        tags=TAGS,
        attributes={"a": {"href"}},
        url_schemes={"https", "mailto"},
        url_relative="pass_through",
        link_rel="noopener noreferrer nofollow",
    )


def article_text(text: str) -> str:
    """The words alone: a line for each heading, paragraph, item and row; the address of a link beside its words."""
    lines: list[str] = []
    lists: list[int | None] = []  # of the lists that are open: the next number, None where items have none
    mark, row = "", None
    for token in _markdown.parse(text or ""):
        match token.type:
            case "bullet_list_open":
                lists.append(None)
            case "ordered_list_open":
                lists.append(int(token.attrGet("start") or 1))
            case "bullet_list_close" | "ordered_list_close":
                lists.pop()
            case "list_item_open":
                number = lists[-1]
                mark = "• " if number is None else f"{number}. "
                lists[-1] = None if number is None else number + 1
            case "tr_open":
                row = []
            case "tr_close":
                lines.append(": ".join(row) if len(row) == 2 else ", ".join(row))
                row = None
            case "inline" if row is not None:
                row.append(_words(token.children))
            case "inline":
                lines.append(mark + _words(token.children))
                mark = ""
            case "fence" | "code_block":
                lines.append(token.content.rstrip("\n"))
    return "\n".join(lines)


def _words(parts: list[Token]) -> str:
    said, addresses = "", []
    for part in parts:
        match part.type:
            case "softbreak":
                said += " "
            case "hardbreak":
                said += "\n"
            case "link_open":
                addresses.append((len(said), str(part.attrGet("href") or "")))
            case "link_close":
                start, address = addresses.pop()
                said += f" ({address})" if address.startswith("https://") and said[start:] != address else ""
            case _:
                said += part.content
    return said
