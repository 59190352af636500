"""The last run of a node as the editor shows it, and an output tried on it."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from runs.artifacts import NewArtifact, store_artifact
from runs.models import NodeRun, Run
from workflows.models import Workflow

ADDRESS = "/s/demo/workflows/flow/last-run/a/"
ANALYSIS = {"name": "analysis", "type": "file", "description": "The analysis"}


def tried(client: Client, output: Any, key: str = "a") -> Any:
    text = output if isinstance(output, str) else json.dumps(output)
    return client.post(f"/s/demo/workflows/flow/last-run/{key}/trials/", {"output": text})


def test_last_run_shows_outputs_and_leads_to_the_run(waiting: Run, as_: Callable[..., Client]) -> None:
    html = as_("builder").get(ADDRESS).content.decode()
    assert "analysis.md" in html
    assert "Waiting for you" in html
    assert f"/s/demo/runs/{waiting.public_id}/?node=a" in html


def test_node_that_was_not_reached_has_no_last_run(waiting: Run, as_: Callable[..., Client]) -> None:
    assert "No run yet" in as_("builder").get("/s/demo/workflows/flow/last-run/b/").content.decode()
    assert "No run has finished this step yet" in tried(as_("builder"), ANALYSIS, key="b").content.decode()


def test_run_that_failed_before_the_agent_made_anything_is_not_tried(run: Run, as_: Callable[..., Client]) -> None:
    fail = {"status": "failed", "error": "No model is configured.", "finished_at": timezone.now()}
    NodeRun.objects.filter(run=run, key="a").update(**fail)
    assert "No model is configured." in as_("builder").get(ADDRESS).content.decode()
    assert "No run has finished this step yet" in tried(as_("builder"), ANALYSIS).content.decode()


def test_unchanged_output_shows_what_the_run_chose(waiting: Run, as_: Callable[..., Client]) -> None:
    html = tried(as_("builder"), ANALYSIS).content.decode()
    assert "In the last run this was chosen:" in html
    assert html.count("Picked") == 1
    assert "analysis.md" in html


def test_changed_output_with_one_candidate_is_settled(waiting: Run, as_: Callable[..., Client]) -> None:
    html = tried(as_("builder"), ANALYSIS | {"description": "Another one"}).content.decode()
    assert "This would be picked:" in html
    assert "The only file of this task." in html


def test_changed_output_with_two_candidates_is_left_to_the_model(
    waiting: Run, node: NodeRun, as_: Callable[..., Client]
) -> None:
    store_artifact(node.pk, NewArtifact("file", "second.md", b"two"))
    html = tried(as_("builder"), ANALYSIS | {"description": "Another one"}).content.decode()
    assert "The model would choose among 2 candidates:" in html
    assert "second.md" in html
    assert "Picked" not in html


@pytest.mark.parametrize(
    ("required", "expected"),
    [(True, "The step would fail:"), (False, "It would have no value, which is allowed")],
)
def test_output_that_nothing_fits(waiting: Run, as_: Callable[..., Client], required: bool, expected: str) -> None:
    output = {"name": "picture", "type": "image", "required": required}
    assert expected in tried(as_("builder"), output).content.decode()


def test_text_is_written_when_the_step_runs(waiting: Run, as_: Callable[..., Client]) -> None:
    assert "The model writes this text" in tried(as_("builder"), {"name": "new", "type": "text"}).content.decode()


@pytest.mark.parametrize("output", ["{", "[]", '{"name": "1", "type": "text"}', "[" * 3000])
def test_unreadable_output_is_refused_with_a_sentence(waiting: Run, as_: Callable[..., Client], output: str) -> None:
    answer = tried(as_("builder"), output)
    assert answer.status_code == 422
    assert "field__hint" in answer.content.decode()


def test_run_that_a_person_may_not_see_is_not_tried(waiting: Run, as_: Callable[..., Client]) -> None:
    Run.objects.filter(pk=waiting.pk).update(visibility="personal")
    assert "analysis.md" not in as_("viewer").get(ADDRESS).content.decode()
    assert "No run has finished this step yet" in tried(as_("viewer"), ANALYSIS).content.decode()


@pytest.mark.parametrize("act", [lambda client: client.get(ADDRESS), lambda client: tried(client, ANALYSIS)])
def test_outsiders_and_personal_templates(
    waiting: Run, workflow: Workflow, as_: Callable[..., Client], act: Callable[[Client], Any]
) -> None:
    assert act(as_("outsider")).status_code == 404
    Workflow.objects.filter(pk=workflow.pk).update(visibility="personal")
    assert act(as_("viewer")).status_code == 404
