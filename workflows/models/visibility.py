"""Who may see a template, for workflow and task templates alike."""

from typing import Any, Generic, Self, TypeVar

from django.db import models
from django.utils.translation import gettext_lazy as _

M = TypeVar("M", bound=models.Model)


class Visibility(models.TextChoices):
    """Who may see and start a template."""

    SPACE = "space", _("Visible in the space")
    PERSONAL = "personal", _("Visible to me only")


class VisibleQuerySet(models.QuerySet[M], Generic[M]):
    """Which templates, as chainable filters; of models with a space, an owner, a visibility and archived_at."""

    def visible_to(self, user: Any) -> Self:
        """Return the templates `user` may see: of their spaces, and personal ones only when their own."""
        if not user.is_authenticated:
            return self.none()
        seen = models.Q(visibility=Visibility.SPACE) | models.Q(owner_id=user.pk)
        return self.filter(seen, space__memberships__user_id=user.pk)

    def active(self) -> Self:
        """Leave out archived templates."""
        return self.filter(archived_at__isnull=True)
