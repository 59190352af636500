"""`manage.py migrate`: Django's, with each migration and its record in one transaction.

Django writes the record after the migration's own transaction where that has deferred SQL, such as foreign keys
(`django/db/migrations/executor.py`). Whoever is killed between the two leaves tables that no later start can get past.
"""

from contextlib import AbstractContextManager, nullcontext
from typing import Any

from django.core.management.commands import migrate
from django.db import transaction
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ProjectState


class AtomicExecutor(MigrationExecutor):
    """Applies and records at once, or not at all."""

    def apply_migration(self, state: ProjectState, migration: Migration, *args: Any, **options: Any) -> ProjectState:
        """Apply one migration and write that it is."""
        with self._transaction(migration):
            return super().apply_migration(state, migration, *args, **options)

    def unapply_migration(self, state: ProjectState, migration: Migration, *args: Any, **options: Any) -> ProjectState:
        """Take one migration back and write that it is not applied."""
        with self._transaction(migration):
            return super().unapply_migration(state, migration, *args, **options)

    def _transaction(self, migration: Migration) -> AbstractContextManager[Any]:
        """One that builds an index concurrently cannot be in a transaction, and has to bear being begun again."""
        return transaction.atomic(using=self.connection.alias) if migration.atomic else nullcontext()


migrate.MigrationExecutor = AtomicExecutor  # type: ignore[attr-defined]  # the command offers no other place


class Command(migrate.Command):
    """Bring the database up to date."""
