"""A node version: one version of a node inside a run, with its own inputs, conversation and outputs.

Only the latest version of a node is interactive. The status is written by `runs/transitions.py` alone.
"""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from runs.models.run import Run
from runs.states import NODE_TERMINAL, CancelledWith, NodeStatus, WaitingFor, choices, values


class NodeRun(models.Model):
    """One version (v1, v2 …) of one node in one run.

    `inputs`: name → {"type", "value" | "artifact" (id), "source" ("node.output" or null),
    "source_version" (node version number or null), "sha256"}; empty until the node is reached.
    """

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="node_runs")
    key = models.CharField(_("node"), max_length=40)
    number = models.PositiveIntegerField(_("node version"), default=1)
    is_latest = models.BooleanField(_("latest"), default=True)
    position = models.PositiveIntegerField(_("place in the graph's order"))
    node_type = models.CharField(_("node type"), max_length=40)
    status = models.CharField(
        _("status"),
        max_length=16,
        choices=choices(NodeStatus),
        default=NodeStatus.PENDING,
    )
    waiting_for = models.CharField(_("waiting for"), max_length=16, choices=choices(WaitingFor), blank=True)
    cancelled_with = models.CharField(
        _("cancelled with"), max_length=8, choices=choices(CancelledWith), blank=True, default="", db_default=""
    )
    executor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    inputs = models.JSONField(_("inputs"), default=dict, blank=True)
    error_kind = models.CharField(_("error kind"), max_length=40, blank=True)
    error = models.TextField(_("error"), blank=True)
    error_detail = models.TextField(_("error detail"), blank=True)
    error_retryable = models.BooleanField(_("trying again makes sense"), default=False)
    accepted_at = models.DateTimeField(_("first accepted"), null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    accepted_sha256 = models.CharField(_("accepted outputs"), max_length=64, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        ordering = ["run_id", "position", "number"]
        verbose_name = _("node version")
        verbose_name_plural = _("node versions")
        indexes = [
            models.Index(
                fields=["status", "run"],
                include=["key", "waiting_for", "executor", "id"],
                name="node_run_unfinished",
                condition=models.Q(
                    is_latest=True,
                    status__in=["queued", "running", "retrying", "waiting"],
                ),
            )
        ]
        constraints = [
            models.UniqueConstraint(fields=["run", "key", "number"], name="node_run_number_unique"),
            models.UniqueConstraint(
                fields=["run", "key"],
                condition=models.Q(is_latest=True),
                name="node_run_one_latest",
            ),
            models.CheckConstraint(condition=models.Q(number__gte=1), name="node_run_number_positive"),
            models.CheckConstraint(
                condition=models.Q(status__in=values(NodeStatus)),
                name="node_run_status_known",
            ),
            models.CheckConstraint(
                condition=(models.Q(status="waiting") & models.Q(waiting_for__in=values(WaitingFor)))
                | (~models.Q(status="waiting") & models.Q(waiting_for="")),
                name="node_run_waits_for_something",
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=values(NODE_TERMINAL), finished_at__isnull=False)
                | (~models.Q(status__in=values(NODE_TERMINAL)) & models.Q(finished_at__isnull=True)),
                name="node_run_finished_at_exactly_when_terminal",
            ),
            models.CheckConstraint(
                condition=models.Q(status="cancelled", cancelled_with__in=["", *values(CancelledWith)])
                | models.Q(cancelled_with=""),
                name="node_run_cancelled_with_something",
            ),
            models.CheckConstraint(
                condition=~models.Q(status="failed") | ~models.Q(error=""),
                name="node_run_failed_says_why",
            ),
            models.CheckConstraint(
                condition=models.Q(accepted_by__isnull=True) | models.Q(accepted_at__isnull=False),
                name="node_run_accepted_by_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} v{self.number} ({self.status})"

    @property
    def is_terminal(self) -> bool:
        """Say whether only a person's act can make this version move again."""
        return self.status in NODE_TERMINAL
