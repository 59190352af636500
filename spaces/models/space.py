"""A space: the project in which templates, runs and members live.

Everything except a user's own account belongs to exactly one space. Not here: who may do what
(`membership.py`) and loading with permission (`spaces/access.py`).
"""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from spaces.ids import new_id


class SpaceQuerySet(models.QuerySet["Space"]):
    """Which spaces, as chainable filters."""

    def visible_to(self, user: Any) -> "SpaceQuerySet":
        """Return the spaces in which `user` is a member; a space of others does not exist for them."""
        return self.filter(memberships__user_id=user.pk) if user.is_authenticated else self.none()


class Space(models.Model):
    """A project with its members, templates and runs."""

    public_id = models.CharField(max_length=26, unique=True, default=new_id, editable=False)
    slug = models.SlugField(_("slug"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=120)
    description = models.TextField(_("description"), blank=True)
    instructions = models.TextField(
        _("instructions for agents"),
        blank=True,
        help_text=_("Conventions every agent of this space is told, for example the language to write in."),
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = SpaceQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        verbose_name = _("space")
        verbose_name_plural = _("spaces")
        constraints = [
            models.CheckConstraint(condition=~models.Q(slug=""), name="space_slug_not_empty"),
            models.CheckConstraint(condition=~models.Q(name=""), name="space_name_not_empty"),
        ]

    def __str__(self) -> str:
        return self.name
