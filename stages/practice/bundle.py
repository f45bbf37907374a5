"""The bundle that the page of practice runs Django with, if it has been built (``manage.py build_practice``).

It is a folder of static files whose name is a digest of all that it is made of, so a browser may keep it for ever.
"""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from django.conf import settings

NAME = "bundle.json"  # says which folder is the bundle
EDITOR = "editor.js"  # comes with the page


@dataclass(frozen=True)
class Bundle:
    version: str
    lengths: dict[str, int] = field(hash=False)  # of its files
    sizes: dict[str, int] = field(hash=False)  # of the same as a browser is sent them, compressed where they are
    compressed: bool

    @property
    def url(self) -> str:
        """Where its files are, with a slash at the end."""
        return f"{settings.STATIC_URL}practice/{self.version}/"

    @property
    def size(self) -> int:
        """Of what is sent when a learner starts Django."""
        return sum(size for name, size in self.sizes.items() if name != EDITOR)

    @property
    def length(self) -> int:
        """Of the same, once it has arrived."""
        return sum(length for name, length in self.lengths.items() if name != EDITOR)


def current_bundle() -> Bundle | None:
    """The bundle of this site, or None where nobody has built it."""
    return read(settings.PRACTICE_BUNDLE)


def read(folder: Path) -> Bundle | None:
    try:
        return Bundle(**json.loads((folder / NAME).read_text()))
    except (OSError, ValueError, TypeError):
        return None


def write(folder: Path, bundle: Bundle) -> None:
    draft = folder / f"{NAME}.draft"
    draft.write_text(json.dumps(asdict(bundle)))
    draft.replace(folder / NAME)
