"""The order of rows, kept by whoever moves one of them."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Manager, QuerySet


def move_after(rows: QuerySet[Any], pk: int, after: int | None) -> bool:
    """Put the row ``pk`` of ``rows`` right behind the row ``after``, or first when that is None.

    Returns whether both are there; nothing happens when one of them is not. It says where one row goes, not how
    all of them stand. So of two people who move rows at once each gets what they wanted, twice is as good as
    once, and no row can get lost: rows are renumbered, and nothing else.
    """
    with transaction.atomic():
        # Locked in an order that never changes, so that two moves wait for each other instead of locking each
        # other out, and read after that, so that the second one sees what the first has done.
        locked = list(rows.order_by("pk").select_for_update(of=["self"]))
        ordered = sorted(locked, key=lambda row: (row.position, row.pk))
        by_pk = {row.pk: row for row in ordered}
        if pk not in by_pk or after not in {None, *by_pk} - {pk}:
            return False
        renumber(insert_after(ordered, by_pk[pk], by_pk.get(after)), positions_for(row.position for row in ordered))
    return True


def insert_after[T](order: Iterable[T], item: T, after: T | None) -> list[T]:
    """A list with ``thing`` right behind ``after``, or first where that is None. Adds what was not in it."""
    others = [other for other in order if other != item]
    index = 0 if after is None else others.index(after) + 1
    return [*others[:index], item, *others[index:]]


def renumber(rows: Sequence[Any], positions: Iterable[int]) -> None:
    """Give each row of a model its position. One query for all whose position changes, or none."""
    changed = [(row, position) for row, position in zip(rows, positions, strict=True) if row.position != position]
    for row, position in changed:
        row.position = position
    if changed:
        type(rows[0]).objects.bulk_update([row for row, _ in changed], ["position"])


def positions_for(positions: Iterable[int]) -> list[int]:
    """The numbers for rows in a new order: those that they had, which keeps the files quiet, or else 1 to n."""
    positions = sorted(positions)
    return positions if len(set(positions)) == len(positions) else list(range(1, len(positions) + 1))


def next_position(rows: QuerySet[Any] | Manager[Any]) -> int:
    """The position for a row that comes after all of ``rows``."""
    return max(rows.values_list("position", flat=True), default=0) + 1
