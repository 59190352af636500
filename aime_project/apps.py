"""Installs the system checks and makes the project's template tags loadable."""

from django.apps import AppConfig


class AimeConfig(AppConfig):
    """The composition of the product."""

    name = "aime_project"
    label = "aime_project"
    verbose_name = "Aime"

    def ready(self) -> None:
        """Register the checks."""
        from aime_project import checks  # noqa: F401  (registers itself)
