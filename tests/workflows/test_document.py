"""Template files: what is read, how it is written, and that nothing is lost on the way."""

import json

import pytest

from tests.workflows.texts import CANONICAL, EXAMPLE
from workflows.document import (
    Document,
    DocumentError,
    InputSpec,
    Limits,
    NodeSpec,
    NotifyRule,
    OutputSpec,
    Retry,
    TaskConfig,
    from_json,
    parse_yaml,
    to_json,
    to_yaml,
)
from workflows.node_types.codebase import CodebaseConfig
from workflows.node_types.pipeline import PipelineConfig
from workflows.node_types.schedule import ScheduleConfig


def test_the_example_of_the_design_is_read() -> None:
    document = parse_yaml(EXAMPLE)
    analyse, design = document.nodes
    assert (document.name, document.visibility, document.edges) == (
        "Requirement to code",
        "space",
        (("analyse", "design"),),
    )
    assert analyse == NodeSpec(
        key="analyse",
        type="task",
        title="Analyse the requirement",
        position=(0, 0),
        inputs=(InputSpec("requirement", "text", "ask", label="Requirement"),),
        outputs=(
            OutputSpec("analysis", "file", "The analysis as one markdown document"),
            OutputSpec("summary", "text", "The three most important findings"),
        ),
        confirm=True,
        notify=(NotifyRule("initiator", ("waiting", "failed")),),
        config=TaskConfig(prompt="Analyse this requirement and list open questions.\n{{ requirement }}\n"),
    )
    assert design.inputs == (
        InputSpec("analysis", "file", "reference", source=("analyse", "analysis")),
        InputSpec("style", "text", "fixed", value="one page"),
    )


def test_writing_is_canonical_and_leaves_defaults_out() -> None:
    assert to_yaml(parse_yaml(EXAMPLE)) == CANONICAL
    assert to_yaml(parse_yaml(CANONICAL)) == CANONICAL


def test_what_differs_from_the_defaults_is_written() -> None:
    config = TaskConfig(prompt="x", model="small", tools=(), limits=Limits(seconds=5), retry=Retry(attempts=1))
    node = NodeSpec(key="a", type="task", title="a", executor="ada", config=config)
    plain = to_json(Document(name="T", nodes=(node,)))
    assert plain["nodes"] == [
        {
            "key": "a",
            "type": "task",
            "prompt": "x",
            "executor": "ada",
            "model": "small",
            "tools": [],
            "limits": {"seconds": 5},
            "retry": {"attempts": 1},
        }
    ]


def test_other_kinds_of_nodes_are_read_and_written() -> None:
    text = """aime: 1
name: Kinds
nodes:
  - key: nightly
    type: trigger.schedule
    cron: 0 9 * * 1-5
    zone: Asia/Shanghai
    missed: all
  - key: pushed
    type: trigger.codebase
    connection: our gitea
    events: [push, tag]
    branches: [main]
  - key: ci
    type: pipeline
    connection: our ci
    job: build
    parameters:
      ref: '{{ ref }}'
    inputs:
      - name: ref
        type: text
        from: pushed.commit
    outputs:
      - name: report
        type: file
edges:
  - [pushed, ci]
"""
    document = parse_yaml(text)
    nightly, pushed, ci = document.nodes
    assert nightly.config == ScheduleConfig("0 9 * * 1-5", "Asia/Shanghai", missed="all")
    assert pushed.config == CodebaseConfig("our gitea", ("push", "tag"), ("main",))
    assert ci.config == PipelineConfig("our ci", "build", (("ref", "{{ ref }}"),))
    assert [output.name for output in nightly.outputs] == ["time"]
    assert [output.name for output in ci.outputs] == ["result", "link", "log", "report"]
    assert to_yaml(document) == text


def test_pipeline_without_parameters_writes_none() -> None:
    node = NodeSpec(key="ci", type="pipeline", title="ci", config=PipelineConfig("c", "j"))
    assert to_json(Document(name="T", nodes=(node,)))["nodes"] == [
        {"key": "ci", "type": "pipeline", "connection": "c", "job": "j"}
    ]


def test_plain_words_are_text_unless_true_or_false() -> None:
    document = parse_yaml("aime: 1\nname: no\ndescription: 2026-01-01\nnodes: []\n")
    assert (document.name, document.description) == ("no", "2026-01-01")


def test_words_that_other_readers_take_for_values_are_quoted() -> None:
    written = to_yaml(Document(name="no", description="1e3"))
    assert "name: 'no'" in written
    assert "description: '1e3'" in written


def test_chinese_and_emoji_are_written_as_they_are() -> None:
    node = NodeSpec(key="a", type="task", title="需求分析 👩‍💻", config=TaskConfig(prompt="分析：\n{{ 需求 }}\n𠮷\n"))
    written = to_yaml(Document(name="需求到代码", nodes=(node,)))
    assert "name: 需求到代码\n" in written
    assert "    prompt: |\n      分析：\n      {{ 需求 }}\n      𠮷\n" in written


def test_windows_line_ends_and_byte_order_mark_do_not_matter() -> None:
    assert parse_yaml("\ufeff" + EXAMPLE.replace("\n", "\r\n")) == parse_yaml(EXAMPLE)


def test_json_is_yaml() -> None:
    document = parse_yaml(EXAMPLE)
    assert parse_yaml(json.dumps(to_json(document), ensure_ascii=False)) == document


def test_json_form_accepts_an_unfinished_draft() -> None:
    plain = to_json(parse_yaml(EXAMPLE))
    plain["nodes"][1]["inputs"][0]["from"] = "gone.output"
    plain["edges"] = [["analyse", "design"], ["design", "analyse"]]
    document = from_json(plain)
    assert document.nodes[1].inputs[0].source == ("gone", "output")
    with pytest.raises(DocumentError):
        parse_yaml(json.dumps(plain))


def test_node_is_found_by_key() -> None:
    document = parse_yaml(EXAMPLE)
    assert document.node("design") is document.nodes[1]
    with pytest.raises(KeyError):
        document.node("gone")
