from django.db import connection
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor


def unapplied_migrations() -> list[Migration]:
    """What ``migrate`` would apply, in its order. Reads all migrations, and asks one query."""
    executor = MigrationExecutor(connection)
    return [migration for migration, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]
