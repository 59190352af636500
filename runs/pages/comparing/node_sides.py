"""What two node versions have on either side of a comparison: inputs, outputs, artifacts, work; and what differs.

Five queries for any number of node versions; only texts that differ are read, and of those only what can be shown.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count, F, Sum
from django.utils.translation import gettext as _

from runs.artifacts import decoded
from runs.models import Artifact, Attempt, Blob, NodeRun, OutputValue
from runs.money import SUMS, Cost, summed
from workflows.text_diff import Line, diff, whole
from workflows.text_rows import Row, side_by_side

SHOWN_BYTES = 200_000  # of a text that is compared; larger ones and pictures are compared by their hash
Words = tuple[str, str]  # what the two sides are called in a sentence


@dataclass(frozen=True)
class Fact:
    """One thing about a node on both sides, in words; empty where the node is not there."""

    name: str
    before: str
    after: str

    @property
    def differs(self) -> bool:
        return self.before != self.after


@dataclass(frozen=True)
class Field:
    """An input or output that differs. `lines`: as text; without any it is told by `said` alone."""

    label: str
    said: str
    lines: tuple[Line, ...]

    @property
    def rows(self) -> tuple[Row, ...]:
        """The lines in two columns."""
        return side_by_side(self.lines)


@dataclass(frozen=True)
class ArtifactPair:
    """The newest revisions of an artifact on both sides; None where it is not there."""

    name: str
    before: Artifact | None
    after: Artifact | None

    @property
    def differs(self) -> bool:
        """Say whether the content differs; how often it was written is no difference."""
        return (self.before and self.before.sha256) != (self.after and self.after.sha256)


@dataclass(frozen=True)
class Value:
    """A value of a node: what it is known by, and its text where it has one. `sha`: of a blob to be read if needed.

    `source`, `source_version`: the upstream output that an input took, as "node.output".
    """

    identity: str
    text: str = ""
    name: str = ""
    sha: str = ""
    source: str = ""
    source_version: int | None = None


Values = dict[str, Value]


@dataclass(frozen=True)
class Half:
    """What one node version has. `seconds`: how long its attempts worked; `tokens`: read, written; `cost`: if known."""

    node: NodeRun
    attempts: int
    seconds: float
    tokens: tuple[int, int]
    cost: Cost | None
    inputs: Values
    outputs: Values
    artifacts: dict[tuple[str, str], Artifact]


def halves(nodes: Sequence[NodeRun]) -> dict[int, Half]:
    """Read what node versions have, by their primary key. Three queries."""
    keys = [node.pk for node in nodes]
    worked: Any = Attempt.objects.filter(node_run__in=keys).order_by().values("node_run_id")
    sums = worked.annotate(
        n=Count("pk"),
        read=Sum("input_tokens"),
        wrote=Sum("output_tokens"),
        took=Sum(F("finished_at") - F("started_at")),
        **SUMS,
    )
    work = {row["node_run_id"]: row for row in sums}
    outputs, artifacts = _outputs(keys), _artifacts(keys)
    return {node.pk: _half(node, work.get(node.pk), outputs[node.pk], artifacts[node.pk]) for node in nodes}


def texts_of(pairs: Iterable[tuple[Half, Half]]) -> dict[str, str]:
    """Read the blobs behind values that differ: hash → text. Large ones and those that are no text are left out."""
    wanted: set[str] = set()
    for old, new in pairs:
        for ours, theirs in ((old.inputs, new.inputs), (old.outputs, new.outputs)):
            differ = [name for name in ours.keys() | theirs.keys() if identity(ours, name) != identity(theirs, name)]
            wanted |= {values[name].sha for values in (ours, theirs) for name in differ if name in values}
    blobs = Blob.objects.filter(pk__in=wanted - {""}, size_bytes__lte=SHOWN_BYTES)
    return {blob.pk: text for blob in blobs if (text := decoded(bytes(blob.content))) is not None}


def identity(values: Values, name: str) -> str | None:
    """Give what a value is known by; None where it is not there."""
    return values[name].identity if name in values else None


def fields(old: Values, new: Values, texts: dict[str, str], words: Words) -> Iterator[Field]:
    """Give the values that differ, as text where both sides have one."""
    for name in dict.fromkeys([*old, *new]):
        before, after = old.get(name), new.get(name)
        if before is None and after is not None:
            yield Field(name, _("only in %(side)s") % {"side": words[1]}, whole(_text(after, texts), "added"))
        elif after is None and before is not None:
            yield Field(name, _("only in %(side)s") % {"side": words[0]}, whole(_text(before, texts), "removed"))
        elif before and after and before.identity != after.identity:
            yield Field(name, "", diff(_text(before, texts), _text(after, texts)))


def artifact_pairs(old: Half | None, new: Half | None) -> tuple[ArtifactPair, ...]:
    """Pair the artifacts of both sides by name and type; those that only the newer side has stand last."""
    before, after = (old.artifacts if old else {}), (new.artifacts if new else {})
    keys = dict.fromkeys([*before, *after])
    return tuple(ArtifactPair(key[0], before.get(key), after.get(key)) for key in keys)


def work_facts(old: Half | None, new: Half | None) -> tuple[Fact, ...]:
    """Give how often both sides were tried and the tokens they took; what they cost where either is known."""
    work = (
        fact(_("Attempts"), old, new, lambda half: half.attempts),
        fact(_("Tokens read"), old, new, lambda half: half.tokens[0]),
        fact(_("Tokens written"), old, new, lambda half: half.tokens[1]),
    )
    cost = fact(_("Cost"), old, new, lambda half: half.cost or "")
    return (*work, cost) if cost.before or cost.after else work


def fact(name: str, old: Half | None, new: Half | None, say: Callable[[Half], object]) -> Fact:
    """Say one thing about both sides."""
    return Fact(name, str(say(old)) if old else "", str(say(new)) if new else "")


def _half(node: NodeRun, work: Any, outputs: Values, artifacts: dict[tuple[str, str], Artifact]) -> Half:
    work = work or {"n": 0, "read": 0, "wrote": 0, "took": None, "cost": None}
    took: timedelta = work["took"] or timedelta()
    inputs = {name: _input(entry) for name, entry in node.inputs.items()}
    tokens = work["read"], work["wrote"]
    return Half(node, work["n"], took.total_seconds(), tokens, summed(work), inputs, outputs, artifacts)


def _input(entry: dict[str, Any]) -> Value:
    text = str(entry.get("value", ""))
    return Value(
        identity=str(entry.get("sha256") or text),
        text=text,
        name=str(entry.get("name") or ""),
        sha=str(entry.get("blob") or ""),
        source=str(entry.get("source") or ""),
        source_version=entry.get("source_version"),
    )


def _outputs(keys: Sequence[int]) -> dict[int, Values]:
    found: dict[int, Values] = defaultdict(dict)
    values = OutputValue.objects.filter(node_run__in=keys, is_current=True).select_related("artifact")
    for value in values.order_by("name"):
        made = value.artifact
        text, name = (made.url, made.name) if made else (value.text, "")
        found[value.node_run_id][value.name] = Value(value.sha256, text, name, (made and made.blob_id) or "")
    return found


def _artifacts(keys: Sequence[int]) -> dict[int, dict[tuple[str, str], Artifact]]:
    rows = Artifact.objects.filter(node_run__in=keys).order_by("node_run_id", "name", "type", "-revision")
    found: dict[int, dict[tuple[str, str], Artifact]] = defaultdict(dict)
    for row in rows.distinct("node_run_id", "name", "type"):
        found[row.node_run_id][row.name, row.type] = row
    return found


def _text(value: Value, texts: dict[str, str]) -> str:
    """Give a value as text: its content, else its name and the beginning of its hash."""
    if value.sha:
        return texts.get(value.sha, f"{value.name} ({value.identity[:12]})")
    return value.text or value.name
