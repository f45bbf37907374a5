"""Full-text search behind one QuerySet method, on PostgreSQL and on SQLite."""

import re
from collections.abc import Iterable
from functools import reduce
from operator import add, and_, or_
from typing import ClassVar, Self

from django.contrib.postgres.search import SearchQuery, SearchRank, SearchVector
from django.db import connections, models
from django.db.models import Case, IntegerField, Q, Value, When


class SearchQuerySet[M: models.Model](models.QuerySet[M]):
    """A QuerySet whose ``search_weights`` names the searched fields and their weight, A before D."""

    search_weights: ClassVar[dict[str, str]] = {}

    def search(self, text: str) -> Self:
        """Rows that have every word of ``text`` (or its beginning) in a searched field, best first.

        PostgreSQL stems words and ranks them; SQLite looks for the letters. On both, what has the whole phrase in
        its title comes first, then what has it in the next field of ``search_weights``, and so on. No words, no rows.
        """
        words = re.findall(r"\w+", text)[:8]
        if not words:
            return self.none()
        title = next(iter(self.search_weights))
        phrase = " ".join(words)
        match_rank = Case(
            When(**{f"{title}__istartswith": phrase}, then=Value(0)),
            *(
                When(**{f"{field}__icontains": phrase}, then=Value(rank))
                for rank, field in enumerate(self.search_weights, start=1)
            ),
            default=Value(len(self.search_weights) + 1),
            output_field=IntegerField(),
        )
        letters = reduce(and_, (anywhere(self.search_weights, word) for word in words))
        rows = self.annotate(match_rank=match_rank)
        if connections[self.db].vendor != "postgresql":
            return rows.filter(letters).order_by("match_rank", "pk")
        weights = self.search_weights.items()
        vector = reduce(add, (SearchVector(field, weight=weight, config="english") for field, weight in weights))
        query = SearchQuery(" & ".join(f"{word}:*" for word in words), search_type="raw", config="english")
        # Stemming drops words such as "with" and cuts others short, so the letters count as well.
        rows = rows.annotate(search_vector=vector, rank=SearchRank(vector, query))
        rows = rows.filter(Q(search_vector=query) | letters)
        return rows.order_by("match_rank", "-rank", "pk")


def anywhere(fields: Iterable[str], word: str) -> Q:
    return reduce(or_, (Q(**{f"{field}__icontains": word}) for field in fields))
