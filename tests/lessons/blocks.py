"""The code blocks of a lesson, and what their first line may say of them."""

from stages.markdown.code_blocks import Block, code_blocks

KNOWN = {"title", "norun", "raises"}


def blocks_of(markdown: str) -> list[Block]:
    """The fenced blocks of a text, in order. Raises ValueError for a first line that makes no sense."""
    found = list(code_blocks(markdown))
    for block in found:
        if not block.language or block.facts.keys() - KNOWN or not all(block.facts.values()):
            raise ValueError(
                f"line {block.line}: {block.language} {block.facts} is not a language with {sorted(KNOWN)}."
            )
    return found
