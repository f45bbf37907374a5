"""The fenced blocks of code of a Markdown text, in their order."""

from collections.abc import Iterator
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.token import Token

from stages.markdown.code_fences import parse_info_string

PARSER = MarkdownIt("commonmark")


@dataclass(frozen=True)
class Block:
    """A fenced block. The words after its language are facts about it, such as ``title="shop/models.py"``.

    ``title`` is the file that it is (or goes on with), ``norun`` the reason why a test cannot run it, and
    ``raises`` the name of the exception that running it ends with.
    """

    language: str
    facts: dict[str, str]
    text: str
    line: int

    @property
    def title(self) -> str:
        return self.facts.get("title", "")


def code_blocks(text: str) -> Iterator[Block]:
    return (block_of(token) for token in PARSER.parse(text) if token.type == "fence")


def block_of(fence: Token) -> Block:
    language, facts = parse_info_string(fence.info)
    return Block(language, facts, fence.content, fence.map[0] + 1 if fence.map else 1)
