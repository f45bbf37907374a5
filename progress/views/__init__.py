from progress.views.beside import note, notes, star, tick_resource
from progress.views.me import me
from progress.views.report import report
from progress.views.reset import reset_stage, reset_track, undo_reset
from progress.views.ticks import tick

__all__ = [
    "me",
    "note",
    "notes",
    "report",
    "reset_stage",
    "reset_track",
    "star",
    "tick",
    "tick_resource",
    "undo_reset",
]
