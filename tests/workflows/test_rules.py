"""What keeps a document from being published, and what is only said."""

import dataclasses
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workflows.texts import EXAMPLE, file, problems, task
from workflows import node_types
from workflows.asked import AskedInput, asked_inputs
from workflows.document import Document, from_json, parse_yaml, to_json
from workflows.gallery import example, examples
from workflows.graph import validate
from workflows.template_file.problems import errors
from workflows.template_file.specs import VALUE_TYPES, accepts


def said(document: Document, **options: Any) -> list[str]:
    """Return the problems of a document as "severity path: message (suggestion)"."""
    return [f"{problem.severity} {problem}" for problem in validate(document, **options)]


def changed(**fields: Any) -> Document:
    """Return the example with fields of its design node changed, in the JSON form."""
    plain = to_json(parse_yaml(EXAMPLE))
    plain["nodes"][1] |= fields
    return from_json(plain)


def test_example_has_no_problem() -> None:
    assert validate(parse_yaml(EXAMPLE), usernames=[]) == []


# --- Structure: refused in a file already ---------------------------------------------------------------------------
A = task("a", "outputs: [{name: x, type: text, description: d}]")


def taking(source: str, type_: str = "text") -> str:
    return task("b", f"inputs: [{{name: i, type: {type_}, from: {source}}}]")


def test_reference_to_a_node_that_is_not_upstream_offers_the_edge() -> None:
    plain = to_json(parse_yaml(file(A, taking("a.x"), edges="[[a, b]]"))) | {"edges": []}
    problem = errors(validate(from_json(plain)))[0]
    assert str(problem) == ("nodes[1].inputs[0].from: a.x is not an output of any upstream node (add the edge [a, b])")
    assert problem.fix_edge == ("a", "b")
    plain["edges"] = [list(problem.fix_edge)]
    assert not errors(validate(from_json(plain)))


@pytest.mark.parametrize(
    ("nodes", "edges", "expected"),
    [
        ([A, taking("a.x", "file")], "[[a, b]]", ("nodes[1].inputs[0].from: a.x is of type text, this input takes file"
         " (only text takes another type: code or link)")),
        ([A, taking("a.y")], "[[a, b]]", ("nodes[1].inputs[0].from: a.y is not an output of any upstream node"
         " (did you mean a.x?)")),
        ([A, taking("zzz.qqq")], "[[a, b]]", ("nodes[1].inputs[0].from: zzz.qqq is not an output of any upstream node"
         " (known: a.x)")),
        ([A, taking("a.x")], "[[b, a]]", ("nodes[1].inputs[0].from: a.x is not an output of any upstream node"
         " (a does not come before this node)")),
        ([taking("b.x")], "[]", "nodes[0].inputs[0].from: b.x is not an output of any upstream node"),
        ([A, task("b")], "[[a, c]]", "edges[0][1]: There is no node c"),
        ([A, task("b")], "[[a, b], [a, b]]", "edges[1]: This edge is given twice"),
        ([A, task("b")], "[[a, a]]", "edges[0]: An edge must join two different nodes"),
        ([A, task("b")], "[[a, b], [b, a]]", "edges[1]: This edge closes a cycle: a → b → a"),
    ],
)  # fmt: skip
def test_parts_that_do_not_fit_are_refused(nodes: list[str], edges: str, expected: str) -> None:
    assert problems(file(*nodes, edges=edges)) == [expected]


def test_reference_to_itself_is_refused() -> None:
    node = task("a", "inputs: [{name: i, type: text, from: a.x}]", "outputs: [{name: x, type: text}]")
    assert problems(file(node)) == [
        "nodes[0].inputs[0].from: a.x is not an output of any upstream node (a does not come before this node)"
    ]


def test_reference_may_skip_nodes() -> None:
    node = task("c", "inputs: [{name: i, type: text, from: a.x}]")
    assert problems(file(A, task("b"), node, edges="[[a, b], [b, c]]")) == []


@pytest.mark.parametrize("given_type", VALUE_TYPES)
@pytest.mark.parametrize("wanted", VALUE_TYPES)
def test_only_text_takes_other_types(wanted: str, given_type: str) -> None:
    expected = wanted == given_type or (wanted == "text" and given_type in ("code", "link"))
    assert accepts(wanted, given_type) is expected


TRIGGER = "  - {key: t, type: trigger.schedule, cron: 0 9 * * *}"


def test_trigger_has_nothing_upstream() -> None:
    assert problems(file(A, TRIGGER, edges="[[a, t]]")) == ["edges[0]: A trigger has nothing upstream"]


def test_values_of_a_trigger_can_be_referred_to() -> None:
    assert problems(file(TRIGGER, taking("t.time"), edges="[[t, b]]")) == []


# --- Publishing -----------------------------------------------------------------------------------------------------
def test_nothing_to_run_cannot_be_published() -> None:
    assert said(Document(name="T")) == ["error nodes: A workflow needs at least one node"]


def test_kinds_that_cannot_run_yet_are_errors() -> None:
    found = said(parse_yaml(file(TRIGGER, "  - {key: ci, type: pipeline, connection: c, job: j}")))
    assert found == [
        "error nodes[1].type: Pipelines cannot be started yet",
        "warning nodes[0].type: Schedules do not start runs yet; until then this workflow starts by hand only",
    ]


def test_second_trigger_is_an_error() -> None:
    second = "  - {key: p, type: trigger.codebase, connection: c}"
    found = said(parse_yaml(file(TRIGGER, second)))
    assert "error nodes[1].type: A workflow has at most one trigger for now" in found


PROMPTS = {
    "undeclared": (
        {"prompt": "{{ analysys }} {{ analysis }} {{ style }}"},
        "error nodes[1].prompt: This uses {{ analysys }}, which is not an input of this node (did you mean analysis?)",
    ),
    "unused": (
        {"prompt": "{{ analysis }}"},
        "warning nodes[1].inputs[1]: The input style is not used (write {{ style }} where it belongs)",
    ),
    "dotted": (
        {"prompt": "{{ analysis }} {{ style }} {{ analyse.summary }}"},
        "warning nodes[1].prompt: {{ analyse.summary }} is not the name of an input and stays as it is",
    ),
    "no tool": (
        {"tools": ["links"]},
        "warning nodes[1].outputs[0].type: Without the tool set files the agent cannot make this",
    ),
    "unknown tool": (
        {"tools": ["files", "link"]},
        "error nodes[1].tools[1]: There is no tool set link (did you mean links?)",
    ),
    "description": (
        {"outputs": [{"name": "design", "type": "file"}]},
        "warning nodes[1].outputs[0].description: A description tells the model what to choose; there is none",
    ),
    "executor": (
        {"executor": "ada"},
        ("error nodes[1].executor: ada is not a member of this space"),
    ),
    "stranger": (
        {"notify": [{"who": "bulder", "on": ["done"]}]},
        "error nodes[1].notify[0].who: bulder is not a member of this space (did you mean builder?)",
    ),
    "type of a question": (
        {"inputs": [{"name": "requirement", "type": "file", "ask": True}], "prompt": "{{ requirement }}"},
        "error nodes[1].inputs[0].type: requirement is asked at start by analyse too, there as text",
    ),
}


@pytest.mark.parametrize(("fields", "expected"), PROMPTS.values(), ids=PROMPTS)
def test_node_problem_is_found(fields: dict[str, Any], expected: str) -> None:
    assert said(changed(**fields), usernames=["builder"]) == [expected]


def test_tool_set_that_is_not_set_up_stands_in_the_way_of_publishing_but_not_of_importing() -> None:
    document = changed(tools=["files", "exports"])
    assert said(document, usernames=["builder"]) == []
    assert said(document, usernames=["builder"], absent_tools=["exports"]) == [
        (
            "error nodes[1].tools[1]: The tool set exports is not set up on this installation"
            " (an administrator sets AIME_EXPORT_DIR; or take it out of the tools)"
        )
    ]
    assert parse_yaml(EXAMPLE.replace("tools: [files, links]", "tools: [files, exports]"))


def test_tools_that_a_file_does_not_name_act_inside_only() -> None:
    config: Any = changed(tools=["files", "links"]).nodes[1].config
    assert "tools" not in to_json(changed(tools=["files", "links"]))["nodes"][1]
    assert config.tools == ("files", "links")
    assert to_json(changed(tools=["files", "links", "exports"]))["nodes"][1]["tools"] == ["files", "links", "exports"]


def test_known_people_may_be_told() -> None:
    rules = [{"who": who, "on": ["done"]} for who in ("builder", "initiator", "executor")]
    assert said(changed(notify=rules), usernames=["builder"]) == []
    assert said(changed(notify=[{"who": "anybody", "on": ["done"]}])) == []


def test_executor_who_has_not_agreed_is_a_warning() -> None:
    document = changed(executor="builder")
    assert said(document, usernames=["builder"]) == []
    assert said(document, usernames=["builder"], consented=["builder"]) == []
    assert said(document, usernames=["builder"], consented=[]) == [
        (
            "warning nodes[1].executor: builder has not agreed yet that this node runs as them"
            " (every run waits at this node until builder agrees)"
        )
    ]


def test_personal_workflow_runs_as_its_initiator_only() -> None:
    document = dataclasses.replace(changed(executor="builder"), visibility="personal")
    assert said(document, usernames=["builder"], consented=["builder"]) == [
        (
            "error nodes[1].executor: A personal workflow runs as its initiator only, not as builder"
            " (write executor: initiator, or leave it out)"
        )
    ]


def test_task_without_prompt_is_an_error() -> None:
    plain = to_json(Document(name="T"))
    plain["nodes"] = [{"key": "a", "type": "task"}, {"key": "b", "type": "task", "task_template": "review"}]
    assert said(from_json(plain)) == [
        "error nodes[0].prompt: The task has no prompt",
    ]


def test_optional_output_for_a_required_input_is_a_warning() -> None:
    source = task("a", "outputs: [{name: x, type: text, description: d, required: false}]")
    found = said(parse_yaml(file(source, taking("a.x"), edges="[[a, b]]")))
    assert "warning nodes[1].inputs[0].from: a.x may be absent; this node would fail then" in found[-1]
    relaxed = taking("a.x").replace("from: a.x", "from: a.x, required: false")
    assert len(said(parse_yaml(file(source, relaxed, edges="[[a, b]]")))) == len(found) - 1


def test_parameters_of_a_pipeline_use_inputs() -> None:
    node = "  - {key: ci, type: pipeline, connection: c, job: j, parameters: {ref: '{{ branch }}'}}"
    assert "error nodes[0].parameters.ref: This uses {{ branch }}, which is not an input of this node" in said(
        parse_yaml(file(node))
    )


def test_kind_without_texts_may_leave_inputs_unused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(node_types, "_types", dict(node_types._types))
    kind = dataclasses.replace(node_types.get("task"), key="quiet", texts=None)
    node_types.register(kind)
    node_types.register(kind)  # again is no harm
    plain = to_json(changed())
    plain["nodes"][1] |= {"type": "quiet", "prompt": "nothing used"}
    assert said(from_json(plain)) == []
    with pytest.raises(ValueError, match="registered already"):
        node_types.register(dataclasses.replace(kind, label="other"))


def test_draft_with_structural_mistakes_is_validated_too() -> None:
    plain = to_json(changed()) | {"edges": [["design", "analyse"], ["gone", "design"]]}
    found = said(from_json(plain))
    assert "error edges[1][0]: There is no node gone" in found
    assert all(problem.startswith("error") for problem in found)


@given(st.data())
def test_validate_never_fails_on_a_draft_of_the_right_shape(data: st.DataObject) -> None:
    plain = to_json(parse_yaml(EXAMPLE))
    keys = st.sampled_from(["analyse", "design", "gone", ""])
    plain["edges"] = data.draw(st.lists(st.lists(keys, min_size=2, max_size=2), max_size=4))
    source = data.draw(st.tuples(st.sampled_from(["analyse", "design", "gone"]), st.sampled_from(["design", "x"])))
    plain["nodes"][1]["inputs"][0]["from"] = ".".join(source)
    plain["nodes"] = data.draw(st.permutations(plain["nodes"]))
    assert all(str(problem) for problem in validate(from_json(plain), usernames=[]))


# --- Questions at start ---------------------------------------------------------------------------------------------
def test_one_name_is_one_question() -> None:
    first, second = examples()[0].document, example("requirement_to_code").document
    assert first == second
    assert asked_inputs(first) == (
        AskedInput("requirement", "text", "Requirement", "", required=True, nodes=("analyse",)),
        AskedInput("language", "text", "Programming language", "Python", required=True, nodes=("design", "code")),
    )


def test_first_label_and_default_that_are_given_win() -> None:
    plain = to_json(parse_yaml(EXAMPLE))
    plain["nodes"][0]["inputs"] = [{"name": "q", "type": "text", "ask": True, "required": False}]
    plain["nodes"][1]["inputs"] = [{"name": "q", "type": "text", "ask": True, "label": "Q", "default": "d"}]
    assert asked_inputs(from_json(plain)) == (
        AskedInput("q", "text", "Q", "d", required=True, nodes=("analyse", "design")),
    )
