"""A saved filter: a question to the history that a person named, in one space."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from spaces.models import Space

NAME_CHARS = 60
QUERY_CHARS = 1000
MOST_OF_ONE_PERSON = 50


class SavedFilter(models.Model):
    """One person's filter of a space's history. `query`: the part of the address that says it."""

    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(_("name"), max_length=NAME_CHARS)
    query = models.CharField(_("filter"), max_length=QUERY_CHARS)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name", "id"]
        verbose_name = _("saved filter")
        verbose_name_plural = _("saved filters")
        constraints = [
            models.UniqueConstraint(fields=["user", "space", "name"], name="saved_filter_name_unique"),
            models.CheckConstraint(condition=~models.Q(name=""), name="saved_filter_has_a_name"),
        ]

    def __str__(self) -> str:
        return f"saved filter {self.pk}"  # its name is nobody else's
