"""Registration of the runs app: what it listens to below, and executors that settings add."""

from django.apps import AppConfig
from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _


class RunsConfig(AppConfig):
    """The runs app."""

    name = "runs"
    label = "runs"
    verbose_name = _("Runs")

    def ready(self) -> None:
        """Listen to changed consents; register the executors that the settings of the benchmark and of tests name."""
        from runs import executors
        from workflows import subscriptions

        subscriptions.subscribe(subscriptions.CONSENT_CHANGED, "runs.consents.consent_changed")

        for path in settings.AIME_EXTRA_EXECUTORS:
            for spec in import_string(path):
                executors.register(spec)
