"""What each kind of node asks of its own fields: a draft may be unfinished, a published version may not."""

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from tests.workflows.texts import file
from workflows import node_types
from workflows.document import parse_yaml
from workflows.graph import validate
from workflows.template_file.problems import Problem
from workflows.template_file.reading import Reader

WIDGETS = Path(__file__).resolve().parents[2] / "templates/workflows/panels/fields"


def said(node: str) -> list[str]:
    """Return what stands in the way of publishing a file of one node."""
    return [str(problem) for problem in validate(parse_yaml(file(node)))]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("cron: 0 9 * *", "cron: 0 9 * * is not a cron expression of five fields (for example"),
        ("cron: 0 99 * * *", "cron: 0 99 * * * is not a cron expression"),
        ("cron: 0 9 * * *\n    zone: Mars/Base", "zone: Mars/Base is not a time zone (for example Asia/Shanghai)"),
        ("cron: 0 9 * * *\n    zone: ../x", "zone: ../x is not a time zone"),
        ("zone: UTC", "cron: cron is missing (for example 0 9 * * 1-5"),
        ('cron: ""', "cron: cron is missing"),
    ],
)
def test_schedule_in_draft_is_a_problem_of_publishing(lines: str, expected: str) -> None:
    found = said(f"  - key: t\n    type: trigger.schedule\n    {lines}")
    assert any(problem.startswith(f"nodes[0].{expected}") for problem in found), found


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        ("  - {key: t, type: trigger.codebase}", "nodes[0].connection: connection is missing"),
        (
            "  - {key: t, type: trigger.codebase, connection: c, events: []}",
            "nodes[0].events: No event starts a run (choose at least one)",
        ),
        ("  - {key: t, type: pipeline, connection: c}", "nodes[0].job: job is missing"),
        ("  - {key: t, type: pipeline, job: j}", "nodes[0].connection: connection is missing"),
    ],
)
def test_unfinished_node_is_a_problem_of_publishing(node: str, expected: str) -> None:
    assert expected in said(node)


@pytest.mark.parametrize("key", node_types.keys())
def test_starter_is_a_node_whose_shape_is_right(key: str) -> None:
    problems: list[Problem] = []
    kind = node_types.get(key)
    reader = Reader(dict(kind.starter), "node", problems)
    config = kind.read(reader)
    assert problems == []
    assert isinstance(config, kind.config)


@pytest.mark.parametrize("key", node_types.keys())
def test_every_own_field_has_a_control_whose_default_is_the_config_s(key: str) -> None:
    """What the form takes for an absent key must be what the server takes for it."""
    kind = node_types.get(key)
    fresh = kind.read(Reader({}, "", []))
    shown = {field.path[0] for field in kind.form} | {"task_template"}  # the prompt's alternative has its own control
    assert {item.name for item in dataclasses.fields(fresh)} - shown == (set() if kind.form else {"milliseconds"})
    for field in kind.form:
        value: Any = fresh
        for part in field.path:
            value = getattr(value, part)
        assert value == field.default or not (value or field.default), field
        assert (WIDGETS / f"{field.widget}.html").is_file(), field
