"""Models of the workflows app, re-exported."""

from workflows.models.consent import ExecutorConsent
from workflows.models.favourite import Favourite
from workflows.models.kept_draft import KeptDraft
from workflows.models.task_template import TaskTemplate, TaskTemplateVersion
from workflows.models.version import WorkflowVersion
from workflows.models.visibility import Visibility
from workflows.models.workflow import Workflow

__all__ = [
    "ExecutorConsent",
    "Favourite",
    "KeptDraft",
    "TaskTemplate",
    "TaskTemplateVersion",
    "Visibility",
    "Workflow",
    "WorkflowVersion",
]
