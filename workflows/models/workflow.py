"""A workflow template: its one editable draft and the version that is live.

The graph's content has one owner, the document (`workflows/document.py`, ADR 0012); this row only
carries it. Frozen copies are in `version.py`.
"""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from spaces.ids import new_id
from spaces.models import Space
from workflows.models.visibility import Visibility, VisibleQuerySet


class WorkflowQuerySet(VisibleQuerySet["Workflow"]):
    """Which templates, as chainable filters."""


class Workflow(models.Model):
    """A workflow template of a space."""

    public_id = models.CharField(max_length=26, unique=True, default=new_id, editable=False)
    space = models.ForeignKey(Space, on_delete=models.PROTECT, related_name="+")
    slug = models.SlugField(_("slug"), max_length=80)
    name = models.CharField(_("name"), max_length=120)
    description = models.TextField(_("description"), blank=True)
    visibility = models.CharField(
        _("visibility"),
        max_length=16,
        choices=Visibility.choices,
        default=Visibility.SPACE,
    )
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    draft = models.JSONField(_("draft"), default=dict)
    draft_revision = models.PositiveIntegerField(_("draft revision"), default=1)
    draft_saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    draft_saved_at = models.DateTimeField(_("draft saved"), null=True, blank=True)
    live_version = models.ForeignKey(
        "workflows.WorkflowVersion",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    archived_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = WorkflowQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        verbose_name = _("workflow template")
        verbose_name_plural = _("workflow templates")
        constraints = [
            models.UniqueConstraint(fields=["space", "slug"], name="workflow_slug_unique_in_space"),
            models.CheckConstraint(
                condition=models.Q(visibility__in=Visibility.values),
                name="workflow_visibility_known",
            ),
            models.CheckConstraint(condition=~models.Q(name=""), name="workflow_name_not_empty"),
            models.CheckConstraint(
                condition=models.Q(draft_revision__gte=1),
                name="workflow_revision_positive",
            ),
        ]

    def __str__(self) -> str:
        return self.name
