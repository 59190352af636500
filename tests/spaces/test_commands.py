"""What all commands share: one document, exit codes, a database that is not there."""

import io
import json
import sys
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.core.management.base import CommandParser
from django.db import InterfaceError, OperationalError, ProgrammingError

from spaces.commands import (
    EXIT_TIME_OVER,
    JsonCommand,
    Misused,
    Refused,
    Result,
    is_database_missing,
    read_text,
    suggestion,
)


class Sample(JsonCommand):
    """Does what the test says."""

    failed_document = {"id": None}

    def __init__(self, act: Callable[[], Result], out: io.StringIO) -> None:
        super().__init__(stdout=out, stderr=io.StringIO())
        self.act = act

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")

    def run(self, options: dict[str, Any]) -> Result:
        return self.act()


def run(act: Callable[[], Result], *options: str) -> tuple[int, str]:
    out = io.StringIO()
    try:
        call_command(Sample(act, out), "x", *options)
    except CommandError as exc:
        return exc.returncode, out.getvalue()
    return 0, out.getvalue()


def failing(exc: Exception) -> Callable[[], Result]:
    def act() -> Result:
        raise exc

    return act


def database_error(kind: type[Exception], cause: Exception) -> Exception:
    exc = kind("a reason")
    exc.__cause__ = cause
    return exc


def test_document_is_printed_as_json_or_as_text() -> None:
    def act() -> Result:
        return Result({"id": "需求"}, "text\n")

    assert run(act) == (0, "text\n")
    code, out = run(act, "--json")
    assert (code, json.loads(out)) == (0, {"id": "需求"})
    assert "需求" in out


def test_exit_code_of_a_result_comes_after_its_document() -> None:
    code, out = run(lambda: Result({"id": 1}, exit_code=EXIT_TIME_OVER), "--json")
    assert (code, json.loads(out)) == (3, {"id": 1})


@pytest.mark.parametrize(("exc", "code"), [(Refused("no", {"id": 2, "more": 3}), 1), (Misused("what?", {}), 2)])
def test_failure_prints_a_document_with_all_keys(exc: Any, code: int) -> None:
    found, out = run(failing(exc), "--json")
    assert (found, json.loads(out)) == (code, {"id": None, **exc.document, "error": str(exc)})
    assert run(failing(exc)) == (code, "")


MISSING = [
    database_error(OperationalError, psycopg.OperationalError("connection refused")),
    database_error(InterfaceError, psycopg.InterfaceError("closed")),
    database_error(ProgrammingError, psycopg.errors.UndefinedTable("no table")),
]
OTHER = [
    database_error(ProgrammingError, psycopg.errors.SyntaxError("a bug")),
    database_error(OperationalError, psycopg.errors.DiskFull("full")),
]


@pytest.mark.parametrize("exc", MISSING)
def test_missing_database_says_what_to_start(exc: Exception) -> None:
    assert is_database_missing(exc)
    code, out = run(failing(exc), "--json")
    assert (code, json.loads(out)["id"]) == (2, None)
    assert "make run" in json.loads(out)["error"]


@pytest.mark.parametrize("exc", OTHER)
def test_other_faults_of_the_database_are_not_hidden(exc: Exception) -> None:
    assert not is_database_missing(exc)
    with pytest.raises(type(exc)):
        run(failing(exc), "--json")


@pytest.mark.parametrize(("argv", "printed"), [(["--json"], True), ([], False), (["--json", "--help"], False)])
def test_wrong_command_line_prints_a_document_with_json(
    argv: list[str], printed: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    out = io.StringIO()
    with pytest.raises(SystemExit):
        Sample(lambda: Result({}), out).run_from_argv(["manage.py", "sample", *argv])
    assert ("wrong command line" in out.getvalue()) is printed
    assert capsys.readouterr().err or "--help" in argv


def test_document_is_printed_once_when_the_command_itself_misuses() -> None:
    out = io.StringIO()
    with pytest.raises(SystemExit) as caught:
        Sample(failing(Misused("what?")), out).run_from_argv(["manage.py", "sample", "x", "--json"])
    assert caught.value.code == 2
    assert json.loads(out.getvalue()) == {"id": None, "error": "what?"}


def test_standard_input_is_a_file_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("\ufeff需求".encode())))
    assert read_text("-") == "需求"


def test_suggestions() -> None:
    assert suggestion("demmo", ["demo", "other"]) == " (did you mean demo?)"
    assert suggestion("x", ["b", "a"]) == " (there are: a, b)"
    assert suggestion("x", []) == "."


def test_command_without_run_is_a_mistake() -> None:
    with pytest.raises(NotImplementedError):
        JsonCommand().run({})


def test_bytes_of_the_shell_that_are_no_text_are_refused_by_the_name_of_their_argument() -> None:
    out = io.StringIO()
    with pytest.raises(CommandError) as refused:
        call_command(Sample(lambda: Result({}), out), "caf\udce9", "--json")
    assert refused.value.returncode == 2
    assert "name is not UTF-8 text" in json.loads(out.getvalue())["error"]
