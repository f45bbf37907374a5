"""The bundle that the page of practice runs Django with, if it has been built (``manage.py build_practice``).

It is a folder of static files whose name is a digest of all that it is made of, so a browser may keep it for ever.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from django.conf import settings

NAME = "bundle.json"  # says which folder is the bundle


@dataclass(frozen=True)
class Bundle:
    version: str
    sizes: dict[str, int]  # of its files, in the form in which a browser is sent them
    compressed: bool  # whether they lie there compressed as well

    @property
    def url(self) -> str:
        """Where its files are, with a slash at the end."""
        return f"{settings.STATIC_URL}practice/{self.version}/"

    @property
    def size(self) -> int:
        """Of what is loaded when a learner starts Django."""
        return sum(size for name, size in self.sizes.items() if name != "editor.js")


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
