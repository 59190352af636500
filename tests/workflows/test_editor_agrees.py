"""The editor refuses in the browser exactly what the server would call wrong, and never makes what it cannot read.

One run of node judges every connection that can be tried in many random documents; the server's `validate` says what
would be wrong with the document if the connection were made anyway.
"""

import copy
import itertools
import json
import random
import shutil
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from workflows import node_types, placeholders
from workflows.catalogue import type_json
from workflows.document import from_json, to_json
from workflows.graph import validate
from workflows.task_templates.resolving import KnownTemplate, resolved
from workflows.template_file.specs import KEY, NAME, VALUE_TYPES
from workflows.topology import Graph

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = 40
CODES = {
    "There is no node %(key)s": "unknown",
    "An edge must join two different nodes": "self",
    "This edge is given twice": "duplicate",
    "A trigger has nothing upstream": "trigger",
    "This edge closes a cycle: %(walk)s": "cycle",
    "%(text)s is of type %(given)s, this input takes %(wanted)s": "type",
}
REVIEW: dict[str, Any] = {
    "prompt": "{{ diff }} {{ style }}",
    "inputs": [{"name": "diff", "type": "code", "ask": True}, {"name": "style", "type": "text", "value": ""}],
    "outputs": [{"name": "findings", "type": "file", "description": "All of them"}],
}
LOOKUP = {"code-review": KnownTemplate("code-review", 2, {2: REVIEW})}
WORDS = [
    "a", "A", "task", "n0", "n0_2", "a b", "", "1", "_a", "-", "a-b", "a.b", "é", "E\u0301", "需求", "名" * 41,
    "名" * 40, "Ⅷ", "ª", "²", "½", "१", "𠮷" * 40, "ß", "ﬁ", "\u200b", "a\n", "\ta", " a ", "x" * 41, "x" * 90,
    "٣", "ⓐ", "ா", "a\u0301",
]  # fmt: skip


def node_of(rng: random.Random, index: int, keys: list[str]) -> dict[str, Any]:
    """Return a node in the form of the file; its references may be right, wrong or dangling."""
    node: dict[str, Any] = {"key": keys[index], "position": [320 * index, 0]}
    kind = rng.choice(["task"] * 5 + ["pipeline", "template"]) if index or rng.random() < 0.5 else "trigger.schedule"
    if kind == "trigger.schedule":
        return node | {"type": kind, "cron": "0 9 * * *"}
    if kind == "template":
        return node | {"type": "task", "task_template": "code-review@2"}
    if kind == "pipeline":
        node |= {"type": kind, "connection": "c", "job": "j"}
    else:
        outputs = [{"name": f"o{number}", "type": rng.choice(VALUE_TYPES)} for number in range(rng.randint(0, 2))]
        node |= {"type": kind, "prompt": "Do it."} | ({"outputs": outputs} if outputs else {})
    inputs: list[dict[str, Any]] = []
    for number in range(rng.randint(0, 3)):
        source = f"{rng.choice(keys)}.{rng.choice(['o0', 'o1', 'time', 'log', 'findings', 'gone'])}"
        binding = {"from": source} if rng.random() < 0.5 else {"ask": True}
        inputs.append({"name": f"i{number}", "type": rng.choice(VALUE_TYPES)} | binding)
    return node | ({"inputs": inputs} if inputs else {})


def document_of(seed: int) -> dict[str, Any]:
    """Return a document without a cycle."""
    rng = random.Random(seed)
    keys = [f"n{index}" for index in range(rng.randint(1, 6))]
    nodes = [node_of(rng, index, keys) for index in range(len(keys))]
    pairs = list(itertools.combinations(range(len(keys)), 2))
    edges = [[keys[a], keys[b]] for a, b in rng.sample(pairs, rng.randint(0, min(len(pairs), 6)))]
    rng.shuffle(nodes)
    return {"aime": 1, "name": "T", "nodes": nodes} | ({"edges": edges} if edges else {})


def tries_of(document: dict[str, Any]) -> list[list[str]]:
    """Return every edge and every reference that could be tried, sensible or not."""
    spec, _problems = resolved(from_json(document), LOOKUP)
    keys = [node.key for node in spec.nodes]
    edges = [list(ends) for ends in itertools.product([*keys, "ghost"], repeat=2)]
    outputs = [[node.key, output.name] for node in spec.nodes for output in node.outputs]
    inputs = [[node.key, given.name] for node in spec.nodes for given in node.inputs]
    triggers = [[node.key, "none"] for node in spec.nodes if node_types.is_trigger(node.type)]
    return edges + [[*output, *given] for output in outputs for given in [*inputs, *triggers]]


def made(document: dict[str, Any], ends: list[str]) -> tuple[dict[str, Any], bool]:
    """Return the document with the connection made whatever it does, and whether it was there before."""
    after = copy.deepcopy(document)
    source, target = ends[0], ends[-1] if len(ends) == 2 else ends[2]
    edges = after.setdefault("edges", [])
    if len(ends) == 2:
        edges.append(ends)
        return after, False
    has_path = source in Graph.of(from_json(document)).ancestors(target)
    if not has_path:
        edges.append([source, target])
    node = next(node for node in after["nodes"] if node["key"] == target)
    if node_types.is_trigger(node["type"]):
        return after, False
    reference = f"{source}.{ends[1]}"
    content = REVIEW["inputs"] if "task_template" in node else node["inputs"]
    wanted = next(given for given in content if given["name"] == ends[3])
    inputs = node.setdefault("inputs", [])
    bound = {"name": ends[3], "type": wanted["type"], "from": reference}
    at = next((index for index, given in enumerate(inputs) if given["name"] == ends[3]), len(inputs))
    is_repeated = has_path and inputs[at : at + 1] == [bound]
    inputs[at : at + 1] = [bound]
    return after, is_repeated


def wrong_with(document: dict[str, Any], ends: list[str]) -> Counter[str]:
    """Return the codes of what a connection can be refused for; of types only that of the input it is tried at."""
    spec, _problems = resolved(from_json(document), LOOKUP)
    places = {
        f"nodes[{place}].inputs[{index}].from": [node.key, given.name]
        for place, node in enumerate(spec.nodes)
        for index, given in enumerate(node.inputs)
    }
    found = [(CODES[problem.said.msgid], problem.path) for problem in validate(spec) if problem.said.msgid in CODES]
    return Counter(code for code, path in found if code != "type" or places[path] == ends[2:])


@pytest.fixture(scope="module")
def cases() -> list[dict[str, Any]]:
    documents = [document_of(seed) for seed in range(DOCUMENTS)]
    return [{"document": document, "tries": tries_of(document)} for document in documents]


@pytest.fixture(scope="module")
def answer(cases: list[dict[str, Any]]) -> dict[str, Any]:
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    review = {"slug": "code-review", "number": 2, "newest": 2, "name": "Code review", **REVIEW}
    kinds = {
        key: type_json(node_types.get(key)) for key in ("task", "trigger.schedule", "trigger.codebase", "pipeline")
    }
    question: dict[str, Any] = {"catalogue": {"types": kinds, "task_templates": {"code-review@2": review}}}
    question |= {"cases": cases, "words": WORDS}
    script = ROOT / "tests/js/graph-verdicts.js"
    done = subprocess.run([node, script], input=json.dumps(question), capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_editor_refuses_what_the_server_calls_wrong_and_nothing_else(
    cases: list[dict[str, Any]], answer: dict[str, Any]
) -> None:
    seen: Counter[str | None] = Counter()
    for case, verdicts in zip(cases, answer["verdicts"], strict=True):
        for ends, verdict in zip(case["tries"], verdicts, strict=True):
            after, is_repeated = made(case["document"], ends)
            wrong = wrong_with(after, ends)
            new = set(wrong - wrong_with(case["document"], ends)) | ({"type"} & wrong.keys())
            new |= {"duplicate"} if is_repeated else set()
            place = f"{ends} in {json.dumps(case['document'])}"
            seen[verdict["code"]] += 1
            if verdict["code"] is None:
                assert not new, f"the server says {new}: {place}"
                assert canonical(verdict["document"]) == canonical(after), place
            else:
                assert verdict["code"] in new, f"the editor says {verdict['code']}, the server {new}: {place}"
    assert all(seen[code] > 20 for code in [None, *CODES.values()]), seen


def test_editor_knows_order_ancestors_and_outputs_as_the_server_does(
    cases: list[dict[str, Any]], answer: dict[str, Any]
) -> None:
    for case, known in zip(cases, answer["graphs"], strict=True):
        spec, _problems = resolved(from_json(case["document"]), LOOKUP)
        graph = Graph.of(spec)
        assert known["order"] == list(graph.order)
        assert known["ancestors"] == {key: sorted(graph.ancestors(key)) for key in graph.keys}
        assert known["outputs"] == {node.key: [output.name for output in node.outputs] for node in spec.nodes}


def test_random_edits_give_documents_that_the_server_reads(answer: dict[str, Any]) -> None:
    """A draft of wrong shape could not be saved at all."""
    for document in answer["edited"]:
        spec = from_json(document)
        assert to_json(from_json(to_json(spec))) == to_json(spec)
        codes = {CODES.get(problem.said.msgid) for problem in validate(resolved(spec, LOOKUP)[0])}
        assert not codes & {"cycle", "self", "duplicate", "trigger", "unknown"}
    assert sum(len(document["nodes"]) for document in answer["edited"]) > DOCUMENTS * 5


def test_keys_names_and_places_are_the_same_words(answer: dict[str, Any]) -> None:
    for word, found in zip(WORDS, answer["words"], strict=True):
        assert found["isName"] == bool(NAME.match(word)), word
        assert found["names"] == placeholders.find(f"{{{{ {word} }}}} {{{{{word}}}}}"), word
        assert KEY.match(found["fresh"]), word


def canonical(document: dict[str, Any]) -> dict[str, Any]:
    """Return the document as the server would store it."""
    return to_json(from_json(document))
