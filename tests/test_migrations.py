"""Going back to the release before: what a migration does can be undone."""

import pytest
from django.db.migrations.loader import MigrationLoader

OURS = {"accounts", "stages", "progress", "cohorts"}
MIGRATIONS = {
    f"{app}.{name}": migration
    for (app, name), migration in MigrationLoader(None).disk_migrations.items()
    if app in OURS
}


@pytest.mark.parametrize("name", sorted(MIGRATIONS))
def test_it_can_be_undone(name):
    assert [str(operation) for operation in MIGRATIONS[name].operations if not operation.reversible] == []
