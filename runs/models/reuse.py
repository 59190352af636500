"""The fact that a node version was kept when something above it was accepted: its inputs did not change."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from runs.models.node_run import NodeRun


class Reuse(models.Model):
    """One version kept by one acceptance. Append-only; the version stays the latest.

    `because_of`: the version that was accepted. `accepted_by` is empty where it was accepted by itself.
    """

    node_run = models.ForeignKey(NodeRun, on_delete=models.PROTECT, related_name="reuses")
    because_of = models.ForeignKey(NodeRun, on_delete=models.PROTECT, related_name="+")
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    reason = models.CharField(_("reason"), max_length=200)
    created_at = models.DateTimeField(_("kept at"), auto_now_add=True)

    class Meta:
        ordering = ["node_run_id", "id"]
        verbose_name = _("reuse")
        verbose_name_plural = _("reuses")
        constraints = [
            models.CheckConstraint(condition=~models.Q(reason=""), name="reuse_says_why"),
            models.CheckConstraint(
                condition=~models.Q(node_run=models.F("because_of")), name="reuse_is_of_another_version"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.node_run_id} kept by {self.because_of_id}"
