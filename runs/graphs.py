"""The parsed document and graph of a template version, cached: versions are frozen, so a cache cannot be stale."""

from dataclasses import dataclass
from functools import lru_cache

from workflows.document import Document, NodeSpec, from_json
from workflows.graph import Graph
from workflows.models import WorkflowVersion
from workflows.task_templates.queries import frozen_templates
from workflows.task_templates.resolving import resolved

CACHED_VERSIONS = 256


@dataclass(frozen=True)
class VersionGraph:
    """What the engine needs of a template version."""

    document: Document
    graph: Graph
    specs: dict[str, NodeSpec]


@lru_cache(maxsize=CACHED_VERSIONS)
def version_graph(version_id: int) -> VersionGraph:
    """Load and parse the frozen document of a version, once per process, with its task templates put in."""
    rows = WorkflowVersion.objects.values_list("document", "workflow__space_id")
    source, space_id = rows.get(pk=version_id)
    written = from_json(source)
    document, _problems = resolved(written, frozen_templates(space_id, written))
    return VersionGraph(document, Graph.of(document), {node.key: node for node in document.nodes})


DEFAULT_TRIES = 3


def tries_of(spec: NodeSpec) -> int:
    """Say how often a turn of this node is tried when a machine or provider fails."""
    retry = getattr(spec.config, "retry", None)
    return int(retry.attempts) if retry is not None else DEFAULT_TRIES
