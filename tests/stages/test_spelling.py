"""What was meant by a word with a slip in it."""

import pytest

from stages.spelling import corrected_query, is_slip, is_slip_in_beginning, words_of


@pytest.mark.parametrize(
    ("typed", "word", "slip"),
    [
        ("modle", "model", True),  # swapped
        ("omdel", "model", True),  # swapped at the start
        ("modl", "model", True),  # missing
        ("odel", "model", True),  # the first missing
        ("mode", "model", True),  # the last missing
        ("modell", "model", True),  # too many
        ("models", "model", True),
        ("xmodel", "model", True),
        ("madel", "model", True),  # wrong
        ("nodel", "model", True),
        ("modem", "model", True),
        ("model", "model", False),  # no slip at all
        ("mdole", "model", False),  # two
        ("modelss", "model", False),
        ("moled", "model", False),  # swapped, but no neighbors
        ("", "model", False),
        ("m", "", True),
        ("نماذح", "نماذج", True),
    ],
)
def test_it_forgives_one_letter(typed, word, slip):
    assert is_slip(typed, word) is slip
    assert is_slip(word, typed) is slip


@pytest.mark.parametrize(
    ("typed", "word", "slip"),
    [
        ("qurey", "querysets", True),
        ("quary", "querysets", True),
        ("quuery", "querysets", True),
        ("qery", "querysets", True),
        ("qeury", "querysets", True),
        ("qruyes", "querysets", False),
        ("sets", "querysets", False),
    ],
)
def test_it_forgives_one_letter_in_what_is_still_being_typed(typed, word, slip):
    assert is_slip_in_beginning(typed, word) is slip


VOCABULARY = {"model": 3, "models": 9, "mode": 1, "cat": 5, "migrations": 4, "querysets": 2, "views": 1, "react": 1}


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("modle", "model"),
        ("modesl", "models"),
        ("modls", "models"),
        ("Migratoins of MODLES", "migrations of models"),
        ("migrayi", "migrations"),  # six letters of a beginning
        ("migry", None),  # five are too few
        ("caat", "cat"),
        ("cta", None),  # and so are three of a word
        ("ca", None),
        ("model", None),  # known
        ("mod", None),
        ("sets", None),  # known inside of a word, where the search finds it too
        ("zebra", None),
        ("", None),
        ("!?", None),
    ],
)
def test_it_replaces_unknown_words_by_known_ones(text, meant):
    assert corrected_query(text, VOCABULARY) == meant


def test_of_two_words_as_near_it_takes_what_counts_more():
    assert corrected_query("modex", {"model": 1, "modem": 2}) == "modem"
    assert corrected_query("modex", {"model": 2, "modem": 1}) == "model"
    assert corrected_query("modex", {"modem": 1, "model": 1}) == "model"


def test_words_are_read_as_the_search_reads_them():
    assert words_of("Q objects, F() & Django’s ORM") == ["q", "objects", "f", "django", "s", "orm"]
