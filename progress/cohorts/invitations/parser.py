"""Reads a list of people as instructors have it: pasted, or as the file of a spreadsheet.

Pure: bytes or text go in, and the addresses come out, with what could not be read. Every line of the list is one or
the other, and is named by its number, as an editor or a spreadsheet shows it.
"""

import codecs
import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from progress.transfer.checklist_parser import NotAChecklist

MAX_BYTES = 300_000  # bytes
MAX_LINES = 1_000  # addresses and problems
MAX_CELL_LENGTH = 500  # letters of a cell; nobody has a name as long as that
TOO_LARGE = gettext_lazy("This list is larger than 300 kB. Keep the columns with names and addresses, or split it.")


@dataclass(frozen=True)
class Person:
    line: int
    email: str  # in lower case
    name: str = ""


@dataclass(frozen=True)
class Problem:
    """What stands in a line, and why nobody is invited by it."""

    line: int
    text: str
    why: str


@dataclass
class ParsedList:
    people: list[Person] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.people) + len(self.problems)


# --- Bytes ----------------------------------------------------------------------------------------


def decode(data: bytes) -> str:
    """The text of a file, as spreadsheets of all kinds write it. Raises NotAList when it is too large."""
    if len(data) > MAX_BYTES:
        raise NotAChecklist(TOO_LARGE)
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", errors="replace")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        # What is not UTF-8 is what Windows takes for "CSV" in the west; a few bytes mean nothing in it.
        return data.decode("cp1252", errors="replace")
    if "\0" in text:
        raise NotAChecklist(_("This is no text. Save the table as CSV, or copy it and paste it here."))
    return text


# --- Lines ----------------------------------------------------------------------------------------

DELIMITERS = "\t;,"
QUOTED_PATTERN = re.compile(r'"[^"]*"')
EMAIL_PATTERN = re.compile(r"mail|courriel|correo|почта|邮箱", re.IGNORECASE)
NAME_PATTERN = re.compile(r"name|nachname|vorname|nom|nombre|имя|姓名", re.IGNORECASE)
JOINERS = "\u200c\u200d"  # unseen, but part of how some names are written


def parse(text: str) -> ParsedList:
    """A ParsedList of a list. Raises NotAChecklist when nobody is in it, or far too many."""
    found, heading, delimiter = ParsedList(), None, ""
    first_lines: dict[str, int] = {}
    is_first = True
    for number, line in iter_rows(text):
        if not delimiter and (chosen := re.fullmatch(r"sep=([;,\t|])", line.strip(), re.IGNORECASE)):
            delimiter = chosen[1]  # so begin the files that a spreadsheet writes for another one
            continue
        cells = split_row(line, delimiter or delimiter_of(line))
        if is_first:
            heading, is_first = find_header(cells), False
            if heading:
                delimiter = delimiter or delimiter_of(line)
                continue
        for written, name in people_in_row(cells, heading):
            email = clean_address(written)
            if not email:
                why = _("This is not an email address.") if written else _("There is no email address in this line.")
                found.problems.append(Problem(number, plain_text(written or line)[:80], why))
            elif email in first_lines:
                why = _("Twice in the list: first in line %(line)d.") % {"line": first_lines[email]}
                found.problems.append(Problem(number, email, why))
            else:
                first_lines[email] = number
                found.people.append(Person(number, email, clean_name(name)))
            if len(found) > MAX_LINES:
                raise NotAChecklist(
                    _("This list has more than %(most)d people. Split it into several.") % {"most": MAX_LINES}
                )
    if not len(found):
        raise NotAChecklist(_("Nobody is in this list."))
    return found


def iter_rows(text: str) -> Iterator[tuple[int, str]]:
    """(number, line) of what is not empty. A quoted cell may go on in the next lines; it counts as the first."""
    rows = re.split(r"\r\n|\r|\n", text)
    number = 0
    while number < len(rows):
        length = next(
            (length for length in range(1, 6) if "\n".join(rows[number : number + length]).count('"') % 2 == 0), 1
        )
        line = " ".join(rows[number : number + length])
        if line.strip(" \t,;\ufeff"):
            yield number + 1, line
        number += length


def delimiter_of(line: str) -> str:
    """What a line is divided by, where nothing says it: the rarest in names comes first."""
    bare = QUOTED_PATTERN.sub("", line)
    return next((sign for sign in DELIMITERS if sign in bare), ",")


def split_row(line: str, delimiter: str) -> list[str]:
    try:
        [cells] = csv.reader([line], delimiter=delimiter, skipinitialspace=True)
    except (csv.Error, ValueError):
        cells = line.split(delimiter)
    return [cell.strip() for cell in cells]


class Heading(NamedTuple):
    """The columns that a first line names."""

    mail: int
    names: list[int]


def find_header(cells: Sequence[str]) -> Heading | None:
    """What a first line names, if it is a heading."""
    mails = [column for column, cell in enumerate(cells) if EMAIL_PATTERN.search(cell)]
    if not mails or any("@" in cell for cell in cells):
        return None
    return Heading(
        mails[0], [column for column, cell in enumerate(cells) if NAME_PATTERN.search(cell) and column not in mails]
    )


def people_in_row(cells: Sequence[str], heading: Heading | None) -> list[tuple[str, str]]:
    """(address as it is written, name) of each person in a line; an empty address where there is none."""
    written, names = [cell for cell in cells if "@" in cell], [cell for cell in cells if "@" not in cell]
    if heading:
        mail, columns = heading
        names = [cells[column] for column in columns if column < len(cells) and "@" not in cells[column]]
        if mail < len(cells) and "@" in cells[mail]:
            written = [cells[mail]]
    elif names:
        # Without a heading a name is what has a letter, and what comes after it may be anything.
        names = [next((cell for cell in names if any(letter.isalpha() for letter in cell)), "")]
    found = [person for cell in written for person in people_in_cell(cell)]
    if len(found) == 1:
        [(email, name)] = found
        return [(email, name or " ".join(names))]
    return found or [("", "")]


def people_in_cell(cell: str) -> list[tuple[str, str]]:
    """The same of a cell with an @: "jane@example.com", "Jane <jane@example.com>", or several of them."""
    if "<" in cell:
        parts = re.split("[<>]", cell)
        return list(zip(parts[1::2], parts[::2], strict=False))
    words = re.split(r"[\s,;]+", cell)
    emails = [word for word in words if "@" in word]
    name = " ".join(word for word in words if "@" not in word) if len(emails) == 1 else ""
    return [(email, name) for email in emails]


def clean_address(written: str) -> str:
    """An address in lower case; empty when it is none."""
    email = "".join(letter for letter in written if letter.isprintable()).strip(" <>()[]\"',;:.")
    email = email.lower().removeprefix("mailto:")
    try:
        validate_email(email)
    except ValidationError:
        return ""
    return "" if len(email) > 254 or '"' in email else email


def plain_text(text: str) -> str:
    """Text in one line, without letters that cannot be seen."""
    return " ".join("".join(c if c.isprintable() or c in JOINERS else " " for c in text).split())


def clean_name(text: str) -> str:
    return plain_text(text[:MAX_CELL_LENGTH]).strip(" \"',;:")[:150]
