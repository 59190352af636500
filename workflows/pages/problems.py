"""Problems as the editor reads them: beside the path, the node's key and the field inside it."""

import re
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext

from workflows.document import Problem
from workflows.template_file.problems import problem_to_json

_NODE = re.compile(r"nodes\[(\d+)\](?:\.|$)(.*)", re.DOTALL)
_STEP = re.compile(r"[^.\[\]]+")


def problems_json(problems: Iterable[Problem], source: Any) -> list[dict[str, Any]]:
    """Return translated problems; `source`: the document whose places they name, as it was given."""
    nodes = source.get("nodes") if isinstance(source, dict) else None
    keys = [node.get("key") if isinstance(node, dict) else None for node in nodes] if isinstance(nodes, list) else []
    return [problem_to_json(problem, gettext) | _place(problem.path, keys) for problem in problems]


def sentence(problem: Problem) -> str:
    """Say a problem in one translated line: its place, what is wrong, and the hint in brackets."""
    said = f"{problem.path}: {problem.said.render(gettext)}" if problem.path else problem.said.render(gettext)
    return f"{said} ({problem.hint.render(gettext)})" if problem.hint else said


def _place(path: str, keys: list[Any]) -> dict[str, Any]:
    match = _NODE.match(path)
    index = int(match[1]) if match else -1
    key = keys[index] if 0 <= index < len(keys) and isinstance(keys[index], str) else None
    inside = match[2] if match else path
    field = [int(step) if step.isdigit() else step for step in _STEP.findall(inside)]
    return {"key": key, "field": field}
