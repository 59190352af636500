"""Whether the parts of a document fit together: edges, cycles, references. Pure.

These are wrong in any template, published or not: `parse_yaml` refuses a file that has one. What only stands
in the way of publishing is in `publishing_rules.py`.
"""

from collections.abc import Iterator
from itertools import islice

from workflows import node_types
from workflows.template_file.problems import MAX_SUGGESTED, Problem, did_you_mean, gettext_noop, one_of, phrase
from workflows.template_file.specs import Document, InputSpec, NodeSpec, OutputSpec, accepts
from workflows.topology import Graph, cycles

MAX_CYCLES = 20  # one is enough to refuse a file; finding them is slow


def structure_problems(document: Document, graph: Graph | None = None) -> list[Problem]:
    """Return what is wrong with edges and references; all are errors. `graph`: the document's, if built."""
    graph = graph or Graph.of(document)
    return [
        *_edge_problems(document),
        *_cycle_problems(document, graph),
        *_reference_problems(document, graph),
    ]


def _edge_problems(document: Document) -> Iterator[Problem]:
    keys = {node.key: None for node in document.nodes}
    triggers = {node.key for node in document.nodes if is_trigger(node)}
    seen: set[tuple[str, str]] = set()
    unknown = 0
    for index, edge in enumerate(document.edges):
        path = f"edges[{index}]"
        for end, key in enumerate(edge):
            if key not in keys:
                said = phrase(gettext_noop("There is no node %(key)s"), key=key[:80])
                unknown += 1
                yield Problem(
                    f"{path}[{end}]", said, hint=did_you_mean(key, keys) if unknown <= MAX_SUGGESTED else None
                )
        if edge[0] == edge[1] and edge[0] in keys:
            yield Problem(path, phrase(gettext_noop("An edge must join two different nodes")))
        elif edge in seen:
            yield Problem(path, phrase(gettext_noop("This edge is given twice")))
        if edge[1] in triggers:
            yield Problem(path, phrase(gettext_noop("A trigger has nothing upstream")))
        seen.add(edge)


def _cycle_problems(document: Document, graph: Graph) -> Iterator[Problem]:
    for cycle in islice(cycles(graph), MAX_CYCLES):
        closing = document.edges.index((cycle[-1], cycle[0]))
        walk = " → ".join((*cycle, cycle[0]))
        yield Problem(f"edges[{closing}]", phrase(gettext_noop("This edge closes a cycle: %(walk)s"), walk=walk))


def _reference_problems(document: Document, graph: Graph) -> Iterator[Problem]:
    by_key = {node.key: node for node in reversed(document.nodes)}
    wrong = 0
    for place, node in enumerate(document.nodes):
        for index, spec in enumerate(node.inputs):
            if spec.source is not None and all(spec.source):
                problem = _reference_problem(spec, node, by_key, graph, suggest=wrong < MAX_SUGGESTED)
                if problem:
                    wrong += 1
                    path = f"nodes[{place}].inputs[{index}].from"
                    yield Problem(path, problem.said, hint=problem.hint, fix_edge=problem.fix_edge)


def _reference_problem(
    spec: InputSpec, node: NodeSpec, by_key: dict[str, NodeSpec], graph: Graph, *, suggest: bool
) -> Problem | None:
    assert spec.source is not None
    source, name = spec.source
    text = f"{source}.{name}"[:120]
    output = by_key[source].output(name) if source in by_key else None
    if output is None and source in by_key and by_key[source].config.gives_unknown_outputs:
        output = OutputSpec(name, spec.type)
    if output and source != node.key and graph.is_above(source, node.key):
        if accepts(spec.type, output.type):
            return None
        said = phrase(
            gettext_noop("%(text)s is of type %(given)s, this input takes %(wanted)s"),
            text=text, given=output.type, wanted=spec.type,
        )  # fmt: skip
        return Problem("", said, hint=phrase(gettext_noop("only text takes another type: code or link")))
    said = phrase(gettext_noop("%(text)s is not an output of any upstream node"), text=text)
    if output and (source == node.key or source in graph.descendants(node.key)):
        return Problem("", said, hint=phrase(gettext_noop("%(node)s does not come before this node"), node=source))
    if output:
        hint = phrase(gettext_noop("add the edge [%(above)s, %(below)s]"), above=source, below=node.key)
        return Problem("", said, hint=hint, fix_edge=(source, node.key))
    if not suggest:
        return Problem("", said)
    upstream = graph.ancestors(node.key)
    known = [
        f"{key}.{item.name}"
        for key in graph.order
        if key in upstream and key != node.key
        for item in by_key[key].outputs
    ]
    return Problem("", said, hint=one_of(text, known))


def is_trigger(node: NodeSpec) -> bool:
    """Say whether the node is a trigger."""
    return node_types.is_trigger(node.type)
