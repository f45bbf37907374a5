"""Queries that nearly every page asks. The ORM writes them, once: for that takes longer than running them."""

from collections.abc import Callable
from functools import cache, cached_property
from typing import Any

from django.db import connections, router
from django.db.models import Model, QuerySet

PLACEHOLDERS = [-1_000_001, -1_000_002]  # integers that no query of ours asks for by itself


class PreparedQuery:
    """A query that differs from one time to another by some integers only, such as a learner's pk.

    ``make`` takes as many integers as ``rows`` will, and gives a queryset of values_list. Nothing of it is prepared in
    the database itself, so a pooler may stand between.
    """

    def __init__(self, make: Callable[..., QuerySet[Any, Any]], parameters: int = 0) -> None:
        self.make, self.placeholders = make, PLACEHOLDERS[:parameters]
        self.prepare = cache(self._prepare)

    def rows(self, *values: int) -> list[Any]:
        """The rows of the database as it is now, as the ORM would give them. One query."""
        connection = connections[router.db_for_read(self.model)]
        sql, parameters, compiler, converters = self.prepare(connection.vendor)
        by_placeholder = dict(zip(self.placeholders, values, strict=True))
        with connection.cursor() as cursor:
            cursor.execute(sql, [by_placeholder.get(parameter, parameter) for parameter in parameters])
            rows = cursor.fetchall()
        return list(compiler.apply_converters(rows, converters)) if converters else rows

    @cached_property
    def model(self) -> type[Model]:
        return self.make(*self.placeholders).model

    def _prepare(self, vendor: str) -> tuple[str, tuple[Any, ...], Any, Any]:
        """The SQL, its parameters, and what makes Python's values of the database's."""
        rows = self.make(*self.placeholders)
        compiler = rows.query.get_compiler(using=rows.db)
        sql, parameters = compiler.as_sql()
        return sql, parameters, compiler, compiler.get_converters([column for column, *_ in compiler.select])
