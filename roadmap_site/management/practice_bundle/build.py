"""Building the bundle: a folder that is named by a digest of all that it is made of, and never changes."""

import gzip
import hashlib
import json
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path

import brotli

from roadmap_site.management.practice_bundle import archives, node
from stages.practice import bundle, checker

HERE = Path(__file__).parent
VERSION = re.compile(r"[0-9a-f]{12}")
FROM_PYODIDE = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm")

type Say = Callable[[str], None]


def version_of_sources() -> str:
    """The same as long as nothing that goes into the bundle changes."""
    digest = hashlib.sha256()
    for file in sources():
        digest.update(f"{file.name}\n{len(file.read_bytes())}\n".encode() + file.read_bytes())
    for package in archives.PACKAGES:
        digest.update(f"{package} {version(package)}\n".encode())
    return digest.hexdigest()[:12]


def sources() -> Iterator[Path]:
    yield from sorted(file for file in HERE.iterdir() if file.is_file())
    yield Path(checker.__file__)


def build(target: Path, *, compress: bool, say: Say) -> bool:
    """Build the bundle in a folder of static files, if it is not there; return whether it was built.

    Raise NodeError where node cannot be run, or fails. Several may do so at once.
    """
    name = version_of_sources()
    present = bundle.read(target)
    if present and present.version == name and (present.compressed or not compress):
        return False
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".building-", dir=target) as made:
        draft = Path(made) / name
        draft.mkdir()
        make(draft, Path(made), say)
        files = sorted(draft.iterdir())
        lengths = {file.name: file.stat().st_size for file in files}
        sizes = lengths
        if compress:
            say("Compressing, which takes a minute")
            with ThreadPoolExecutor() as threads:
                sizes = dict(threads.map(compressed, files))
        shutil.rmtree(target / name, ignore_errors=True)
        draft.replace(target / name)
    bundle.write(target, bundle.Bundle(name, lengths, sizes, compress))
    for old in target.iterdir():
        if VERSION.fullmatch(old.name) and old.name != name:
            shutil.rmtree(old, ignore_errors=True)
    return True


def make(draft: Path, work: Path, say: Say) -> None:
    """Put the files of the bundle into the folder ``draft``; ``work`` is for what is on its way there."""
    say("Getting its packages")
    modules = node.install(work / "npm")
    pyodide, raw = modules / "pyodide", work / "raw"
    raw.mkdir()
    for name in FROM_PYODIDE:
        shutil.copyfile(pyodide / name, raw / name)
    lock = json.loads((pyodide / "pyodide-lock.json").read_text())
    (raw / "lock.json").write_text(json.dumps({"info": lock["info"], "packages": {}}))
    archives.pack(archives.standard_library(pyodide / "python_stdlib.zip"), raw / "stdlib.bin")
    checks = ("checker.py", Path(checker.__file__).read_bytes())
    archives.pack([*archives.installed_files(), checks], raw / "django.bin")
    for name in (*FROM_PYODIDE, "lock.json"):
        shutil.copyfile(raw / name, draft / name)
    say("Compiling what it runs")
    node.run_node(HERE / "compile.mjs", raw, draft, HERE / "jobs.json", cwd=work)
    say("Putting the editor together")
    # It finds its packages from where it lies.
    entry = modules.parent / bundle.EDITOR
    shutil.copyfile(HERE / bundle.EDITOR, entry)
    options = ("--bundle", "--minify", "--format=esm", "--target=es2022", "--legal-comments=eof")
    esbuild = modules / "esbuild-wasm" / "bin" / "esbuild"
    node.run_node(esbuild, entry, *options, f"--outfile={draft / bundle.EDITOR}", cwd=modules.parent)


def compressed(file: Path) -> tuple[str, int]:
    """Write a file's compressed forms beside it; return how much of it a browser is sent."""
    data = file.read_bytes()
    file.with_name(f"{file.name}.gz").write_bytes(gzip.compress(data, 9, mtime=0))
    small: bytes = brotli.compress(data, quality=11, lgwin=24)
    file.with_name(f"{file.name}.br").write_bytes(small)
    return file.name, len(small)
