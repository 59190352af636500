"""A file that came with a message: the message and the revision of the artifact that it became."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from runs.models.artifact import Artifact
from runs.models.message import Message


class Attachment(models.Model):
    """One file of one message. The artifact belongs to the same node version; the same bytes sent again are one
    revision, named by both messages.
    """

    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="attachments")
    artifact = models.ForeignKey(Artifact, on_delete=models.PROTECT, related_name="+")
    place = models.PositiveSmallIntegerField(_("place in the message"))

    class Meta:
        ordering = ["message_id", "place"]
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        constraints = [
            models.UniqueConstraint(fields=["message", "place"], name="attachment_place_unique"),
            models.UniqueConstraint(fields=["message", "artifact"], name="attachment_once_per_message"),
        ]

    def __str__(self) -> str:
        return f"{self.message_id}/{self.place}"  # the name may tell what a personal run is about
