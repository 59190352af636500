"""Making room in a full context: the model's own summary of the oldest turns, stored as a message that says so.

Runs on a host, before a turn asks the model; fenced by the attempt like everything it records. Not here: what is chosen
(`runs/agent/memory/context.py`) and how it is written (`runs/agent/memory/summary.py`).
"""

import time
from dataclasses import dataclass, replace
from typing import LiteralString

from django.conf import settings

from runs import sql
from runs.agent.budget import Budget, exceeded, remaining_s
from runs.agent.memory.context import Summary, is_full, older_entries, turns_in
from runs.agent.memory.summary import summarise
from runs.agent.model import ChatMessage, Model
from runs.agent.parts import Text
from runs.agent.tokens import estimate_messages, estimate_tokens
from runs.agent.tools.base import Tool
from runs.chat import Fenced, spent_of
from runs.conversation import Turn
from runs.desk import Desk
from runs.executors.base import Job, Spent
from runs.ticker import storable
from runs.transitions.ledger import open_run
from runs.transitions.spending import COUNT_SPENT, spent_values
from spaces.ids import new_id

ANSWER_SHARE = 4  # an answer may take a quarter of the model's context
SUMMARY_SHARE = 16  # a summary takes at most a sixteenth
CHARS_PER_TOKEN = 1.5  # of what is summarised in one question: about half of the context, whatever the language
STILL_RUNNING = "SELECT 1 FROM runs_attempt WHERE id = %s AND status = 'running'"
INSERT_SUMMARY = """
INSERT INTO runs_message (public_id, node_run_id, ordinal, role, attempt_id, text, parts, status, delta_count,
                          created_at, finished_at, covers_first, covers_last, covers_turns)
SELECT %s, %s, COALESCE(max(ordinal), 0) + 1, 'summary', %s, %s, '{}', 'complete', 0, now(), now(), %s, %s, %s
FROM runs_message WHERE node_run_id = %s RETURNING id
"""
COUNT_TOKENS: LiteralString = "UPDATE runs_attempt SET" + COUNT_SPENT + "WHERE id = %s"


@dataclass(frozen=True)
class Room:
    """What else is sent with the conversation. `system`: the system prompt."""

    system: str
    tools: tuple[Tool, ...]
    budget: Budget

    @property
    def fixed_tokens(self) -> int:
        """Tokens that are taken whatever was said: system prompt, tools and the room for an answer."""
        tools = sum(estimate_tokens(f"{tool.spec.description}{tool.spec.parameters}") for tool in self.tools)
        system = estimate_messages([ChatMessage("system", (Text(self.system),))])
        return system + tools + answer_tokens()


def answer_tokens() -> int:
    """How long an answer may be."""
    return int(settings.AIME_MODEL["context_tokens"]) // ANSWER_SHARE


async def with_room(
    job: Job, turn: Turn, room: Room, model: Model, desk: Desk, *, refused: bool = False
) -> tuple[Turn, Budget]:
    """Summarise the oldest turns where the conversation would not fit; returns the turn as it is then sent.

    `refused`: the endpoint has said that it does not fit, whatever we counted. What the summary used and how long it
    took counts against the turn's budget. Raises ModelError, Fenced.
    """
    window = int(settings.AIME_MODEL["context_tokens"])
    fixed = room.fixed_tokens
    if not refused and not is_full(turn.context, fixed_tokens=fixed, window=window):
        return turn, room.budget
    older = older_entries(turn.context, question=turn.question, fixed_tokens=fixed, window=window)
    if not older or exceeded(replace(room.budget, tool_rounds=None), turn.spent, 0):
        return turn, room.budget  # one long turn, or nothing left to spend: the call itself says what is wrong
    before, began = turn.context.summary, time.monotonic()
    text, usage = await summarise(
        model,
        older,
        before,
        room_chars=int(window * CHARS_PER_TOKEN),
        max_tokens=max(64, window // SUMMARY_SHARE),
        timeout_s=remaining_s(room.budget, 0),
    )
    first = before.first if before else older[0].ordinal
    summary = Summary(storable(text), first, older[-1].ordinal, turns_in(older, before))
    await desk.db(store_summary, job, summary, spent_of(model.name, usage))
    spent = turn.spent.with_usage(usage)
    seconds = remaining_s(room.budget, time.monotonic() - began)
    return replace(turn, context=turn.context.summarised(summary), spent=spent), replace(room.budget, seconds=seconds)


def store_summary(job: Job, summary: Summary, used: Spent) -> int:
    """Add the summary to the conversation with what it cost, and announce it; returns the message's id."""
    with open_run(job.run_id) as ledger:
        if sql.row(STILL_RUNNING, (job.attempt_id,)) is None:
            raise Fenced
        covers = summary.first, summary.last, summary.turns
        values = (new_id(), job.node_run_id, job.attempt_id, summary.text, *covers, job.node_run_id)
        found = sql.row(INSERT_SUMMARY, values)
        assert found is not None, "an aggregate always gives a row"
        sql.later(COUNT_TOKENS, (*spent_values(used), job.attempt_id))
        ledger.event("message.added", ledger.nodes[job.key], message_id=found[0])
        return int(found[0])
