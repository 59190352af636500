"""The template file (product.md section 8) ↔ frozen dataclasses. Pure; the door to its parts.

`parse_yaml` is strict: a file whose parts do not fit is not a template. `from_json` checks the shape only,
because a draft may be unfinished. Both collect every problem before they raise. What else stands in the way
of publishing is found by `graph.validate`.
"""

from typing import Any

from workflows.node_types.task import Limits, Retry, TaskConfig
from workflows.rules import structure_problems
from workflows.template_file.parsing import read_document
from workflows.template_file.problems import DocumentError, Problem, errors, gettext_noop, phrase
from workflows.template_file.serialising import plain_document, write_yaml
from workflows.template_file.specs import Document, InputSpec, NodeConfig, NodeSpec, NotifyRule, OutputSpec
from workflows.template_file.yaml_events import read_yaml

__all__ = [
    "Document",
    "DocumentError",
    "InputSpec",
    "Limits",
    "NodeConfig",
    "NodeSpec",
    "NotifyRule",
    "OutputSpec",
    "Problem",
    "Retry",
    "TaskConfig",
    "from_json",
    "parse_excerpt",
    "parse_yaml",
    "to_json",
    "to_yaml",
]


def parse_yaml(text: str) -> Document:
    """Read a template file. Raises DocumentError with all problems of shape and structure."""
    document, found = _read(text)
    found += [problem for problem in errors(structure_problems(document)) if problem.path not in _paths(found)]
    if found:
        raise DocumentError(found)
    return document


def parse_excerpt(text: str) -> Document:
    """Read a part of a template file: of the shape of a whole one, but it may refer to what is not in it.

    Raises DocumentError with all problems of shape.
    """
    document, problems = _read(text)
    if problems:
        raise DocumentError(problems)
    return document


def _read(text: str) -> tuple[Document, list[Problem]]:
    source, repeated = read_yaml(text)
    if source is None:
        raise DocumentError([Problem("", phrase(gettext_noop("The file is empty")))])
    document, shape = read_document(source)
    return document, [*repeated, *shape]


def from_json(source: Any) -> Document:
    """Read the JSON form; dangling references and cycles pass. Raises DocumentError."""
    document, problems = read_document(source)
    if problems:
        raise DocumentError(problems)
    return document


def to_json(document: Document) -> dict[str, Any]:
    """Return the canonical JSON form: the structure of the file, defaults left out."""
    return plain_document(document)


def to_yaml(document: Document) -> str:
    """Return the canonical template file."""
    return write_yaml(plain_document(document))


def _paths(problems: list[Problem]) -> set[str]:
    return {problem.path for problem in problems}
