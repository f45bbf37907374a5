"""Files and database brought together, without losing what either side changed.

`three_way_merge` works out what a load would do and asks no database; `load` reads and writes; `compare` shows where
the two differ. Begin with `three_way_merge`.
May import: fixture_io (files as records), editing (the rules of the content), revisions (a load is recorded too).
"""
