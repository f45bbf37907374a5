"""What the fixture files and the database say differently, entry by entry and as a diff of texts."""

import difflib
import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from stages.fixture_io import Fields, Identity, Record, Records, shorten
from stages.sync.three_way_merge import LEFT_FILES, model_order_key, with_defaults

type Side = Literal["files", "database", "both"]
FILES: Side = "files"
DATABASE: Side = "database"
BOTH: Side = "both"


@dataclass(frozen=True)
class Difference:
    """A field that differs; without a ``field``, an entry that only one side has. ``side`` is who changed it."""

    record: Record
    field: str | None
    file: object
    row: object
    side: Side

    @property
    def sign(self) -> str:
        if self.field:
            return "~"
        return "+" if self.row is None else "-"

    def __str__(self) -> str:
        if self.field:
            what = f"{self.field}: {shorten(self.file)} in the files, {shorten(self.row)} in the database"
        else:
            what = "only in the files" if self.row is None else "only in the database"
        return f"{self.sign} {self.record}: {what} ({self.reason})"

    @property
    def reason(self) -> str:
        if self.side == BOTH:
            return "both changed"
        if self.field:
            return f"changed in the {self.side}"
        if self.row is None:
            return "new in the files" if self.side == FILES else "deleted in the database"
        return "has left the files" if self.side == FILES else "made in the database"


def compare(records: Records, rows: Records, baseline: Mapping[Identity, Fields]) -> list[Difference]:
    """Every Difference between these files and these rows, in the order of the files' models."""
    differences = []
    for identity in sorted(records.keys() | rows.keys(), key=model_order_key):
        record, row, base = records.get(identity), rows.get(identity), baseline.get(identity)
        base = base and with_defaults(identity[0], base)
        if record and row:
            for name, new in record.fields.items():
                now = row.fields[name]
                if new != now:
                    side = changed_by(base is None or base[name] != new, base is None or base[name] != now)
                    differences.append(Difference(record, name, new, now, side))
        elif record:
            side = FILES if base is None else changed_by(base != record.fields, True)
            differences.append(Difference(record, None, record.fields, None, side))
        elif row:
            side = DATABASE if base is None else changed_by(True, LEFT_FILES not in base and base != row.fields)
            differences.append(Difference(row, None, None, row.fields, side))
    return differences


def changed_by(file_changed: bool, row_changed: bool) -> Side:
    if file_changed and row_changed:
        return BOTH
    return FILES if file_changed else DATABASE


# --- Texts --------------------------------------------------------------------------------------------


def read_texts(folder: Path) -> dict[str, str]:
    """The fixture files of a folder as ``{file name: text}``."""
    return {path.name: path.read_bytes().decode(errors="replace") for path in sorted(folder.glob("*.yaml"))}


def diff(before: Mapping[str, str], after: Mapping[str, str], folder: str = "fixtures") -> dict[str, str]:
    """What turns the files ``before`` into ``after``, as ``{file name: unified diff}`` that ``git apply`` takes."""
    diffs = {}
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        left, right = (f"{side}/{folder}/{name}" for side in "ab")
        head = f"diff --git {left} {right}\n"
        if old is None or new is None:
            head += "new file mode 100644\n" if old is None else "deleted file mode 100644\n"
        lines = difflib.unified_diff(
            split_lines(old or ""),
            split_lines(new or ""),
            left if old is not None else "/dev/null",
            right if new is not None else "/dev/null",
        )
        diffs[name] = head + "".join(
            line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
        )
    return diffs


def split_lines(text: str) -> list[str]:
    """The lines of a text. Not splitlines(), which ends them at other signs, too, and diffs do not."""
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def as_zip(texts: Mapping[str, str], folder: str = "fixtures") -> bytes:
    """The files of ``texts`` as a ZIP archive: the same texts give the same bytes, whenever it is made."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as into:
        for name, text in sorted(texts.items()):
            entry = zipfile.ZipInfo(f"{folder}/{name}", date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # Unix, wherever this runs
            entry.external_attr = 0o100644 << 16
            into.writestr(entry, text.encode())
    return archive.getvalue()
