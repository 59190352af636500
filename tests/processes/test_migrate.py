"""`manage.py migrate`: whenever it is killed, the next one goes on."""

from typing import Any

import pytest
from django.core.management import get_commands
from django.core.management.commands import migrate
from django.db import connection, migrations, models
from django.db.migrations.executor import MigrationExecutor

from aime_project.management.commands.migrate import AtomicExecutor

TABLE = "spaces_halfmade"


class Killed(BaseException):
    """Stands for a SIGKILL at that point: the connection's transaction is never committed."""


def half_made() -> migrations.Migration:
    """A migration with a foreign key, which Django adds at the end: what made it write the record afterwards."""
    migration = migrations.Migration("9999_half_made", "spaces")
    space = models.ForeignKey("spaces.Space", models.CASCADE)
    migration.operations = [
        migrations.CreateModel("HalfMade", [("id", models.AutoField(primary_key=True)), ("space", space)])
    ]
    return migration


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("executor_class", "is_left"), [(AtomicExecutor, False), (MigrationExecutor, True)])
def test_migration_without_its_record_is_not_there(
    executor_class: type[MigrationExecutor], is_left: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seen once: stopped within its first start, an installation never started again. Django's own leaves the table."""

    def kill(*_: Any) -> None:
        raise Killed

    executor = executor_class(connection)
    state = executor.loader.project_state()
    monkeypatch.setattr(executor, "record_migration", kill)
    try:
        with pytest.raises(Killed):
            executor.apply_migration(state, half_made())
        assert (TABLE in connection.introspection.table_names()) is is_left
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE IF EXISTS {TABLE}")


def test_migrate_is_ours() -> None:
    """Also for whoever types it."""
    assert get_commands()["migrate"] == "aime_project"
    assert migrate.MigrationExecutor is AtomicExecutor
