"""Triggers that give the content another version with every write, on SQLite and on PostgreSQL.

They are made anew after every ``migrate``, for SQLite alters a table by making another one, which has none.
"""

import secrets
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import connections
from django.db.models import Model

from stages.models import ContentVersion, Revision, SyncResult

# What pages are made of and what a load compares it with: every model of the app but what is told about that.
NOT_CONTENT = {ContentVersion, Revision, SyncResult}
CONTENT_MODELS: list[type[Model]] = [
    model for model in apps.get_app_config("stages").get_models(include_auto_created=True) if model not in NOT_CONTENT
]


def new_number() -> int:
    return secrets.randbits(48)


def install(using: str, **kwargs: Any) -> None:
    """Make the one row of ContentVersion and the triggers where they are missing; a receiver of ``post_migrate``."""
    connection = connections[using]
    tables = connection.introspection.table_names()
    if ContentVersion._meta.db_table not in tables:
        return  # the migrations have gone back to before there were versions
    versions = ContentVersion.objects.using(using)
    _, is_new = versions.get_or_create(pk=1, defaults={"number": new_number()})
    if kwargs.get("plan") and not is_new:  # migrations may have written content while there were no triggers
        versions.update(number=new_number())
    with connection.cursor() as cursor:
        for statement in STATEMENTS[connection.vendor](
            [model._meta.db_table for model in CONTENT_MODELS if model._meta.db_table in tables]
        ):
            cursor.execute(statement)


def renumber(instance: ContentVersion, raw: bool, **kwargs: Any) -> None:
    """Take no number from a fixture, for here it may have belonged to other content; a receiver of ``pre_save``."""
    if raw:
        instance.number = new_number()


def sqlite(tables: list[str]) -> Iterator[str]:
    """A trigger for each table and kind of write, since SQLite has none for several, nor one for a whole statement."""
    trigger = (
        "CREATE TRIGGER IF NOT EXISTS {table}_version_{write} AFTER {write} ON {table} "
        "BEGIN UPDATE {version} SET number = random(); END"
    )
    for table in tables:
        for write in ("insert", "update", "delete"):
            yield trigger.format(table=table, write=write, version=ContentVersion._meta.db_table)


def postgresql(tables: list[str]) -> Iterator[str]:
    """A trigger for each table, which is run once for each statement."""
    function = (
        "CREATE OR REPLACE FUNCTION {version}_renew() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        # Of a UUID, for the database's random() has fewer bits and may be seeded.
        "UPDATE {version} SET number = ('x' || right(gen_random_uuid()::text, 12))::bit(48)::bigint; "
        "RETURN NULL; END $$"
    )
    trigger = (
        "CREATE OR REPLACE TRIGGER {table}_version AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION {version}_renew()"
    )
    version = ContentVersion._meta.db_table
    yield function.format(version=version)
    for table in tables:
        yield trigger.format(table=table, version=version)


STATEMENTS = {"sqlite": sqlite, "postgresql": postgresql}
