import time

from django.core.management.base import OutputWrapper

WIDTH = 30


class Bar:
    """A progress bar for commands: on a terminal, and only when there is something to wait for."""

    def __init__(self, out: OutputWrapper, patience: float = 0.5) -> None:
        self.out = out
        self.shown = False
        self.after = time.monotonic() + patience
        self.on = out.isatty()

    def __call__(self, what: str, done: int, total: int) -> None:
        """Show that ``done`` of ``total`` are done of ``what``."""
        now = time.monotonic()
        if not self.on or now < self.after:
            return
        self.shown, self.after = True, now + 0.1
        full = WIDTH * done // max(total, 1)
        self.out.write(f"\r\x1b[K{what} {'█' * full}{'░' * (WIDTH - full)} {done} of {total}", ending="")
        self.out.flush()

    def done(self) -> None:
        """Take the bar away, so that what is said next stands in its place."""
        if self.shown:
            self.out.write("\r\x1b[K", ending="")
