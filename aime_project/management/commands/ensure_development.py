"""`manage.py ensure_development`: the demo space, its people and the worked examples. Safe to repeat."""

from typing import Any

from django.core.management.base import BaseCommand

from aime_project import development


class Command(BaseCommand):
    """Set up for development; print each new password once."""

    help = "Make the space demo with the users admin, builder and viewer, and print the passwords of new users once."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Make what is missing."""
        passwords = development.ensure_people()
        names = development.ensure_examples()
        if names:
            self.stdout.write(f"Space {development.SPACE_SLUG}: imported {', '.join(names)}")
        if passwords:
            self.stdout.write("New users; the passwords are shown this one time:")
            for name, password in passwords.items():
                self.stdout.write(f"    {name:<8} {password}")
