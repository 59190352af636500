"""Plain values → Document. Pure; checks the shape, not how the parts fit (`rules.py`).

Reading goes on after a problem, so that all of them are found at once; the document returned beside problems
is a best effort, good enough to look for further ones.
"""

from typing import Any

from workflows import node_types
from workflows.node_types.base import NodeType
from workflows.template_file.known_nodes import KnownNodes, content_of
from workflows.template_file.parsing_fields import read_input, read_output, read_rule, read_word
from workflows.template_file.problems import Phrase, Problem, gettext_noop, phrase
from workflows.template_file.reading import MAX_EDGES, MAX_NODES, Reader
from workflows.template_file.specs import INITIATOR, KEY, Document, NodeConfig, NodeSpec

FORMAT = 1
_known_nodes = KnownNodes()
_TRIGGER_HINTS: dict[str, Phrase] = {
    "inputs": phrase(gettext_noop("A trigger has no inputs")),
    "outputs": phrase(gettext_noop("A trigger's outputs are given by its type")),
    "confirm": phrase(gettext_noop("A trigger is not confirmed")),
}


def read_document(source: Any) -> tuple[Document, list[Problem]]:
    """Read a whole template; the document is complete only when there are no problems."""
    problems: list[Problem] = []
    reader = Reader(source, "", problems)
    _read_format(reader)
    document = Document(
        name=reader.line("name"),
        description=reader.text("description", "", max_chars=5000),
        visibility=reader.choice("visibility", ("space", "personal"), "space"),
        nodes=tuple(_read_or_find(value, path, problems) for path, value in reader.items("nodes", MAX_NODES)),
        edges=_read_edges(reader),
    )
    reader.close()
    _report_repeated_keys(document, problems)
    return document, problems


def _read_format(reader: Reader) -> None:
    given = reader.raw("aime")
    if isinstance(given, bool) or given != FORMAT:
        said = gettext_noop("This is missing") if given is None else gettext_noop("This Aime reads format 1 only")
        reader.report("aime", phrase(said), phrase(gettext_noop("begin with aime: 1")))


def _read_edges(reader: Reader) -> tuple[tuple[str, str], ...]:
    edges: list[tuple[str, str]] = []
    for path, value in reader.items("edges", MAX_EDGES):
        if isinstance(value, list) and len(value) == 2 and all(isinstance(end, str) for end in value):
            edges.append((value[0], value[1]))
        else:
            said = phrase(gettext_noop("This must be two node keys: [upstream, downstream]"))
            reader.problems.append(Problem(path, said))
            edges.append(("", ""))
    return tuple(edges)


def _read_or_find(value: Any, path: str, problems: list[Problem]) -> NodeSpec:
    content = content_of(value)
    known = _known_nodes.find(content) if content else None
    if known is not None:
        return known
    before = len(problems)
    node = _read_node(Reader(value, path, problems))
    _report_repeated_names(node, path, problems)
    if content and len(problems) == before:
        _known_nodes.keep(content, node)
    return node


def _read_node(reader: Reader) -> NodeSpec:
    key = read_word(
        reader, "key", KEY, gettext_noop("This must begin with a to z, then a to z, 0 to 9 or _; at most 40")
    )
    kind = _read_type(reader)
    title = reader.line("title", key)
    position = reader.point("position")
    if kind is None:
        return NodeSpec(key=key, type=str(reader.raw("type")), title=title, position=position, **_read_common(reader))
    fixed = kind.fixed_outputs
    common = {} if kind.is_trigger else _read_common(reader)
    config: NodeConfig = kind.read(reader)
    reader.close(_TRIGGER_HINTS if kind.is_trigger else None)
    outputs = (*fixed, *common.pop("outputs", ()))
    return NodeSpec(key=key, type=kind.key, title=title, position=position, config=config, outputs=outputs, **common)


def _read_type(reader: Reader) -> NodeType | None:
    known = node_types.keys()
    before = len(reader.problems)
    word = reader.choice("type", known)
    return node_types.get(word) if len(reader.problems) == before else None


def _read_common(reader: Reader) -> dict[str, Any]:
    return {
        "inputs": tuple(read_input(Reader(value, path, reader.problems)) for path, value in reader.items("inputs")),
        "outputs": tuple(read_output(Reader(value, path, reader.problems)) for path, value in reader.items("outputs")),
        "confirm": reader.flag("confirm", default=False),
        "executor": reader.line("executor", INITIATOR, max_chars=150) or INITIATOR,
        "notify": tuple(read_rule(Reader(value, path, reader.problems)) for path, value in reader.items("notify")),
    }


def _report_repeated_keys(document: Document, problems: list[Problem]) -> None:
    for at, word in _repeats([node.key for node in document.nodes]):
        said = phrase(gettext_noop("%(word)s is the key of another node"), word=word)
        problems.append(Problem(f"nodes[{at}].key", said))


def _report_repeated_names(node: NodeSpec, path: str, problems: list[Problem]) -> None:
    for at, word in _repeats([spec.name for spec in node.inputs]):
        said = phrase(gettext_noop("%(word)s is the name of another input"), word=word)
        problems.append(Problem(f"{path}.inputs[{at}].name", said))
    offset = len(node_types.fixed_outputs(node.type))
    for at, word in _repeats([spec.name for spec in node.outputs]):
        said = phrase(gettext_noop("%(word)s is the name of another output"), word=word)
        problems.append(Problem(f"{path}.outputs[{at - offset}].name", said))


def _repeats(words: list[str]) -> list[tuple[int, str]]:
    """Return those that stood before, with their places; empty ones are not given at all."""
    if len(set(words)) == len(words):
        return []
    seen: set[str] = set()
    again: list[tuple[int, str]] = []
    for at, word in enumerate(words):
        if word in seen:
            again.append((at, word))
        if word:
            seen.add(word)
    return again
