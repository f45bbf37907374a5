import time

from django.core.management.base import OutputWrapper

WIDTH = 30


class ProgressBar:
    """A progress bar for commands: on a terminal, and only when there is something to wait for."""

    def __init__(self, out: OutputWrapper, delay: float = 0.5) -> None:
        self.out = out
        self.shown = False
        self.next_update = time.monotonic() + delay
        self.enabled = out.isatty()

    def __call__(self, what: str, done: int, total: int) -> None:
        """Show that ``done`` of ``total`` are done of ``what``."""
        now = time.monotonic()
        if not self.enabled or now < self.next_update:
            return
        self.shown, self.next_update = True, now + 0.1
        full = WIDTH * done // max(total, 1)
        self.out.write(f"\r\x1b[K{what} {'█' * full}{'░' * (WIDTH - full)} {done} of {total}", ending="")
        self.out.flush()

    def done(self) -> None:
        """Clear the line, so that the next output stands in its place."""
        if self.shown:
            self.out.write("\r\x1b[K", ending="")
