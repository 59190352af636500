"""What a template file is refused for: every mistake with the path of the place and a suggestion."""

import pytest

from tests.workflows.texts import EXAMPLE, file, problems, task
from workflows.document import DocumentError, from_json, parse_yaml, to_json
from workflows.template_file.problems import problem_to_json

IN = "inputs: [{name: x, type: text, %s}]"
OUT = "outputs: [{name: x, type: text%s}]"


def test_dangling_reference_is_said_as_in_the_design() -> None:
    text = EXAMPLE.replace("from: analyse.analysis}", "from: analyse.analysys}")
    assert problems(text) == [
        (
            "nodes[1].inputs[0].from: analyse.analysys is not an output of any upstream node "
            "(did you mean analyse.analysis?)"
        )
    ]


def test_all_problems_are_collected() -> None:
    text = (
        EXAMPLE.replace("visibility: space", "visibilty: space")
        .replace("type: task\n    title: Technical", "type: tsk\n    title: Technical")
        .replace("tool_rounds: 20", "tool_rounds: 0")
        .replace("analyse.analysis", "analyse.analysys")
        .replace("- [analyse, design]", "- [analyse, desing]")
    )
    assert sorted(problems(text)) == [
        "edges[0][1]: There is no node desing (did you mean design?)",
        "nodes[0].limits.tool_rounds: 0 is not between 1 and 200",
        "nodes[1].inputs[0].from: analyse.analysys is not an output of any upstream node",
        "nodes[1].type: tsk is not known here (did you mean task?)",
        "visibilty: This key is unknown (did you mean visibility?)",
    ]


FILES = {
    "empty": ("", "The file is empty"),
    "text": ("just words", "This must be a mapping, not text"),
    "not yaml": ("a: [1", "This is not YAML"),
    "no format": ("name: T\nnodes: []", "aime: This is missing (begin with aime: 1)"),
    "other format": ("aime: 2\nname: T\nnodes: []", "aime: This Aime reads format 1 only (begin with aime: 1)"),
    "true is no format": ("aime: true\nname: T\nnodes: []", "aime: This Aime reads format 1 only"),
    "no name": ("aime: 1\nnodes: []", "name: name is missing"),
    "empty name": ("aime: 1\nname: ' '\nnodes: []", "name: This must not be empty"),
    "name of two lines": ("aime: 1\nname: |\n  a\n  b\nnodes: []", "name: This must be one line"),
    "long name": (f"aime: 1\nname: {'a' * 121}\nnodes: []", "name: This is longer than 120 characters"),
    "NUL": ('aime: 1\nname: "a\\0"\nnodes: []', "name: This has a character that is not text"),
    "number as name": (
        "aime: 1\nname: 5\nnodes: []",
        'name: This must be text, not a number (write it in quotes: "5")',
    ),
    "null name": ("aime: 1\nname: null\nnodes: []", "name: This must be text, not nothing"),
    "visibility": ("aime: 1\nname: T\nvisibility: public\nnodes: []", "visibility: public is not known here (known:"),
    "nodes a mapping": ("aime: 1\nname: T\nnodes: {a: 1}", "nodes: This must be a list, not a mapping"),
    "node a word": ("aime: 1\nname: T\nnodes: [a]", "nodes[0]: This must be a mapping, not text"),
    "repeated key": ("aime: 1\nname: T\nname: U\nnodes: []", "name: This key is given twice"),
    "repeated key inside": (file(task("a", "title: A", "title: B")), "nodes[0].title: This key is given twice"),
    "key of a key": ("aime: 1\n? [a]\n: 1\nname: T", "A key must be a word"),
    "anchor": ("aime: 1\nname: &n T\ndescription: *n", "name: Anchors and aliases"),
    "alias": ("aime: *n", "aime: Anchors and aliases"),
    "tag": ("aime: 1\nname: !!python/name:os.system x", "name: The tag tag:yaml.org,2002:python/name:os.system is"),
    "two documents": ("aime: 1\nname: T\nnodes: []\n---\naime: 1", "one document, this has more"),
    "nesting": ("a: " + "[" * 30 + "]" * 30, "nested too deeply"),
    "deep nesting": ("a: " + "[" * 20_000, "nested too deeply"),
    "size": ("aime: 1 # " + "a" * 1_048_576, "larger than 1 MiB"),
    "size in bytes": ("aime: 1 # " + "需" * 400_000, "larger than 1 MiB"),
    "control character": ("aime: 1\nname: a\x01b", "This is not YAML"),
    "too many": (f"aime: 1\nname: T\nnodes: []\nedges: [{'[a, b], ' * 5001}]", "edges: This has more than 5000 items"),
}


@pytest.mark.parametrize(("text", "expected"), FILES.values(), ids=FILES)
def test_file_is_refused(text: str, expected: str) -> None:
    assert any(expected in problem for problem in problems(text)), problems(text)


NODES = {
    "key missing": ("key: ''", "nodes[0].key: This must not be empty"),
    "key pattern": ("key: Analyse", "nodes[0].key: This must begin with a to z"),
    "key number": ("key: 1", "nodes[0].key: This must be text"),
    "position": ("key: a\n    position: [1, 2, 3]", "nodes[0].position: This must be two numbers: [x, y]"),
    "position of words": ("key: a\n    position: [a, true]", "nodes[0].position: This must be two numbers: [x, y]"),
    "position too far": ("key: a\n    position: [1e9, 0]", "nodes[0].position: This must be two numbers: [x, y]"),
    "unknown key": ("key: a\n    promt: x", "nodes[0].promt: This key is unknown (did you mean prompt?)"),
    "strange key": ("key: a\n    zzzz: x", "nodes[0].zzzz: This key is unknown (known: "),
    "confirm": ("key: a\n    confirm: yes", "nodes[0].confirm: This must be true or false, not text"),
    "tools": ("key: a\n    tools: files", "nodes[0].tools: This must be a list, not text"),
    "tool": ("key: a\n    tools: [1]", "nodes[0].tools[0]: This must be text, not a number"),
    "tool twice": ("key: a\n    tools: [files, files]", "nodes[0].tools[1]: files is given twice"),
    "limit": ("key: a\n    limits: {seconds: 0}", "nodes[0].limits.seconds: 0 is not between 1 and 86400"),
    "limit of words": ("key: a\n    limits: {tokens: many}", "nodes[0].limits.tokens: This must be a number, not text"),
    "limit true": (
        "key: a\n    limits: {tokens: true}",
        "nodes[0].limits.tokens: This must be a number, not true or false",
    ),
    "unknown limit": (
        "key: a\n    limits: {token: 1}",
        "nodes[0].limits.token: This key is unknown (did you mean tokens?)",
    ),
    "limits a list": ("key: a\n    limits: []", "nodes[0].limits: This must be a mapping, not a list"),
    "attempts": ("key: a\n    retry: {attempts: 11}", "nodes[0].retry.attempts: 11 is not between 1 and 10"),
    "retry key": ("key: a\n    retry: {times: 1}", "nodes[0].retry.times: This key is unknown (known: attempts)"),
    "both prompts": ("key: a\n    prompt: x\n    task_template: y", "nodes[0].task_template: Give a prompt or a task"),
    "model": ("key: a\n    model: 5", "nodes[0].model: This must be text"),
    "who": ("key: a\n    notify: [{on: [done]}]", "nodes[0].notify[0].who: who is missing"),
    "on": (
        "key: a\n    notify: [{who: ada, on: [start]}]",
        "nodes[0].notify[0].on[0]: start is not known here (known:",
    ),
    "no moment": ("key: a\n    notify: [{who: ada}]", "nodes[0].notify[0].on: This names no moment (for example"),
    "rule key": ("key: a\n    notify: [{who: a, on: [done], by: mail}]", "nodes[0].notify[0].by: This key is unknown"),
}


@pytest.mark.parametrize(("lines", "expected"), NODES.values(), ids=NODES)
def test_node_is_refused(lines: str, expected: str) -> None:
    found = problems(file(f"  - type: task\n    {lines}"))
    assert any(problem.startswith(expected) for problem in found), found


PARTS = {
    "no source": (IN % "label: L", "inputs[0]: This has no source (give one: value, from, or ask: true)"),
    "two sources": (IN % "value: v, ask: true", "inputs[0]: This has more than one of value, from and ask (give one"),
    "ask false": (IN % "ask: false", "inputs[0]: This has no source"),
    "default of a fixed one": (IN % "value: v, default: d", "inputs[0].default: Only an input that is asked"),
    "source without dot": (IN % "from: analyse", "inputs[0].from: analyse does not name an output (write node.output)"),
    "source empty": (IN % "from: ''", "inputs[0].from: This must not be empty"),
    "value a number": (IN % "value: 5", 'inputs[0].value: This must be text, not a number (write it in quotes: "5")'),
    "value true": (IN % "value: true", 'inputs[0].value: This must be text, not true or false (write it in quotes'),
    "unknown key": (IN % "value: v, lable: x", "inputs[0].lable: This key is unknown (did you mean label?)"),
    "required": (IN % "value: v, required: 1", "inputs[0].required: This must be true or false, not a number"),
    "no name": ("inputs: [{type: text, value: v}]", "inputs[0].name: name is missing"),
    "name": ("inputs: [{name: a b, type: text, value: v}]", "inputs[0].name: This must begin with a letter"),
    "no type": ("inputs: [{name: x, value: v}]", "inputs[0].type: type is missing"),
    "type": ("inputs: [{name: x, type: txt, value: v}]", "inputs[0].type: txt is not known here (did you mean text?)"),
    "file in a template": ("inputs: [{name: x, type: file, value: v}]", "inputs[0].value: file content cannot stand"),
    "image as default": ("inputs: [{name: x, type: image, ask: true, default: v}]", "inputs[0].default: image content"),
    "link": ("inputs: [{name: x, type: link, value: v}]", "inputs[0].value: This is not a web address (begin with https://)"),
    "input twice": ("inputs: [{name: x, type: text, value: v}, {name: x, type: code, ask: true}]",
                    "inputs[1].name: x is the name of another input"),
    "output twice": ("outputs: [{name: x, type: text}, {name: x, type: file}]",
                     "outputs[1].name: x is the name of another output"),
    "output key": (OUT % ", descr: x", "outputs[0].descr: This key is unknown (did you mean description?)"),
    "output type": ("outputs: [{name: x, type: pdf}]", "outputs[0].type: pdf is not known here (known: text, code"),
}  # fmt: skip


@pytest.mark.parametrize(("lines", "expected"), PARTS.values(), ids=PARTS)
def test_input_or_output_is_refused(lines: str, expected: str) -> None:
    found = problems(file(task("a", lines)))
    assert any(problem.startswith(f"nodes[0].{expected}") for problem in found), found


def test_same_key_of_two_nodes_is_refused_once() -> None:
    assert problems(file(task("a"), task("a"))) == ["nodes[1].key: a is the key of another node"]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("cron: 0 9 * * *\n    overlap: no", "overlap: no is not known here (known: skip, queue, cancel)"),
        ("cron: 0 9 * * *\n    inputs: []", "inputs: A trigger has no inputs"),
        ("cron: 0 9 * * *\n    outputs: []", "outputs: A trigger's outputs are given by its type"),
    ],
)
def test_schedule_is_refused(lines: str, expected: str) -> None:
    found = problems(file(f"  - key: t\n    type: trigger.schedule\n    {lines}"))
    assert any(problem.startswith(f"nodes[0].{expected}") for problem in found), found


def test_pipeline_parameter_must_be_text() -> None:
    node = "  - {key: ci, type: pipeline, connection: c, job: j, parameters: {ref: 1}}"
    assert problems(file(node)) == [
        'nodes[0].parameters.ref: This must be text, not a number (write it in quotes: "1")',
    ]


def test_output_of_a_pipeline_must_not_take_a_fixed_name() -> None:
    node = "  - {key: ci, type: pipeline, connection: c, job: j, outputs: [{name: log, type: file}]}"
    assert problems(file(node)) == ["nodes[0].outputs[0].name: log is the name of another output"]


@pytest.mark.parametrize("edges", ["[a]", "[[a]]", "[[a, b, c]]", "[[1, 2]]"])
def test_edge_that_is_no_pair_is_refused_once(edges: str) -> None:
    assert problems(file(task("a"), edges=edges))[0].startswith("edges[0]: This must be two node keys")


def test_json_form_with_half_a_surrogate_is_refused() -> None:
    plain = to_json(parse_yaml(EXAMPLE)) | {"description": "\ud83d"}
    with pytest.raises(DocumentError, match="description: This has a character that is not text"):
        from_json(plain)


def test_huge_number_from_json_is_refused() -> None:
    plain = to_json(parse_yaml(EXAMPLE))
    plain["nodes"][0]["position"] = [10**400, float("nan")]
    with pytest.raises(DocumentError, match="This must be two numbers"):
        from_json(plain)


def test_problem_as_json_is_translated() -> None:
    with pytest.raises(DocumentError) as caught:
        parse_yaml(EXAMPLE.replace("analyse.analysis}", "analyse.analysys}"))
    problem = caught.value.problems[0]
    assert problem_to_json(problem, lambda text: text.replace("did you mean", "meinten Sie")) == {
        "path": "nodes[1].inputs[0].from",
        "message": "analyse.analysys is not an output of any upstream node",
        "severity": "error",
        "suggestion": "meinten Sie analyse.analysis?",
        "fix_edge": None,
    }
