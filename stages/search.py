"""Full-text search behind one QuerySet method, on PostgreSQL and on SQLite."""

import re
from functools import reduce
from operator import and_, or_

from django.contrib.postgres.search import SearchQuery, SearchRank, SearchVector
from django.db import connections, models
from django.db.models import Case, IntegerField, Q, Value, When


class SearchQuerySet(models.QuerySet):
    """A QuerySet whose ``search_weights`` names the searched fields and their weight, A before D."""

    search_weights = {}

    def search(self, text):
        """Rows that have every word of ``text`` (or its beginning) in a searched field, best first.

        PostgreSQL stems words and ranks them. SQLite looks for the letters and ranks by the field they are in.
        No words, no rows.
        """
        words = re.findall(r"\w+", text)[:8]
        if not words:
            return self.none()
        if connections[self.db].vendor == "postgresql":
            return self._search_vectors(words)
        return self._search_letters(words)

    def _search_vectors(self, words):
        vector = sum_of(
            SearchVector(field, weight=weight, config="english") for field, weight in self.search_weights.items()
        )
        query = SearchQuery(" & ".join(f"{word}:*" for word in words), search_type="raw", config="english")
        # Stemming drops words such as "with" and cuts others short; letters in the heaviest field count as well.
        title = next(iter(self.search_weights))
        in_title = reduce(and_, (Q(**{f"{title}__icontains": word}) for word in words))
        return (
            self.annotate(found=vector, rank=SearchRank(vector, query))
            .filter(Q(found=query) | in_title)
            .order_by("-rank", "pk")
        )

    def _search_letters(self, words):
        def somewhere(word):
            return reduce(or_, (Q(**{f"{field}__icontains": word}) for field in self.search_weights))

        title = next(iter(self.search_weights))
        phrase = " ".join(words)
        rank = Case(
            When(**{f"{title}__istartswith": phrase}, then=Value(0)),
            When(**{f"{title}__icontains": phrase}, then=Value(1)),
            When(**{f"{title}__icontains": words[0]}, then=Value(2)),
            default=Value(3),
            output_field=IntegerField(),
        )
        return self.filter(reduce(and_, map(somewhere, words))).annotate(rank=rank).order_by("rank", "pk")


def sum_of(vectors):
    return reduce(lambda total, vector: total + vector, vectors)
