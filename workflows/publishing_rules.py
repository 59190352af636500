"""What stands in the way of publishing a document whose parts fit together. Pure.

Errors block publishing, warnings are shown. "Not yet" says that this Aime cannot run it so far.
"""

from collections.abc import Collection, Iterator

from workflows import node_types, placeholders
from workflows.rules import is_trigger
from workflows.template_file.problems import MAX_SUGGESTED, Problem, did_you_mean, gettext_noop, phrase
from workflows.template_file.specs import EXECUTOR, INITIATOR, Document, NodeSpec
from workflows.topology import Graph


def publishing_problems(
    document: Document,
    graph: Graph,
    usernames: Collection[str] | None,
    consented: Collection[str] | None = None,
    absent_tools: Collection[str] = (),
) -> list[Problem]:
    """Return errors and warnings. `graph`: the document's.

    `usernames`: members of the space, `consented`: those who agreed to be executors; None leaves either unchecked.
    `absent_tools`: tool sets that this installation does not have.
    """
    found = list(_whole_problems(document))
    for index, node in enumerate(document.nodes):
        path = f"nodes[{index}]"
        found += _kind_problems(node, path)
        found += _absent_tool_problems(node, path, absent_tools)
        found += _executor_problems(node, path, document, usernames, consented)
        found += _notify_problems(node, path, usernames)
        found += _placeholder_problems(node, path)
    return [*found, *_asked_problems(document), *_absence_problems(document, graph)]


def _whole_problems(document: Document) -> Iterator[Problem]:
    if not document.nodes:
        yield Problem("nodes", phrase(gettext_noop("A workflow needs at least one node")))
    triggers = [index for index, node in enumerate(document.nodes) if is_trigger(node)]
    for index in triggers[1:]:
        yield Problem(f"nodes[{index}].type", phrase(gettext_noop("A workflow has at most one trigger for now")))


def _kind_problems(node: NodeSpec, path: str) -> list[Problem]:
    kind = node_types.get(node.type)
    found = [Problem(f"{path}.type", phrase(kind.not_yet))] if kind.not_yet else []
    if kind.only_by_hand:
        found.append(Problem(f"{path}.type", phrase(kind.only_by_hand), "warning"))
    return found + kind.check(node, path)


def _absent_tool_problems(node: NodeSpec, path: str, absent_tools: Collection[str]) -> Iterator[Problem]:
    """A tool set that the operator has to provide for; a file that names it is imported all the same."""
    for index, tool in enumerate(getattr(node.config, "tools", ())):
        if tool in absent_tools:
            said = phrase(gettext_noop("The tool set %(tool)s is not set up on this installation"), tool=tool)
            hint = phrase(gettext_noop("an administrator sets AIME_EXPORT_DIR; or take it out of the tools"))
            yield Problem(f"{path}.tools[{index}]", said, hint=hint)


def _executor_problems(
    node: NodeSpec,
    path: str,
    document: Document,
    usernames: Collection[str] | None,
    consented: Collection[str] | None,
) -> Iterator[Problem]:
    name = node.executor
    if name == INITIATOR:
        return
    if document.visibility == "personal":
        said = phrase(gettext_noop("A personal workflow runs as its initiator only, not as %(name)s"), name=name)
        yield Problem(f"{path}.executor", said, hint=phrase(gettext_noop("write executor: initiator, or leave it out")))
    elif usernames is not None and name not in usernames:
        said = phrase(gettext_noop("%(name)s is not a member of this space"), name=name)
        yield Problem(f"{path}.executor", said, hint=did_you_mean(name, [*usernames, INITIATOR]))
    elif consented is not None and name not in consented:
        said = phrase(gettext_noop("%(name)s has not agreed yet that this node runs as them"), name=name)
        hint = phrase(gettext_noop("every run waits at this node until %(name)s agrees"), name=name)
        yield Problem(f"{path}.executor", said, "warning", hint)


def _notify_problems(node: NodeSpec, path: str, usernames: Collection[str] | None) -> Iterator[Problem]:
    for index, rule in enumerate(node.notify):
        if usernames is None or rule.who in (INITIATOR, EXECUTOR, *usernames):
            continue
        said = phrase(gettext_noop("%(name)s is not a member of this space"), name=rule.who)
        yield Problem(
            f"{path}.notify[{index}].who", said, hint=did_you_mean(rule.who, [*usernames, INITIATOR, EXECUTOR])
        )


def _placeholder_problems(node: NodeSpec, path: str) -> Iterator[Problem]:
    kind = node_types.get(node.type)
    if kind.texts is None:
        return
    names = [spec.name for spec in node.inputs]
    used: set[str] = set()
    unknown = 0
    for place, text in kind.texts(node.config):
        if "{{" not in text:
            continue
        for name in placeholders.find(text):
            used.add(name)
            if name not in names:
                said = phrase(gettext_noop("This uses {{ %(name)s }}, which is not an input of this node"), name=name)
                unknown += 1
                near = did_you_mean(name, names) if unknown <= MAX_SUGGESTED else None
                yield Problem(f"{path}.{place}", said, hint=near)
        for word in placeholders.find_odd(text):
            said = phrase(gettext_noop("{{ %(word)s }} is not the name of an input and stays as it is"), word=word)
            yield Problem(f"{path}.{place}", said, "warning")
    for index, name in enumerate(names):
        if name not in used:
            said = phrase(gettext_noop("The input %(name)s is not used"), name=name)
            hint = phrase(gettext_noop("write {{ %(name)s }} where it belongs"), name=name)
            yield Problem(f"{path}.inputs[{index}]", said, "warning", hint)


def _asked_problems(document: Document) -> Iterator[Problem]:
    """Inputs asked under one name are one question, so they must have one type."""
    asked: dict[str, tuple[str, str]] = {}
    for place, node in enumerate(document.nodes):
        for index, spec in enumerate(node.inputs):
            if spec.kind != "ask":
                continue
            kind, first = asked.setdefault(spec.name, (spec.type, node.key))
            if kind != spec.type:
                said = phrase(
                    gettext_noop("%(name)s is asked at start by %(node)s too, there as %(kind)s"),
                    name=spec.name, node=first, kind=kind,
                )  # fmt: skip
                yield Problem(f"nodes[{place}].inputs[{index}].type", said)


def _absence_problems(document: Document, graph: Graph) -> Iterator[Problem]:
    """A required input of an optional output fails its node when the output is absent."""
    by_key = {node.key: node for node in document.nodes}
    for place, node in enumerate(document.nodes):
        for index, spec in enumerate(node.inputs):
            if spec.source is None or not spec.required or spec.source[0] not in by_key:
                continue
            output = by_key[spec.source[0]].output(spec.source[1])
            if output and not output.required and graph.is_above(spec.source[0], node.key):
                said = phrase(
                    gettext_noop("%(text)s may be absent; this node would fail then"), text=".".join(spec.source)
                )
                hint = phrase(gettext_noop("write required: false on this input"))
                yield Problem(f"nodes[{place}].inputs[{index}].from", said, "warning", hint)
