"""Messages with files, and messages said again: what the agent then reads, and what stays readable."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from runs.actions.chat import say
from runs.agent.parts import text_of
from runs.conversation import load_turn
from runs.errors import ActForbidden, ActRefused
from runs.models import Artifact, Attachment, Message, NodeRun, Run
from runs.transitions import acts
from runs.uploads import Upload
from tests.runs.conftest import StartRun
from tests.runs.engine import assert_sound, kinds, node, statuses, take_one
from tests.runs.turns import answer

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n rest"


@pytest.fixture
def run(start: StartRun) -> Run:
    """A run whose only node has answered its task and waits."""
    run = start("a", node_type="task", confirm=["a"])
    answer(run, "a", "First answer.")
    return run


def tell(run: Run, by: User, text: str = "Look at this.", **more: Any) -> Message:
    return say(node_run=node(run, "a"), by=by, text=text, **more)


def converse(run: Run, by: User, *texts: str) -> list[Message]:
    """Say each text and have it answered; the person's messages."""
    said = []
    for text in texts:
        said.append(tell(run, by, text))
        answer(run, "a", f"Answer to {text}")
    return said


def read(message: Message) -> list[str]:
    """What the agent reads when it answers a message."""
    turn = load_turn(message.node_run_id, message.pk)
    return [text_of(part.parts) for part in turn.messages]


def test_files_become_artifacts_that_the_agent_reads(run: Run, builder: User) -> None:
    message = tell(run, builder, uploads=[Upload("spec.md", b"# Spec \xe4\xbd\xa0"), Upload("logo.png", PNG)])
    found = list(Artifact.objects.order_by("id").values_list("name", "type", "revision", "author__username"))
    assert found == [("spec.md", "file", 1, "builder"), ("logo.png", "image", 1, "builder")]
    assert list(message.attachments.values_list("place", "artifact__name")) == [(1, "spec.md"), (2, "logo.png")]
    said = read(message)[-1]
    assert said.startswith("Look at this.\n\n")
    assert "# Spec 你" in said and 'file="spec.md"' in said and 'file="logo.png"' in said
    assert "artifact.added a" in kinds(run)
    assert_sound(run)


def test_file_of_a_known_name_is_its_next_revision_and_the_same_bytes_are_none(run: Run, builder: User) -> None:
    first = tell(run, builder, uploads=[Upload("a.txt", b"1"), Upload("a.txt", b"1"), Upload("a.txt", b"2")])
    assert [a.artifact.revision for a in first.attachments.select_related("artifact")] == [1, 2]
    answer(run, "a")
    again = tell(run, builder, uploads=[Upload("a.txt", b"2")])
    assert again.attachments.get().artifact.revision == 2
    assert Artifact.objects.count() == 2


def test_message_may_be_files_alone_but_not_nothing(run: Run, builder: User) -> None:
    with pytest.raises(ActRefused, match="Write a message first"):
        tell(run, builder, "  ")
    message = tell(run, builder, "", uploads=[Upload("a.txt", b"hello")])
    assert "hello" in read(message)[-1]


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.txt", b"", "a.txt is empty"),
        ("a.txt", b"x" * (1024 * 1024 + 1), "a.txt is larger than 1 MiB"),
        ("run.EXE", b"MZ", "run.EXE: files of type .exe are not taken here"),
        ("a\x01.txt", b"x", "cannot be used as a file name"),
        ("photo.jpg", b"<svg onload=alert(1)>", "photo.jpg is not the picture that its name says"),
    ],
)
def test_file_that_is_not_taken_is_refused_with_its_reason_and_nothing_is_said(
    run: Run, builder: User, settings: Any, name: str, content: bytes, why: str
) -> None:
    settings.AIME_UPLOAD = settings.AIME_UPLOAD | {"max_bytes": 1024 * 1024}
    before = Message.objects.count()
    with pytest.raises(ActRefused) as refused:
        tell(run, builder, uploads=[Upload("good.md", b"fine"), Upload(name, content), Upload("none", b"")])
    assert why in str(refused.value) and "none is empty" in str(refused.value) and "good" not in str(refused.value)
    assert (Message.objects.count(), Artifact.objects.count()) == (before, 0)


def test_too_many_files_are_refused(run: Run, builder: User, settings: Any) -> None:
    settings.AIME_UPLOAD = settings.AIME_UPLOAD | {"max_files": 2}
    with pytest.raises(ActRefused, match="at most 2 files"):
        tell(run, builder, uploads=[Upload(f"{number}.txt", b"x") for number in range(3)])


def test_message_said_again_starts_from_there_and_the_old_branch_stays(run: Run, builder: User) -> None:
    one, two, _three = converse(run, builder, "one", "two", "three")
    again = tell(run, builder, "two, but better", instead_of=two.public_id)
    assert read(again) == ["Do a.", "First answer.", "one", "Answer to one", "two, but better"]
    assert again.parent == two
    left = Message.objects.filter(superseded_by=again).order_by("ordinal").values_list("text", flat=True)
    assert list(left) == ["two", "Answer to two", "three", "Answer to three"]
    assert not Message.objects.filter(superseded_by=one).exists()
    assert "message.branched a" in kinds(run)
    assert statuses(run) == "a1:queued"
    assert_sound(run)


def test_branches_nest(run: Run, builder: User) -> None:
    one, two = converse(run, builder, "one", "two")
    second = tell(run, builder, "two again", instead_of=two.public_id)
    answer(run, "a")
    first = tell(run, builder, "one again", instead_of=one.public_id)
    assert read(first) == ["Do a.", "First answer.", "one again"]
    assert Message.objects.get(pk=two.pk).superseded_by == second
    assert Message.objects.get(pk=second.pk).superseded_by == first


def test_message_said_again_brings_the_files_that_are_kept(run: Run, builder: User) -> None:
    old = tell(run, builder, uploads=[Upload("a.txt", b"AAA"), Upload("b.txt", b"BBB")])
    answer(run, "a")
    kept = Attachment.objects.get(message=old, artifact__name="b.txt").artifact.public_id
    again = tell(run, builder, "again", instead_of=old.public_id, keep=[kept], uploads=[Upload("c.txt", b"CCC")])
    assert list(again.attachments.values_list("artifact__name", flat=True)) == ["b.txt", "c.txt"]
    answer(run, "a")
    everything = tell(run, builder, "all", instead_of=again.public_id)
    assert "BBB" in read(everything)[-1] and "CCC" in read(everything)[-1] and "AAA" not in read(everything)[-1]


def test_retry_after_a_message_said_again_answers_the_new_one(run: Run, builder: User) -> None:
    (one,) = converse(run, builder, "one")
    again = tell(run, builder, "one again", instead_of=one.public_id)
    take_one(run, "a")
    acts.stop(run.pk, "a", 1, by=builder.pk)
    acts.retry_turn(run.pk, "a", 1, by=builder.pk)
    job = take_one(run, "a")
    assert job.message_id == again.pk
    assert [text_of(m.parts) for m in load_turn(job.node_run_id, again.pk).messages][-1] == "one again"


def test_what_cannot_be_said_again_is_refused(run: Run, builder: User, start: StartRun) -> None:
    (one,) = converse(run, builder, "one")
    opening = Message.objects.filter(node_run__run=run).earliest("ordinal")
    spoken = Message.objects.filter(node_run__run=run, role="assistant").latest("ordinal")
    elsewhere = start("a", node_type="task", confirm=["a"])
    other = Message.objects.get(node_run__run=elsewhere)
    for wrong, why in (
        (opening, "Only a person's"), (spoken, "Only a person's"), (other, "not part of this conversation"),
    ):  # fmt: skip
        with pytest.raises(ActRefused, match=why):
            tell(run, builder, "again", instead_of=wrong.public_id)
    tell(run, builder, "again", instead_of=one.public_id)
    with pytest.raises(ActRefused, match="still working"):
        tell(run, builder, "more", instead_of=one.public_id)
    answer(run, "a")
    with pytest.raises(ActRefused, match="replaced meanwhile"):
        tell(run, builder, "more", instead_of=one.public_id)
    assert_sound(run)


def test_old_version_and_watchers_say_nothing_again(run: Run, builder: User, viewer: User) -> None:
    (one,) = converse(run, builder, "one")
    with pytest.raises(ActForbidden):
        tell(run, viewer, "again", instead_of=one.public_id)
    old = node(run, "a")
    acts.restart(run.pk, "a", 1, by=builder.pk)
    with pytest.raises(ActRefused, match="Version 1 of this node is history"):
        say(node_run=NodeRun.objects.get(pk=old.pk), by=builder, text="again", instead_of=one.public_id)
    assert not Message.objects.exclude(superseded_by=None).exists()


def command(run: Run, *words: str) -> dict[str, Any]:
    out = io.StringIO()
    call_command("node_act", run.public_id, "a", *words, "--user", "builder", "--json", stdout=out)
    report: dict[str, Any] = json.loads(out.getvalue())
    return report


def test_command_sends_files_and_says_again(run: Run, builder: User, tmp_path: Path) -> None:
    (one,) = converse(run, builder, "one")
    path = tmp_path / "spec.md"
    path.write_text("# Spec")
    report = command(run, "say", "With a file", "--attach", str(path), "--instead-of", one.public_id)
    last = report["nodes"]["a"][0]["messages"][-1]
    assert (last["text"], last["files"], last["instead_of"]) == ("With a file", ["spec.md"], one.public_id)
    assert [m["superseded"] for m in report["nodes"]["a"][0]["messages"]] == [False, False, True, True, False]


def test_command_refuses_files_it_cannot_read_and_other_acts_with_files(run: Run, tmp_path: Path) -> None:
    for words, why in (
        (("say", "x", "--attach", str(tmp_path / "gone")), "cannot be read"),
        (("stop", "--attach", "x"), "Only say takes"),
        (("confirm", "--instead-of", "x"), "Only say takes"),
    ):
        with pytest.raises(CommandError, match=why):
            call_command("node_act", run.public_id, "a", *words, "--user", "builder")
