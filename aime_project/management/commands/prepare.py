"""`manage.py prepare`: bring the database up to date before anything uses it. Run by `manage.py supervise`."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

PREPARE_LOCK = 0x41494D45_50524550  # "AIMEPREP": one process at a time migrates a shared database


class Command(BaseCommand):
    """Migrate; with --development also the demo space."""

    help = "Apply migrations and, with --development, make the demo space and its users."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the command's own arguments."""
        parser.add_argument("--development", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do both under one lock."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [PREPARE_LOCK])
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if plan:
            self.stdout.write(f"Database: applying {len(plan)} migrations")
            call_command("migrate", interactive=False, verbosity=0)
        if options["development"]:
            call_command("ensure_development", stdout=self.stdout)
