"""The agent task: talk with the model until it answers, then collect the node's outputs. Runs on a host."""

import hashlib
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings

from runs.agent import outputs as collecting
from runs.agent.answers import answer_as_artifact
from runs.agent.budget import Budget
from runs.agent.errors import ContextTooLong, ModelError
from runs.agent.loop import AgentRequest, Finished, MessageFinished, Stopped, ToolStarted, run
from runs.agent.model import ChatMessage, Model, Usage
from runs.agent.outputs import Candidate, OutputSpec, OutputsUnreadable
from runs.agent.parts import Text, text_of
from runs.agent.tools.base import Tool, ToolBroken
from runs.agent.workspace import FileInfo, Workspace
from runs.artifacts import blob_content, latest_artifacts
from runs.chat import Fenced, Recorder, keep_artifacts, spent_of
from runs.conversation import Turn, load_turn, system_text, tools_of
from runs.desk import Desk
from runs.executors.base import Done, Dropped, Failed, Job, Outcome, OutputChoice, Spent
from runs.exports.attempt import AttemptExports
from runs.exports.folder import ExportFolder
from runs.graphs import version_graph
from runs.inputs import as_told
from runs.models import Attempt, Blob, NodeRun, OutputValue, SideEffect
from runs.sight import sees
from runs.summaries import Room, answer_tokens, with_room
from runs.ticker import storable
from runs.transitions import leases
from workflows.document import NodeSpec

EXCERPT_BYTES = 4096
READ_TOOL = "files_read"
NO_MODEL = (
    "No model is configured. Set OPENAI_BASE_URL (and OPENAI_API_KEY, AIME_MODEL), or AIME_EMBEDDED_MODEL, "
    "and start Aime again."
)
NO_EXPORT_FOLDER = (
    "This node exports files, and there is no folder for exports here. Set AIME_EXPORT_DIR and start Aime again."
)


@dataclass
class Work:
    """Everything one attempt needs, read in one go."""

    job: Job
    spec: NodeSpec
    turn: Turn
    system: str
    tools: tuple[Tool, ...]
    files: dict[str, tuple[str, int]]  # name → (sha256, bytes): the node's artifacts and the files among its inputs
    links: dict[str, str]
    effects: dict[str, str]  # outward acts of this node version: key → what the model was told
    below: tuple[str, ...]  # where its exports go


class TaskExecutor:
    """Executes nodes of type `task`."""

    async def execute(self, job: Job, desk: Desk) -> Outcome:
        """Run one turn and collect its outputs."""
        if not settings.AIME_MODEL["base_url"]:
            return Failed("no_model", NO_MODEL)
        work = await desk.db(_load, job)
        config: Any = work.spec.config
        if "exports" in config.tools and settings.AIME_EXPORT_DIR is None:
            return Failed("no_export_folder", NO_EXPORT_FOLDER)
        model = desk.model(config.model)
        recorder = Recorder(job, desk, work.turn.last_message_id, model.name)
        usage = _Used(model.name)
        try:
            stopped, said = await _talk(job, work, model, recorder, desk)
            if stopped is not None:
                return Failed(stopped.kind, stopped.reason, spent=usage.spent)
            return await _collect(job, work, model, said, usage, desk)
        except Fenced:
            return Dropped()
        except ModelError as error:
            return Failed(
                error.kind, str(error), detail=error.provider_message, transient=error.transient,
                retry_after_s=error.retry_after_s, spent=usage.spent,
            )  # fmt: skip
        except ToolBroken as error:
            return Failed(error.kind, str(error), detail=error.detail, transient=error.transient, spent=usage.spent)
        except OutputsUnreadable as error:
            usage.add(error.usage)
            return Failed("outputs_unreadable", error.message, transient=True, spent=usage.spent)
        finally:
            recorder.abandon()


class _Used:
    """Tokens of this attempt that no message carries: those of choosing outputs, also where that fails."""

    def __init__(self, model: str) -> None:
        self._model, self._usage = model, Usage()

    def add(self, usage: Usage) -> None:
        self._usage += usage

    @property
    def spent(self) -> Spent:
        return spent_of(self._model, self._usage)


async def _talk(
    job: Job, work: Work, model: Model, recorder: Recorder, desk: Desk
) -> tuple[Stopped | None, list[ChatMessage]]:
    """Converse, with older turns summarised where the context is full; once more where the endpoint says it is."""
    if work.turn.answered:
        return None, _said(work)
    config: Any = work.spec.config
    limits = config.limits
    budget = Budget(tool_rounds=limits.tool_rounds, seconds=limits.seconds, tokens=limits.tokens)
    turn, left = await with_room(job, work.turn, Room(work.system, work.tools, budget), model, desk)
    try:
        return await _converse(replace(work, turn=turn), left, model, recorder, desk)
    except ContextTooLong:
        again = await desk.db(_load, job)  # with what this attempt has said so far
        spent = again.turn.spent.with_usage(await desk.db(_usage_of, job))
        again.turn = replace(again.turn, spent=spent)
        room = Room(work.system, work.tools, left)
        turn, left = await with_room(job, again.turn, room, model, desk, refused=True)
        if turn.context == again.turn.context:
            raise
        return await _converse(replace(again, turn=turn), left, model, recorder, desk)


def _said(work: Work) -> list[ChatMessage]:
    return [ChatMessage("system", (Text(work.system),)), *work.turn.messages]


async def _converse(
    work: Work, budget: Budget, model: Model, recorder: Recorder, desk: Desk
) -> tuple[Stopped | None, list[ChatMessage]]:
    """Run the loop, recording every event before it goes on; returns how it stopped and the whole conversation."""
    said = _said(work)
    request = AgentRequest(
        messages=tuple(said),
        max_tokens=answer_tokens(),
        pending=work.turn.pending,
        spent=work.turn.spent,
        load=lambda sha256: desk.db(blob_content, sha256),
    )
    effects = {tool.spec.name: tool.side_effects for tool in work.tools}
    workspace = _workspace(work, desk)
    async with aclosing(run(request, model=model, tools=work.tools, workspace=workspace, budget=budget)) as events:
        async for event in events:
            side_effects = isinstance(event, ToolStarted) and effects.get(event.call.name, False)
            await recorder.record(event, side_effects=side_effects)
            if isinstance(event, MessageFinished):
                said.append(ChatMessage("assistant", event.parts))
            elif isinstance(event, Stopped):
                return event, said
            elif isinstance(event, Finished):
                break
    return None, said


async def _collect(job: Job, work: Work, model: Model, said: list[ChatMessage], used: _Used, desk: Desk) -> Outcome:
    """Choose the outputs: kept answer, one question where there is something to decide, reasons stored."""
    if not work.spec.outputs:
        return Done(spent=used.spent)
    specs = await desk.db(_output_specs, job, work.spec)
    candidates = await desk.db(_candidates, job)
    answer = text_of(said[-1].parts) if said[-1].role == "assistant" else ""
    kept = answer_as_artifact(answer, specs, candidates)
    if kept is not None:
        await desk.db(keep_artifacts, job, [kept])
        candidates = await desk.db(_candidates, job)
    plan = collecting.plan_choice(specs, candidates)
    room = int(settings.AIME_MODEL["context_tokens"] * 1.5)
    collected = await collecting.collect(model, plan, said, max_chars=room)
    used.add(collected.usage)
    chosen = await desk.db(_chosen, collected.choices, specs, job)
    return Done(chosen, missing="; ".join(item.message for item in collected.missing), spent=used.spent)


def _load(job: Job) -> Work:
    node = NodeRun.objects.select_related("run__space").get(pk=job.node_run_id)
    spec = version_graph(job.version_id).specs[job.key]
    assert job.message_id is not None, "a task always answers a message"
    tools = tools_of(spec)
    can_read = any(tool.spec.name == READ_TOOL for tool in tools)
    config: Any = spec.config
    artifacts = latest_artifacts(node.pk)
    files = {entry["name"]: _file(entry["blob"]) for entry in as_told(node.inputs).values() if "blob" in entry}
    files.update({item.name: (item.sha256, item.size_bytes) for item in artifacts if item.blob_id is not None})
    return Work(
        job=job,
        spec=spec,
        turn=load_turn(node.pk, job.message_id, can_read_files=can_read, with_images=sees(config.model)),
        system=system_text(node.run.space, spec),
        tools=tools,
        files=files,
        links={item.name: item.url for item in artifacts if item.url},
        effects=dict(SideEffect.objects.filter(node_run=node).values_list("key", "result")),
        below=(node.run.space.slug, node.run.public_id, f"{node.key}-v{node.number}"),
    )


def _usage_of(job: Job) -> Usage:
    """What this attempt has used so far."""
    return Usage(*Attempt.objects.values_list("input_tokens", "output_tokens").get(pk=job.attempt_id))


def _file(sha256: str) -> tuple[str, int]:
    return sha256, Blob.objects.values_list("size_bytes", flat=True).get(pk=sha256)


def _workspace(work: Work, desk: Desk) -> Workspace:
    async def load(name: str) -> bytes:
        return await desk.db(blob_content, work.files[name][0])

    async def is_ours() -> bool:
        return await desk.db(leases.is_running, work.job.attempt_id)

    root = settings.AIME_EXPORT_DIR
    exports = AttemptExports(ExportFolder(root), work.below, is_ours) if root is not None else None
    files = {name: FileInfo(size) for name, (_sha, size) in work.files.items()}
    return Workspace(files, load, work.links, work.effects, exports)


def _output_specs(job: Job, spec: NodeSpec) -> list[OutputSpec]:
    current = OutputValue.objects.filter(node_run_id=job.node_run_id, is_current=True, type="text")
    previous = dict(current.values_list("name", "text"))
    return [
        OutputSpec(o.name, o.type, o.description, o.required, previous.get(o.name))  # type: ignore[arg-type]
        for o in spec.outputs
    ]


def _candidates(job: Job) -> list[Candidate]:
    found = []
    for item in latest_artifacts(job.node_run_id):
        excerpt = item.url
        if item.blob_id is not None:
            excerpt = blob_content(item.blob_id)[:EXCERPT_BYTES].decode(errors="ignore") if item.type != "image" else ""
        found.append(Candidate(str(item.pk), item.type, item.name, item.revision, excerpt, item.size_bytes))  # type: ignore[arg-type]
    return found


def _chosen(choices: tuple[collecting.Choice, ...], specs: list[OutputSpec], job: Job) -> tuple[OutputChoice, ...]:
    """Turn the model's choices into values. A text that is kept stays byte-identical."""
    by_name = {spec.name: spec for spec in specs}
    hashes = {item.pk: item.sha256 for item in latest_artifacts(job.node_run_id)}
    chosen = []
    for choice in choices:
        spec, reason = by_name[choice.output], storable(choice.reason)
        if choice.candidate_id is not None:
            artifact = int(choice.candidate_id)
            chosen.append(OutputChoice(spec.name, spec.type, "", artifact, hashes[artifact], reason))
        elif choice.text is not None or choice.keep:
            text = (spec.previous or "") if choice.keep else storable(choice.text or "")
            digest = hashlib.sha256(text.encode()).hexdigest()
            chosen.append(OutputChoice(spec.name, spec.type, text, None, digest, reason))
    return tuple(chosen)
