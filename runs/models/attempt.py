"""An attempt: one try of a worker at one turn. `number` is the fencing token of the node version.

Every effect of a worker is written only where its attempt is still `running`; leases use the
database's clock. Written by `runs/transitions.py` alone.
"""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from runs.models.node_run import NodeRun
from runs.states import (
    ATTEMPT_LIVE,
    ATTEMPT_TERMINAL,
    AttemptStatus,
    Lane,
    choices,
    values,
)


class Attempt(models.Model):
    """One leased, fenced, recorded try. `try_number` counts the tries at the same message.

    `first_token_at`: when the first words of an answer came, by the host's clock; known once a message has ended.
    `cost_nanos`: by the prices when its tokens were counted; empty where its model had none (ADR 0029).
    """

    node_run = models.ForeignKey(NodeRun, on_delete=models.PROTECT, related_name="attempts")
    number = models.PositiveIntegerField(_("number"))
    message = models.ForeignKey(
        "runs.Message",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="answered_by",
    )
    try_number = models.PositiveIntegerField(_("try at the same message"), default=1)
    status = models.CharField(
        _("status"),
        max_length=16,
        choices=choices(AttemptStatus),
        default=AttemptStatus.QUEUED,
    )
    lane = models.CharField(_("lane"), max_length=8, choices=choices(Lane), default=Lane.HOST.value)
    quarantine = models.BooleanField(_("in quarantine"), default=False)
    host = models.UUIDField(_("host"), null=True, blank=True)
    available_at = models.DateTimeField(_("available from"), default=timezone.now)
    queued_at = models.DateTimeField(_("queued"), default=timezone.now)
    woken_at = models.DateTimeField(_("last wake-up"), default=timezone.now)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    first_token_at = models.DateTimeField(_("first words"), null=True, blank=True)
    heartbeat_at = models.DateTimeField(_("heartbeat"), null=True, blank=True)
    lease_expires_at = models.DateTimeField(_("lease expires"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    loss = models.CharField(_("how it was lost"), max_length=16, blank=True)
    error_kind = models.CharField(_("error kind"), max_length=40, blank=True)
    error = models.TextField(_("error"), blank=True)
    error_detail = models.TextField(_("provider's message"), blank=True)
    input_tokens = models.PositiveIntegerField(_("input tokens"), default=0)
    output_tokens = models.PositiveIntegerField(_("output tokens"), default=0)
    cost_nanos = models.BigIntegerField(_("cost in billionths of the currency's unit"), null=True, blank=True)
    context_tokens = models.PositiveIntegerField(_("tokens of the context after its last answer"), db_default=0)

    class Meta:
        ordering = ["node_run_id", "number"]
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        indexes = [
            models.Index(
                fields=["id"],
                name="attempt_queued",
                condition=models.Q(status="queued"),
            ),
            models.Index(
                fields=["host"],
                name="attempt_running",
                condition=models.Q(status="running"),
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["node_run", "number"], name="attempt_number_unique"),
            models.UniqueConstraint(
                fields=["node_run"],
                condition=models.Q(status__in=values(ATTEMPT_LIVE)),
                name="attempt_one_live_per_node_run",
            ),
            models.UniqueConstraint(
                fields=["message"],
                condition=models.Q(status="succeeded"),
                name="attempt_one_success_per_message",
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=values(AttemptStatus)),
                name="attempt_status_known",
            ),
            models.CheckConstraint(condition=models.Q(lane__in=values(Lane)), name="attempt_lane_known"),
            models.CheckConstraint(
                condition=models.Q(number__gte=1, try_number__gte=1),
                name="attempt_numbers_positive",
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=values(ATTEMPT_TERMINAL), finished_at__isnull=False)
                | (~models.Q(status__in=values(ATTEMPT_TERMINAL)) & models.Q(finished_at__isnull=True)),
                name="attempt_finished_at_exactly_when_terminal",
            ),
            models.CheckConstraint(
                condition=models.Q(status="running", lease_expires_at__isnull=False, host__isnull=False)
                | (~models.Q(status="running") & models.Q(lease_expires_at__isnull=True)),
                name="attempt_leased_exactly_when_running",
            ),
            models.CheckConstraint(
                condition=(models.Q(status="lost") & ~models.Q(loss=""))
                | (~models.Q(status="lost") & models.Q(loss="")),
                name="attempt_lost_says_how",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.node_run_id}#{self.number} ({self.status})"
