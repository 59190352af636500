"""Two versions of one node of a run: what they were given, what was said, what came out, and what it took."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.utils.translation import gettext as _

from runs.graphs import version_graph
from runs.models import NodeRun, Run
from runs.pages.comparing.messages import MessageComparison, compare_messages
from runs.pages.comparing.node_sides import (
    ArtifactPair,
    Fact,
    Field,
    Half,
    Value,
    artifact_pairs,
    fact,
    fields,
    halves,
    identity,
    texts_of,
    work_facts,
)
from runs.pages.people import full_name
from runs.wording import StatusLabel, node_icon, node_label

Layout = Literal["inline", "sides"]


@dataclass(frozen=True)
class InputPair:
    """An input on both sides: where each took it from, in words, and what differs, if anything does."""

    name: str
    sources: Fact
    field: Field | None


@dataclass(frozen=True)
class VersionComparison:
    """Both versions, what differs, and the numbers to choose from. `seconds`: how long their attempts worked.

    `alike`: the names of the outputs that are the same.
    """

    run: Run
    before: NodeRun
    after: NodeRun
    numbers: tuple[int, ...]
    title: str
    kind: str
    icon_name: str
    layout: Layout
    labels: tuple[StatusLabel, StatusLabel]
    started: tuple[datetime | None, datetime | None]
    seconds: tuple[float, float]
    facts: tuple[Fact, ...]
    inputs: tuple[InputPair, ...]
    messages: MessageComparison
    outputs: tuple[Field, ...]
    alike: tuple[str, ...]
    artifacts: tuple[ArtifactPair, ...]

    @property
    def sides(self) -> tuple[int, int]:
        """The numbers of both versions."""
        return self.before.number, self.after.number

    @property
    def is_itself(self) -> bool:
        """Say whether a version is compared with itself."""
        return self.before.pk == self.after.pk


def compare_versions(before: NodeRun, after: NodeRun, layout: str = "") -> VersionComparison:
    """Compare two versions of the same node. Eleven queries, however much they hold."""
    found = halves([before, after])
    old, new = found[before.pk], found[after.pk]
    texts = texts_of([(old, new)])
    words = f"v{before.number}", f"v{after.number}"
    said = compare_messages(before, after)
    kind, icon_name = node_icon(after.node_type)
    specs = version_graph(after.run.version_id).specs
    numbers = NodeRun.objects.filter(run=after.run, key=after.key).order_by("number").values_list("number", flat=True)
    differing = {field.label: field for field in fields(old.inputs, new.inputs, texts, words)}
    return VersionComparison(
        run=after.run,
        before=before,
        after=after,
        numbers=tuple(numbers),
        title=specs[after.key].title,
        kind=kind,
        icon_name=icon_name,
        layout="sides" if layout == "sides" else "inline",
        labels=(node_label(before.status, before.waiting_for), node_label(after.status, after.waiting_for)),
        started=(before.started_at, after.started_at),
        seconds=(old.seconds, new.seconds),
        facts=(*work_facts(old, new), Fact(_("Messages"), *map(str, said.counts)), *_people(old, new)),
        inputs=tuple(_inputs(old, new, {key: spec.title for key, spec in specs.items()}, differing)),
        messages=said,
        outputs=tuple(fields(old.outputs, new.outputs, texts, words)),
        alike=tuple(name for name in old.outputs if identity(old.outputs, name) == identity(new.outputs, name)),
        artifacts=artifact_pairs(old, new),
    )


def _people(old: Half, new: Half) -> Iterator[Fact]:
    yield fact(_("Runs as"), old, new, lambda half: full_name(half.node.executor))
    yield fact(_("Accepted"), old, new, _accepted)


def _accepted(half: Half) -> str:
    if half.node.accepted_at is None:
        return _("no")
    who = full_name(half.node.accepted_by)
    return _("by %(name)s") % {"name": who} if who else _("by itself")


def _inputs(old: Half, new: Half, titles: Mapping[str, str], differing: Mapping[str, Field]) -> Iterator[InputPair]:
    for name in dict.fromkeys([*old.inputs, *new.inputs]):
        before, after = (_source(half.inputs.get(name), titles) for half in (old, new))
        yield InputPair(name, Fact(name, before, after), differing.get(name))


def _source(value: Value | None, titles: Mapping[str, str]) -> str:
    """Say where a value came from; empty where there is none."""
    if value is None:
        return ""
    if not value.source:
        return _("given at the start or by the template")
    key, _dot, output = value.source.partition(".")
    if value.source_version is None:
        return _("%(output)s of %(node)s, which had none") % {"output": output, "node": titles.get(key, key)}
    return _("%(output)s of %(node)s v%(number)d") % {
        "output": output, "node": titles.get(key, key), "number": value.source_version,
    }  # fmt: skip
