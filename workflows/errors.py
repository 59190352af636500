"""Refusals of the workflows app.

WorkflowsError
├── PublishRefused     the draft has errors; `problems` says where (422)
├── DraftConflict      somebody saved meanwhile; `workflow` has the newer draft (409)
├── NothingNew         the draft is live already, as `version` (409)
├── TaskTemplateConflict  somebody saved a newer version of a task template meanwhile (409)
├── TaskTemplateUsed      workflows use the task template, so this cannot be done (409)
└── WorkflowForbidden  the person may see the template but not do this (403)
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from workflows.template_file.problems import Problem

if TYPE_CHECKING:
    from workflows.models import TaskTemplate, Workflow, WorkflowVersion


class WorkflowsError(Exception):
    """Something about a template cannot be done."""


class PublishRefused(WorkflowsError):
    """The draft has errors."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        super().__init__(_("The draft has problems that block publishing."))


class DraftConflict(WorkflowsError):
    """Somebody else saved this draft meanwhile."""

    def __init__(self, workflow: "Workflow") -> None:
        self.workflow = workflow
        super().__init__(_("Somebody else saved this draft meanwhile."))


class NothingNew(WorkflowsError):
    """The draft is what the live version is."""

    def __init__(self, version: "WorkflowVersion") -> None:
        self.version = version
        super().__init__(_("The draft is live already, as version %(number)s.") % {"number": version.number})


class WorkflowForbidden(WorkflowsError):
    """The person may see this template but not do this."""


class TaskTemplateConflict(WorkflowsError):
    """Somebody else saved a newer version of this task template meanwhile."""

    def __init__(self, template: "TaskTemplate") -> None:
        self.template = template
        super().__init__(_("Somebody else saved this task template meanwhile."))


class TaskTemplateUsed(WorkflowsError):
    """Workflows use this task template."""
