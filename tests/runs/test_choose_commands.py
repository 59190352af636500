"""Outputs chosen on the command line: `node_act … choose OUTPUT`, the candidates in `show_run`, files with a limit."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from runs import command_files
from runs.artifacts import NewArtifact, store_artifact
from runs.models import NodeRun, Run
from runs.uploads import UPLOAD_MAX_BYTES, Upload
from tests.factories import make_run, make_space, make_workflow
from tests.runs.turns import answer, status_of

pytestmark = pytest.mark.django_db
OUTPUTS = [
    {"name": "design", "type": "file", "description": "The final one"},
    {"name": "summary", "type": "text", "description": "In short"},
    {"name": "source", "type": "link", "description": "Where", "required": False},
]
Choose = Callable[..., tuple[int, dict[str, Any]]]


def call(name: str, *arguments: str) -> tuple[int, dict[str, Any]]:
    out = io.StringIO()
    try:
        call_command(name, *arguments, "--json", stdout=out, stderr=io.StringIO())
    except CommandError as exc:
        return exc.returncode, json.loads(out.getvalue())
    return 0, json.loads(out.getvalue())


@pytest.fixture
def run(admin: User, builder: User, viewer: User) -> Run:
    """A run at the gate of its first node, which wrote two files, one of them twice."""
    space = make_space(admin=admin, builder=builder, viewer=viewer)
    workflow = make_workflow("a → b", space=space, owner=builder, confirm=["a"], nodes={"a": {"outputs": OUTPUTS}})
    run = make_run(workflow)
    answer(run, "a", outputs={"design": Upload("draft.md", b"draft"), "summary": "It is designed."})
    node = NodeRun.objects.get(run=run, key="a")
    store_artifact(node.pk, NewArtifact("file", "final.md", b"one"))
    store_artifact(node.pk, NewArtifact("file", "final.md", b"two"))
    store_artifact(node.pk, NewArtifact("file", "a@2", b"odd"))
    store_artifact(node.pk, NewArtifact("link", "Docs", url="https://example.org/docs"))
    return run


@pytest.fixture
def choose(run: Run) -> Choose:
    """Choose an output of node a as somebody."""

    def act(*arguments: str, user: str = "builder") -> tuple[int, dict[str, Any]]:
        return call("node_act", run.public_id, "a", "choose", *arguments, "--user", user)

    return act


def output(document: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = document["nodes"]["a"][-1]["outputs"][name]
    return found


@pytest.mark.parametrize(
    ("named", "text"),
    [("final.md", "two"), ("final.md@1", "one"), ("final.md@2", "two"), ("a@2", "odd"), ("a@2@1", "odd")],
)
def test_artifact_is_chosen_by_its_name_and_revision(choose: Choose, named: str, text: str) -> None:
    code, document = choose("design", "--artifact", named)
    assert code == 0
    assert output(document, "design")["value"] == text
    assert (output(document, "design")["reason"], output(document, "design")["chosen_by"]) == (
        "chosen by builder", "builder",
    )  # fmt: skip


def test_text_is_written_or_read_from_a_file(choose: Choose, tmp_path: Path) -> None:
    assert output(choose("summary", "--text", "My words")[1], "summary")["value"] == "My words"
    file = tmp_path / "words.txt"
    file.write_text("Viele Wörter 很多", encoding="utf-8")
    assert output(choose("summary", "--text", f"@{file}")[1], "summary")["value"] == "Viele Wörter 很多"
    assert output(choose("summary", "--text", "@@all")[1], "summary")["value"] == "@all"


def test_link_is_given_or_picked(choose: Choose) -> None:
    code, document = choose("source", "--link", "https://example.org/new")
    assert (code, output(document, "source")["value"]) == (0, "https://example.org/new")
    code, document = choose("source", "--artifact", "Docs")
    assert (code, output(document, "source")["value"]) == (0, "https://example.org/docs")


def test_file_is_uploaded(choose: Choose, tmp_path: Path) -> None:
    file = tmp_path / "mine.md"
    file.write_bytes(b"# Mine")
    code, document = choose("design", "--file", str(file))
    assert (code, output(document, "design")["artifact"], output(document, "design")["value"]) == (
        0,
        "mine.md",
        "# Mine",
    )


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("design",), 2, "one of --artifact, --text, --link and --file"),
        (("design", "--artifact", "final.md", "--text", "x"), 2, "one of --artifact"),
        (("design", "--text", ""), 1, "choose it with --artifact / --file"),
        (("desing", "--artifact", "final.md"), 2, "did you mean design?"),
        (("design", "--artifact", "finall.md"), 2, "did you mean final.md@2?"),
        (("design", "--artifact", "final.md@9"), 2, "has no artifact final.md@9"),
        (("design", "--artifact", "final.md@²"), 2, "has no artifact"),
        (("design", "--artifact", "final.md@99999999999999"), 2, "has no artifact"),
        (("design", "--artifact", "Docs"), 1, "is a file; this is a link"),
        (("design", "--file", "/nowhere/at.all"), 2, "cannot be read: No such file"),
        (("summary", "--artifact", "final.md"), 1, "is a text; choose it with --text"),
        (("summary", "--text", " "), 1, "Write a text"),
        (("summary", "--text", "@/nowhere/at.all"), 2, "cannot be read"),
        (("source", "--link", "javascript:alert(1)"), 1, ""),
        (("source", "--file", "x"), 1, "choose it with --artifact / --link"),
    ],
)
def test_what_cannot_be_chosen_is_refused_with_a_reason(
    choose: Choose, arguments: tuple[str, ...], code: int, words: str
) -> None:
    found, document = choose(*arguments)
    assert (found, words in document["error"]) == (code, True), document["error"]


def test_wrong_command_lines_are_told() -> None:
    assert call("node_act", "X", "a", "choose", "--user", "builder")[1]["error"] == "Write: choose OUTPUT."
    assert "Only choose takes" in call("node_act", "X", "a", "stop", "--file", "x", "--user", "builder")[1]["error"]
    assert "Only say takes" in call("node_act", "X", "a", "choose", "o", "--attach", "x", "--user", "b")[1]["error"]


def test_who_may_not_confirm_may_not_choose(choose: Choose) -> None:
    code, document = choose("design", "--artifact", "final.md", user="viewer")
    assert code == 1
    assert output(document, "design")["artifact"] == "draft.md"


def test_output_is_chosen_at_the_gate_only(choose: Choose, run: Run) -> None:
    call("node_act", run.public_id, "a", "confirm", "--user", "builder")
    assert status_of(run, "a") == "done"
    code, document = choose("design", "--artifact", "final.md")
    assert code == 1
    assert "while the node waits for a person" in document["error"]


def test_confirm_takes_what_was_chosen(choose: Choose, run: Run) -> None:
    choose("design", "--artifact", "final.md@1")
    code, document = call("node_act", run.public_id, "a", "confirm", "--user", "builder")
    assert (code, document["nodes"]["a"][0]["status"], output(document, "design")["value"]) == (0, "done", "one")


def test_candidates_are_shown_with_their_reasons(choose: Choose, run: Run) -> None:
    choose("design", "--artifact", "final.md@1")
    _code, document = call("show_run", run.public_id)
    found = document["nodes"]["a"][0]["candidates"]
    assert set(found) == {"design", "source"}, "a text has no candidates"
    rows = [(row["artifact"], row["revision"], row["chosen"], row["reason"]) for row in found["design"]]
    assert rows == [
        ("draft.md", 1, False, "the only file"), ("final.md", 1, True, "chosen by builder"),
        ("final.md", 2, False, None), ("a@2", 1, False, None),
    ]  # fmt: skip
    assert [(row["artifact"], row["type"], row["chosen"]) for row in found["source"]] == [("Docs", "link", False)]


def test_text_of_a_file_has_the_limit_of_an_upload(
    choose: Choose, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert command_files.UPLOAD_MAX_BYTES == UPLOAD_MAX_BYTES == 20 * 1024 * 1024
    monkeypatch.setattr(command_files, "UPLOAD_MAX_BYTES", 1024 * 1024)
    file = tmp_path / "long.txt"
    file.write_bytes(b"x" * (1024 * 1024))
    code, document = choose("summary", "--text", f"@{file}")
    assert (code, "1,000,000 characters" in document["error"]) == (1, True), "not too large, but too long"
    file.write_bytes(b"x" * (1024 * 1024 + 1))
    code, document = choose("summary", "--text", f"@{file}")
    assert (code, "is larger than 1 MiB" in document["error"]) == (1, True)


def test_input_of_a_file_that_never_ends_is_refused(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command_files, "UPLOAD_MAX_BYTES", 1024 * 1024)
    slug = run.version.workflow.slug
    code, document = call("start_run", slug, "--space", "demo", "--user", "builder", "--input", "goal=@/dev/zero")
    assert (code, "/dev/zero is larger than 1 MiB" in document["error"]) == (1, True)
