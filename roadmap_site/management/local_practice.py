"""An exercise in a folder of one's own machine: written, watched, and checked as in the browser."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings

from stages.models import Exercise
from stages.practice.exercises import checks_digest, job_of, starter_files
from stages.practice.files import Files, digest, parse_files

CHECKER = settings.BASE_DIR / "stages" / "practice" / "checker.py"
SECONDS = 10  # for a check
PAUSE = 0.3  # seconds between two looks at the files


class LocalExercise:
    """``say`` prints a line."""

    def __init__(self, exercise: Exercise, folder: Path, say: Callable[[str], object]) -> None:
        self.exercise, self.folder, self.say = exercise, folder, say

    def write(self, *, start_over: bool = False) -> None:
        """Write the task and the files. What is there already stays, unless one starts over."""
        exercise, starter = self.exercise, starter_files(self.exercise)
        for path, text in {**starter, **parse_files(exercise.given), "TASK.md": self.task()}.items():
            file = self.folder / path
            if path in starter and file.exists() and not start_over:
                continue
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        self.say(f"{exercise.title}: the task is in {self.folder / 'TASK.md'}, and you write {', '.join(starter)}.")

    def task(self) -> str:
        return f"# {self.exercise.title}\n\n{self.exercise.task}\n"

    def files(self) -> Files:
        """The learner's files as they are now; one that was deleted is the starter's."""
        paths = [(path, self.folder / path) for path in starter_files(self.exercise)]
        return {path: file.read_text(encoding="utf-8", errors="replace") for path, file in paths if file.is_file()}

    def watch(self) -> None:
        """Check each time that a file is saved, until every check holds or somebody presses Ctrl+C."""
        self.say("Checked each time that you save. Ctrl+C ends.")
        seen = None
        try:
            while True:
                files = self.files()
                if files != seen:
                    seen = files
                    if self.check():
                        return
                time.sleep(PAUSE)
        except KeyboardInterrupt:
            self.say("")

    def check(self) -> bool:
        """Run the checks and print what they say; on a pass, the line to paste on the site as well."""
        files = self.files()
        result = run(self.exercise, files)
        self.say("")
        if result["error"]:
            self.say(f"✗ {result['error']}")
        for check in result["checks"]:
            self.say(f"{'✓' if check['passed'] else '✗'} {check['sentence']}")
            for line in [*check["message"].split("\n"), *check["traceback"].split("\n")]:
                if line:
                    self.say(f"    {line}")
        if result["output"]:
            self.say(f"It printed:\n{result['output']}")
        if result["passed"]:
            self.say("Every check holds. To have it shown on the site, paste this line on the page of the exercise:")
            self.say(f"waymark-pass v1 {self.exercise.slug} {checks_digest(self.exercise)} {digest(files)} passed")
        return bool(result["passed"])


def run(exercise: Exercise, files: Files) -> dict[str, Any]:
    """What ``checker.check`` says of the files, from a process that may be ended."""
    job = json.dumps(job_of(exercise, files)._asdict())
    nothing: dict[str, Any] = {"passed": False, "checks": [], "output": "", "page": ""}
    try:
        done = subprocess.run(  # noqa: S603 - our own checker
            [sys.executable, "-I", CHECKER],
            input=f"{job}\n",
            capture_output=True,
            encoding="utf-8",
            timeout=SECONDS,
        )
        return {**nothing, **json.loads(done.stdout)}
    except subprocess.TimeoutExpired:
        error = f"It ran for {SECONDS} seconds without an end and was stopped. Is there a loop that never ends?"
        return {**nothing, "error": error}
    except ValueError:
        return {**nothing, "error": "The code ended the process, so nothing could be checked."}
