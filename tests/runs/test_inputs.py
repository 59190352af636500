"""Where a node's inputs come from: asked, fixed, referred to; resolved when it is reached, with their source."""

import hashlib

import pytest
from django.contrib.auth.models import User

from runs.artifacts import NewArtifact, store_artifact
from runs.executors.base import Done, OutputChoice
from runs.inputs import InputMissing, resolve_inputs
from runs.models import Message
from runs.staleness import stale_inputs
from runs.transitions import acts, attempts
from runs.uploads import Upload
from tests.runs.conftest import StartRun
from tests.runs.engine import accept, assert_sound, node, statuses, take_one, text, turn
from workflows.document import InputSpec, NodeSpec

pytestmark = pytest.mark.django_db


def sha(value: str | bytes) -> str:
    return hashlib.sha256(value.encode() if isinstance(value, str) else value).hexdigest()


def gives(name: str = "out", type_: str = "text", **rest: object) -> dict[str, object]:
    return {"outputs": [{"name": name, "type": type_, "description": "It.", **rest}]}


def takes(source: str = "a.out", type_: str = "text", **rest: object) -> dict[str, object]:
    return {"inputs": [{"name": "given", "type": type_, "from": source, **rest}]}


def test_inputs_asked_fixed_and_defaulted_are_stored_with_their_hash(start: StartRun) -> None:
    inputs = [
        {"name": "asked", "type": "text", "ask": True},
        {"name": "fixed", "type": "text", "value": "always"},
        {"name": "usual", "type": "text", "ask": True, "default": "as usual"},
        {"name": "perhaps", "type": "text", "ask": True, "required": False},
        {"name": "where", "type": "link", "ask": True},
    ]
    run = start(
        "a", node_type="task", nodes={"a": {"inputs": inputs}},
        inputs={"asked": "需求 👩‍💻", "where": "https://example.org/x"},
    )  # fmt: skip
    stored = node(run, "a").inputs
    assert {name: entry["value"] for name, entry in stored.items()} == {
        "asked": "需求 👩‍💻", "fixed": "always", "usual": "as usual", "perhaps": "", "where": "https://example.org/x",
    }  # fmt: skip
    assert stored["asked"]["sha256"] == sha("需求 👩‍💻")
    assert {entry["source"] for entry in stored.values()} == {None}
    prompt = Message.objects.get().text
    assert "需求 👩‍💻" in prompt and "https://example.org/x" in prompt


def test_input_asked_as_a_file_is_stored_by_its_blob(start: StartRun) -> None:
    wanted = [{"name": "spec", "type": "file", "ask": True}]
    upload = Upload("spec.md", "# 规格\n".encode())
    run = start("a", node_type="task", nodes={"a": {"inputs": wanted}}, inputs={"spec": upload})
    entry = node(run, "a").inputs["spec"]
    assert (entry["type"], entry["name"], entry["blob"]) == ("file", "spec.md", upload.sha256)
    assert "# 规格" in Message.objects.get().text


def test_input_from_an_output_names_source_version_and_hash(start: StartRun) -> None:
    run = start("a → b", node_type="task", nodes={"a": gives(), "b": takes()})
    turn(run, "a", out="42")
    assert node(run, "b").inputs == {
        "given": {"type": "text", "value": "42", "source": "a.out", "source_version": 1, "sha256": sha("42")}
    }


def test_input_from_a_file_output_takes_its_blob_and_content(start: StartRun) -> None:
    run = start("a → b", node_type="task", nodes={"a": gives(type_="file"), "b": takes(type_="file")})
    job = take_one(run, "a")
    artifact = store_artifact(job.node_run_id, NewArtifact("file", "plan.md", b"the plan"))
    choice = OutputChoice("out", "file", "", artifact.pk, artifact.sha256, "only one")
    attempts.finish(job, Done((choice,)))
    entry = node(run, "b").inputs["given"]
    assert (entry["name"], entry["blob"], entry["sha256"]) == ("plan.md", sha(b"the plan"), sha(b"the plan"))
    assert "the plan" in Message.objects.get(node_run=node(run, "b")).text


def test_input_from_a_link_output_is_its_address(start: StartRun) -> None:
    run = start("a → b", node_type="task", nodes={"a": gives(type_="link"), "b": takes(type_="link")})
    job = take_one(run, "a")
    artifact = store_artifact(job.node_run_id, NewArtifact("link", "docs", url="https://example.org/docs"))
    attempts.finish(job, Done((OutputChoice("out", "link", "", artifact.pk, artifact.sha256, ""),)))
    assert node(run, "b").inputs["given"]["value"] == "https://example.org/docs"


def test_input_from_an_absent_optional_output_fails_naming_both_ends(start: StartRun) -> None:
    run = start("a → b", node_type="task", nodes={"a": gives(required=False), "b": takes()})
    turn(run, "a")
    version = node(run, "b")
    assert (version.status, version.error_kind) == ("failed", "input_missing")
    assert version.error == "Input “given” of “b”, which takes a.out, has no value."
    assert not version.attempts.exists()
    assert_sound(run)


def test_input_from_an_absent_output_is_empty_where_it_is_not_required(start: StartRun) -> None:
    run = start("a → b", node_type="task", nodes={"a": gives(required=False), "b": takes(required=False)})
    turn(run, "a")
    assert statuses(run) == "a1:done b1:queued"
    entry = node(run, "b").inputs["given"]
    assert (entry["value"], entry["source"], entry["source_version"], entry["sha256"]) == ("", "a.out", None, "")


def test_input_reference_without_a_source_is_a_failure() -> None:
    broken = NodeSpec(key="b", type="noop", title="B", inputs=(InputSpec("x", "text", "reference"),))
    with pytest.raises(InputMissing, match="Input “x” refers to nothing"):
        resolve_inputs(0, broken, {})


def test_restart_resolves_inputs_again_from_the_latest_versions(start: StartRun, builder: User) -> None:
    run = start("a → b → c", node_type="task", confirm=["b"], nodes={"a": gives(), "b": takes()})
    turn(run, "a", out="1")
    turn(run, "b")
    acts.restart(run.pk, "a", 1, by=builder.pk)
    turn(run, "a", out="2")
    fresh = node(run, "b").inputs["given"]
    assert (node(run, "b").number, fresh["value"], fresh["source_version"]) == (2, "2", 2)
    old = node(run, "b", 1).inputs["given"]
    assert (old["value"], old["source_version"]) == ("1", 1), "what it worked with stays readable"


def test_a_second_turn_makes_what_it_gave_stale_only_when_its_text_changed(start: StartRun, builder: User) -> None:
    run = start("a → b", node_type="task", nodes={"a": gives(), "b": takes()})
    turn(run, "a", out="1")
    turn(run, "b")

    def stale() -> tuple[str, ...]:
        values = node(run, "a").output_values.filter(is_current=True)
        return stale_inputs(node(run, "b").inputs, {("a", value.name): value.sha256 for value in values})

    acts.say(run.pk, "a", 1, by=builder.pk, text="Explain")
    turn(run, "a", out="1")
    assert stale() == ()
    acts.say(run.pk, "a", 1, by=builder.pk, text="Change")
    turn(run, "a", out="2")
    assert stale() == ("given",)
    accept(run, "a", by=builder.pk)
    turn(run, "b")
    assert stale() == ()


def test_outputs_of_a_turn_that_gives_nothing_new_stay_current(start: StartRun, builder: User) -> None:
    run = start("a", node_type="task", confirm=["a"], nodes={"a": gives()})
    turn(run, "a", out="1")
    acts.say(run.pk, "a", 1, by=builder.pk, text="?")
    attempts.finish(take_one(run, "a"), Done((text("out", "1"),)))
    assert list(node(run, "a").output_values.values_list("text", "is_current")) == [("1", False), ("1", True)]


def test_inputs_asked_by_several_nodes_go_to_each_that_asks(start: StartRun) -> None:
    asks = {"inputs": [{"name": "topic", "type": "text", "ask": True}]}
    run = start("a; b", node_type="task", nodes={"a": asks, "b": asks}, inputs={"topic": "tea", "b.topic": "coffee"})
    assert [node(run, key).inputs["topic"]["value"] for key in "ab"] == ["tea", "coffee"]
