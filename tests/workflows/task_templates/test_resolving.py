"""Nodes that use a task template: what the version gives, what the node gives, and what is wrong with it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workflows.strategies import documents
from workflows.asked import asked_inputs
from workflows.document import Document, InputSpec, Limits, TaskConfig, from_json, parse_yaml, to_json, to_yaml
from workflows.graph import validate
from workflows.node_types.task import split_reference
from workflows.task_templates.content import content_of_node, content_problems, plain_content, read_content
from workflows.task_templates.resolving import (
    KnownTemplate,
    Lookup,
    pinned,
    references,
    references_in,
    resolution,
    resolved,
)

REVIEW: dict[str, Any] = {
    "prompt": "Review {{ code }} for {{ focus }}, as {{ style }}.",
    "inputs": [
        {"name": "code", "type": "code", "value": ""},
        {"name": "focus", "type": "text", "ask": True, "default": "faults", "label": "Focus"},
        {"name": "style", "type": "text", "value": "a list", "required": False},
    ],
    "outputs": [{"name": "findings", "type": "text", "description": "What is wrong"}],
    "model": "large",
    "tools": ["files"],
    "limits": {"seconds": 60},
    "retry": {"attempts": 1},
}
OLD = {"prompt": "Review {{ code }}.", "inputs": [{"name": "code", "type": "text", "value": ""}]}
LOOKUP: Lookup = {
    "review": KnownTemplate("review", 2, {1: OLD, 2: REVIEW}),
    "summary": KnownTemplate("summary", 1, {1: {"prompt": "Sum up."}}),
    "mine": KnownTemplate("mine", 1, {1: {"prompt": "Sum up."}}, is_usable=False),
    "gone": KnownTemplate("gone", 1, {1: {"prompt": "Sum up."}}, is_archived=True),
}
MAKE_VISIBLE = "make the task template visible in the space, or the workflow personal"
CODE = {"name": "code", "type": "code", "value": "x = 1"}


def using(reference: str, *inputs: dict[str, Any], **fields: Any) -> Document:
    """Return a document whose second node uses a task template."""
    nodes: list[dict[str, Any]] = [
        {"key": "write", "type": "task", "prompt": "Write.", "tools": ["files"],
         "outputs": [{"name": "code", "type": "code", "description": "d"}]},
        {"key": "check", "type": "task", "task_template": reference, "inputs": list(inputs), **fields},
    ]  # fmt: skip
    return from_json({"aime": 1, "name": "T", "nodes": nodes, "edges": [["write", "check"]]})


def said(document: Document, lookup: Lookup = LOOKUP) -> list[str]:
    """Return all problems as an editor shows them."""
    found = resolution(document, lookup)
    return [f"{problem.severity} {problem}" for problem in found.pointed_back(validate(found.document))]


def test_version_gives_its_fields_and_the_node_keeps_its_own() -> None:
    notify = [{"who": "initiator", "on": ["done"]}]
    document, problems = resolved(using("review@2", CODE, title="Check it", confirm=True, notify=notify), LOOKUP)
    node = document.node("check")
    assert problems == []
    assert (node.title, node.confirm, [rule.who for rule in node.notify]) == ("Check it", True, ["initiator"])
    assert isinstance(node.config, TaskConfig)
    assert node.config.prompt == REVIEW["prompt"]
    assert (node.config.model, node.config.tools) == ("large", ("files",))
    assert (node.config.limits, node.config.retry.attempts) == (Limits(seconds=60), 1)
    assert node.config.task_template == "review@2"
    assert [output.name for output in node.outputs] == ["findings"]


def test_inputs_are_bound_by_name_in_the_order_of_the_template() -> None:
    style = {"name": "style", "type": "text", "ask": True, "label": "How"}
    code = {"name": "code", "type": "code", "from": "write.code"}
    document, _problems = resolved(using("review@2", style, code), LOOKUP)
    assert document.node("check").inputs == (
        InputSpec("code", "code", "reference", source=("write", "code")),
        InputSpec("focus", "text", "ask", default="faults", label="Focus"),
        InputSpec("style", "text", "ask", label="How", required=False),
    )
    assert [(item.name, item.label, item.default) for item in asked_inputs(document)] == [
        ("focus", "Focus", "faults"),
        ("style", "How", ""),
    ]


def test_pinned_version_is_used_whatever_the_newest_is() -> None:
    text = {"name": "code", "type": "text", "value": "x"}
    document, problems = resolved(using("review@1", text), LOOKUP)
    assert (document.node("check").config.prompt, problems) == (OLD["prompt"], [])  # type: ignore[attr-defined]
    assert resolved(using("review", CODE), LOOKUP)[0].node("check").config.prompt == REVIEW["prompt"]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("reference", "problem"),
    {
        "unknown": ("reviews@2", "There is no task template reviews in this space (did you mean review?)"),
        "number": ("review@7", "The task template review has no version 7 (the newest is review@2)"),
        "no number": ("review@last", "There is no task template review@last in this space (did you mean review?)"),
        "zero": ("review@0", "There is no task template review@0 in this space (did you mean review?)"),
        "personal": ("mine@1", f"The task template mine is personal, this workflow is not ({MAKE_VISIBLE})"),
        "far": ("zzzz", "There is no task template zzzz in this space (known: review, summary)"),
    }.values(),
)
def test_wrong_reference_is_the_one_error_of_its_node(reference: str, problem: str) -> None:
    later = {"key": "last", "type": "task", "prompt": "{{ found }}",
             "inputs": [{"name": "found", "type": "text", "from": "check.findings"}]}  # fmt: skip
    plain = to_json(using(reference))
    plain["nodes"].append(later)
    plain["edges"].append(["check", "last"])
    assert said(from_json(plain)) == [f"error nodes[1].task_template: {problem}"]


def test_space_without_task_templates_has_nothing_to_suggest() -> None:
    assert said(using("review"), {}) == ["error nodes[1].task_template: There is no task template review in this space"]


def test_archived_template_goes_on_working_with_a_warning() -> None:
    assert said(using("gone@1")) == [
        "warning nodes[1].task_template: The task template gone is archived; its versions go on working"
    ]


def test_missing_and_unknown_inputs_are_named() -> None:
    extra = {"name": "cod", "type": "code", "value": "x"}
    assert said(using("review@2", extra)) == [
        "error nodes[1].inputs: The task template needs a value for its input code (add the input code of type code)",
        "warning nodes[1].inputs[0]: The task template has no input cod; this value is not used (did you mean code?)",
    ]


def test_unused_value_reaches_no_run() -> None:
    document, _problems = resolved(using("summary", CODE), LOOKUP)
    assert document.node("check").inputs == ()


def test_input_of_another_type_is_refused() -> None:
    assert said(using("review@2", {**CODE, "type": "text"})) == [
        "error nodes[1].inputs[0].type: The task template takes code as code (write type: code)"
    ]


def test_problems_of_bound_inputs_point_at_the_node() -> None:
    focus = {"name": "focus", "type": "text", "value": "all"}
    code = {"name": "code", "type": "code", "from": "write.cod"}
    assert said(using("review@2", focus, code)) == [
        "error nodes[1].inputs[1].from: write.cod is not an output of any upstream node (did you mean write.code?)"
    ]


def test_asked_inputs_of_a_template_that_clash_point_at_the_node() -> None:
    plain = to_json(using("review@2", CODE))
    plain["nodes"][0] |= {"prompt": "{{ focus }}", "inputs": [{"name": "focus", "type": "link", "ask": True}]}
    assert said(from_json(plain)) == ["error nodes[1].inputs: focus is asked at start by write too, there as link"]


def test_fields_of_the_node_that_the_template_gives_are_named() -> None:
    outputs = [{"name": "more", "type": "text", "description": "d"}]
    assert said(using("review@2", CODE, outputs=outputs, model="small", tools=[])) == [
        "error nodes[1].outputs: The outputs are those of the task template; a node adds none",
        "warning nodes[1].model: The task template says this; what the node says is not used",
        "warning nodes[1].tools: The task template says this; what the node says is not used",
    ]


def test_warnings_about_the_inside_of_a_template_are_its_own() -> None:
    odd = {"prompt": "{{ a b }}", "outputs": [{"name": "x", "type": "text"}],
           "inputs": [{"name": "unused", "type": "text", "ask": True}]}  # fmt: skip
    lookup = {"odd": KnownTemplate("odd", 1, {1: odd})}
    assert said(using("odd@1", {"name": "unused", "type": "text", "value": "x"}), lookup) == []


def test_absent_output_for_a_bound_input_is_still_a_warning() -> None:
    plain = to_json(using("review@2", {"name": "style", "type": "text", "value": "x"}, CODE))
    plain["nodes"][0]["outputs"][0]["required"] = False
    plain["nodes"][1]["inputs"][1] = {"name": "code", "type": "code", "from": "write.code"}
    (warning,) = said(from_json(plain))
    assert warning.startswith("warning nodes[1].inputs[1].from: write.code may be absent")
    plain["nodes"][1]["inputs"][1]["required"] = False
    assert said(from_json(plain)) == []


# --- Pinning and references -------------------------------------------------------------------------------------------
def test_publishing_writes_the_newest_number_where_none_stands() -> None:
    document = pinned(using("review", CODE), LOOKUP)
    assert to_json(document)["nodes"][1]["task_template"] == "review@2"
    assert pinned(using("review@1"), LOOKUP) == using("review@1")
    assert pinned(using("unknown"), LOOKUP) == using("unknown")


def test_references_are_listed_once() -> None:
    plain = to_json(using("review@1"))
    uses = {"b": "review@1", "c": "summary"}
    plain["nodes"] += [{"key": key, "type": "task", "task_template": text} for key, text in uses.items()]
    plain["nodes"].append({"key": "d", "type": "trigger.schedule", "cron": "0 9 * * *"})
    assert references(from_json(plain)) == references_in(plain) == [("review", 1), ("summary", None)]
    assert references_in({"nodes": [1, {"task_template": 2}]}) == references_in({}) == references_in("x") == []


@given(st.from_regex(r"[a-z][a-z0-9-]{0,20}", fullmatch=True), st.none() | st.integers(1, 999_999_999))
def test_reference_is_split_as_it_was_joined(slug: str, number: int | None) -> None:
    assert split_reference(f"{slug}@{number}" if number else slug) == (slug, number)


def test_file_with_references_to_a_templates_outputs_is_read_before_the_template_is_known() -> None:
    plain = to_json(using("review@2", CODE))
    plain["nodes"].append({"key": "last", "type": "task", "prompt": "{{ found }}",
                           "inputs": [{"name": "found", "type": "text", "from": "check.findings"}]})  # fmt: skip
    plain["edges"].append(["check", "last"])
    assert to_json(parse_yaml(to_yaml(from_json(plain)))) == plain
    del plain["edges"][-1]
    (problem,) = [problem for problem in validate(from_json(plain)) if problem.severity == "error"]
    assert problem.fix_edge == ("check", "last")


# --- What a version holds ---------------------------------------------------------------------------------------------
def test_content_is_read_and_written_as_in_a_file() -> None:
    node, problems = read_content({**REVIEW, "title": "not of a version", "key": "Wrong Key"})
    assert problems == []
    assert plain_content(node) == REVIEW
    assert content_problems(node) == []


def test_problems_of_a_content_name_its_fields() -> None:
    _node, problems = read_content({"prompt": 1, "inputs": [{"name": "1", "type": "txt"}], "limits": {"seconds": 0}})
    assert {problem.path for problem in problems} == {
        "prompt", "inputs[0].name", "inputs[0].type", "inputs[0]", "limits.seconds",
    }  # fmt: skip
    _node, problems = read_content("not a mapping")
    assert problems == []


def test_content_needs_a_prompt_and_the_inputs_it_uses() -> None:
    assert [str(problem) for problem in content_problems(read_content({})[0])] == ["prompt: The task has no prompt"]
    taking = {"prompt": "{{ a }} {{ b }}", "inputs": [{"name": "a", "type": "text", "from": "x.y"}]}
    assert [str(problem) for problem in content_problems(read_content(taking)[0])] == [
        "inputs[0].from: A task template cannot take an output; the workflow binds it",
        "prompt: This uses {{ b }}, which is not an input of this node",
    ]


def test_node_becomes_a_content_whose_references_have_to_be_bound() -> None:
    plain = to_json(using("x"))
    plain["nodes"][1] = {"key": "check", "type": "task", "title": "Check", "prompt": "{{ code }}", "confirm": True,
                         "inputs": [{"name": "code", "type": "code", "from": "write.code"}]}  # fmt: skip
    assert content_of_node(from_json(plain).node("check")) == {
        "prompt": "{{ code }}",
        "inputs": [{"name": "code", "type": "code", "value": ""}],
    }


@given(documents())
def test_content_of_any_task_is_read_back(document: Document) -> None:
    for node in (node for node in document.nodes if node.type == "task"):
        plain = content_of_node(node)
        again, problems = read_content(plain)
        assert (plain_content(again), problems) == (plain, [])


@given(documents(), st.sampled_from(["review", "review@1", "gone@1", "mine", "nobody@3"]))
def test_any_document_is_resolved_and_checked(document: Document, reference: str) -> None:
    plain = to_json(document)
    for node in (node for node in plain["nodes"] if node["type"] == "task"):
        node.pop("prompt", None)
        node["task_template"] = reference
    asking = from_json(plain)
    found = resolution(asking, LOOKUP)
    assert len(found.document.nodes) == len(asking.nodes)
    assert all(str(problem) for problem in found.pointed_back(validate(found.document, usernames=[])))
    assert parse_yaml(to_yaml(asking)) == asking
