"""What a version of a task template holds: a task node of a template file without its place in a graph. Pure.

Read and checked by the very code that reads template files, so that one is as good as the other.
"""

import dataclasses
from typing import Any

from workflows.document import Document, InputSpec, NodeSpec, Problem
from workflows.graph import validate
from workflows.template_file.parsing import read_document
from workflows.template_file.problems import errors, gettext_noop, phrase
from workflows.template_file.serialising import plain_node

KEY = "task"
FIELDS: tuple[str, ...] = ("prompt", "inputs", "outputs", "model", "tools", "limits", "retry")
_PLACE = "nodes[0]."


def read_content(plain: Any) -> tuple[NodeSpec, list[Problem]]:
    """Read the fields of a version; the node is complete only when there are no problems.

    Paths of problems begin at the fields: `inputs[0].name`.
    """
    fields = {key: value for key, value in plain.items() if key in FIELDS} if isinstance(plain, dict) else {}
    node = {"key": KEY, "type": "task", **fields}
    document, problems = read_document({"aime": 1, "name": KEY, "nodes": [node]})
    return document.nodes[0], _outside(problems)


def content_problems(node: NodeSpec) -> list[Problem]:
    """Return what a content of right shape still lacks, errors first: a prompt, an input that it uses."""
    found = _outside(validate(Document(name=KEY, nodes=(node,))))
    references = [index for index, spec in enumerate(node.inputs) if spec.kind == "reference"]
    said = phrase(gettext_noop("A task template cannot take an output; the workflow binds it"))
    return [*(Problem(f"inputs[{index}].from", said) for index in references), *_not_about_references(found)]


def plain_content(node: NodeSpec) -> dict[str, Any]:
    """Return the fields as they are stored and compared, defaults left out."""
    return {key: value for key, value in plain_node(node).items() if key in FIELDS}


def content_of_node(node: NodeSpec) -> dict[str, Any]:
    """Return what a node of a workflow would be as a task template: references become inputs that it has to bind."""
    inputs = tuple(_unbound(spec) for spec in node.inputs)
    return plain_content(dataclasses.replace(node, inputs=inputs))


def content_given(plain: Any) -> tuple[NodeSpec, list[Problem]]:
    """Read a node as the editor holds it as the content of a task template, with what stands against saving it."""
    node, problems = read_content(plain)
    if problems:
        return node, problems
    content, _none = read_content(content_of_node(node))
    return content, errors(content_problems(content))


def must_be_bound(spec: InputSpec) -> bool:
    """Say whether an input has no value of its own: the workflow that uses the template gives it one."""
    return spec.required and spec.kind == "fixed" and not spec.value


def _unbound(spec: InputSpec) -> InputSpec:
    if spec.kind != "reference":
        return spec
    return InputSpec(spec.name, spec.type, "fixed", label=spec.label, required=spec.required)


def _outside(problems: list[Problem]) -> list[Problem]:
    return [dataclasses.replace(problem, path=problem.path.removeprefix(_PLACE)) for problem in problems]


def _not_about_references(problems: list[Problem]) -> list[Problem]:
    return [problem for problem in problems if not problem.path.endswith("].from")]
