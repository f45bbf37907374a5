"""The archives of the bundle: Python's standard library and Django, without what practice never imports."""

import re
import zipfile
from collections.abc import Iterable, Iterator
from importlib.metadata import distribution
from pathlib import Path

# As they are installed here, so that learners have the very Django of the site.
PACKAGES = ("django", "asgiref", "sqlparse", "tzdata")
UNUSED_PACKAGES = re.compile(
    r"""^django/(
        contrib/(gis|postgres|admindocs|flatpages|redirects|sitemaps|syndication)/
      | contrib/admin/static/ | contrib/[^/]+/locale/(?!en/) | conf/locale/(?!en/|__init__)
      | conf/(app|project)_template/ | db/backends/(oracle|mysql|postgresql)/
      | test/selenium\.py | utils/translation/template\.py
    )
    | \.(po|pyi|map|pyc)$ | (?<!en/LC_MESSAGES/django)\.mo$ | /jinja2/
    | ^tzdata/zoneinfo/(?!__init__\.py$|UTC$|(Etc|Europe|America|Asia)/__init__\.py$
        |Etc/UTC$|Europe/(London|Berlin)$|America/New_York$|Asia/Kolkata$)
    | ^[^/]+\.dist-info/(?!METADATA|licenses/|LICENSE) | ^\.\./""",
    re.VERBOSE,
)
UNUSED_STANDARD_LIBRARY = re.compile(
    r"""^(idlelib|lib2to3|turtledemo|tkinter|ensurepip|venv|curses|dbm|xmlrpc|test)/
    | ^wsgiref/(?!__init__|util|headers|simple_server|handlers|types)
    | ^pydoc | ^ctypes/macholib/ | ^email/architecture
    | ^encodings/(cp(?!437|1252)|iso(?!8859_1\.)|mac|koi|hp|big5|euc|gb|johab|shift|ptcp|tis|kz|palmos|rot|quopri|uu
        |zlib_codec|bz2)""",
    re.VERBOSE,
)


def installed_files() -> Iterator[tuple[str, bytes]]:
    """The files of PACKAGES by their names, as far as practice uses them."""
    for name in PACKAGES:
        for file in distribution(name).files or ():
            if not UNUSED_PACKAGES.search(str(file)):
                yield str(file), Path(str(file.locate())).read_bytes()


def standard_library(archive: Path) -> Iterator[tuple[str, bytes]]:
    """The files of Pyodide's own archive, as far as practice uses them."""
    with zipfile.ZipFile(archive) as source:
        for name in source.namelist():
            if not name.endswith("/") and not UNUSED_STANDARD_LIBRARY.search(name):
                yield name, source.read(name)


def pack(files: Iterable[tuple[str, bytes]], archive: Path) -> None:
    """Store the files: what is compressed as a whole on its way to the browser is smaller uncompressed here."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as target:
        for name, data in sorted(files):
            target.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), data)
