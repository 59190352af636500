"""Nodes that use a task template → nodes with everything in them. Pure.

The version gives prompt, outputs, model, tools, limits and retry; the node gives its title, what people do with
it, and values for the template's inputs, by name. A resolved document is for checking and for running: it is
never written back.
"""

import dataclasses
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from workflows.document import Document, InputSpec, NodeSpec, Problem, TaskConfig
from workflows.node_types.task import split_reference
from workflows.task_templates.content import must_be_bound, read_content
from workflows.template_file.problems import Phrase, did_you_mean, gettext_noop, one_of, phrase

_OWN = ("prompt", "outputs", "model", "tools", "limits", "retry")  # the version's; a node has none of them


@dataclass(frozen=True)
class KnownTemplate:
    """A task template as a document may use it.

    `versions`: number → stored content; the newest and those the document names. `is_usable`: false for a personal
    one in a workflow that is not personal too.
    """

    slug: str
    newest: int
    versions: Mapping[int, Any]
    is_archived: bool = False
    is_usable: bool = True


Lookup = Mapping[str, KnownTemplate]
_FIELD = re.compile(r"(nodes\[\d+\]\.\w+)(\[\d+\])?")


@dataclass(frozen=True)
class Resolution:
    """`document`: resolved. `problems`: of the references. `places`: path in it → path in what was resolved."""

    document: Document
    problems: tuple[Problem, ...] = ()
    places: Mapping[str, str] = field(default_factory=dict)

    def pointed_back(self, problems: Iterable[Problem]) -> list[Problem]:
        """Return all problems, errors first, at paths of the document that was resolved.

        Warnings about the inside of a task template are left out: its own page says them.
        """
        found = list(self.problems)
        for problem in problems:
            inside = self._inside(problem.path)
            outside = self.places.get(inside or "", "")
            if inside is None:
                found.append(problem)
            elif outside.endswith("]") and problem.path != inside:  # an input that the node binds
                found.append(dataclasses.replace(problem, path=outside + problem.path[len(inside) :]))
            elif problem.severity == "error":
                found.append(dataclasses.replace(problem, path=outside))
        return sorted(dict.fromkeys(found), key=lambda problem: problem.severity)

    def _inside(self, path: str) -> str | None:
        """Return the place of `places` that a path lies at or in."""
        field_at = _FIELD.match(path)
        steps = (field_at[0], field_at[1]) if field_at else ()
        return next((place for place in steps if place in self.places), None)


def resolved(document: Document, lookup: Lookup) -> tuple[Document, list[Problem]]:
    """Return the document with its task templates put in, and what is wrong with the references to them."""
    found = resolution(document, lookup)
    return found.document, list(found.problems)


def resolution(document: Document, lookup: Lookup) -> Resolution:
    """Resolve a document; a node whose task template is not there stays as it is."""
    nodes: list[NodeSpec] = []
    problems: list[Problem] = []
    places: dict[str, str] = {}
    read: dict[tuple[str, int], NodeSpec] = {}  # many nodes use one version
    for index, node in enumerate(document.nodes):
        pin = _found(node, f"nodes[{index}]", lookup, problems)
        if pin and pin not in read:
            read[pin] = read_content(lookup[pin[0]].versions[pin[1]])[0]
        content = read[pin] if pin else None
        if content is None:
            nodes.append(node)
            if node.config.gives_unknown_outputs:  # nobody knows which inputs it uses
                places |= {
                    f"nodes[{index}].inputs[{at}]": f"nodes[{index}].inputs[{at}]" for at in range(len(node.inputs))
                }
        else:
            nodes.append(_filled(node, content))
            problems += _binding_problems(node, content, f"nodes[{index}]")
            places |= _places(node, content, f"nodes[{index}]")
    return Resolution(dataclasses.replace(document, nodes=tuple(nodes)), tuple(problems), places)


def pinned(document: Document, lookup: Lookup) -> Document:
    """Return the document with the number of the newest version written where a slug stands alone."""
    return dataclasses.replace(document, nodes=tuple(_pinned(node, lookup) for node in document.nodes))


def references(document: Document) -> list[tuple[str, int | None]]:
    """Return the task templates that a document uses: (slug, number or None for the newest), each once."""
    found = (_reference(node) for node in document.nodes)
    return list(dict.fromkeys(reference for reference in found if reference))


def references_in(plain: Any) -> list[tuple[str, int | None]]:
    """Return what `references` does, of the JSON form of any draft, however unfinished."""
    nodes = plain.get("nodes") if isinstance(plain, dict) else None
    texts = [node.get("task_template") for node in nodes or () if isinstance(node, dict)]
    return list(dict.fromkeys(split_reference(text) for text in texts if isinstance(text, str) and text))


def _reference(node: NodeSpec) -> tuple[str, int | None] | None:
    text = node.config.task_template if isinstance(node.config, TaskConfig) else None
    return split_reference(text) if text else None


def _pinned(node: NodeSpec, lookup: Lookup) -> NodeSpec:
    reference = _reference(node)
    if reference is None or reference[1] is not None or reference[0] not in lookup:
        return node
    slug = reference[0]
    pin = f"{slug}@{lookup[slug].newest}"
    return dataclasses.replace(node, config=dataclasses.replace(node.config, task_template=pin))  # type: ignore[call-arg]


def _found(node: NodeSpec, path: str, lookup: Lookup, problems: list[Problem]) -> tuple[str, int] | None:
    """Find the version that a node uses, as (slug, number); None, and a problem, where nothing usable is found."""
    reference = _reference(node)
    if reference is None:
        return None
    slug, number = reference
    known = lookup.get(slug)
    place = f"{path}.task_template"
    refusal = _refusal(slug, number, known, lookup)
    if refusal:
        said, hint = refusal
        problems.append(Problem(place, said, hint=hint))
        return None
    assert known is not None, "refused above"
    if known.is_archived:
        said = phrase(gettext_noop("The task template %(slug)s is archived; its versions go on working"), slug=slug)
        problems.append(Problem(place, said, "warning"))
    return slug, number or known.newest


def _refusal(
    slug: str, number: int | None, known: KnownTemplate | None, lookup: Lookup
) -> tuple[Phrase, Phrase | None] | None:
    if known is None:
        said = phrase(gettext_noop("There is no task template %(slug)s in this space"), slug=slug)
        return said, one_of(
            slug, (other.slug for other in lookup.values() if other.is_usable and not other.is_archived)
        )
    if not known.is_usable:
        said = phrase(gettext_noop("The task template %(slug)s is personal, this workflow is not"), slug=slug)
        return said, phrase(gettext_noop("make the task template visible in the space, or the workflow personal"))
    if (number or known.newest) not in known.versions:
        said = phrase(gettext_noop("The task template %(slug)s has no version %(number)s"), slug=slug, number=number)
        return said, phrase(gettext_noop("the newest is %(pin)s"), pin=f"{slug}@{known.newest}")
    return None


def _filled(node: NodeSpec, content: NodeSpec) -> NodeSpec:
    """Put what a version holds into a node."""
    assert isinstance(node.config, TaskConfig)
    own = {spec.name: spec for spec in reversed(node.inputs)}
    inputs = tuple(_bound(spec, own.get(spec.name)) for spec in content.inputs)
    config = dataclasses.replace(content.config, task_template=node.config.task_template)  # type: ignore[call-arg]
    return dataclasses.replace(node, inputs=inputs, outputs=content.outputs, config=config)


def _bound(spec: InputSpec, own: InputSpec | None) -> InputSpec:
    if own is None:
        return spec
    return InputSpec(
        name=spec.name,
        type=spec.type,
        kind=own.kind,
        value=own.value,
        source=own.source,
        default=own.default or (spec.default if own.kind == "ask" else ""),
        label=own.label or spec.label,
        required=spec.required and own.required,
    )


def _binding_problems(node: NodeSpec, content: NodeSpec, path: str) -> list[Problem]:
    """Say what a node gives that the version does not take, and what it lacks."""
    wanted = {spec.name: spec for spec in content.inputs}
    found: list[Problem] = []
    for index, spec in enumerate(node.inputs):
        place = f"{path}.inputs[{index}]"
        if spec.name not in wanted:
            said = phrase(
                gettext_noop("The task template has no input %(name)s; this value is not used"), name=spec.name
            )
            found.append(Problem(place, said, "warning", did_you_mean(spec.name, wanted)))
        elif spec.type != wanted[spec.name].type:
            kind = wanted[spec.name].type
            said = phrase(gettext_noop("The task template takes %(name)s as %(kind)s"), name=spec.name, kind=kind)
            found.append(Problem(f"{place}.type", said, hint=phrase(gettext_noop("write type: %(kind)s"), kind=kind)))
    bound = {spec.name for spec in node.inputs}
    for spec in content.inputs:
        if must_be_bound(spec) and spec.name not in bound:
            said = phrase(gettext_noop("The task template needs a value for its input %(name)s"), name=spec.name)
            hint = phrase(gettext_noop("add the input %(name)s of type %(kind)s"), name=spec.name, kind=spec.type)
            found.append(Problem(f"{path}.inputs", said, hint=hint))
    return found + _own_field_problems(node, path)


def _own_field_problems(node: NodeSpec, path: str) -> list[Problem]:
    found = []
    if node.outputs:
        said = phrase(gettext_noop("The outputs are those of the task template; a node adds none"))
        found.append(Problem(f"{path}.outputs", said))
    assert isinstance(node.config, TaskConfig)
    if node.config == TaskConfig(task_template=node.config.task_template):
        return found
    given = node.config.to_plain()
    for key in ("model", "tools", "limits", "retry"):
        if key in given:
            said = phrase(gettext_noop("The task template says this; what the node says is not used"))
            found.append(Problem(f"{path}.{key}", said, "warning"))
    return found


def _places(node: NodeSpec, content: NodeSpec, path: str) -> dict[str, str]:
    """Map the paths inside a filled node to where a person can do something about them."""
    own = {spec.name: index for index, spec in reversed(list(enumerate(node.inputs)))}
    places = {f"{path}.{key}": f"{path}.task_template" for key in _OWN}
    for index, spec in enumerate(content.inputs):
        at = own.get(spec.name)
        places[f"{path}.inputs[{index}]"] = f"{path}.inputs" if at is None else f"{path}.inputs[{at}]"
    return places
