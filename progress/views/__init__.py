from progress.views.me import me
from progress.views.ticks import tick

__all__ = ["me", "tick"]
