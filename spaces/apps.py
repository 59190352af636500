"""Registration of the spaces app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SpacesConfig(AppConfig):
    """The spaces app."""

    name = "spaces"
    label = "spaces"
    verbose_name = _("Spaces")
