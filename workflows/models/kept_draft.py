"""The draft that was last replaced as a whole and is in no version: nothing that a person wrote is lost by that.

One a template; the next replacing of an unpublished draft takes its place.
"""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from workflows.models.workflow import Workflow


class KeptDraft(models.Model):
    """A draft as it was when a version or a file took its place."""

    workflow = models.OneToOneField(Workflow, on_delete=models.CASCADE, related_name="kept_draft")
    document = models.JSONField(_("document"))
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    saved_at = models.DateTimeField(_("saved"), null=True, blank=True)
    kept_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("kept draft")
        verbose_name_plural = _("kept drafts")

    def __str__(self) -> str:
        return f"{self.workflow}"
