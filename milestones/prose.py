"""What authors write, in Markdown: drawn as safe HTML where a page shows it, as plain text where a program reads it."""

import nh3
from markdown_it import MarkdownIt

TAGS = {"p", "br", "strong", "em", "ul", "ol", "li", "a", "code", "blockquote"}
_markdown = MarkdownIt("commonmark", {"html": False, "breaks": True}).disable(
    ["image", "heading", "lheading", "hr", "html_block"]
)


def as_html(text: str) -> str:
    """Safe HTML: a few plain elements, links to https or to a path, opened apart; no images, no headings."""
    drawn = _markdown.render(text or "")
    return nh3.clean(
        drawn,
        tags=TAGS,
        attributes={"a": {"href", "target"}},
        url_schemes={"https"},
        url_relative="pass_through",
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )


def as_text(text: str) -> str:
    """The words alone, with a line for each paragraph or item."""
    lines: list[str] = []
    for token in _markdown.parse(text or ""):
        if token.type == "inline":
            lines.append(
                "".join("\n" if part.type in ("softbreak", "hardbreak") else part.content for part in token.children)
            )
        elif token.type in ("fence", "code_block"):
            lines.append(token.content.rstrip("\n"))
    return "\n".join(lines)
