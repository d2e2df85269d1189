"""An article's Markdown as safe HTML: headings, lists, code and tables, links; no images, no HTML of its own."""

import nh3
from markdown_it import MarkdownIt

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
