"""What came of the last load, so that the next one need not find out again that there is nothing to do.

Never out of date: it counts only while the bytes of the files, the code and the version of the content are those it
was worked out from. All of that is read in the transaction in which it was, and is to be, used.
"""

import hashlib
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path

from stages.content import current_version
from stages.fixture_io import FixtureError, Identity, files, read_bytes
from stages.models import SyncResult
from stages.sync.compare import compare
from stages.sync.three_way_merge import Plan, make_plan

CODE = Path(__file__).parent.parent  # the app; it imports no other
LIBRARIES = ("django", "markdown-it-py", "mdurl", "nh3", "pygments", "pyyaml")


def last_result(folder: Path) -> SyncResult | None:
    """What came of the last load, if it was of these files and neither they, the code nor the content has changed.

    Two queries. To be asked with the content locked.
    """
    problems: list[str] = []
    try:
        contents = read_bytes(folder, problems)
    except FixtureError:
        return None
    key = current_version()
    if key is None or problems:
        return None
    number, dates_come = key
    return SyncResult.objects.filter(
        code=code_hash(), files=files_hash(contents), version=number, dates_come=dates_come
    ).first()


def known_renderings() -> set[str]:
    """The ``text_hash`` of texts whose HTML is as this code renders it. One query."""
    return {text for result in SyncResult.objects.filter(code=code_hash()) for text in result.rendered}


def store_result(contents: Mapping[str, bytes], plan: Plan, taken: set[Identity], rendered: Iterable[str]) -> None:
    """Write down what the next load will find, after ``plan`` was carried out with these files."""
    key = current_version()
    baseline = plan.new_baseline()
    try:
        again = make_plan(plan.records, plan.result, baseline, taken=taken)
    except FixtureError:
        again = None
    if key is None or again is None or again or again.conflicts:
        SyncResult.objects.all().delete()
        return
    number, dates_come = key
    differs = bool(compare(plan.records, plan.result, baseline))
    texts = {} if differs else {name: text.encode() for name, text in files(plan.result).items()}
    SyncResult.objects.update_or_create(
        pk=1,
        defaults={
            "code": code_hash(),
            "files": files_hash(contents),
            "version": number,
            "dates_come": dates_come,
            "lines": list(again.lines()),
            "notes": again.notes,
            "differs": differs,
            "reworded": [
                name for name in sorted(texts.keys() | contents.keys()) if texts.get(name) != contents.get(name)
            ],
            "rendered": sorted(rendered),
        },
    )


def files_hash(contents: Mapping[str, bytes]) -> str:
    return hash_of(part for name, data in sorted(contents.items()) for part in (name.encode(), data))


@cache
def code_hash() -> str:
    """Of everything that the result depends on besides files and content: a new release works it out anew."""
    versions = [sys.version, *(f"{library} {version(library)}" for library in LIBRARIES)]
    return hash_of([text.encode() for text in versions] + [path.read_bytes() for path in sorted(CODE.rglob("*.py"))])


def text_hash(text: str, html: str) -> str:
    """Of a text together with its HTML."""
    return hash_of([text.encode(), html.encode()])[:32]


def hash_of(parts: Iterable[bytes]) -> str:
    """One hash of several things, which tells where one of them ends."""
    whole = hashlib.sha256()
    for part in parts:
        whole.update(hashlib.sha256(part).digest())
    return whole.hexdigest()
