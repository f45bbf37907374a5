"""What is in a Markdown text and will not be on the page as its author may think. Text in, values out."""

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from markdown_it import MarkdownIt

# As stages/markdown/render.py has it, but for HTML: it is taken for what it is, to be found.
PARSER = MarkdownIt("commonmark", {"html": True})
PARSER.enable(["table", "strikethrough"])


class Leftovers(NamedTuple):
    links: list[str]  # their addresses
    images: list[str]  # their addresses
    html: list[str]  # tags


@lru_cache(maxsize=1_000)
def leftovers(text: str) -> Leftovers:
    """Those of a text, each once, in their order."""
    tokens = [inner for token in PARSER.parse(text) for inner in (token, *(token.children or ()))]
    return Leftovers(
        links=unique(str(token.attrs["href"]) for token in tokens if token.type == "link_open"),
        images=unique(str(token.attrs["src"]) for token in tokens if token.type == "image"),
        html=unique(token.content.strip() for token in tokens if token.type in ("html_inline", "html_block")),
    )


def unique(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(texts))
