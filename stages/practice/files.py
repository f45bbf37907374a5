"""Files as exercises have them: Markdown, in which each titled block of code is one.

````
```python title="library/queries.py"
from library.models import Loan
```
````
"""

import hashlib
import re
from collections.abc import Iterator, Mapping

type Files = dict[str, str]  # {path: text}

OPENING = re.compile(r"(?P<fence>`{3,})(?P<info>[^`]*)")
TITLE = re.compile(r'(?P<language>[\w+-]*) +title="(?P<path>[^"]*)"')
PATH = re.compile(r"(?!.*(?:^|/)\.\.?(?:/|$))[\w.-]+(?:/[\w.-]+)*", re.ASCII)


def parse_files(markdown: str) -> Files:
    """The files of a text, each ending in one line break; "" has none.

    Raises ValueError that says on which line something is no file: words between the blocks, a block without a title
    or without an end, a path that leads elsewhere or stands twice.
    """
    files: Files = {}
    for line, path, text in blocks_of(markdown):
        if not PATH.fullmatch(path):
            raise ValueError(f"line {line}: “{path[:80]}” is no path of a file, such as library/models.py.")
        if path in files:
            raise ValueError(f"line {line}: “{path}” stands twice.")
        files[path] = text
    return files


def blocks_of(markdown: str) -> Iterator[tuple[int, str, str]]:
    """(line, path, text) of each block."""
    lines = iter(enumerate(markdown.split("\n"), start=1))
    for number, line in lines:
        if not line.strip():
            continue
        opening = OPENING.fullmatch(line.rstrip())
        title = TITLE.fullmatch(opening["info"].strip()) if opening else None
        if not opening or not title:
            raise ValueError(
                f'line {number}: a file begins with ```python title="its/path.py", and nothing is between.'
            )
        text: list[str] = []
        for _, inner in lines:
            if inner.rstrip() == opening["fence"]:
                break
            text.append(inner)
        else:
            raise ValueError(f"line {number}: “{title['path'][:80]}” has no end.")
        yield number, title["path"], "\n".join(text) + "\n" if text else ""


def digest(files: Mapping[str, str]) -> str:
    """What files are told apart by: 16 hexadecimal digits of a SHA-256, of paths and texts with a NUL after each."""
    content = "".join(f"{path}\0{text}\0" for path, text in sorted(files.items()))
    return hashlib.sha256(content.encode(errors="surrogatepass")).hexdigest()[:16]
