"""What was meant by a word with a slip in it. Pure functions over words, so they are the same on every database."""

import re
from collections.abc import Callable, Mapping

MIN_WORD = 4  # letters that a word needs to be forgiven a slip; shorter ones have too many neighbors
MIN_PREFIX = 6  # letters that the beginning of a word needs, for one that is still being typed


def words_of(text: str) -> list[str]:
    """The words of a text in lower case, as a search reads them."""
    return re.findall(r"\w+", text.lower())


def is_slip(typed: str, word: str) -> bool:
    """Whether ``typed`` is ``word`` with one letter wrong, missing or too many, or two neighbors swapped.

    That is a Damerau-Levenshtein distance of one. Behind the first difference all that is left must agree.
    """
    typed, word = after_common_start(typed, word)
    return is_slip_at_start(typed, word, str.__eq__)


def is_slip_in_beginning(typed: str, word: str) -> bool:
    """Whether ``typed`` is such a slip in the beginning of ``word``."""
    typed, word = after_common_start(typed, word)
    return is_slip_at_start(typed, word, str.startswith)


def after_common_start(one: str, other: str) -> tuple[str, str]:
    length = 0
    for letter, same in zip(one, other, strict=False):
        if letter != same:
            break
        length += 1
    return one[length:], other[length:]


def is_slip_at_start(typed: str, word: str, agrees: Callable[[str, str], bool]) -> bool:
    if not typed:
        return len(word) == 1  # the last letter is missing; the same word is no slip
    return (
        agrees(word[1:], typed[1:])  # wrong
        or agrees(word, typed[1:])  # too many
        or agrees(word[1:], typed)  # missing
        or (typed[:2] == word[1::-1] and agrees(word[2:], typed[2:]))  # swapped
    )


def corrected_query(text: str, vocabulary: Mapping[str, int]) -> str | None:
    """``text`` with each unknown word replaced by the known one that is a slip away; None where nothing changes.

    ``vocabulary`` maps every known word to how much it counts; the one that counts most wins.
    """
    words = [corrected_word(word, vocabulary) for word in words_of(text)]
    return " ".join(words) if words != words_of(text) else None


def corrected_word(typed: str, vocabulary: Mapping[str, int]) -> str:
    if len(typed) < MIN_WORD or any(typed in word for word in vocabulary):
        return typed
    near = [word for word in vocabulary if is_slip(typed, word)]
    if not near and len(typed) >= MIN_PREFIX:
        near = [word for word in vocabulary if is_slip_in_beginning(typed, word)]
    return min(near, key=lambda word: (-vocabulary[word], word), default=typed)
