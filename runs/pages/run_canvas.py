"""The graph of a run for the canvas: the template version that it executes, cut down to what cards show.

Statuses are not in it: the page's list of nodes carries them, and the browser shows on the cards what the list says.
"""

from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _

from runs.graphs import CACHED_VERSIONS, version_graph
from workflows import node_types
from workflows.catalogue import VALUE_TYPE_LABELS, type_json
from workflows.document import InputSpec, NodeSpec
from workflows.layout import positions
from workflows.template_file.specs import VALUE_TYPES


@lru_cache(maxsize=CACHED_VERSIONS)
def canvas_document(version_id: int) -> dict[str, Any]:
    """Give the frozen document of a version as the canvas reads it, every node placed; not to be changed.

    Task templates are put in already, and prompts are left out: the first message of a conversation has them.
    """
    document = version_graph(version_id).document
    places = positions(document)
    return {
        "name": document.name,
        "nodes": [_node(node) | {"position": list(places[node.key])} for node in document.nodes],
        "edges": [list(edge) for edge in document.edges],
    }


def canvas_catalogue(version_id: int) -> dict[str, Any]:
    """Give the kinds of nodes and values that the cards of a version name, in the reader's language. No query."""
    used = {node.type for node in version_graph(version_id).document.nodes} & set(node_types.keys())
    return {
        "types": {key: type_json(node_types.get(key)) for key in sorted(used)},
        "task_templates": {},
        "value_types": [{"key": key, "label": _(VALUE_TYPE_LABELS[key][0])} for key in VALUE_TYPES],
    }


def _node(node: NodeSpec) -> dict[str, Any]:
    own_outputs = node.outputs[len(node_types.fixed_outputs(node.type)) :]
    return {
        "key": node.key,
        "type": node.type,
        "title": node.title,
        "inputs": [_input(spec) for spec in node.inputs],
        "outputs": [{"name": spec.name, "type": spec.type} for spec in own_outputs],
    }


def _input(spec: InputSpec) -> dict[str, Any]:
    plain = {"name": spec.name, "type": spec.type}
    return plain | {"from": ".".join(spec.source)} if spec.source is not None else plain
