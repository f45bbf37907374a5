"""The checker in a process of its own, as the suite has it: it sets Django up in its own way."""

import json
import subprocess
import sys
from contextlib import suppress
from functools import cache
from threading import Timer
from typing import Any

from django.conf import settings

CHECKER = settings.BASE_DIR / "stages" / "practice" / "checker.py"
SECONDS = 60


class Worker:
    """Answers one job after another, and begins anew after one that takes too long or ends it."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[str] | None = None

    def check(self, files: dict[str, str], checks: dict[str, str], seconds: float = SECONDS) -> dict[str, Any]:
        """What ``checker.check`` says. Raises TimeoutError where it says nothing."""
        if self.process is None or self.process.poll() is not None:
            self.close()
            self.process = subprocess.Popen(
                [sys.executable, "-I", "-W", "error::DeprecationWarning:__main__", CHECKER],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                encoding="utf-8",
            )
        process = self.process
        timer = Timer(seconds, process.kill)
        timer.start()
        try:
            with suppress(BrokenPipeError):
                process.stdin.write(json.dumps({"files": files, "checks": checks}) + "\n")
                process.stdin.flush()
            line = process.stdout.readline()
        finally:
            timer.cancel()
        if not line:
            self.close()
            raise TimeoutError(f"no answer within {seconds} s")
        return json.loads(line)

    def close(self) -> None:
        if self.process is not None:
            self.process.kill()
            with suppress(BrokenPipeError):  # what it was not told any more
                self.process.stdin.close()
            self.process.stdout.close()
            self.process.wait()
            self.process = None


@cache
def worker() -> Worker:
    """The one of this process of the suite."""
    return Worker()
