"""Notifications: what a person is told of a node version that waits, is done or has failed; and what they want told.

Written by `runs/transitions/notices.py` in the transaction of the status itself. The words are made when it is read.
"""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from runs.models.node_run import NodeRun
from runs.models.run import Run
from runs.states import WaitingFor, choices
from workflows.models import Visibility


class NotificationQuerySet(models.QuerySet["Notification"]):
    """Which notifications, as chainable filters."""

    def told_to(self, user: Any) -> "NotificationQuerySet":
        """Return the person's own, of runs that they still see: a former member sees none."""
        seen = models.Q(run__visibility=Visibility.SPACE) | models.Q(run__initiator_id=user.pk)
        return self.filter(seen, user_id=user.pk, run__space__memberships__user_id=user.pk)

    def unread(self) -> "NotificationQuerySet":
        """Return those that the bell counts: neither read nor overtaken by what came after."""
        return self.filter(read_at__isnull=True, settled_at__isnull=True)


class Notification(models.Model):
    """One person told of one node version. Open (`settled_at` empty) as long as the version stands as it says.

    `waiting_for`: what it waits for. `actor`: whose act made it so; nobody where the machine did. `settled_by`: whose
    act made it go on, as a confirmation does for everybody who was told of the gate.
    """

    class Kind(models.TextChoices):
        """Of what it tells; the moments of a node's `notify`."""

        WAITING = "waiting", _("Waits for a person")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    # Keys without an index of their own: a notice is found by its person or by its version, and written with a status.
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="+", db_index=False)
    node_run = models.ForeignKey(NodeRun, on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    waiting_for = models.CharField(_("waiting for"), max_length=16, choices=choices(WaitingFor), blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    created_at = models.DateTimeField(_("told at"), db_default=Now())
    read_at = models.DateTimeField(_("read at"), null=True, blank=True)
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )

    objects = NotificationQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        indexes = [
            models.Index(fields=["user", "-id"], name="notification_list"),
            models.Index(
                fields=["user"],
                condition=models.Q(read_at__isnull=True, settled_at__isnull=True),
                name="notification_unread",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["node_run", "user"],
                condition=models.Q(settled_at__isnull=True),
                name="notification_one_open_per_version",
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=["waiting", "done", "failed"]), name="notification_kind_known"
            ),
            models.CheckConstraint(
                condition=models.Q(kind="waiting") ^ models.Q(waiting_for=""), name="notification_waits_for_something"
            ),
            models.CheckConstraint(
                condition=models.Q(settled_by__isnull=True) | models.Q(settled_at__isnull=False),
                name="notification_settled_by_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def is_unread(self) -> bool:
        """Say whether the bell counts it."""
        return self.read_at is None and self.settled_at is None


class NotificationSetting(models.Model):
    """Of which kinds a person wants to be told, in all their spaces. Without a row: of all."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+")
    waiting = models.BooleanField(_("a node waits"), default=True)
    done = models.BooleanField(_("a node is done"), default=True)
    failed = models.BooleanField(_("a node failed"), default=True)

    class Meta:
        ordering = ["user_id"]
        verbose_name = _("notification setting")
        verbose_name_plural = _("notification settings")

    def __str__(self) -> str:
        return f"notification setting of {self.user_id}"
