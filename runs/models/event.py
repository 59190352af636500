"""What happened in a run, in order: events, and the text deltas that share their numbers.

Both take their number from `RunSequence` inside the writing transaction, so a reader never sees
n + 1 before n. Events are append-only; deltas are deleted when their message is finished (ADR 0011).
"""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from runs.models.message import Message
from runs.models.node_run import NodeRun
from runs.models.run import Run


class RunEvent(models.Model):
    """One recorded fact. `kind` is "run.…", "node.…", "message.…", "artifact.…" or "output.…"."""

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="events")
    seq = models.BigIntegerField(_("number"))
    kind = models.CharField(_("kind"), max_length=40)
    node_run = models.ForeignKey(NodeRun, on_delete=models.PROTECT, null=True, blank=True, related_name="events")
    message = models.ForeignKey(Message, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    data = models.JSONField(_("data"), default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["run_id", "seq"]
        verbose_name = _("run event")
        verbose_name_plural = _("run events")
        constraints = [
            models.UniqueConstraint(fields=["run", "seq"], name="event_number_unique"),
            models.CheckConstraint(condition=models.Q(seq__gte=1), name="event_number_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.run_id}#{self.seq} {self.kind}"


class MessageDelta(models.Model):
    """A piece of a streaming message's text. `offset`: code points of the message before it."""

    pk = models.CompositePrimaryKey("run_id", "seq")
    # No foreign key check on the run: the message has one, and 4,000 rows a second pay for every check.
    run = models.ForeignKey(
        Run,
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    seq = models.BigIntegerField()
    message = models.ForeignKey(Message, on_delete=models.PROTECT, db_index=False, related_name="deltas")
    offset = models.PositiveIntegerField()
    text = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["message", "offset"], name="delta_offset_unique"),
            models.CheckConstraint(condition=~models.Q(text=""), name="delta_not_empty"),
        ]

    def __str__(self) -> str:
        return f"{self.run_id}#{self.seq} +{len(self.text)}"
