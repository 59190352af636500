"""Registration of the workflows app and of node types that settings add."""

from django.apps import AppConfig
from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _


class WorkflowsConfig(AppConfig):
    """The workflows app."""

    name = "workflows"
    label = "workflows"
    verbose_name = _("Workflows")

    def ready(self) -> None:
        """Register the node types that the settings of the benchmark and of tests name."""
        from workflows import node_types

        for path in settings.AIME_EXTRA_NODE_TYPES:
            node_types.register(import_string(path))
