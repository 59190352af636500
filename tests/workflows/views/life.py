"""What the tests of a template's life share: documents to publish and people's browsers."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import User
from django.test import Client

from spaces.models import Space
from tests.factories import document_of
from workflows.actions import create_workflow, save_draft
from workflows.document import from_json
from workflows.models import Workflow

Browser = Callable[[str], Client]
HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}
OUTPUTS = [{"name": "result", "type": "text", "description": "The result"}]


def document(graph: str = "a → b", **fields: Any) -> dict[str, Any]:
    """Write a document without problems; `fields` are those of the template itself."""
    keys = {name.strip() for chain in graph.split(";") for name in chain.split("→")}
    return document_of(graph, nodes={key: {"outputs": OUTPUTS} for key in keys}) | fields


def drafted(space: Space, by: User, graph: str = "a → b", **fields: Any) -> Workflow:
    """Make a template with a draft."""
    return create_workflow(space=space, by=by, document=from_json(document(graph, **fields)))


def redrafted(workflow: Workflow, by: User, graph: str = "a → b → c", **fields: Any) -> Workflow:
    """Save another draft, with the same name."""
    source = document(graph, **{"name": workflow.name, **fields})
    return save_draft(workflow=workflow, by=by, document=from_json(source))
