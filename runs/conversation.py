"""The conversation of a node version as the agent sees it, read from rows.

What was interrupted (lost, or done again) is out of the context; what a person stopped stays, as far as it came.
Nothing here writes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Sum

from runs.agent.budget import Spent
from runs.agent.model import ChatMessage, Usage
from runs.agent.output_plan import OutputSpec
from runs.agent.parts import Part, Text, ToolResult, ToolUse, parts_from_json, tool_uses
from runs.agent.prompt import PromptInput, opening_message, system_prompt
from runs.agent.tools import tools_for
from runs.agent.tools.base import Tool
from runs.artifacts import blob_content
from runs.models import Attempt, Message, ToolCall
from runs.models.tool_call import CALL_ID_CHARS
from runs.states import AttemptStatus, MessageStatus
from spaces.models import Space
from workflows.document import NodeSpec

CHARS_PER_CONTEXT_TOKEN = 1.5  # the share of all inputs in the opening message: about half of the context
INTERRUPTED = "This call was interrupted before it gave a result. It may or may not have had its effect."


@dataclass(frozen=True)
class Turn:
    """What an attempt continues from.

    `pending`: calls of the last message that have no result yet. `answered`: the agent's last message is whole and
    asks for nothing, so only the outputs are left to collect. `last_message_id` is that message's row.
    """

    messages: tuple[ChatMessage, ...]
    pending: tuple[ToolUse, ...]
    answered: bool
    last_message_id: int | None
    spent: Spent


def tools_of(spec: NodeSpec) -> tuple[Tool, ...]:
    """Return the tools of a task.

    The embedded 1.5B writes nonsense files and repeats itself; without tools its streamed answer is kept as the file.
    """
    config: Any = spec.config
    return () if settings.AIME_MODEL["embedded"] else tools_for(config.tools)


def system_text(space: Space, spec: NodeSpec) -> str:
    """Render what the agent of a task is told before its first message."""
    specs = tuple(OutputSpec(o.name, o.type, o.description, o.required) for o in spec.outputs)  # type: ignore[arg-type]
    tools = [tool.spec for tool in tools_of(spec)]
    return system_prompt(space.name, space.instructions, spec.title, specs, tools)


def opening_text(spec: NodeSpec, inputs: dict[str, Any]) -> str:
    """Render the first message of a task: its prompt with the real inputs in delimited blocks."""
    return opening_with(spec, [_prompt_input(name, entry) for name, entry in inputs.items()])


def opening_with(spec: NodeSpec, values: Sequence[PromptInput]) -> str:
    """Render the first message of a task with these values, also where there is no run: in a preview."""
    config: Any = spec.config
    share = int(settings.AIME_MODEL["context_tokens"] * CHARS_PER_CONTEXT_TOKEN)
    can_read_files = "files" in config.tools and not settings.AIME_MODEL["embedded"]
    return opening_message(config.prompt, values, share, can_read_files=can_read_files)


def load_turn(node_run_id: int, message_id: int) -> Turn:
    """Read the conversation up to now and how far the turn that answers `message_id` has come."""
    rows = list(Message.objects.filter(node_run_id=node_run_id).exclude(status=MessageStatus.INTERRUPTED))
    rows = [row for row in rows if row.status != MessageStatus.STREAMING]
    results = _results(row.pk for row in rows)
    question = next(index for index, row in enumerate(rows) if row.pk == message_id)
    answers = rows[question + 1 :]
    messages: list[ChatMessage] = []
    pending: tuple[ToolUse, ...] = ()
    for row in rows:
        parts = _parts(row)
        if not parts:
            continue
        messages.append(ChatMessage("user" if row.role == Message.Role.USER else "assistant", parts))
        uses = tool_uses(parts)
        if uses:
            open_calls = answers and row.pk == answers[-1].pk
            given = [result for use in uses if (result := _result(results, row.pk, use, final=not open_calls))]
            pending = tuple(use for use in uses if use.call_id not in {result.call_id for result in given})
            if given or not pending:
                messages.append(ChatMessage("tool", tuple(given)))
    last = answers[-1] if answers else None
    answered = last is not None and last.status == MessageStatus.COMPLETE and not tool_uses(_parts(last))
    rounds = sum(1 for row in answers if tool_uses(_parts(row))) - (1 if pending else 0)
    return Turn(tuple(messages), pending, answered, last.pk if last else None, _spent(node_run_id, message_id, rounds))


def _spent(node_run_id: int, message_id: int, rounds: int) -> Spent:
    """What earlier attempts at the same message used: a crash does not renew the budget."""
    used = Attempt.objects.filter(node_run_id=node_run_id, message_id=message_id)
    used = used.filter(status__in=[AttemptStatus.LOST, AttemptStatus.FAILED])
    total = used.aggregate(i=Sum("input_tokens"), o=Sum("output_tokens"))
    return Spent(tool_rounds=max(0, rounds), usage=Usage(total["i"] or 0, total["o"] or 0))


def _parts(row: Message) -> tuple[Part, ...]:
    if row.parts:
        return parts_from_json(row.parts)
    return (Text(row.text),) if row.text else ()


def _results(message_ids: Iterable[int]) -> dict[tuple[int, str], ToolCall]:
    calls = ToolCall.objects.filter(message_id__in=list(message_ids))
    return {(call.message_id, call.call_id): call for call in calls}


def _result(
    results: dict[tuple[int, str], ToolCall], message_id: int, use: ToolUse, *, final: bool
) -> ToolResult | None:
    """Give the result of a call; None leaves it to be run. One with side effects that had begun is never repeated."""
    call = results.get((message_id, use.call_id[:CALL_ID_CHARS]))
    if call is not None and call.status in (ToolCall.Status.DONE, ToolCall.Status.FAILED):
        return ToolResult(use.call_id, use.name, call.result, is_error=call.status == ToolCall.Status.FAILED)
    if final or (call is not None and call.side_effects):
        return ToolResult(use.call_id, use.name, INTERRUPTED, is_error=True)
    return None


def _prompt_input(name: str, entry: dict[str, Any]) -> PromptInput:
    kind = entry["type"]
    if "blob" in entry:
        content = blob_content(entry["blob"])
        try:
            text: str | None = content.decode() if b"\x00" not in content else None  # NUL: no text, and no row takes it
        except UnicodeDecodeError:
            text = None
        return PromptInput(name, kind, text=text, artifact_name=entry.get("name"))
    if kind == "link":
        return PromptInput(name, kind, url=entry["value"])
    return PromptInput(name, kind, text=entry["value"], trusted=entry["source"] is None)
