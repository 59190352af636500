"""What people are told of exports: at the node, in the plan of a re-run, in the run ticket and on the command line."""

import json
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client

from runs.agent import tools
from runs.models import Run, SideEffect
from runs.pages.reruns import plan_page, plan_text
from runs.transitions.planning import NO_CHOICE
from tests.factories import make_run, make_space, make_workflow
from tests.runs.engine import attempt_of, node, turn
from workflows import node_types
from workflows.node_types import task
from workflows.task_templates.form_parts import HeadForm

pytestmark = pytest.mark.django_db
PLACE = "demo/01RUN/a-v1/设计 <b>.md"
Browser = Callable[..., Client]


@pytest.fixture
def exported(builder: User, viewer: User) -> Run:
    space = make_space("demo", builder=builder, viewer=viewer)
    nodes = {"a": {"title": "Design", "tools": ["files", "exports"]}}
    run = make_run(make_workflow("a → b", space=space, owner=builder, nodes=nodes), by=builder)
    turn(run, "a")
    SideEffect.objects.create(
        node_run=node(run, "a"),
        attempt=attempt_of(run, "a"),
        kind="export",
        key="export:1",
        target=PLACE,
        result="Done.",
    )
    return run


def page(client: Client, run: Run, path: str = "") -> str:
    answer = client.get(f"/s/demo/runs/{run.public_id}/{path}")
    assert answer.status_code == 200
    return answer.content.decode()


def seen_by(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_everything_that_can_be_chosen_as_tools_is_there_and_the_other_way_round() -> None:
    field = next(field for field in node_types.get("task").form if field.path == ("tools",))
    in_the_form = [value for value, _words in HeadForm().fields["tools"].choices]
    assert [choice.value for choice in field.choices] == in_the_form == list(task.TOOL_SETS) == list(tools.TOOL_SETS)
    assert all(choice.hint for choice in field.choices)


def test_node_names_the_files_it_gave_out(exported: Run, viewer: User) -> None:
    html = page(seen_by(viewer), exported, "?node=a")
    assert "demo/01RUN/a-v1/设计 &lt;b&gt;.md" in html and ">Exported<" in html
    assert ">Exported<" not in page(seen_by(viewer), exported, "?node=b")


def test_plan_of_a_re_run_says_what_may_be_exported_again(exported: Run, builder: User) -> None:
    html = page(seen_by(builder), exported, "nodes/a/plan/?act=restart")
    assert "Design: exported to demo/01RUN/a-v1/设计 &lt;b&gt;.md" in html
    assert f"! may be done again: Design: exported to {PLACE}" in plan_text(
        plan_page(node(exported, "a"), "restart", NO_CHOICE, builder)
    )


def test_ticket_has_every_outward_act_with_its_attempt(exported: Run, viewer: User) -> None:
    client = seen_by(viewer)
    html = page(client, exported, "ticket/")
    assert "exported to demo/01RUN/a-v1/设计 &lt;b&gt;.md" in html and "Done outside" in html
    document = json.loads(client.get(f"/s/demo/runs/{exported.public_id}/ticket.json").content)
    (act,) = document["nodes"]["a"][0]["outward_acts"]
    assert (act["kind"], act["target"], act["attempt"]) == ("export", PLACE, 1)
    assert any(line["text"] == f"Outside: exported to {PLACE}" for line in document["log"])
    assert document["nodes"]["b"][0]["outward_acts"] == []
