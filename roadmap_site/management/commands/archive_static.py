import json
import shutil
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.storage import ManifestFilesMixin
from django.core.management.base import BaseCommand, CommandError

from stages.practice.bundle import NAME as BUNDLE
from stages.practice.bundle import read as read_bundle

DAYS = 30  # that a page may be open, or kept, and ask for a file of its release


class Command(BaseCommand):
    help = (
        "Keep the hashed static files of this release in STATIC_ARCHIVE, beside those of earlier ones, and delete "
        "what has been in no release for some time. Run when a release begins to serve; again it changes nothing."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--days", type=int, default=DAYS, help=f"how long; {DAYS} unless told")

    def handle(self, days: int, **options: Any) -> None:
        if not settings.STATIC_ARCHIVE:
            raise CommandError("Where to keep them? STATIC_ARCHIVE is not set.")
        release, archive = Path(settings.STATIC_ROOT), Path(settings.STATIC_ARCHIVE) / settings.STATIC_URL.strip("/")
        archive.mkdir(parents=True, exist_ok=True)
        for file in hashed_files(archive):
            file.touch()  # until now it was in a release
        current = {
            archive / file.relative_to(release): file for file in [*hashed_files(release), manifest_of(release)]
        }
        for copy, file in current.items():
            keep(file, copy)
        for file in archive.rglob("*"):
            if file.is_file() and file not in current and file.stat().st_mtime < time.time() - days * 24 * 60 * 60:
                file.unlink(missing_ok=True)


def manifest_of(folder: Path) -> Path:
    """Of the release whose files have come there last."""
    return folder / ManifestFilesMixin.manifest_name


def hashed_files(folder: Path) -> Iterator[Path]:
    """Of that release, with their compressed forms, as far as they are there; and its bundle for practice."""
    manifest, bundle = manifest_of(folder), read_bundle(folder / "practice")
    if bundle:
        yield from sorted((folder / "practice" / bundle.version).iterdir())
        yield folder / "practice" / BUNDLE
    for name in set(json.loads(manifest.read_text())["paths"].values()) if manifest.exists() else ():
        for ending in ("", ".gz", ".br"):
            if (file := folder / f"{name}{ending}").is_file():
                yield file


def keep(file: Path, copy: Path) -> None:
    """Whoever reads the copy meanwhile reads all of it."""
    copy.parent.mkdir(parents=True, exist_ok=True)
    draft = copy.with_name(f".{copy.name}.draft")
    shutil.copyfile(file, draft)
    draft.replace(copy)
