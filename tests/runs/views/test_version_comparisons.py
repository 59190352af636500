"""Two versions of a node beside each other: inputs and their sources, messages, outputs, artifacts, work, rights."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from runs.actions.nodes import confirm, restart
from runs.models import Attempt, Message, NodeRun, Run
from runs.pages.comparing import messages
from runs.pages.comparing.version_comparison import VersionComparison, compare_versions
from runs.transitions.outputs import outputs_sha256
from runs.uploads import Upload
from spaces.models import Space
from tests.factories import make_run, make_workflow
from tests.runs.turns import answer

Browser = Callable[..., Client]
PLAN = [{"name": "plan", "type": "file", "description": "The plan"}, {"name": "word", "type": "text"}]
TAKES = [{"name": "plan", "type": "file", "from": "a.plan"}, {"name": "style", "type": "text", "value": "short"}]
BUILT = [{"name": "built", "type": "file", "description": "The result"}]


def accept(run: Run, key: str, by: User) -> None:
    node = NodeRun.objects.select_related("run").get(run=run, key=key, is_latest=True)
    confirm(node_run=node, by=by, outputs=outputs_sha256(node.pk))


def do_a(run: Run, text: str, by: User) -> None:
    answer(
        run,
        "a",
        f"Planned {text}.",
        outputs={"plan": Upload("plan.md", f"# Plan\n\n{text}\n".encode()), "word": "same"},
    )
    accept(run, "a", by)


@pytest.fixture
def twice(space: Space, builder: User) -> Run:
    """A run whose two nodes have two versions each, the second of which says something else."""
    nodes = {"a": {"title": "Analyse", "outputs": PLAN}, "b": {"title": "Build", "inputs": TAKES, "outputs": BUILT}}
    run = make_run(make_workflow("a → b", space=space, owner=builder, confirm=["a", "b"], nodes=nodes))
    for text in ("first way", "second way"):
        do_a(run, text, builder)
        answer(run, "b", f"Built the {text}.", outputs={"built": Upload("built.py", f"way = '{text}'\n".encode())})
        if text == "first way":
            accept(run, "b", builder)
            restart(node_run=NodeRun.objects.select_related("run").get(run=run, key="a", is_latest=True), by=builder)
    return run


def versions(run: Run, key: str) -> list[NodeRun]:
    rows = NodeRun.objects.filter(run=run, key=key).order_by("number")
    return list(rows.select_related("run__version", "executor", "accepted_by"))


def compared(run: Run, key: str = "b") -> VersionComparison:
    before, after = versions(run, key)
    return compare_versions(before, after)


def test_inputs_name_the_version_they_were_taken_from(twice: Run) -> None:
    plan, style = compared(twice).inputs
    assert (plan.sources.before, plan.sources.after) == ("plan of Analyse v1", "plan of Analyse v2")
    assert plan.field is not None
    kinds = {line.kind: line.text for line in plan.field.lines}
    assert (kinds["removed"], kinds["added"]) == ("first way", "second way")
    assert (style.field, style.sources.differs) == (None, False)


def test_same_content_of_another_version_is_the_same_value(twice: Run) -> None:
    after = versions(twice, "b")[1]
    after.inputs["plan"] = versions(twice, "b")[0].inputs["plan"] | {"source_version": 2}
    after.save(update_fields=["inputs"])
    plan = compared(twice).inputs[0]
    assert (plan.field, plan.sources.differs) == (None, True)


def test_messages_outputs_artifacts_and_work_are_compared(twice: Run) -> None:
    found = compared(twice, "a")
    assert [(pair.kind, pair.is_same) for pair in found.messages.pairs] == [("task", True), ("agent", False)]
    said = [(line.kind, line.text) for line in found.messages.pairs[1].lines]
    assert said == [
        ("removed", "Planned first way."),
        ("added", "Planned second way."),
        ("same", "→ files_write …"),
    ]
    assert [field.label for field in found.outputs] == ["plan"]
    assert found.alike == ("word",)
    assert [(pair.name, pair.differs) for pair in found.artifacts] == [("plan.md", True)]
    facts = {fact.name: (fact.before, fact.after) for fact in found.facts}
    assert facts["Tokens read"] == ("100", "100")
    assert facts["Messages"] == ("2", "2")
    assert facts["Accepted"] == ("by builder", "by builder")
    assert all(seconds >= 0 for seconds in found.seconds)


def test_short_work_is_shown_with_its_tenths(twice: Run, as_: Browser) -> None:
    for version, seconds in zip(versions(twice, "b"), (0.3, 1.25), strict=False):
        attempts = Attempt.objects.filter(node_run=version)
        attempts.update(started_at=version.created_at, finished_at=version.created_at + timedelta(seconds=seconds))
    html = as_("viewer").get(f"/s/demo/runs/{twice.public_id}/nodes/b/comparison/?from=1&to=2").content.decode()
    worked = html.partition("Time worked")[2].partition("</tr>")[0]
    assert re.findall(r"[\d.]+ s\b", worked) == ["0.3 s", "1.3 s"]


def test_message_that_only_one_version_has_stands_alone(twice: Run) -> None:
    old, new = versions(twice, "a")
    Message.objects.create(node_run=new, ordinal=3, role="user", author=new.executor, text="More?", status="complete",
                           finished_at=new.created_at)  # fmt: skip
    *_rest, last = compare_versions(old, new).messages.pairs
    assert (last.kind, last.before, last.after and last.after.text) == ("person", None, "More?")
    *_rest, last = compare_versions(new, old).messages.pairs
    assert (last.before and last.before.text, last.after) == ("More?", None)


def test_messages_of_an_earlier_branch_are_left_out(twice: Run) -> None:
    old, new = versions(twice, "a")
    first, second = Message.objects.filter(node_run=new).order_by("ordinal")
    Message.objects.filter(pk=second.pk).update(superseded_by=first)
    assert compare_versions(old, new).messages.counts == (2, 1)


def test_only_the_beginning_of_long_conversations_is_read(twice: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "MESSAGES_READ", 1)
    found = compared(twice, "a").messages
    assert (len(found.pairs), found.is_cut, found.counts) == (1, True, (2, 2))


@pytest.mark.parametrize("layout", ["", "inline", "sides", "nonsense"])
def test_page_shows_both_in_either_layout(twice: Run, as_: Browser, layout: str) -> None:
    address = f"/s/demo/runs/{twice.public_id}/nodes/b/comparison/?from=1&to=2&layout={layout}"
    html = as_("viewer").get(address).content.decode()
    assert ("diff--sides" in html) is (layout == "sides")
    assert "plan of Analyse v2" in html
    assert '<mark class="diff__mark">second</mark>' in html
    assert re.search(r"artifacts/\w{26}/\?view=changes&amp;against=\w{26}", html)


def test_without_numbers_the_latest_is_compared_with_the_one_before(twice: Run, as_: Browser) -> None:
    html = as_("viewer").get(f"/s/demo/runs/{twice.public_id}/nodes/b/comparison/").content.decode()
    assert "<title>v1 and v2 of Build" in html


def test_node_with_one_version_has_nothing_to_compare(run: Run, as_: Browser) -> None:
    html = as_("viewer").get(f"/s/demo/runs/{run.public_id}/nodes/a/comparison/").content.decode()
    assert "Running it again makes the next one" in html


@pytest.mark.parametrize("query", ["?from=9", "?to=0", "?from=x", "?from=99999999999"])
def test_version_that_is_not_there_leads_nowhere(twice: Run, as_: Browser, query: str) -> None:
    assert as_("viewer").get(f"/s/demo/runs/{twice.public_id}/nodes/b/comparison/{query}").status_code == 404


def test_outsiders_and_others_of_a_personal_run_see_nothing(twice: Run, as_: Browser) -> None:
    address = f"/s/demo/runs/{twice.public_id}/nodes/b/comparison/"
    assert as_("outsider").get(address).status_code == 404
    Run.objects.filter(pk=twice.pk).update(visibility="personal")
    assert [as_(name).get(address).status_code for name in ("admin", "viewer", "builder")] == [404, 404, 200]


def test_comparison_costs_the_same_for_any_version(
    twice: Run, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    before, after = versions(twice, "b")
    with django_assert_max_num_queries(12):
        compare_versions(before, after)
