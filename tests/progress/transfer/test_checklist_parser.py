"""Reading check-lists and matching them to topics: pure, without a database."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from progress.reader_progress import ReaderProgress
from progress.transfer.checklist_parser import (
    MAX_BYTES,
    MAX_ITEMS,
    Item,
    Match,
    NotAChecklist,
    TopicMatcher,
    decode,
    parse,
)
from progress.transfer.export import checklist
from progress.transfer.import_preview import preview_import
from stages.outline import Outline, OutlineTopic, Section

# Every way to write one ticked box that is called “Forms & fields”, or whatever the second value says.
WAYS = [
    ("- [x] Forms & fields", "Forms & fields"),
    ("* [X] Forms & fields", "Forms & fields"),
    ("+ [x] Forms &amp; fields", "Forms & fields"),
    ("1. [x] Forms & fields", "Forms & fields"),
    ("2) [x] Forms & fields", "Forms & fields"),
    ("      - [x]   Forms   & fields   ", "Forms & fields"),
    ("\t- [x] Forms & fields", "Forms & fields"),
    ("> - [x] Forms & fields", "Forms & fields"),
    ("[x] Forms & fields", "Forms & fields"),
    ("- [x]Forms & fields", "Forms & fields"),
    ("- [ x ] Forms & fields", "Forms & fields"),
    ("- [✓] Forms & fields", "Forms & fields"),
    ("- [x] Forms & fields:", "Forms & fields"),
    ("- [x] **Forms & fields:**", "Forms & fields"),
    ("- [x] _Forms_ & `fields`", "Forms & fields"),
    ("- [x] ~~Forms & fields~~", "Forms & fields"),
    ("- [x] <b>Forms</b> & fields", "Forms & fields"),
    ("- [x] [Forms & fields](https://example.org/x/)", "Forms & fields"),
    (r"- [x] \[Forms\] \_\_init\_\_", "[Forms] __init__"),
    ("- [x] Django&#39;s forms", "Django's forms"),
    ("- [x] Forms\n      & fields", "Forms & fields"),
]


@pytest.mark.parametrize(("markdown", "text"), WAYS)
def test_it_reads_a_box_however_it_is_written(markdown, text):
    for ending in ("\n", "\r\n", "\r"):
        [item] = parse(f"# List\n\n{markdown}\n".replace("\n", ending))
        assert (item.text, item.status, item.line, item.heading) == (text, "done", 3, "List")


@pytest.mark.parametrize(
    "markdown",
    ["- [ ] Forms", "* [] Forms", "  - [  ] Forms", "[ ] Forms", "- [ ] [x] Forms", "- [ ] Forms (optional)"],
)
def test_it_reads_an_empty_box(markdown):
    assert [item.status for item in parse(markdown)] == ["none"]


@pytest.mark.parametrize(
    "text",
    [
        *("", "Forms", "- Forms", "- [y] Forms", "# [x]", "```\n- [x] Forms\n```"),
        *("- [Forms](/topics/forms/)", "[x](https://example.org)", "[x]: https://example.org"),
    ],
)
def test_it_says_that_a_text_has_no_box(text):
    with pytest.raises(NotAChecklist, match="no box"):
        parse(text)


def test_it_goes_on_after_code_and_knows_where_it_is():
    items = parse("# A\n- [x] one\n```\n- [x] code\n```\n## B:\ntext\n  - [ ] two\n")
    assert [(item.line, item.text, item.heading) for item in items] == [(2, "one", "A"), (8, "two", "B")]


def test_it_reads_what_our_own_lists_remark():
    items = parse("- [ ] A *(learning)*\n- [ ] B *(optional, skipped)*\n- [x] C *(optional)*\n- [ ] D *(or so)*")
    assert [(item.text, item.status) for item in items] == [
        ("A", "learning"),
        ("B", "skipped"),
        ("C", "done"),
        ("D (or so)", "none"),
    ]


def test_it_reads_utf_8_with_and_without_a_mark():
    assert decode("é".encode()) == decode("é".encode("utf-8-sig")) == "é"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"- [x] a\r\n- [x] th\xe9\n- [x] b", "Line 2 is not UTF-8"),
        ("- [x] a".encode("utf-16"), "Line 1 is not UTF-8"),
        (b"x" * (MAX_BYTES + 1), "larger than 300 kB"),
    ],
)
def test_it_says_what_is_wrong_with_a_file(data, said):
    with pytest.raises(NotAChecklist, match=said):
        decode(data)


def test_it_refuses_a_list_that_nobody_wrote_by_hand():
    with pytest.raises(NotAChecklist, match="Split it"):
        parse("- [x] a\n" * (MAX_ITEMS + 1))


# --- Matching -----------------------------------------------------------------------------------------

CATALOGUE = TopicMatcher(
    titles={
        "vars": "Variables",
        "types": "Data types",
        "caching": "The cache framework",
        "sqlite": "SQLite",
        "db": "Databases from Python",
        "py-testing": "Testing in Python",
        "testing": "Testing in Django",
        "one": "Twins",
        "two": "Twins",
        "cpp": "C++",
    },
    labels=[
        ("list", "Variables", "vars"),
        ("list", "Data Types", "types"),
        ("list", "Operators", "types"),
        ("list", "Working with Databases", "db"),
        ("list", "Testing", "py-testing"),
        ("graph", "Testing", "testing"),
        ("graph", "Caching", "caching"),
        ("table", "Caching", "caching"),
        ("table", "Stores", "caching"),
        ("table", "Stores", "db"),
        ("graph", "Stores", "caching"),
        ("graph", "Gone", "retired"),
    ],
    replacements={"old": ["vars", "types"]},
    host="waymark.example",
)
TABLE = [
    # how a line is written, what it means, what it may mean
    ("[Anything](/topics/caching/)", ["caching"], []),
    ("[Anything](https://waymark.example/topics/caching/)", ["caching"], []),
    ("Anything https://Waymark.example/topics/caching", ["caching"], []),
    ("[Split](/topics/old/)", ["vars", "types"], []),
    ("[Variables](https://github.com/topics/caching/)", ["vars"], []),
    ("[Variables](/topics/unheard-of/)", ["vars"], []),
    ("[Variables](http://[broken)", ["vars"], []),
    ("the CACHE framework:", ["caching"], []),
    ("C++", ["cpp"], []),
    ("Twins", [], ["one", "two"]),
    ("Caching", ["caching"], []),
    ("Stores", ["caching"], ["db"]),
    ("Variables, Data Types, and Operators", ["vars", "types"], []),
    ("Variables &amp; Operators", ["vars", "types"], []),
    ("Working with Databases (e.g., SQLite)", ["db"], ["sqlite"]),
    ("Working with Databases such as SQLite", ["db"], ["sqlite"]),
    ("Variables (optional but useful)", ["vars"], []),
    ("Everything about Variables that nobody ever told you", [], ["vars"]),
    ("Variablez", [], ["vars"]),
    ("Gone", [], []),
    ("Basket weaving", [], []),
    ("", [], []),
    ("🙂", [], []),
]


@pytest.mark.parametrize(("markdown", "sure", "maybe"), TABLE)
def test_it_matches_a_line(markdown, sure, maybe):
    [match] = CATALOGUE.matches(parse(f"- [x] {markdown}"))
    assert (list(match.certain), list(match.possible)) == (sure, maybe)


def test_where_documents_disagree_the_one_that_the_list_is_from_says_it():
    alone, *_ = CATALOGUE.matches([Item(1, "Testing")])
    assert alone == Match((), ("py-testing", "testing"))
    *_, among_others = CATALOGUE.matches([Item(1, "Variables"), Item(2, "Data Types"), Item(3, "Testing")])
    assert among_others == Match(("py-testing",))


# --- The preview --------------------------------------------------------------------------------------


def look(markdown, **statuses):
    items = parse(markdown)
    return preview_import(items, CATALOGUE.matches(items), CATALOGUE.titles, statuses)


def test_it_counts_what_would_change_and_each_topic_once():
    found = look("- [x] Variables\n- [x] Operators\n- [x] Data types\n- [x] Caching\n- [x] Nonsense", vars="done")
    assert found.changes == 2
    assert (found.boxes, found.ticked, found.understood, found.repeated) == (5, 5, 4, 1)
    assert [line.text for line in found.unknown] == ["Nonsense"]


@pytest.mark.parametrize("status", ["done", "learning", "skipped", "none"])
def test_it_never_lowers_a_status(status):
    order = ["none", "skipped", "learning", "done"]
    for said in ("learning", "skipped"):
        found = look(f"- [ ] Variables *({said})*", vars=status)
        assert found.changes == (order.index(said) > order.index(status))


def test_it_offers_to_untick_only_what_is_done_here_and_nowhere_ticked_there():
    found = look("- [ ] Variables\n- [ ] Data types\n- [x] Operators\n- [ ] Caching", vars="done", types="done")
    assert [str(choice.decision) for choice in found.unticked] == ["none:vars"]


# --- There and back -----------------------------------------------------------------------------------

TITLES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=60).filter(str.strip)
STATUS = st.sampled_from(["none", "skipped", "learning", "done"])


@given(st.lists(st.tuples(TITLES, st.booleans(), STATUS), min_size=1, max_size=30), TITLES, st.booleans())
def test_our_own_list_comes_back_without_any_loss(rows, heading, parts):
    topics = [
        OutlineTopic(pk, f"topic-{pk}", title, "", "beginner", "lesson", 0, 0, required)
        for pk, (title, required, _) in enumerate(rows)
    ]
    outline = Outline((Section("one", heading, tuple(topics), part=heading if parts else ""),))
    statuses = {pk: status for pk, (_, _, status) in enumerate(rows) if status != "none"}
    text = checklist(
        heading, outline, ReaderProgress(statuses), lambda slug: f"https://waymark.example/topics/{slug}/"
    )
    items = parse(text)
    catalogue = TopicMatcher({topic.slug: topic.title for topic in topics}, host="waymark.example")
    found = [(match.certain, item.status) for item, match in zip(items, catalogue.matches(items), strict=True)]
    assert found == [((topic.slug,), statuses.get(topic.pk, "none")) for topic in topics]
    assert [item.text for item in items] == [" ".join(topic.title.split()).rstrip(" :") for topic in topics]


@given(st.text())
def test_no_text_is_an_error_that_nobody_explains(text):
    try:
        items = parse(decode(text.encode(errors="ignore")))
    except NotAChecklist:
        return
    assert len(list(CATALOGUE.matches(items))) == len(items)
