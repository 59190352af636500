"""What the editor knows beside the document: kinds of nodes, task templates, value types, people, texts. JSON-able."""

from typing import Any

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from spaces.people import person_name
from workflows import node_types
from workflows.editor_texts import TEXTS
from workflows.models import Workflow
from workflows.node_types.base import NodeType
from workflows.queries import members_of
from workflows.task_templates.queries import task_template_catalogue
from workflows.template_file.problems import gettext_noop
from workflows.template_file.specs import VALUE_TYPES, OutputSpec

VALUE_TYPE_LABELS = {  # the icons are those of the cards of artifacts
    "text": (gettext_noop("Text"), "type"),
    "code": (gettext_noop("Code"), "code"),
    "link": (gettext_noop("Link"), "link"),
    "image": (gettext_noop("Image"), "image"),
    "file": (gettext_noop("File"), "file-text"),
}
BADGE_ICONS = {"confirm": "hand", "executor": "user", "notify": "bell", "retry": "rotate-cw"}


def catalogue(workflow: Workflow, person: User, document: Any) -> dict[str, Any]:
    """Return everything that the browser needs to edit a document (JSON) of this template. Two queries."""
    keys = node_types.keys()
    return {
        "types": {key: type_json(node_types.get(key)) for key in keys},
        "task_templates": task_template_catalogue(workflow.space, person, document),
        "value_types": [
            {"key": key, "label": _(VALUE_TYPE_LABELS[key][0]), "icon": VALUE_TYPE_LABELS[key][1]}
            for key in VALUE_TYPES
        ],
        "members": [
            {"username": member.get_username(), "name": person_name(member)} for member in members_of(workflow)
        ],
        "texts": {key: str(text) for key, text in TEXTS.items()},
    }


def type_json(kind: NodeType) -> dict[str, Any]:
    """Return a kind of node as palette, card and inspector read it."""
    return {
        "label": _(kind.label),
        "summary": _(kind.summary) if kind.summary else "",
        "icon": kind.icon,
        "tint": kind.tint,
        "group": _(kind.group),
        "is_trigger": kind.is_trigger,
        "fixed_outputs": [_output_json(spec) for spec in kind.fixed_outputs],
        "takes_inputs": kind.takes_inputs,
        "has_own_outputs": kind.has_own_outputs,
        "has_executor": kind.has_executor,
        "not_yet": _(kind.not_yet) if kind.not_yet else "",
        "card": list(kind.card),
        "starter": dict(kind.starter),
    }


def icons(known: dict[str, Any]) -> list[str]:
    """Return the names of the icons that the browser's code draws, each once."""
    used = [entry["icon"] for entry in known["types"].values()]
    used += [entry["icon"] for entry in known["task_templates"].values()]
    used += [entry["icon"] for entry in known["value_types"]]
    return list(dict.fromkeys([*used, *BADGE_ICONS.values(), "plus", "triangle-alert", "circle-alert", "trash-2"]))


def _output_json(spec: OutputSpec) -> dict[str, Any]:
    return {
        "name": spec.name,
        "type": spec.type,
        "description": _(spec.description) if spec.description else "",
        "required": spec.required,
    }
