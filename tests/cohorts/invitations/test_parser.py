"""The reader of lists of people: every line is a person or a problem, whatever wrote the file."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from progress.cohorts.invitations.parser import MAX_BYTES, MAX_LINES, Person, decode, parse
from progress.transfer.checklist_parser import NotAChecklist

ADA, BOB = Person(1, "ada@example.com"), Person(2, "bob@example.com")

LISTS = {
    "one a line": ("ada@example.com\nbob@example.com", [ADA, BOB]),
    "with empty lines": ("\n\nada@example.com\r\n\r\n", [Person(3, "ada@example.com")]),
    "old line ends": ("ada@example.com\rbob@example.com", [ADA, BOB]),
    "in capitals": ("ADA@Example.COM", [ADA]),
    "commas": ("ada@example.com, bob@example.com", [ADA, Person(1, "bob@example.com")]),
    "semicolons": ("ada@example.com;bob@example.com;", [ADA, Person(1, "bob@example.com")]),
    "tabs": ("ada@example.com\tbob@example.com", [ADA, Person(1, "bob@example.com")]),
    "blanks": ("ada@example.com bob@example.com", [ADA, Person(1, "bob@example.com")]),
    "as mail programs copy it": ("Ada Lovelace <ada@example.com>", [Person(1, "ada@example.com", "Ada Lovelace")]),
    "several of these": (
        '"Lovelace, Ada" <ada@example.com>, Bob <bob@example.com>',
        [Person(1, "ada@example.com", "Lovelace, Ada"), Person(1, "bob@example.com", "Bob")],
    ),
    "in brackets": ("<ada@example.com>.\nmailto:bob@example.com", [ADA, BOB]),
    "name first": ("Ada,ada@example.com", [Person(1, "ada@example.com", "Ada")]),
    "name last": ("ada@example.com;Ada;7b", [Person(1, "ada@example.com", "Ada")]),
    "number first": ("12;Ada;ada@example.com", [Person(1, "ada@example.com", "Ada")]),
    "comma in a name": ('"Lovelace, Ada",ada@example.com', [Person(1, "ada@example.com", "Lovelace, Ada")]),
    "comma between semicolons": ("Lovelace, Ada;ada@example.com", [Person(1, "ada@example.com", "Lovelace, Ada")]),
    "quotes in a name": ('"Ada ""Lady"" L.",ada@example.com', [Person(1, "ada@example.com", 'Ada "Lady" L.')]),
    "heading": ("Name,E-mail\nAda,ada@example.com", [Person(2, "ada@example.com", "Ada")]),
    "heading of two names": (
        "E-Mail;Vorname;Nachname;Klasse\nada@example.com;Ada;Lovelace;7b",
        [Person(2, "ada@example.com", "Ada Lovelace")],
    ),
    "heading and a second address": (
        "Email\tParent\nada@example.com\tbob@example.com",
        [Person(2, "ada@example.com")],
    ),
    "heading and an address where the name should be": (
        "Name;E-mail\nada@example.com",
        [Person(2, "ada@example.com")],
    ),
    "heading and a short row": ("id,name,email\nada@example.com", [Person(2, "ada@example.com")]),
    "spreadsheet that says its delimiter": (
        "sep=;\nName;Mail\nA, B;ada@example.com",
        [Person(3, "ada@example.com", "A, B")],
    ),
    "a cell of two lines": (
        '"Ada\nLovelace",ada@example.com\nbob@example.com',
        [Person(1, "ada@example.com", "Ada Lovelace"), Person(3, "bob@example.com")],
    ),
    "a quote that never ends": ('"Ada,x\nada@example.com\n\n\n\n\n', [Person(2, "ada@example.com")]),
    "unseen letters": ("ada@example.com\u200b\u00a0,\u202eAda\0", [Person(1, "ada@example.com", "Ada")]),
}


@pytest.mark.parametrize("name", LISTS)
def test_it_reads(name):
    text, people = LISTS[name]
    assert parse(text).people == people


PROBLEMS = {
    "ada@": "not an email address",
    "ada.example.com": "no email address in this line",
    "ada@example": "not an email address",
    "ada@@example.com": "not an email address",
    "Ada <ada@example,com>": "not an email address",
    "Ada Lovelace": "no email address in this line",
    f"{'a' * 250}@example.com": "not an email address",
    "BOB@example.com": "Twice in the list: first in line 1",
}


@pytest.mark.parametrize("line", PROBLEMS)
def test_it_names_what_it_cannot_take_with_its_line(line):
    found = parse(f"bob@example.com\n\n{line}")
    assert [person.email for person in found.people] == ["bob@example.com"]
    [problem] = found.problems
    assert problem.line == 3
    assert PROBLEMS[line] in problem.why
    assert problem.text
    assert len(problem.text) <= 80


TEXT = "Name;E-mail\nZoë Ågren;zoe@example.com"
FILES = {
    "UTF-8": TEXT.encode(),
    "UTF-8 with a mark": TEXT.encode("utf-8-sig"),
    "UTF-16": codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"),
    "UTF-16 the other way": codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
    "UTF-16 of Python": TEXT.encode("utf-16"),
    "Windows": TEXT.encode("cp1252"),
}


@pytest.mark.parametrize("name", FILES)
def test_it_takes_what_spreadsheets_write(name):
    assert parse(decode(FILES[name])).people == [Person(2, "zoe@example.com", "Zoë Ågren")]


@pytest.mark.parametrize("text", ["", " \n\t\n,,;", "Name,E-mail\n", "\ufeff"])
def test_a_list_without_anybody_says_so(text):
    with pytest.raises(NotAChecklist, match="Nobody"):
        parse(text)


def test_a_list_has_bounds():
    people = [f"person{number}@example.com" for number in range(MAX_LINES)]
    assert len(parse("\n".join(people)).people) == MAX_LINES
    with pytest.raises(NotAChecklist, match="more than 1000"):
        parse(",".join([*people, "one@example.com"]))
    with pytest.raises(NotAChecklist, match="larger than"):
        decode(b"a" * (MAX_BYTES + 1))


def test_a_workbook_is_no_text():
    with pytest.raises(NotAChecklist, match="Save the table as CSV"):
        decode(b"PK\x03\x04\0\0")


PIECES = st.sampled_from(
    ['"', ",", ";", "\t", "\n", "\r", "<", ">", "@", "a@b.co", "Name", "mail", " ", "\0", "\ufeff"]
)


@given(st.one_of(st.binary(), st.lists(PIECES).map(lambda pieces: "".join(pieces).encode())))
def test_no_bytes_make_it_fall_over_and_no_address_comes_twice(data):
    try:
        text = decode(data)
        found = parse(text)
    except NotAChecklist:
        return
    emails = [person.email for person in found.people]
    assert len(set(emails)) == len(emails)
    last = text.count("\n") + text.count("\r") + 1
    for row in (*found.people, *found.problems):
        assert 1 <= row.line <= last
        assert "\0" not in str(row)


@given(st.permutations(["ada@example.com", "bob@example.com", "carl@example.com"]), st.sampled_from("\n,;\t"))
def test_whatever_divides_them_all_are_found(emails, sign):
    assert [person.email for person in parse(sign.join(emails)).people] == list(emails)
