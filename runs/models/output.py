"""Output values of a node version: a text, or one of its artifacts, with the reason of the choice."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from runs.models.artifact import Artifact
from runs.models.message import Message
from runs.models.node_run import NodeRun


class OutputValue(models.Model):
    """One value of one output. Earlier values stay; the current one carries `is_current`.

    `sha256`: hash of the text or of the artifact's content; staleness compares it.
    `message`: the user message whose turn gave it; empty for nodes without a conversation.
    """

    node_run = models.ForeignKey(NodeRun, on_delete=models.PROTECT, related_name="output_values")
    name = models.CharField(_("output"), max_length=40)
    type = models.CharField(_("type"), max_length=8)
    text = models.TextField(_("text"), blank=True)
    artifact = models.ForeignKey(Artifact, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    reason = models.TextField(_("reason of the choice"), blank=True)
    message = models.ForeignKey(Message, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    chosen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    is_current = models.BooleanField(_("current"), default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["node_run_id", "id"]
        verbose_name = _("output value")
        verbose_name_plural = _("output values")
        constraints = [
            models.UniqueConstraint(
                fields=["node_run", "name"],
                condition=models.Q(is_current=True),
                name="output_one_current",
            ),
            models.CheckConstraint(
                condition=models.Q(type__in=["text", "code", "link", "image", "file"]),
                name="output_type_known",
            ),
            models.CheckConstraint(
                condition=models.Q(artifact__isnull=True) | models.Q(text=""),
                name="output_text_or_artifact",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.node_run_id}.{self.name}"
