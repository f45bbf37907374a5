"""Remembers on a laptop whose code ran through, so that what is unchanged since need not run again."""

import hashlib
import os
import platform
import sqlite3
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.metadata import distributions
from pathlib import Path

import pytest

from stages.markdown import code_blocks
from stages.markdown.code_blocks import Block


class Passed:
    """A file for each lesson that passed, with the digest of all that it passed with.

    What is not the digest that it should have now, whatever it is, is not believed.
    """

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder  # None: nothing is remembered

    def has(self, name: str, blocks: Iterable[Block]) -> bool:
        try:
            return self.folder is not None and (self.folder / name).read_bytes() == digest(blocks)
        except OSError:
            return False

    def add(self, name: str, blocks: Iterable[Block]) -> None:
        if self.folder is not None:
            (self.folder / name).write_bytes(digest(blocks))


def passed_before(config: pytest.Config) -> Passed:
    """What pytest's cache holds; nothing in CI, with ``--all-lessons`` or without that cache."""
    if os.environ.get("CI") or config.getoption("--all-lessons", default=False) or not hasattr(config, "cache"):
        return Passed(None)
    return Passed(config.cache.mkdir("lessons"))


def digest(blocks: Iterable[Block]) -> bytes:
    return hashlib.sha256(f"{around()}\n{list(blocks)!r}".encode()).hexdigest().encode()


@cache
def around() -> str:
    """All besides its own blocks that a lesson's outcome depends on: what runs it, and what it runs on."""
    return hashlib.sha256("\n".join(parts()).encode()).hexdigest()


def parts() -> Iterator[str]:
    yield from (sys.version, platform.platform(), sqlite3.sqlite_version)
    yield from sorted(f"{package.name}=={package.version}" for package in distributions())
    folders = (Path(__file__).parent, Path(code_blocks.__file__).parent)
    yield from (path.read_text(encoding="utf-8") for folder in folders for path in sorted(folder.glob("*.py")))
