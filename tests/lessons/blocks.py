"""The code blocks of a lesson, and what their first line says of them."""

from dataclasses import dataclass

from markdown_it import MarkdownIt

from stages.markdown.code_fences import parse_info_string


@dataclass(frozen=True)
class Block:
    """A fenced block. The words after its language are facts about it, such as ``title="shop/models.py"``.

    ``title`` is the file that it is (or goes on with), ``norun`` the reason why a test cannot run it, and
    ``raises`` the name of the exception that running it ends with.
    """

    language: str
    facts: dict
    text: str
    line: int

    @property
    def title(self):
        return self.facts.get("title", "")


KNOWN = {"title", "norun", "raises"}


def blocks_of(markdown):
    """The fenced blocks of a text, in order. Raises ValueError for a first line that makes no sense."""
    found = []
    for token in MarkdownIt("commonmark").parse(markdown):
        if token.type == "fence":
            language, facts = parse_info_string(token.info)
            if not language or facts.keys() - KNOWN or not all(facts.values()):
                raise ValueError(f"line {token.map[0] + 1}: “{token.info}” is not a language with {sorted(KNOWN)}.")
            found.append(Block(language, facts, token.content, token.map[0] + 1))
    return found
