"""A member's consent to be the executor of nodes of a template: given in the product, revocable at once."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from workflows.models.workflow import Workflow


class ExecutorConsent(models.Model):
    """One consent; a revoked one stays as a record. At most one counts for a template and a person."""

    workflow = models.ForeignKey(Workflow, on_delete=models.CASCADE, related_name="consents")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("executor's consent")
        verbose_name_plural = _("executors' consents")
        constraints = [
            models.UniqueConstraint(
                fields=["workflow", "user"], condition=models.Q(revoked_at__isnull=True), name="consent_given_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} → {self.workflow}"
