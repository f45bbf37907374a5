"""Reading from a replica of the database, where REPLICA_URL names one.

A replica is behind by a moment, or by hours when something is wrong. So it is asked only for what nobody can have
written who reads it: the content, for visitors who bring no cookie, on pages of the content. Whoever has ticked has a
session, and all that they read comes from the primary. The version of the content is read where the content is
(``PreparedQuery``), so that nothing old is kept under a new version.
"""

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Model
from django.http import HttpRequest, HttpResponseBase

REPLICA = "replica"
CONTENT = "stages"  # the app whose pages and models may come from there
replica_may_answer = ContextVar("replica_may_answer", default=False)


class ReplicaRouter:
    """Never without an answer: Django would ask where an object was read, and write it there."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str:
        return REPLICA if replica_may_answer.get() and model._meta.app_label == CONTENT else DEFAULT_DB_ALIAS

    def db_for_write(self, model: type[Model], **hints: Any) -> str:
        return DEFAULT_DB_ALIAS

    def allow_relation(self, *objects: Model, **hints: Any) -> bool:
        return True

    def allow_migrate(self, db: str, *labels: str, **hints: Any) -> bool:
        return db == DEFAULT_DB_ALIAS


class ReplicaMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        token = replica_may_answer.set(False)
        try:
            return self.get_response(request)
        finally:
            replica_may_answer.reset(token)

    def process_view(self, request: HttpRequest, view: Callable[..., Any], *arguments: Any) -> None:
        is_of_content = view.__module__.partition(".")[0] == CONTENT
        replica_may_answer.set(request.method in ("GET", "HEAD") and not request.COOKIES and is_of_content)
