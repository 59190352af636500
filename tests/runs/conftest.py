"""People and the space of the engine's tests."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User

from runs.models import Run
from spaces.models import Space
from tests.factories import make_run, make_space, make_workflow

StartRun = Callable[..., Run]


@pytest.fixture
def engine_space(builder: User) -> Space:
    """A space of the builder's."""
    return make_space("engine", builder=builder)


@pytest.fixture
def start(builder: User, engine_space: Space) -> StartRun:
    """Start a run of a graph such as "a → b"; nodes do nothing unless `node_type` says otherwise."""

    def begin(graph: Any = "a → b → c", *, inputs: dict[str, Any] | None = None, **document: Any) -> Run:
        if isinstance(graph, str):
            document.setdefault("node_type", "noop")
        return make_run(make_workflow(graph, space=engine_space, owner=builder, **document), by=builder, inputs=inputs)

    return begin
