"""Two runs of one template, node by node: inputs, outputs, artifacts, time, tokens. The latest version of each node.

At most ten queries, however large the runs are; only texts that differ are read, and of those only what can be shown.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from django.db.models import Count, F, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from runs.graphs import version_graph
from runs.models import Artifact, Attempt, Blob, NodeRun, OutputValue, Run
from runs.pages.overview import elapsed_s
from runs.pages.people import full_name
from runs.wording import StatusLabel, node_icon, node_label, run_label
from workflows.text_diff import Line, diff, whole

SHOWN_BYTES = 200_000  # of a text that is compared; larger ones and pictures are compared by their hash
OFFERED = 40
What = Literal["same", "changed", "added", "removed"]


@dataclass(frozen=True)
class Side:
    """One of the two runs."""

    public_id: str
    title: str
    version: int
    label: StatusLabel
    initiator: str
    started_at: Any
    elapsed_s: float
    is_counting: bool
    tokens: int


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


@dataclass(frozen=True)
class NodePair:
    """One node in both runs. `seconds`: how long its attempts worked; `alike`: how many values are the same."""

    key: str
    title: str
    kind: str
    icon_name: str
    what: What
    labels: tuple[StatusLabel | None, StatusLabel | None]
    seconds: tuple[float | None, float | None]
    facts: tuple[Fact, ...]
    inputs: tuple[Field, ...]
    outputs: tuple[Field, ...]
    artifacts: tuple[Fact, ...]
    alike: int


@dataclass(frozen=True)
class _Value:
    """A value of a node: what it is known by, and its text where it has one. `sha`: of a blob to be read if needed."""

    identity: str
    text: str = ""
    name: str = ""
    sha: str = ""


@dataclass(frozen=True)
class _Half:
    """What one run has of one node."""

    node: NodeRun
    attempts: int
    seconds: float
    tokens: tuple[int, int]
    inputs: dict[str, _Value]
    outputs: dict[str, _Value]
    artifacts: dict[str, str]


def side(run: Run) -> Side:
    """Describe one of the runs. One query."""
    sums: dict[str, Any] = Attempt.objects.filter(node_run__run=run).aggregate(
        total=Sum("input_tokens") + Sum("output_tokens")
    )
    return Side(
        public_id=run.public_id,
        title=run.title or run.version.workflow.name,
        version=run.version.number,
        label=run_label(run.status),
        initiator=full_name(run.initiator),
        started_at=run.started_at,
        elapsed_s=elapsed_s(run, timezone.now()),
        is_counting=not run.is_terminal,
        tokens=sums["total"] or 0,
    )


def offered(user: Any, run: Run, other: Run | None) -> tuple[Run, ...]:
    """List runs of the same template that the person may see, newest first, with the two that are compared."""
    rows = Run.objects.visible_to(user).filter(version__workflow=run.version.workflow_id, space=run.space_id)
    found = list(rows.select_related("version").defer("inputs", "version__document").order_by("-public_id")[:OFFERED])
    known = {row.pk for row in found}
    return (*found, *(row for row in (run, other) if row is not None and row.pk not in known))


def compare_runs(before: Run, after: Run) -> tuple[NodePair, ...]:
    """Compare two runs, in the order of the newer one's graph; nodes that only the other has stand last."""
    old, new = _halves(before), _halves(after)
    texts = _texts(old, new)
    keys = list(dict.fromkeys([*(key for key in version_graph(after.version_id).graph.order if key in new), *old]))
    return tuple(_pair(key, old.get(key), new.get(key), (before, after), texts) for key in keys)


def _halves(run: Run) -> dict[str, _Half]:
    """Read the latest node versions of a run with what they have. Four queries."""
    nodes = list(NodeRun.objects.filter(run=run, is_latest=True).order_by("position"))
    keys = [node.pk for node in nodes]
    worked: Any = Attempt.objects.filter(node_run__in=keys).order_by().values("node_run_id")
    sums = worked.annotate(
        n=Count("pk"),
        read=Sum("input_tokens"),
        wrote=Sum("output_tokens"),
        took=Sum(F("finished_at") - F("started_at")),
    )
    work = {row["node_run_id"]: row for row in sums}
    outputs, artifacts = _outputs(keys), _artifacts(keys)
    return {node.key: _half(node, work.get(node.pk), outputs[node.pk], artifacts[node.pk]) for node in nodes}


def _half(node: NodeRun, work: Any, outputs: dict[str, _Value], artifacts: dict[str, str]) -> _Half:
    work = work or {"n": 0, "read": 0, "wrote": 0, "took": None}
    took: timedelta = work["took"] or timedelta()
    inputs = {name: _input(entry) for name, entry in node.inputs.items()}
    tokens = work["read"], work["wrote"]
    return _Half(node, work["n"], took.total_seconds(), tokens, inputs, outputs, artifacts)


def _input(entry: dict[str, Any]) -> _Value:
    text = str(entry.get("value", ""))
    sha = str(entry.get("blob") or "")
    return _Value(str(entry.get("sha256") or text), text, str(entry.get("name") or ""), sha)


def _outputs(keys: Sequence[int]) -> dict[int, dict[str, _Value]]:
    found: dict[int, dict[str, _Value]] = defaultdict(dict)
    values = OutputValue.objects.filter(node_run__in=keys, is_current=True).select_related("artifact")
    for value in values.order_by("name"):
        made = value.artifact
        text, name = (made.url, made.name) if made else (value.text, "")
        found[value.node_run_id][value.name] = _Value(value.sha256, text, name, (made and made.blob_id) or "")
    return found


def _artifacts(keys: Sequence[int]) -> dict[int, dict[str, str]]:
    """Read the newest revision of each artifact: name → what tells it apart, in words."""
    rows = Artifact.objects.filter(node_run__in=keys).order_by("node_run_id", "name", "type", "-revision")
    found: dict[int, dict[str, str]] = defaultdict(dict)
    for row in rows.distinct("node_run_id", "name", "type"):
        said = _("revision %(number)d, %(size)d bytes, %(hash)s")
        found[row.node_run_id][row.name] = said % {
            "number": row.revision, "size": row.size_bytes, "hash": row.sha256[:12],
        }  # fmt: skip
    return found


def _texts(old: dict[str, _Half], new: dict[str, _Half]) -> dict[str, str]:
    """Read the blobs behind values that differ: hash → text. Large ones and those that are no text are left out."""
    wanted: set[str] = set()
    for key in old.keys() & new.keys():
        for ours, theirs in ((old[key].inputs, new[key].inputs), (old[key].outputs, new[key].outputs)):
            differ = [name for name in ours.keys() | theirs.keys() if _identity(ours, name) != _identity(theirs, name)]
            wanted |= {values[name].sha for values in (ours, theirs) for name in differ if name in values}
    blobs = Blob.objects.filter(pk__in=wanted - {""}, size_bytes__lte=SHOWN_BYTES)
    return {blob.pk: text for blob in blobs if (text := _decoded(bytes(blob.content))) is not None}


def _decoded(content: bytes) -> str | None:
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return None
    return None if "\x00" in text else text


def _identity(values: dict[str, _Value], name: str) -> str | None:
    return values[name].identity if name in values else None


def _pair(key: str, old: _Half | None, new: _Half | None, runs: tuple[Run, Run], texts: dict[str, str]) -> NodePair:
    half, run = (new, runs[1]) if new else (old, runs[0])
    assert half is not None, "a key of one of the two"
    kind, icon_name = node_icon(half.node.node_type)
    ours, theirs = (old.inputs if old else {}), (new.inputs if new else {})
    made, remade = (old.outputs if old else {}), (new.outputs if new else {})
    inputs, outputs = tuple(_fields(ours, theirs, texts)), tuple(_fields(made, remade, texts))
    artifacts = tuple(fact for fact in _artifact_facts(old, new) if fact.differs)
    is_changed = inputs or outputs or artifacts
    return NodePair(
        key=key,
        title=version_graph(run.version_id).specs[key].title,
        kind=kind,
        icon_name=icon_name,
        what="added" if old is None else "removed" if new is None else "changed" if is_changed else "same",
        labels=(_label(old), _label(new)),
        seconds=(old.seconds if old else None, new.seconds if new else None),
        facts=_facts(old, new),
        inputs=inputs,
        outputs=outputs,
        artifacts=artifacts,
        alike=sum(_identity(a, name) == _identity(b, name) for a, b in ((ours, theirs), (made, remade)) for name in a),
    )


def _label(half: _Half | None) -> StatusLabel | None:
    return node_label(half.node.status, half.node.waiting_for) if half else None


def _facts(old: _Half | None, new: _Half | None) -> tuple[Fact, ...]:
    def fact(name: str, say: Callable[[_Half], object]) -> Fact:
        return Fact(name, str(say(old)) if old else "", str(say(new)) if new else "")

    return (
        fact(_("Node version"), lambda half: f"v{half.node.number}"),
        fact(_("Attempts"), lambda half: half.attempts),
        fact(_("Tokens read"), lambda half: half.tokens[0]),
        fact(_("Tokens written"), lambda half: half.tokens[1]),
    )


def _artifact_facts(old: _Half | None, new: _Half | None) -> Iterator[Fact]:
    before, after = (old.artifacts if old else {}), (new.artifacts if new else {})
    for name in dict.fromkeys([*before, *after]):
        yield Fact(name, before.get(name, ""), after.get(name, ""))


def _fields(old: dict[str, _Value], new: dict[str, _Value], texts: dict[str, str]) -> Iterator[Field]:
    """Give the values that differ, as text where both sides have one."""
    for name in dict.fromkeys([*old, *new]):
        before, after = old.get(name), new.get(name)
        if before is None and after is not None:
            yield Field(name, _("only in the second run"), whole(_text(after, texts), "added"))
        elif after is None and before is not None:
            yield Field(name, _("only in the first run"), whole(_text(before, texts), "removed"))
        elif before and after and before.identity != after.identity:
            yield Field(name, "", diff(_text(before, texts), _text(after, texts)))


def _text(value: _Value, texts: dict[str, str]) -> str:
    """Give a value as text: its content, else its name and the beginning of its hash."""
    if value.sha:
        return texts.get(value.sha, f"{value.name} ({value.identity[:12]})")
    return value.text or value.name
