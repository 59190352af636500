"""The fields of a template file in words, as forms and comparisons name them."""

from django.utils.translation import gettext as _

from workflows import node_types
from workflows.template_file.problems import gettext_noop

_LABELS = {
    "nodes": gettext_noop("Steps"),
    "edges": gettext_noop("Connections"),
    "name": gettext_noop("Name"),
    "description": gettext_noop("Description"),
    "visibility": gettext_noop("Visibility"),
    "title": gettext_noop("Title"),
    "type": gettext_noop("Type"),
    "prompt": gettext_noop("Prompt"),
    "task_template": gettext_noop("Task template"),
    "model": gettext_noop("Model"),
    "tools": gettext_noop("Tools"),
    "limits": gettext_noop("Limits"),
    "retry": gettext_noop("Retry"),
    "inputs": gettext_noop("Inputs"),
    "outputs": gettext_noop("Outputs"),
    "confirm": gettext_noop("Waits for a confirmation"),
    "executor": gettext_noop("Runs as"),
    "notify": gettext_noop("Who is told"),
    "value": gettext_noop("Value"),
    "from": gettext_noop("Taken from"),
    "ask": gettext_noop("Asked at start"),
    "default": gettext_noop("Default"),
    "label": gettext_noop("Question"),
    "required": gettext_noop("Required"),
}
_NAMED = {"inputs": gettext_noop("Input %(name)s"), "outputs": gettext_noop("Output %(name)s")}


def field_label(path: str, node_type: str = "") -> str:
    """Name the field at a path such as `prompt`, `limits.seconds` or `inputs.style.value`; of a kind's own field by its
    form."""
    steps = path.split(".")
    if len(steps) > 1 and steps[0] in _NAMED:
        thing = _(_NAMED[steps[0]]) % {"name": steps[1]}
        return " · ".join([thing, *(_word(step) for step in steps[2:])])
    known = node_types.keys()
    own = {field.path: field.label for field in node_types.get(node_type).form} if node_type in known else {}
    label = own.get(tuple(steps))
    return _(label) if label else " · ".join(_word(step) for step in steps)


def _word(step: str) -> str:
    return _(_LABELS[step]) if step in _LABELS else step
