"""Rows, bars and the map as a reader sees them: rendered once, and kept under their own content as the key.

`fragments` has the pieces of long pages, `map_fragments` those of the map. Begin with `fragments`.
This is ground floor: every feature of progress may import it; it imports models, measure, reader_progress and stages.
"""
