"""Which executor runs which node type. Paths are dotted and resolved on first use, because a web process
must not pay for importing a model client.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.utils.module_loading import import_string

from runs.states import Lane


@dataclass(frozen=True)
class ExecutorSpec:
    """How a node type is executed. `converses`: it has messages, beginning with the task's own."""

    kind: str
    path: str
    lane: Lane = Lane.HOST
    converses: bool = False


_SPECS = {
    "task": ExecutorSpec("task", "runs.executors.task.TaskExecutor", Lane.HOST, converses=True),
    "trigger.schedule": ExecutorSpec("trigger.schedule", "runs.executors.trigger.TriggerExecutor"),
    "trigger.codebase": ExecutorSpec("trigger.codebase", "runs.executors.trigger.TriggerExecutor"),
}


def register(spec: ExecutorSpec) -> None:
    """Add a node type's executor; called at start-up only."""
    _SPECS[spec.kind] = spec


def has_executor(kind: str) -> bool:
    """Say whether nodes of this type can run."""
    return kind in _SPECS


def executor_spec(kind: str) -> ExecutorSpec:
    """Return how a node type is executed; KeyError where it cannot be (publishing refuses such a template)."""
    return _SPECS[kind]


@cache
def load_executor(kind: str) -> Any:
    """Import and make the executor of a node type, once per process."""
    return import_string(_SPECS[kind].path)()
