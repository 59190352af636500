"""The JSON of a run: its exact shape, what is stale, and that it costs the same however long the run is."""

import hashlib
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from runs.actions.chat import say
from runs.actions.nodes import confirm, restart
from runs.models import Message, NodeRun, Run
from runs.reports import TEXT_MAX_BYTES, run_report
from runs.staleness import stale_inputs
from runs.uploads import Upload
from spaces.models import Space
from tests.factories import make_run, make_space, make_workflow
from tests.runs.streams import start_stream
from tests.runs.turns import answer, fail, take

NODES: dict[str, dict[str, Any]] = {
    "a": {
        "inputs": [
            {"name": "requirement", "type": "text", "ask": True},
            {"name": "spec", "type": "file", "ask": True, "required": False},
        ],
        "outputs": [
            {"name": "analysis", "type": "file", "description": "The analysis"},
            {"name": "summary", "type": "text", "description": "The summary"},
        ],
    },
    "b": {"inputs": [{"name": "analysis", "type": "file", "from": "a.analysis"}]},
}
NODE_KEYS = [
    "version", "status", "waiting_for", "stale", "reused", "executor", "error", "inputs", "outputs", "candidates",
    "artifacts",
    "messages", "tool_calls", "attempts", "tokens", "cost",
]  # fmt: skip


@pytest.fixture
def space(builder: User) -> Space:
    return make_space(builder=builder)


@pytest.fixture
def run(space: Space, builder: User) -> Run:
    workflow = make_workflow("a → b", space=space, owner=builder, confirm=["a"], nodes=NODES, slug="flow")
    inputs = {"requirement": "做一个登录页面", "spec": Upload("规格.md", "# 规格".encode())}
    return make_run(workflow, inputs=inputs)


def analysis(text: str = "# 分析\n") -> dict[str, Any]:
    return {"analysis": Upload("analysis.md", text.encode()), "summary": "Three findings."}


def latest(run: Run, key: str) -> NodeRun:
    return NodeRun.objects.get(run=run, key=key, is_latest=True)


def test_report_has_the_documented_shape(run: Run, builder: User) -> None:
    answer(run, "a", "I wrote it.", outputs=analysis())
    report = run_report(run.pk)
    assert list(report) == ["id", "status", "template", "version", "initiator", "cost", "nodes"]
    assert (report["id"], report["status"]) == (run.public_id, "waiting")
    assert (report["template"], report["version"], report["initiator"]) == ("flow", 1, "builder")
    assert list(report["nodes"]) == ["a", "b"]
    (node,) = report["nodes"]["a"]
    assert list(node) == NODE_KEYS
    assert (node["status"], node["waiting_for"], node["executor"], node["error"]) == (
        "waiting",
        "confirm",
        "builder",
        None,
    )
    assert (node["stale"], node["reused"], node["version"]) == (False, False, 1)
    assert node["inputs"]["requirement"] == {
        "type": "text", "value": "做一个登录页面", "source": None, "source_version": None,
    }  # fmt: skip
    assert node["inputs"]["spec"]["value"] == "# 规格"
    assert node["outputs"] == {
        "analysis": {"type": "file", "value": "# 分析\n", "artifact": "analysis.md", "reason": "the only file",
                     "chosen_by": None},
        "summary": {"type": "text", "value": "Three findings.", "artifact": None, "reason": "summarised",
                    "chosen_by": None},
    }  # fmt: skip
    (candidate,) = node["candidates"]["analysis"]
    assert (candidate["artifact"], candidate["chosen"], candidate["reason"]) == ("analysis.md", True, "the only file")
    content = "# 分析\n".encode()
    assert node["artifacts"] == [
        {
            "name": "analysis.md", "type": "file", "revision": 1, "sha256": hashlib.sha256(content).hexdigest(),
            "size_bytes": len(content), "text": "# 分析\n",
        }
    ]  # fmt: skip
    assert [(m["role"], m["author"], m["status"]) for m in node["messages"]] == [
        ("user", None, "complete"), ("assistant", None, "complete"),
    ]  # fmt: skip
    assert node["messages"][1]["text"] == "I wrote it."
    assert node["tool_calls"] == [
        {"name": "files_write", "arguments": '{"name": "…"}', "status": "done", "result": "written"}
    ]
    assert node["attempts"] == [{"number": 1, "status": "succeeded", "error": None}]
    assert node["tokens"] == {"input": 100, "output": 20}


def test_downstream_input_names_its_source_and_version(run: Run, builder: User) -> None:
    answer(run, "a", outputs=analysis())
    confirm(node_run=latest(run, "a"), by=builder)
    entry = run_report(run.pk)["nodes"]["b"][0]["inputs"]["analysis"]
    assert entry == {"type": "file", "value": "# 分析\n", "source": "a.analysis", "source_version": 1}


def test_message_of_a_person_names_its_author_and_failures_say_why(run: Run, builder: User) -> None:
    answer(run, "a", outputs=analysis())
    say(node_run=latest(run, "a"), by=builder, text="Shorter, please.")
    fail(run, "a", "The provider refused.")
    node = run_report(run.pk)["nodes"]["a"][0]
    said = Message.objects.latest("pk")
    assert node["messages"][-1] == {
        "id": said.public_id, "role": "user", "author": "builder", "text": "Shorter, please.", "status": "complete",
        "files": [], "instead_of": None, "superseded": False,
    }  # fmt: skip
    assert (node["status"], node["error"]) == ("failed", "The provider refused.")
    assert node["attempts"][-1] == {"number": 2, "status": "failed", "error": "The provider refused."}


def test_streaming_message_shows_its_text_so_far(run: Run) -> None:
    take(run, "a")
    stream = start_stream(run)
    stream.write("So ", "far 𠮷")
    shown = run_report(run.pk)["nodes"]["a"][0]["messages"][-1]
    assert (shown["role"], shown["author"], shown["text"]) == ("assistant", None, "So far 𠮷")
    assert shown["status"] == "streaming"


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"x" * (TEXT_MAX_BYTES + 1)])
def test_binary_and_long_artifacts_have_no_text(run: Run, content: bytes) -> None:
    answer(run, "a", outputs={"analysis": Upload("a.bin", content), "summary": "x"})
    node = run_report(run.pk)["nodes"]["a"][0]
    assert node["artifacts"][0]["text"] is None
    assert node["outputs"]["analysis"]["value"] is None
    assert node["outputs"]["analysis"]["artifact"] == "a.bin"


def test_longest_text_is_still_shown(run: Run) -> None:
    answer(run, "a", outputs={"analysis": Upload("a.md", b"x" * TEXT_MAX_BYTES), "summary": "x"})
    assert run_report(run.pk)["nodes"]["a"][0]["artifacts"][0]["text"] == "x" * TEXT_MAX_BYTES


def test_result_is_stale_once_its_source_gives_something_else(run: Run, builder: User) -> None:
    answer(run, "a", outputs=analysis())
    confirm(node_run=latest(run, "a"), by=builder)
    answer(run, "b")
    assert not run_report(run.pk)["nodes"]["b"][0]["stale"]
    say(node_run=latest(run, "a"), by=builder, text="Again.")
    assert not run_report(run.pk)["nodes"]["b"][0]["stale"]  # nothing changed yet
    answer(run, "a", outputs=analysis("# other\n"))
    report = run_report(run.pk)
    assert report["nodes"]["b"][0]["stale"]
    assert not report["nodes"]["a"][0]["stale"]


def test_all_versions_of_a_node_are_there_in_order(run: Run, builder: User) -> None:
    answer(run, "a", outputs=analysis())
    restart(node_run=latest(run, "a"), by=builder)
    versions = run_report(run.pk)["nodes"]["a"]
    assert [(node["version"], node["status"]) for node in versions] == [(1, "cancelled"), (2, "queued")]


def test_report_costs_the_same_however_long_the_run_is(space: Space, builder: User) -> None:
    counts = []
    for graph in ("a", "a → b → c → d → e → f"):
        run = make_run(make_workflow(graph, space=space, owner=builder, nodes={}))
        for key in graph.split(" → "):
            answer(run, key)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            run_report(run.pk)
        counts.append(len([q for q in queries if q["sql"].startswith("SELECT")]))
    assert counts[0] == counts[1] <= 10


def test_stale_compares_hashes_and_only_of_references() -> None:
    inputs = {
        "same": {"source": "a.x", "sha256": "1"},
        "changed": {"source": "a.y", "sha256": "1"},
        "gone": {"source": "a.z", "sha256": "1"},
        "never_there": {"source": "a.w", "sha256": ""},
        "given": {"source": None, "sha256": "1"},
    }
    assert stale_inputs(inputs, {("a", "x"): "1", ("a", "y"): "2"}) == ("changed", "gone")
