"""Plain functions that make the rows most tests need. Everything goes through the real models."""

from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from django.contrib.auth.models import User

from runs.actions.runs import start_run
from runs.models import Run
from spaces.models import Membership, Role, Space
from workflows.document import from_json
from workflows.models import Workflow, WorkflowVersion


def make_space(
    slug: str = "demo", *, admin: User | None = None, builder: User | None = None, viewer: User | None = None
) -> Space:
    """Make a space with its members."""
    space = Space.objects.create(slug=slug, name=slug.title())
    for user, role in ((admin, Role.ADMIN), (builder, Role.BUILDER), (viewer, Role.VIEWER)):
        if user is not None:
            Membership.objects.create(space=space, user=user, role=role)
    return space


def document_of(
    graph: str, *, confirm: Iterable[str] = (), node_type: str = "task", nodes: dict[str, dict[str, Any]] | None = None
) -> dict[str, Any]:
    """Write the document of a graph such as "a → b → c; a → d".

    `confirm`: keys that wait for a person. `nodes`: key → further fields of that node (inputs, outputs, …).
    """
    keys: dict[str, None] = {}
    edges = []
    for chain in graph.split(";"):
        names = [name.strip() for name in chain.replace("->", "→").split("→") if name.strip()]
        keys |= dict.fromkeys(names)
        edges += [list(pair) for pair in pairwise(names)]
    specs = []
    for key in keys:
        spec: dict[str, Any] = {"key": key, "type": node_type, "title": key.title()}
        if node_type == "task":
            spec["prompt"] = f"Do {key}."
        if key in set(confirm):
            spec["confirm"] = True
        specs.append(spec | (nodes or {}).get(key, {}))
    return {"aime": 1, "name": graph[:60], "nodes": specs, "edges": edges}


def make_workflow(
    graph: str | dict[str, Any] = "a → b → c",
    *,
    space: Space,
    owner: User,
    slug: str = "",
    visibility: str = "space",
    **document: Any,
) -> Workflow:
    """Make a published template from a graph (see `document_of`) or a whole document."""
    source = graph if isinstance(graph, dict) else document_of(graph, **document)
    from_json(source)  # a factory never makes what publishing could not
    count = Workflow.objects.filter(space=space).count()
    workflow = Workflow.objects.create(
        space=space,
        owner=owner,
        slug=slug or f"flow-{count + 1}",
        name=source["name"],
        visibility=visibility,
        draft=source,
    )
    workflow.live_version = WorkflowVersion.objects.create(
        workflow=workflow, number=1, document=source, published_by=owner
    )
    workflow.save(update_fields=["live_version"])
    return workflow


def make_run(
    workflow: Workflow, *, by: User | None = None, inputs: dict[str, Any] | None = None, title: str = ""
) -> Run:
    """Start a run of a template's live version through the real action."""
    assert workflow.live_version is not None
    return start_run(version=workflow.live_version, by=by or workflow.owner, inputs=inputs or {}, title=title)
