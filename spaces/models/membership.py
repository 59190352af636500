"""Membership of a user in a space, and what each role permits.

The role → permission table is the only place that says what a role may do; the acts on a node that
depend on a run's people (initiator, executor) are settled in `runs/access.py`.
"""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from spaces.models.space import Space


class Role(models.TextChoices):
    """What a member is in a space."""

    ADMIN = "admin", _("Admin")
    BUILDER = "builder", _("Builder")
    VIEWER = "viewer", _("Viewer")


class Permission(models.TextChoices):
    """What a member may do in a space."""

    VIEW = "view", _("see the space")
    START = "start", _("start runs")
    EDIT = "edit", _("edit templates")
    ADMIN = "admin", _("manage the space")


ROLE_PERMISSIONS: dict[str, frozenset[str]] = {
    Role.ADMIN: frozenset({Permission.VIEW, Permission.START, Permission.EDIT, Permission.ADMIN}),
    Role.BUILDER: frozenset({Permission.VIEW, Permission.START, Permission.EDIT}),
    Role.VIEWER: frozenset({Permission.VIEW}),
}


class Membership(models.Model):
    """A user's role in one space."""

    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=16, choices=Role.choices, default=Role.BUILDER)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["space_id", "user_id"]
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(fields=["space", "user"], name="membership_once_per_space"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="membership_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.space} · {self.role}"

    def permits(self, permission: str) -> bool:
        """Say whether the role of this member includes `permission`."""
        return permission in ROLE_PERMISSIONS[self.role]
