"""A task template: a reusable agent task, and its immutable versions.

Saving makes a version; there is no draft. A node of a workflow pins one version (`task_template: slug@number`).
"""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from spaces.ids import new_id
from spaces.models import Space
from workflows.models.visibility import Visibility, VisibleQuerySet


class TaskTemplateQuerySet(VisibleQuerySet["TaskTemplate"]):
    """Which templates, as chainable filters."""


class TaskTemplate(models.Model):
    """A task template of a space. Its content is in its versions."""

    public_id = models.CharField(max_length=26, unique=True, default=new_id, editable=False)
    space = models.ForeignKey(Space, on_delete=models.PROTECT, related_name="+")
    slug = models.SlugField(_("slug"), max_length=80)
    name = models.CharField(_("name"), max_length=120)
    description = models.TextField(_("description"), blank=True)
    visibility = models.CharField(_("visibility"), max_length=16, choices=Visibility.choices, default=Visibility.SPACE)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    newest = models.PositiveIntegerField(_("newest version"), default=0)
    archived_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = TaskTemplateQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        verbose_name = _("task template")
        verbose_name_plural = _("task templates")
        constraints = [
            models.UniqueConstraint(fields=["space", "slug"], name="task_template_slug_unique_in_space"),
            models.CheckConstraint(
                condition=models.Q(visibility__in=Visibility.values), name="task_template_visibility_known"
            ),
            models.CheckConstraint(condition=~models.Q(name=""), name="task_template_name_not_empty"),
        ]

    def __str__(self) -> str:
        return self.name


class TaskTemplateVersion(models.Model):
    """One frozen version. `document`: the fields of a task node of a template file, without key, title and position."""

    template = models.ForeignKey(TaskTemplate, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("number"))
    document = models.JSONField(_("document"))
    note = models.TextField(_("note"), blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["template_id", "-number"]
        verbose_name = _("task template version")
        verbose_name_plural = _("task template versions")
        constraints = [
            models.UniqueConstraint(fields=["template", "number"], name="task_template_version_unique"),
            models.CheckConstraint(condition=models.Q(number__gte=1), name="task_template_version_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.template} v{self.number}"
