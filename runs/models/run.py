"""A run: one execution of one published template version, and the counter of its events.

The status is the scheduler's verdict, written by `runs/transitions.py` alone. What lists search by (`search_text`,
`search_terms`, `executor_ids`, `trigger`) is settled when it starts and never changes.
"""

from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from runs.states import RUN_TERMINAL, RunStatus, choices, values
from spaces.ids import new_id
from spaces.models import Role, Space
from workflows.models import Visibility, WorkflowVersion


def seen_by_member(user: Any, run: str = "") -> models.Q:
    """Say which runs of their own spaces `user` sees. `run`: the path to the run from the rows that are filtered."""
    return models.Q(**{f"{run}visibility": Visibility.SPACE}) | models.Q(**{f"{run}initiator_id": user.pk})


class RunQuerySet(models.QuerySet["Run"]):
    """Which runs, as chainable filters."""

    def visible_to(self, user: Any) -> "RunQuerySet":
        """Return the runs `user` may see: of their spaces, and personal ones only when they started them."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(seen_by_member(user), space__memberships__user_id=user.pk)

    def administered_by(self, user: Any) -> "RunQuerySet":
        """Return the runs in spaces where `user` is an admin."""
        return self.filter(space__memberships__user_id=user.pk, space__memberships__role=Role.ADMIN)


class Trigger(models.TextChoices):
    """What started a run."""

    MANUAL = "manual", _("By hand")
    SCHEDULE = "schedule", _("Schedule")
    CODEBASE = "codebase", _("Codebase event")


class Run(models.Model):
    """One execution of a template version.

    `inputs`: node key → input name → {"type", "value"} or {"type", "name", "sha256"} for an upload.
    `search_text`, `search_terms`: what the history is searched for (`runs/history/terms.py`). `executor_ids`: whom
    its nodes run as, each once.
    """

    public_id = models.CharField(max_length=26, unique=True, default=new_id, editable=False)
    space = models.ForeignKey(Space, on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey(WorkflowVersion, on_delete=models.PROTECT, related_name="+", db_index=False)
    visibility = models.CharField(_("visibility"), max_length=16, choices=Visibility.choices)
    title = models.CharField(_("title"), max_length=300, blank=True)
    initiator = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    inputs = models.JSONField(_("inputs asked at start"), default=dict, blank=True)
    status = models.CharField(
        _("status"),
        max_length=16,
        choices=choices(RunStatus),
        default=RunStatus.RUNNING.value,
    )
    trigger = models.CharField(_("trigger"), max_length=16, choices=Trigger.choices, default=Trigger.MANUAL)
    executor_ids = ArrayField(models.IntegerField(), default=list, blank=True, editable=False)
    search_text = models.TextField(default="", blank=True, editable=False)
    search_terms = ArrayField(models.IntegerField(), default=list, blank=True, editable=False)
    started_at = models.DateTimeField(_("started"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    cancelled_at = models.DateTimeField(null=True, blank=True)

    objects = RunQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("run")
        verbose_name_plural = _("runs")
        indexes = [
            # What every page asks for: what goes on or waits in a person's spaces, without touching a row.
            models.Index(
                fields=["space", "id"],
                include=["version", "visibility", "initiator", "status"],
                condition=models.Q(status__in=["running", "waiting"]),
                name="run_unfinished",
            ),
            # The history's order with all that it is filtered by: a page is found without touching a row, whatever
            # the filter and however deep (100,000 runs of which none fits: 20 ms on two busy cores).
            models.Index(
                fields=["space", "public_id"],
                include=["status", "visibility", "initiator", "version", "trigger", "executor_ids", "started_at"],
                name="run_history",
            ),
            GinIndex(fields=["search_terms"], name="run_search"),
            models.Index(fields=["version", "-id"], name="run_of_version"),  # the last runs of a template
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=values(RunStatus)),
                name="run_status_known",
            ),
            models.CheckConstraint(condition=models.Q(trigger__in=Trigger.values), name="run_trigger_known"),
            models.CheckConstraint(
                condition=models.Q(visibility__in=Visibility.values),
                name="run_visibility_known",
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=values(RUN_TERMINAL), finished_at__isnull=False)
                | (~models.Q(status__in=values(RUN_TERMINAL)) & models.Q(finished_at__isnull=True)),
                name="run_finished_at_exactly_when_terminal",
            ),
            models.CheckConstraint(
                condition=models.Q(cancelled_by__isnull=True, cancelled_at__isnull=True)
                | models.Q(cancelled_by__isnull=False, cancelled_at__isnull=False),
                name="run_cancelled_by_and_at_together",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version} · {self.public_id}"

    @property
    def is_terminal(self) -> bool:
        """Say whether nothing of this run is active or waiting."""
        return self.status in RUN_TERMINAL


class RunSequence(models.Model):
    """The number of the run's last event. Its row lock orders the commits of one run's events."""

    run = models.OneToOneField(Run, on_delete=models.CASCADE, primary_key=True, related_name="sequence")
    seq = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(seq__gte=0), name="sequence_not_negative")]

    def __str__(self) -> str:
        return f"{self.run_id}: {self.seq}"
