"""Queries that nearly every page asks. The ORM writes them, once: for that takes longer than running them."""

from collections.abc import Callable
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import QuerySet

PLACEHOLDERS = [-1_000_001, -1_000_002]  # integers that no query of ours asks for by itself


class PreparedQuery:
    """A query that differs from one time to another by some integers only, such as a learner's pk.

    ``make`` takes as many integers as ``rows`` will, and gives a queryset of values_list.
    """

    def __init__(self, make: Callable[..., QuerySet[Any, Any]], parameters: int = 0) -> None:
        self.make, self.placeholders = make, PLACEHOLDERS[:parameters]
        self.prepare = cache(self._prepare)

    def rows(self, *values: int) -> list[Any]:
        """The rows of the database as it is now, as the ORM would give them. One query."""
        sql, parameters, compiler, converters = self.prepare(connection.vendor)
        by_placeholder = dict(zip(self.placeholders, values, strict=True))
        with connection.cursor() as cursor:
            cursor.execute(sql, [by_placeholder.get(parameter, parameter) for parameter in parameters])
            rows = cursor.fetchall()
        return list(compiler.apply_converters(rows, converters)) if converters else rows

    def _prepare(self, vendor: str) -> tuple[str, tuple[Any, ...], Any, Any]:
        """The SQL, its parameters, and what makes Python's values of the database's."""
        compiler = self.make(*self.placeholders).query.get_compiler(connection=connection)
        sql, parameters = compiler.as_sql()
        return sql, parameters, compiler, compiler.get_converters([column for column, *_ in compiler.select])
