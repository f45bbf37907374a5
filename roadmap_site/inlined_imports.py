"""Style sheets are written in small files and fetched in few.

A sheet may begin with lines like ``@import "buttons.css";``. A browser would follow them one round trip later, with a
request for each. So wherever static files are found, for ``runserver``, for the live server of the tests and for
``collectstatic``, the sheet is found with the imported files in the place of those lines. There is nothing to run and
no list but the lines themselves, and without this finder the same sheets still work.
"""

import atexit
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path

from django.contrib.staticfiles.finders import FileSystemFinder
from django.core.files.storage import FileSystemStorage, Storage

# Of the same folder only, so that an address in url() means the same from where it ends up.
IMPORT = re.compile(r'^@import "([\w-]+\.css)";$', re.MULTILINE)


class InliningFinder(FileSystemFinder):
    """Finds what Django's own finds, but a sheet with imports as a copy that has none."""

    @cached_property
    def copies(self) -> FileSystemStorage:
        """Where the copies are: in a folder of this process, which goes with it."""
        folder = tempfile.mkdtemp(prefix="waymark-css-")
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        return FileSystemStorage(location=folder)

    def find_location(self, root: str, path: str, prefix: str | None = None) -> str | None:
        location = super().find_location(root, path, prefix)
        return self.copies.path(path) if location and self.copy(path, Path(location)) else location

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        for path, storage in super().list(ignore_patterns):
            yield path, self.copies if self.copy(path, Path(storage.path(path))) else storage

    def copy(self, path: str, sheet: Path) -> bool:
        """Bring the copy of a sheet up to date; return whether it needs one."""
        if sheet.suffix != ".css" or not IMPORT.search(css := sheet.read_text()):
            return False
        css = IMPORT.sub(lambda line: (sheet.parent / line[1]).read_text().strip(), css)
        copy = Path(self.copies.path(path))
        if not copy.exists() or copy.read_text() != css:
            copy.parent.mkdir(parents=True, exist_ok=True)
            # Another thread may be sending the copy that was there: it is replaced, and never half written.
            with tempfile.NamedTemporaryFile("w", dir=copy.parent, suffix=".css", delete=False) as file:
                file.write(css)
            Path(file.name).replace(copy)
        return True
