"""A tool call of an agent: recorded before the tool runs, completed after it, in one commit with its artifacts."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from runs.models.message import Message

CALL_ID_CHARS = 200  # some endpoints hide a thought's signature in an id, which is much longer; its beginning is unique


class ToolCall(models.Model):
    """One call, with the model's own id; unique in its message, which makes it the idempotency key."""

    class Status(models.TextChoices):
        """How far the call is."""

        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        INTERRUPTED = "interrupted", _("Interrupted")

    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="tool_calls")
    ordinal = models.PositiveIntegerField(_("place in the message"))
    call_id = models.CharField(_("call id"), max_length=CALL_ID_CHARS)
    name = models.CharField(_("tool"), max_length=100)
    arguments = models.TextField(_("arguments"), blank=True)
    side_effects = models.BooleanField(_("has side effects"), default=False)
    status = models.CharField(_("status"), max_length=16, choices=Status.choices, default=Status.RUNNING)
    result = models.TextField(_("result"), blank=True)
    started_at = models.DateTimeField(_("started"), auto_now_add=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        ordering = ["message_id", "ordinal"]
        verbose_name = _("tool call")
        verbose_name_plural = _("tool calls")
        constraints = [
            models.UniqueConstraint(fields=["message", "call_id"], name="tool_call_once_per_message"),
            models.CheckConstraint(
                condition=models.Q(status__in=["running", "done", "failed", "interrupted"]),
                name="tool_call_status_known",
            ),
            models.CheckConstraint(
                condition=models.Q(status="running", finished_at__isnull=True)
                | (~models.Q(status="running") & models.Q(finished_at__isnull=False)),
                name="tool_call_finished_at_unless_running",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.status})"
