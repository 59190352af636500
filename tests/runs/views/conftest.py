"""A space with its people, a run of two nodes of which the first waits for a person, and everybody's browser."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from runs.models import NodeRun, Run
from runs.uploads import Upload
from spaces.models import Space
from tests.factories import make_run, make_space, make_workflow
from tests.runs.turns import answer
from workflows.models import Workflow

DOCUMENT = "# Goal\n\n**Export** 发票 <script>alert(1)</script>"


@pytest.fixture
def space(admin: User, builder: User, viewer: User) -> Space:
    return make_space(admin=admin, builder=builder, viewer=viewer)


@pytest.fixture
def workflow(space: Space, builder: User) -> Workflow:
    outputs = [{"name": "analysis", "type": "file", "description": "The analysis"}, {"name": "summary", "type": "text"}]
    inputs = [{"name": "goal", "type": "text", "ask": True, "default": "Export"}]
    nodes = {"a": {"title": "Analyse", "inputs": inputs, "outputs": outputs}, "b": {"title": "Build"}}
    return make_workflow("a → b", space=space, owner=builder, slug="flow", confirm=["a"], nodes=nodes)


@pytest.fixture
def run(workflow: Workflow) -> Run:
    return make_run(workflow)


@pytest.fixture
def waiting(run: Run) -> Run:
    """The run when node a waits to be confirmed, with both outputs."""
    outputs = {"analysis": Upload("analysis.md", DOCUMENT.encode()), "summary": "In **short**."}
    answer(run, "a", "See *analysis.md*. 𠮷", outputs=outputs)
    run.refresh_from_db()
    return run


@pytest.fixture
def node(waiting: Run) -> NodeRun:
    return NodeRun.objects.get(run=waiting, key="a", is_latest=True)


@pytest.fixture
def page(waiting: Run) -> str:
    return f"/s/demo/runs/{waiting.public_id}/"


@pytest.fixture
def as_(admin: User, builder: User, viewer: User, outsider: User) -> Callable[[str], Client]:
    """Give the browser of a person by name; `htmx(client)` makes a request of it a fragment's."""
    people = {"admin": admin, "builder": builder, "viewer": viewer, "outsider": outsider}

    def browser(name: str, **more: Any) -> Client:
        client = Client(**more)
        client.force_login(people[name])
        return client

    return browser


@pytest.fixture
def htmx() -> dict[str, str]:
    """The headers of a request for a fragment."""
    return {"HX-Request": "true", "HX-Request-Type": "partial"}
