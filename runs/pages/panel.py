"""Everything about one node version: its conversation, outputs, artifacts, inputs, and what may be done now."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from runs.access import Standing
from runs.agent.addresses import is_address
from runs.agent.output_plan import accepts
from runs.artifacts import latest_artifacts
from runs.executors import executor_spec
from runs.failures import Advice, advice
from runs.graphs import tries_of, version_graph
from runs.models import Attempt, NodeRun, OutputValue, Run, SideEffect
from runs.pages.artifacts.rows import ArtifactRow, artifact_row
from runs.pages.chat.composer import Composer, composer_of
from runs.pages.conversation import Conversation, latest_messages
from runs.pages.gate import Gate, gate_of, has_gate
from runs.pages.people import full_name
from runs.possible_acts import takes
from runs.states import NODE_ACTIVE, AttemptStatus, NodeStatus, WaitingFor
from runs.transitions.outputs import outputs_sha256
from runs.transitions.refusing import stand_of
from runs.wording import (
    StatusLabel,
    moment_label,
    node_icon,
    node_label,
    waits_for_person,
    who_label,
)
from workflows.document import NodeSpec, OutputSpec

TEXT_PREVIEW = 400


@dataclass(frozen=True)
class OutputRow:
    """A declared output and its current value, if it has one."""

    name: str
    type: str
    description: str
    required: bool
    is_set: bool
    text: str
    artifact: ArtifactRow | None
    reason: str
    chosen_by: str
    candidates: tuple[ArtifactRow, ...] = ()

    @property
    def is_web_link(self) -> bool:
        """Say whether its text is an address to follow; an event's link may be anything."""
        return self.type == "link" and is_address(self.text)


@dataclass(frozen=True)
class InputRow:
    """A resolved input. `source`: the upstream node and output in words, empty where it was given."""

    name: str
    type: str
    text: str
    file_name: str
    source: str


@dataclass(frozen=True)
class Acts:
    """What this person may do now; the templates show nothing else."""

    say: bool = False
    stop: bool = False
    retry: bool = False
    restart: bool = False
    cancel: bool = False


@dataclass(frozen=True)
class Panel:
    """One node version. `conversation` is None where the browser has it already."""

    run: Run
    node: NodeRun
    spec: NodeSpec
    kind: str
    icon_name: str
    label: StatusLabel
    versions: tuple[tuple[int, bool], ...]
    current_number: int
    conversation: Conversation | None
    outputs: tuple[OutputRow, ...]
    artifacts: tuple[ArtifactRow, ...]
    exports: tuple[SideEffect, ...]
    inputs: tuple[InputRow, ...]
    gate: Gate | None
    is_executor: bool
    acts: Acts
    composer: Composer
    may_act: bool
    attempt: Attempt | None
    tries: int
    upstream: tuple[str, ...]
    draft: str

    @property
    def is_active(self) -> bool:
        """Say whether an attempt is queued or running."""
        return self.node.status in NODE_ACTIVE

    @property
    def waits_for_consent(self) -> bool:
        """Say whether it waits for its executor's consent."""
        return self.node.is_latest and self.node.waiting_for == WaitingFor.CONSENT

    @property
    def converses(self) -> bool:
        """Say whether a node of this type has a conversation; a trigger has none."""
        return executor_spec(self.node.node_type).converses

    @property
    def advice(self) -> Advice:
        """Say of a node that failed whether trying again makes sense, and what to press first."""
        return advice(self.node.error_kind, retryable=self.node.error_retryable)

    @property
    def has_output_artifacts(self) -> bool:
        """Say whether artifacts are shown among the outputs."""
        return any(output.artifact for output in self.outputs)

    @property
    def retry_in_s(self) -> float:
        """Seconds until the next attempt may start."""
        return (self.attempt.available_at - timezone.now()).total_seconds() if self.attempt else 0

    @property
    def executor(self) -> str:
        """The name of the person whose identity the node runs with."""
        return full_name(self.node.executor)

    @property
    def told(self) -> tuple[tuple[str, str], ...]:
        """Whom the node tells, and of what: (name, moments), in words."""
        return tuple(
            (who_label(rule.who), _(", ").join(moment_label(on) for on in rule.on)) for rule in self.spec.notify
        )

    @property
    def accepted_by(self) -> str:
        """The name of the person who accepted it, if a person did."""
        return full_name(self.node.accepted_by)


def panel(run: Run, node: NodeRun, standing: Standing, *, with_messages: bool, draft: str = "") -> Panel:
    """Read a node version for its panel; at most twelve queries, whatever it holds."""
    graph = version_graph(run.version_id)
    spec = graph.specs[node.key]
    may_act = standing.may_act_on(node) and node.is_latest
    may_confirm = standing.may_confirm(node, spec) and node.is_latest
    waits = waits_for_person(node.status, node.waiting_for)
    kind, icon_name = node_icon(node.node_type)
    attempt = Attempt.objects.filter(node_run=node).order_by("-number").first()
    seen = outputs_sha256(node.pk) if has_gate(node) else ""  # before the outputs: older is refused, newer is unseen
    artifacts = [artifact_row(row) for row in latest_artifacts(node.pk)]
    outputs = _outputs(node, spec, artifacts)
    missing = tuple(output.name for output in outputs if output.required and not output.is_set)
    numbers = NodeRun.objects.filter(run=run, key=node.key).order_by("number").values_list("number", "is_latest")
    versions = tuple(numbers)
    return Panel(
        run=run,
        node=node,
        spec=spec,
        kind=kind,
        icon_name=icon_name,
        label=node_label(
            node.status, node.waiting_for, mine=node.is_latest and waits and standing.is_asked(node, spec)
        ),
        versions=versions,
        current_number=next((number for number, is_latest in versions if is_latest), node.number),
        conversation=latest_messages(node) if with_messages else None,
        outputs=outputs,
        artifacts=_others(artifacts, {row.artifact.public_id for row in outputs if row.artifact}),
        exports=_exports(node, spec),
        inputs=_inputs(node, {key: item.title for key, item in graph.specs.items()}),
        gate=gate_of(node, seen, missing=missing, may_act=may_act or (may_confirm and node.accepted_at is None)),
        is_executor=standing.may_consent(node),
        acts=_acts(node, may_act=may_act),
        composer=composer_of(node, spec),
        may_act=may_act,
        attempt=attempt if attempt and attempt.status in (AttemptStatus.QUEUED, AttemptStatus.RUNNING) else None,
        tries=tries_of(spec),
        upstream=_unfinished_upstream(run, node),
        draft=draft,
    )


def _acts(node: NodeRun, *, may_act: bool) -> Acts:
    """Offer what the state takes; nobody who only watches is offered anything."""
    if not may_act:
        return Acts()
    stand = stand_of(node)
    return Acts(
        say=takes("say", stand),
        stop=takes("stop", stand),
        retry=takes("retry_turn", stand),
        restart=takes("restart", stand),
        cancel=takes("cancel", stand),
    )


def _others(artifacts: Sequence[ArtifactRow], shown: set[str]) -> tuple[ArtifactRow, ...]:
    """List the newest revision of each artifact that is not shown as an output, the one written last first."""
    return tuple(row for row in reversed(artifacts) if row.public_id not in shown)


def _exports(node: NodeRun, spec: NodeSpec) -> tuple[SideEffect, ...]:
    """List what this version gave out. Links are among its artifacts. No query for a node that cannot export."""
    if "exports" not in getattr(spec.config, "tools", ()):
        return ()
    return tuple(SideEffect.objects.filter(node_run=node, kind="export").order_by("id"))


def _outputs(node: NodeRun, spec: NodeSpec, artifacts: Sequence[ArtifactRow]) -> tuple[OutputRow, ...]:
    values = OutputValue.objects.filter(node_run=node, is_current=True).select_related("artifact", "chosen_by")
    current = {value.name: value for value in values}
    is_open = executor_spec(node.node_type).converses or not node.is_terminal  # a trigger gives what it has, once
    return tuple(_output(output, current.get(output.name), artifacts, is_open=is_open) for output in spec.outputs)


def _output(
    spec: OutputSpec, value: OutputValue | None, artifacts: Sequence[ArtifactRow], *, is_open: bool
) -> OutputRow:
    return OutputRow(
        name=spec.name,
        type=spec.type,
        description=spec.description,
        required=spec.required and is_open,
        is_set=value is not None,
        text=value.text if value else "",
        artifact=artifact_row(value.artifact) if value and value.artifact else None,
        reason=value.reason if value else "",
        chosen_by=full_name(value.chosen_by) if value else "",
        candidates=tuple(row for row in artifacts if accepts(spec.type, row.type, row.name)),
    )


def _inputs(node: NodeRun, titles: dict[str, str]) -> tuple[InputRow, ...]:
    return tuple(_input(name, entry, titles) for name, entry in node.inputs.items())


def _input(name: str, entry: dict[str, Any], titles: dict[str, str]) -> InputRow:
    source = ""
    if entry.get("source"):
        key, _dot, output = str(entry["source"]).partition(".")
        number = entry.get("source_version")
        source = _("%(output)s of %(node)s") % {"output": output, "node": titles.get(key, key)}
        source += f" (v{number})" if number and number > 1 else ""
    return InputRow(
        name=name,
        type=str(entry.get("type", "text")),
        text=str(entry.get("value", ""))[:TEXT_PREVIEW],
        file_name=str(entry.get("name", "")) if entry.get("blob") else "",
        source=source,
    )


def _unfinished_upstream(run: Run, node: NodeRun) -> tuple[str, ...]:
    """Name the nodes that a node not yet reached still waits for. No query for a node that was reached."""
    if node.status != NodeStatus.PENDING:
        return ()
    graph = version_graph(run.version_id)
    done = set(NodeRun.objects.filter(run=run, is_latest=True, status=NodeStatus.DONE).values_list("key", flat=True))
    missing: Sequence[str] = [key for key in graph.graph.parents(node.key) if key not in done]
    return tuple(graph.specs[key].title for key in missing)
