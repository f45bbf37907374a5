"""Rows, bars and the map as a reader sees them: rendered once, and cached under their own content as the key.

`fragments` has those of long pages, `map_fragments` those of the map. Begin with `fragments`.
This is ground floor: every feature of progress may import it; it imports models, measure, reader_progress and stages.
"""
