"""Tracks that instructors compose: from nothing, or as a copy of a published one.

`editor` changes one under a lock, `upstream_changes` compares a copy with its original, `access` says who may read
one, `ownership` what becomes of it when its last author goes. Begin with `editor`.
May import: the ground floor of cohorts and all below it.
"""
