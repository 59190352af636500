"""Two runs of a template beside each other: which are offered, what differs, who may look."""

import json
import re
from collections.abc import Callable

from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from runs.models import Artifact, Attempt, Run
from runs.pages.comparing.run_comparison import compare_runs
from runs.uploads import Upload
from spaces.models import Space
from tests.factories import make_run, make_workflow
from tests.runs.turns import answer
from workflows.models import Workflow, WorkflowVersion

Browser = Callable[..., Client]
ADDRESS = "/s/demo/run-comparison/"


def second(workflow: Workflow, text: str = "# Goal\n\n**Import** 发票", **outputs: object) -> Run:
    """Start a run that answers otherwise."""
    run = make_run(workflow, title="second", inputs={"goal": "Import"})
    given = {"analysis": Upload("analysis.md", text.encode()), "summary": "In **short**.", **outputs}
    answer(run, "a", "Other words.", outputs=given)
    return run


def test_inputs_outputs_and_artifacts_that_differ_are_shown(waiting: Run, workflow: Workflow) -> None:
    other = second(workflow)
    first, last = compare_runs(waiting, other)
    assert [field.label for field in first.inputs] == ["goal"]
    assert [field.label for field in first.outputs] == ["analysis"]
    kinds = {line.kind: line.text for line in first.outputs[0].lines}
    assert "Import" in kinds["added"] and "Export" in kinds["removed"]
    assert [fact.name for fact in first.artifacts] == ["analysis.md"]
    assert (first.what, first.alike) == ("changed", 1)  # the summary
    assert (last.title, last.what) == ("Build", "same")


def test_time_tokens_attempts_and_versions_are_facts(waiting: Run, workflow: Workflow) -> None:
    other = second(workflow)
    Attempt.objects.filter(node_run__run=other).update(input_tokens=7, output_tokens=3)
    Attempt.objects.filter(node_run__run=waiting).update(input_tokens=5, output_tokens=0)
    facts = {fact.name: (fact.before, fact.after, fact.differs) for fact in compare_runs(waiting, other)[0].facts}
    assert facts["Tokens read"] == ("5", "7", True)
    assert facts["Tokens written"] == ("0", "3", True)
    assert facts["Node version"] == ("v1", "v1", False)
    assert facts["Attempts"] == ("1", "1", False)
    assert all(seconds is not None and seconds >= 0 for seconds in compare_runs(waiting, other)[0].seconds)


def test_binary_and_large_outputs_are_told_by_their_hash(waiting: Run, workflow: Workflow) -> None:
    other = second(workflow, analysis=Upload("analysis.md", b"\xff\xfe\x00" * 10))
    added = [line.text for line in compare_runs(waiting, other)[0].outputs[0].lines if line.kind == "added"]
    assert re.fullmatch(r"analysis\.md \([0-9a-f]{12}\)", added[0])


def test_nodes_of_another_template_version_are_told_apart(waiting: Run, workflow: Workflow, builder: User) -> None:
    source = workflow.draft | {"nodes": [*workflow.draft["nodes"][:1], {"key": "c", "type": "task", "title": "New",
                               "prompt": "Do."}], "edges": [["a", "c"]]}  # fmt: skip
    version = WorkflowVersion.objects.create(workflow=workflow, number=2, document=source, published_by=builder)
    workflow.live_version = version
    other = make_run(workflow, title="newer")
    assert [(pair.key, pair.what) for pair in compare_runs(waiting, other)][1:] == [("c", "added"), ("b", "removed")]


def test_page_shows_the_difference(waiting: Run, workflow: Workflow, as_: Browser) -> None:
    other = second(workflow)
    html = as_("viewer").get(f"{ADDRESS}?before={waiting.public_id}&after={other.public_id}").content.decode()
    assert "Analyse" in html
    assert '<mark class="diff__mark">Import</mark>' in html
    assert "<script>alert" not in html
    assert html.count('scope="row"') >= 8


def test_one_run_offers_others_of_its_template_only(
    waiting: Run, workflow: Workflow, space: Space, as_: Browser
) -> None:
    other = second(workflow)
    strange = make_run(make_workflow("x", space=space, owner=workflow.owner), title="strange")
    html = as_("builder").get(f"{ADDRESS}?after={waiting.public_id}").content.decode()
    assert "Choose two runs" in html
    assert other.public_id in html
    assert strange.public_id not in html
    assert as_("builder").get(f"{ADDRESS}?before={strange.public_id}&after={other.public_id}").status_code == 404


def test_without_a_run_the_history_is_shown(space: Space, as_: Browser) -> None:
    assert as_("builder").get(ADDRESS)["Location"] == "/s/demo/runs/"


def test_run_that_is_not_seen_is_not_compared(
    waiting: Run, space: Space, builder: User, workflow: Workflow, as_: Browser
) -> None:
    own = second(workflow)
    Run.objects.filter(pk=own.pk).update(visibility="personal")
    address = f"{ADDRESS}?before={waiting.public_id}&after={own.public_id}"
    assert as_("builder").get(address).status_code == 200
    assert as_("admin").get(address).status_code == 404
    assert own.public_id not in as_("admin").get(f"{ADDRESS}?after={waiting.public_id}").content.decode()
    assert as_("outsider").get(address).status_code == 404


def test_comparison_costs_the_same_for_any_run(
    waiting: Run, workflow: Workflow, as_: Browser, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    other = second(workflow)
    client = as_("builder")
    with django_assert_max_num_queries(24):
        client.get(f"{ADDRESS}?before={waiting.public_id}&after={other.public_id}")


def artifact_address(before: Run, after: Run, layout: str = "inline") -> str:
    made = [Artifact.objects.get(node_run__run=run, name="analysis.md").public_id for run in (before, after)]
    return f"{ADDRESS}artifacts/?before={made[0]}&after={made[1]}&layout={layout}"


def test_artifacts_that_differ_open_line_by_line_in_both_layouts(
    waiting: Run, workflow: Workflow, as_: Browser, htmx: dict[str, str]
) -> None:
    other = second(workflow)
    html = as_("viewer").get(f"{ADDRESS}?before={waiting.public_id}&after={other.public_id}&layout=sides").content
    assert html.decode().count('data-address="/s/demo/run-comparison/artifacts/?before=') == 1
    assert "layout=sides" in html.decode() and b"diff--sides" in html
    inline = as_("viewer").get(artifact_address(waiting, other), headers=htmx).content.decode()
    assert re.search(r'data-kind="removed".*Export', inline) and re.search(r'data-kind="added".*Import', inline)
    sides = as_("viewer").get(artifact_address(waiting, other, "sides"), headers=htmx).content.decode()
    assert "diff--sides" in sides and "diff__number" in sides


def test_artifacts_are_compared_by_those_who_see_both(
    waiting: Run, workflow: Workflow, as_: Browser, htmx: dict[str, str]
) -> None:
    own = second(workflow)
    address = artifact_address(waiting, own)
    assert as_("outsider").get(address, headers=htmx).status_code == 404
    Run.objects.filter(pk=own.pk).update(visibility="personal")
    assert as_("admin").get(address, headers=htmx).status_code == 404
    assert as_("builder").get(address, headers=htmx).status_code == 200
    assert as_("builder").get(f"{ADDRESS}artifacts/?before=x", headers=htmx).status_code == 404
    assert as_("builder").get(address).status_code == 302, "without htmx the page of the artifact"


def test_artifact_of_one_run_alone_is_shown_as_it_is(waiting: Run, workflow: Workflow, as_: Browser) -> None:
    other = make_run(workflow, title="third", inputs={"goal": "Export"})
    given = {"analysis": Upload("需求分析.md", b"# Other"), "summary": "In **short**."}
    answer(other, "a", "Words.", outputs=given)
    html = as_("viewer").get(f"{ADDRESS}?before={waiting.public_id}&after={other.public_id}").content.decode()
    made = {row.name: row.public_id for row in Artifact.objects.all()}
    assert f'data-address="/s/demo/runs/{other.public_id}/artifacts/{made["需求分析.md"]}/preview/"' in html
    assert f'data-address="/s/demo/runs/{waiting.public_id}/artifacts/{made["analysis.md"]}/preview/"' in html


def test_task_that_another_template_version_words_otherwise_is_shown_as_a_difference(
    waiting: Run, workflow: Workflow, builder: User
) -> None:
    source = json.loads(json.dumps(workflow.draft))
    source["nodes"][0]["prompt"] = "Do it carefully."
    newer = WorkflowVersion.objects.create(workflow=workflow, number=2, document=source, published_by=builder)
    workflow.live_version = newer
    first, last = compare_runs(waiting, second(workflow))
    assert first.prompt is not None
    assert [line.kind for line in first.prompt.lines] == ["removed", "added"]
    assert first.prompt.lines[1].text == "Do it carefully."
    assert last.prompt is None
