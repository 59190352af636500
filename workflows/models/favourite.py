"""A person's favourite templates: shown first to that person."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from workflows.models.workflow import Workflow


class Favourite(models.Model):
    """A template that a person marked."""

    workflow = models.ForeignKey(Workflow, on_delete=models.CASCADE, related_name="favourites")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("favourite")
        verbose_name_plural = _("favourites")
        constraints = [models.UniqueConstraint(fields=["workflow", "user"], name="favourite_once")]

    def __str__(self) -> str:
        return f"{self.user}: {self.workflow}"
