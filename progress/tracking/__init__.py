"""Ticking: a topic's status is stated, shown, undone and reset.

`views` is the tick itself, `views_reset` sets a stage or a track back to its beginning. Begin with `views`.
May import: the ground floor of progress (models, measure, reader_progress, session_progress, pending_actions,
rendering) and stages.
"""
