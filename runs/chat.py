"""The recorder of an agent's turn: its events become rows, fenced by the attempt.

Text goes through the host's ticker; everything else is one short transaction each, on a thread. A tool call's
row exists before the tool runs and is completed in one commit with its artifacts.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, LiteralString

from django.utils import timezone

from runs import sql
from runs.agent.loop import AgentEvent, MessageFinished, MessageStarted, ToolFinished, ToolStarted
from runs.agent.model import TextDelta, Usage
from runs.agent.parts import Part, ToolUse, parts_to_json, text_of
from runs.agent.tools.base import ArtifactWrite, ToolOutcome
from runs.artifacts import NewArtifact, store_artifact
from runs.desk import Desk
from runs.executors.base import Job, Spent
from runs.models import ToolCall
from runs.models.tool_call import CALL_ID_CHARS
from runs.money import cost_of_call
from runs.states import MessageStatus
from runs.ticker import storable
from runs.transitions.ledger import Ledger, open_run
from runs.transitions.spending import COUNT_SPENT, spent_values
from spaces.ids import new_id

STREAMING = "SELECT id FROM runs_message WHERE attempt_id = %s AND status = 'streaming'"
STILL_RUNNING = "SELECT 1 FROM runs_attempt WHERE id = %s AND status = 'running'"
START_MESSAGE = """
INSERT INTO runs_message (public_id, node_run_id, ordinal, role, attempt_id, text, parts, status, delta_count,
                          created_at)
SELECT %s, %s, COALESCE(max(ordinal), 0) + 1, 'assistant', %s, '', '{}', 'streaming', 0, now()
FROM runs_message WHERE node_run_id = %s RETURNING id
"""
COUNT_TOKENS: LiteralString = (
    """
UPDATE runs_attempt SET context_tokens = %s, first_token_at = COALESCE(first_token_at, %s),
"""  # noqa: S608  (constants alone)
    + COUNT_SPENT
    + """
WHERE id = %s AND EXISTS (SELECT 1 FROM runs_message WHERE id = %s AND status = 'streaming')
"""
)
NOTE_EFFECT = """
INSERT INTO runs_sideeffect (node_run_id, attempt_id, kind, key, target, result, created_at)
VALUES (%s, %s, %s, %s, %s, %s, now()) ON CONFLICT (node_run_id, key) DO NOTHING
"""
NOTHING = Spent()


class Fenced(Exception):
    """The attempt is no longer running: it was cancelled, stopped or lost. Drop the work."""


class Recorder:
    """Records one attempt. `message_id` is the message that streams, or the last one that did."""

    def __init__(self, job: Job, desk: Desk, last_message_id: int | None, model: str) -> None:
        self._job, self._desk, self._model = job, desk, model
        self.message_id = last_message_id
        self._first_token_at: datetime | None = None

    async def record(self, event: AgentEvent, *, side_effects: bool = False) -> None:
        """Store one event before the loop goes on. Raises Fenced."""
        match event:
            case TextDelta(text=text) if self.message_id is not None:
                self._first_token_at = self._first_token_at or timezone.now()
                self._desk.ticker.add(self.message_id, text)
            case MessageStarted():
                self.message_id = await self._desk.db(start_message, self._job)
                self._desk.ticker.open(self._job.run_id, self.message_id)
            case MessageFinished(parts=parts, usage=usage) if self.message_id is not None:
                self._desk.ticker.close(self.message_id)
                spent = spent_of(self._model, usage)
                await self._desk.db(finish_message, self._job, self.message_id, parts, spent, self._first_token_at)
            case ToolStarted(call=call) if self.message_id is not None:
                await self._desk.db(start_call, self._job, self.message_id, call, side_effects)
            case ToolFinished(call=call, outcome=outcome) if self.message_id is not None:
                await self._desk.db(finish_call, self._job, self.message_id, call, outcome)

    def abandon(self) -> None:
        """Stop taking text; whoever ended the attempt keeps what was written."""
        if self.message_id is not None:
            self._desk.ticker.close(self.message_id)


def start_message(job: Job) -> int:
    """Add the agent's message, streaming, and announce it."""
    with open_run(job.run_id) as ledger:
        _fence(job)
        streaming = sql.row(STREAMING, (job.attempt_id,))
        if streaming is not None:  # our own commit, whose answer was lost
            return int(streaming[0])
        found = sql.row(START_MESSAGE, (new_id(), job.node_run_id, job.attempt_id, job.node_run_id))
        assert found is not None, "an aggregate always gives a row"
        _event(ledger, job, "message.started", found[0])
        return int(found[0])


def finish_message(
    job: Job, message_id: int, parts: Iterable[Part], spent: Spent = NOTHING, first_token_at: datetime | None = None
) -> None:
    """Give the message its whole text and parts; its deltas go. What it cost is counted with it, however the attempt
    ends; done twice it counts once.
    """
    parts = tuple(parts)
    with open_run(job.run_id) as ledger:
        _fence(job)
        context = spent.input_tokens + spent.output_tokens
        sql.later(COUNT_TOKENS, (context, first_token_at, *spent_values(spent), job.attempt_id, message_id))
        text = storable(text_of(parts))
        ledger.closing.append(
            {"message_id": message_id, "status": MessageStatus.COMPLETE, "text": text, "parts": _storable_json(parts)}
        )


def start_call(job: Job, message_id: int, call: ToolUse, side_effects: bool) -> None:
    """Record a tool call before it runs; a resumed call keeps its row."""
    with open_run(job.run_id) as ledger:
        _fence(job)
        ToolCall.objects.get_or_create(
            message_id=message_id,
            call_id=storable(call.call_id)[:CALL_ID_CHARS],
            defaults={
                "ordinal": ToolCall.objects.filter(message_id=message_id).count() + 1,
                "name": storable(call.name)[:100],
                "arguments": storable(call.arguments),
                "side_effects": side_effects,
            },
        )
        _event(ledger, job, "message.tool", message_id)


def finish_call(job: Job, message_id: int, call: ToolUse, outcome: ToolOutcome) -> None:
    """Complete a tool call together with what it wrote."""
    with open_run(job.run_id) as ledger:
        _fence(job)
        row = ToolCall.objects.get(message_id=message_id, call_id=storable(call.call_id)[:CALL_ID_CHARS])
        if row.status != ToolCall.Status.RUNNING:
            return
        row.status = ToolCall.Status.FAILED if outcome.is_error else ToolCall.Status.DONE
        row.result, row.finished_at = storable(outcome.text), timezone.now()
        row.save(update_fields=["status", "result", "finished_at"])
        _store(ledger, job, outcome.writes, tool_call_id=row.pk)
        _note(job, outcome)
        _event(ledger, job, "message.tool", message_id)


def spent_of(model: str, usage: Usage) -> Spent:
    """Say what a call used and, where its model has a price now, what that costs."""
    return Spent(usage.input_tokens, usage.output_tokens, cost_of_call(model, usage))


def keep_artifacts(job: Job, writes: Iterable[ArtifactWrite]) -> None:
    """Store artifacts that no tool call wrote (an answer kept as a file)."""
    with open_run(job.run_id) as ledger:
        _fence(job)
        _store(ledger, job, writes, tool_call_id=None)


def _store(ledger: Ledger, job: Job, writes: Iterable[ArtifactWrite], *, tool_call_id: int | None) -> None:
    for write in writes:
        new = NewArtifact(write.type, storable(write.name), write.content, storable(write.url or ""))
        artifact = store_artifact(job.node_run_id, new, tool_call_id=tool_call_id)
        ledger.event("artifact.added", ledger.nodes[job.key], a=artifact.public_id)


def _note(job: Job, outcome: ToolOutcome) -> None:
    """Put an outward act into the ledger, in the transaction of its result."""
    done = outcome.effect
    if done is not None:
        texts = storable(done.target), storable(outcome.text)
        sql.later(NOTE_EFFECT, (job.node_run_id, job.attempt_id, done.kind, done.key, *texts))


def _event(ledger: Ledger, job: Job, kind: str, message_id: int) -> None:
    public_id = sql.rows("SELECT public_id FROM runs_message WHERE id = %s", (message_id,))[0][0]
    ledger.event(kind, ledger.nodes[job.key], message_id=message_id, m=public_id)


def _fence(job: Job) -> None:
    if sql.row(STILL_RUNNING, (job.attempt_id,)) is None:
        raise Fenced


def _storable_json(parts: tuple[Part, ...]) -> dict[str, Any]:
    """Give the parts as JSON that PostgreSQL can hold: `jsonb` knows neither NUL nor lone surrogates."""

    def clean(value: Any) -> Any:
        if isinstance(value, str):
            return storable(value)
        if isinstance(value, list):
            return [clean(item) for item in value]
        return {key: clean(item) for key, item in value.items()} if isinstance(value, dict) else value

    document: dict[str, Any] = clean(parts_to_json(parts))
    return document
