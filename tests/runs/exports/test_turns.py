"""Exports in real turns: crew, desk, recorder and disk; only the model is scripted."""

import errno
import os
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection

from runs.models import Run, SideEffect, ToolCall
from runs.transitions import acts, attempts, leases
from tests.fakes.model import Answer, calls, says
from tests.runs.conftest import StartRun
from tests.runs.crews import ENDPOINT, work
from tests.runs.engine import age, assert_sound, attempt_of, node, statuses

pytestmark = pytest.mark.django_db(transaction=True)
TOOLS = {"tools": ["files", "exports"]}


@pytest.fixture
def outside(settings: Any, tmp_path: Path) -> Path:
    settings.AIME_MODEL, settings.AIME_EXPORT_DIR = ENDPOINT, tmp_path
    return tmp_path


def writes(content: str) -> Answer:
    return calls("files_write", {"name": "design.md", "content": content})


def exports(**arguments: str) -> Answer:
    return calls("exports_write", {"name": "design.md", **arguments})


def files(root: Path) -> dict[str, str]:
    return {str(path.relative_to(root)): path.read_text() for path in root.rglob("*") if path.is_file()}


def start_task(start: StartRun, **more: Any) -> Run:
    return start("a", node_type="task", confirm=["a"], nodes={"a": {**TOOLS, **more}})


def results() -> list[str]:
    return list(ToolCall.objects.filter(name="exports_write").order_by("id").values_list("result", flat=True))


def test_export_is_a_file_outside_and_a_row_of_the_ledger(start: StartRun, outside: Path) -> None:
    run = start_task(start)
    work(writes("# 设计"), exports(), says("Done."))
    place = f"engine/{run.public_id}/a-v1/design.md"
    assert files(outside) == {place: "# 设计"}
    row = SideEffect.objects.get()
    assert (row.kind, row.target, row.node_run, row.attempt) == ("export", place, node(run, "a"), attempt_of(run, "a"))
    assert results() == [row.result] == [f"Exported design.md (8 bytes) to {place}."]
    assert_sound(run)


def test_export_again_is_answered_from_the_ledger_and_of_a_changed_file_is_another_one(
    start: StartRun, outside: Path, builder: User
) -> None:
    run = start_task(start)
    work(writes("one"), exports(), says("Done."))
    place = f"engine/{run.public_id}/a-v1"
    (outside / place / "design.md").unlink()  # somebody took it away
    acts.say(run.pk, "a", 1, by=builder.pk, text="Once more, please.")
    work(exports(), says("It was exported."))
    assert files(outside) == {}, "what was done is not done again"
    assert results()[0] == results()[1]
    acts.say(run.pk, "a", 1, by=builder.pk, text="Change it.")
    work(writes("two"), exports(), exports(**{"as": "final/design.md"}), says("Done."))
    assert files(outside) == {f"{place}/design.md": "two", f"{place}/final/design.md": "two"}
    assert SideEffect.objects.count() == 3


def test_new_version_of_the_node_exports_to_a_place_of_its_own(start: StartRun, outside: Path, builder: User) -> None:
    run = start_task(start)
    work(writes("one"), exports(), says("Done."))
    acts.restart(run.pk, "a", 1, by=builder.pk)
    work(writes("one"), exports(), says("Done."))
    place = f"engine/{run.public_id}"
    assert files(outside) == {f"{place}/a-v1/design.md": "one", f"{place}/a-v2/design.md": "one"}


def test_file_among_the_inputs_is_exported_by_the_node_that_gets_it(
    start: StartRun, outside: Path, builder: User
) -> None:
    makes = {"outputs": [{"name": "design", "type": "file", "description": "It."}], "tools": ["files"]}
    takes = {"inputs": [{"name": "plan", "type": "file", "from": "a.design"}], "tools": ["exports"]}
    run = start("a → b", node_type="task", nodes={"a": makes, "b": takes})
    work(writes("accepted"), says("Done."), exports(), says("Given out."))
    assert files(outside) == {f"engine/{run.public_id}/b-v1/design.md": "accepted"}


@pytest.mark.parametrize(
    ("call", "words"),
    [(exports(name="other.md"), "There is no file other.md. Files: design.md."),
     (exports(name="../x"), "Not a usable file name"), (exports(**{"as": "/etc/passwd"}), "Not a usable file name")],
    ids=["unknown", "up", "absolute"],
)  # fmt: skip
def test_model_is_told_what_cannot_be_exported(start: StartRun, outside: Path, call: Answer, words: str) -> None:
    start_task(start)
    work(writes("one"), call, says("I see."))
    assert words in results()[0]
    assert (files(outside), SideEffect.objects.count()) == ({}, 0)


def test_file_whose_record_was_lost_is_found_and_recorded_once(
    start: StartRun, outside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = start_task(start)
    real = attempts.lose

    async def lost_after_writing(crew: Any) -> None:
        from runs import chat

        record = chat.finish_call

        def dies(job: Any, *rest: Any) -> None:
            if rest[1].name == "exports_write":
                monkeypatch.setattr(chat, "finish_call", record)
                assert real(job, loss="shutdown")
            record(job, *rest)

        monkeypatch.setattr(chat, "finish_call", dies)

    work(writes("one"), exports(), says("Done."), during=lost_after_writing)
    assert [a.status for a in node(run, "a").attempts.order_by("number")] == ["lost", "succeeded"]
    assert list(files(outside).values()) == ["one"]
    assert SideEffect.objects.get().attempt.number == 2
    assert_sound(run)


def test_attempt_that_lost_its_lease_before_the_file_appeared_leaves_the_place_to_its_successor(
    start: StartRun, outside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = start_task(start)
    seen: list[list[str]] = []
    fsync = os.fsync

    async def lose_while_writing(crew: Any) -> None:
        def slow_disk(file: int) -> None:
            fsync(file)
            unfinished = [name for name in files(outside) if "/.aime-" in name]
            if unfinished and not seen:
                seen.append(unfinished)
                attempts.lose(next(iter(crew._jobs.values())), loss="shutdown")
                connection.close()  # this thread's own

        monkeypatch.setattr(os, "fsync", slow_disk)

    work(writes("one"), exports(), says("Done."), during=lose_while_writing)
    assert seen, "it was lost in the middle"
    assert files(outside) == {f"engine/{run.public_id}/a-v1/design.md": "one"}
    assert SideEffect.objects.get().attempt.number == 2


def test_full_disk_is_tried_again_and_then_a_failure_with_its_remedy(
    start: StartRun, outside: Path, monkeypatch: pytest.MonkeyPatch, builder: User
) -> None:
    run = start_task(start, retry={"attempts": 2})
    real = os.fsync

    def full(_file: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    work(writes("one"), exports())
    assert statuses(run) == "a1:retrying"
    age(run)
    leases.requeue_due()
    work()
    version = node(run, "a")
    assert (version.status, version.error_kind) == ("failed", "export_failed")
    assert version.error == "The disk of the export folder is full." and "ENOSPC" in version.error_detail
    assert files(outside) == {}
    monkeypatch.setattr(os, "fsync", real)
    acts.retry_turn(run.pk, "a", 1, by=builder.pk)
    work(says("Done."))
    assert statuses(run) == "a1:waiting/confirm" and list(files(outside).values()) == ["one"]
    assert SideEffect.objects.count() == 1
    assert_sound(run)


def test_run_that_meets_an_installation_without_a_folder_says_what_to_set(start: StartRun, settings: Any) -> None:
    settings.AIME_MODEL = ENDPOINT
    run = start_task(start)
    work()
    version = node(run, "a")
    assert (version.status, version.error_kind) == ("failed", "no_export_folder")
    assert "AIME_EXPORT_DIR" in version.error and not version.error_retryable
