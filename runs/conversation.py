"""The conversation of a node version as the agent sees it, read from rows.

What was interrupted (lost, or done again) is out of the context, and so is an earlier branch; what a person stopped
stays, as far as it came. Where a summary stands for older turns, they are not read at all.
Nothing here writes.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.db.models import Sum

from runs.agent.budget import Spent
from runs.agent.memory.context import Context, Entry, Summary
from runs.agent.memory.images import within_limits
from runs.agent.model import ChatMessage, Usage
from runs.agent.output_plan import OutputSpec
from runs.agent.parts import Part, Text, ToolResult, ToolUse, parts_from_json, tool_uses
from runs.agent.prompt import PromptInput, message_with_files, opening_message, system_prompt
from runs.agent.tools import tools_for
from runs.agent.tools.base import Tool
from runs.artifacts import blob_content
from runs.inputs import as_told
from runs.models import Artifact, Attachment, Attempt, Message, NodeRun, ToolCall
from runs.models.tool_call import CALL_ID_CHARS
from runs.sight import image_limits, pictures
from runs.states import AttemptStatus, MessageStatus
from spaces.models import Space
from workflows.document import NodeSpec

CHARS_PER_CONTEXT_TOKEN = 1.5  # the share of all inputs in the opening message: about half of the context
INTERRUPTED = "This call was interrupted before it gave a result. It may or may not have had its effect."


@dataclass(frozen=True)
class Turn:
    """What an attempt continues from. `question`: the ordinal of the message that it answers.

    `pending`: calls of the last message that have no result yet. `answered`: the agent's last message is whole and
    asks for nothing, so only the outputs are left to collect. `last_message_id` is that message's row.
    """

    context: Context
    question: int
    pending: tuple[ToolUse, ...]
    answered: bool
    last_message_id: int | None
    spent: Spent

    @property
    def messages(self) -> tuple[ChatMessage, ...]:
        """What the model is sent, without the system prompt."""
        return self.context.messages


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
    return opening_with(spec, [_prompt_input(name, entry) for name, entry in as_told(inputs).items()])


def opening_with(spec: NodeSpec, values: Sequence[PromptInput]) -> str:
    """Render the first message of a task with these values, also where there is no run: in a preview."""
    config: Any = spec.config
    share = int(settings.AIME_MODEL["context_tokens"] * CHARS_PER_CONTEXT_TOKEN)
    can_read_files = "files" in config.tools and not settings.AIME_MODEL["embedded"]
    return opening_message(config.prompt, values, share, can_read_files=can_read_files)


def load_turn(node_run_id: int, message_id: int, *, can_read_files: bool = True, with_images: bool = False) -> Turn:
    """Read the conversation up to now and how far the turn that answers `message_id` has come.

    `with_images`: the model sees images, so they are part of their messages, as far as the limits allow.
    """
    summary = latest_summary(node_run_id)
    rows = _rows(node_run_id, summary)
    results = _results(row.pk for row in rows)
    files = _Files(node_run_id, rows, can_read_files=can_read_files, with_images=with_images)
    question = next(index for index, row in enumerate(rows) if row.pk == message_id)
    answers = rows[question + 1 :]
    entries: list[Entry] = []
    pending: tuple[ToolUse, ...] = ()
    for row in rows:
        parts = files.parts_of(row)
        if not parts:
            continue
        asks = row.role == Message.Role.USER
        messages = [ChatMessage("user" if asks else "assistant", parts)]
        uses = tool_uses(parts)
        if uses:
            open_calls = answers and row.pk == answers[-1].pk
            given = [result for use in uses if (result := _result(results, row.pk, use, final=not open_calls))]
            pending = tuple(use for use in uses if use.call_id not in {result.call_id for result in given})
            if given or not pending:
                messages.append(ChatMessage("tool", tuple(given)))
        entries.append(Entry(row.ordinal, tuple(messages), asks))
    last = answers[-1] if answers else None
    answered = last is not None and last.status == MessageStatus.COMPLETE and not tool_uses(_parts(last))
    rounds = sum(1 for row in answers if tool_uses(_parts(row))) - (1 if pending else 0)
    context = Context(within_limits(entries, image_limits()), summary)
    return Turn(
        context, rows[question].ordinal, pending, answered, last.pk if last else None,
        _spent(node_run_id, message_id, rounds),
    )  # fmt: skip


def latest_summary(node_run_id: int) -> Summary | None:
    """Find the summary that stands for the most, on the branch that goes on."""
    found = Message.objects.filter(node_run_id=node_run_id, role=Message.Role.SUMMARY, status=MessageStatus.COMPLETE)
    row = found.filter(superseded_by=None).order_by("covers_last", "ordinal").last()
    if row is None or row.covers_first is None or row.covers_last is None or row.covers_turns is None:
        return None
    return Summary(row.text, row.covers_first, row.covers_last, row.covers_turns)


def _rows(node_run_id: int, summary: Summary | None) -> list[Message]:
    """Read the messages that the agent sees; what a summary stands for is not even loaded."""
    rows = Message.objects.filter(node_run_id=node_run_id, superseded_by=None).exclude(role=Message.Role.SUMMARY)
    rows = rows.exclude(status__in=[MessageStatus.INTERRUPTED, MessageStatus.STREAMING])
    if summary is not None:
        rows = rows.exclude(ordinal__range=(summary.first, summary.last))
    return list(rows.order_by("ordinal"))


class _Files:
    """The files that came with messages and the images among the inputs, as the agent is told of them."""

    def __init__(self, node_run_id: int, rows: Sequence[Message], *, can_read_files: bool, with_images: bool) -> None:
        self._share = int(settings.AIME_MODEL["context_tokens"] * CHARS_PER_CONTEXT_TOKEN / 2)
        self._can_read_files = can_read_files
        self._by_message: dict[int, list[Artifact]] = defaultdict(list)
        asked = [row.pk for row in rows if row.author_id is not None]
        found = Attachment.objects.filter(message_id__in=asked).select_related("artifact")
        for attachment in found.order_by("message_id", "place"):
            self._by_message[attachment.message_id].append(attachment.artifact)
        self._given = _images_given(node_run_id) if with_images else []
        blobs = [file.blob_id for files in self._by_message.values() for file in files if file.blob_id]
        self._pictures = pictures([*blobs, *(blob for _name, blob in self._given)]) if with_images else {}

    def parts_of(self, row: Message) -> tuple[Part, ...]:
        """Give the parts of a message; a person's with its files, the opening one with the images that it names."""
        if row.role == Message.Role.USER and row.author_id is None:
            return (*_parts(row), *self._shown(self._given))
        artifacts = self._by_message[row.pk]
        if not artifacts:
            return _parts(row)
        files = [self._attached(place, artifact) for place, artifact in enumerate(artifacts, start=1)]
        text = message_with_files(row.text, files, self._share, can_read_files=self._can_read_files)
        return (Text(text), *self._shown((item.name, item.blob_id or "") for item in artifacts))

    def _attached(self, place: int, artifact: Artifact) -> PromptInput:
        name = f"file{place}"
        if artifact.blob_id in self._pictures:
            return PromptInput(name, "image", artifact_name=artifact.name)
        return _prompt_input(name, {"type": artifact.type, "name": artifact.name, "blob": artifact.blob_id})

    def _shown(self, files: Iterable[tuple[str, str]]) -> tuple[Part, ...]:
        found = ((name, self._pictures.get(blob)) for name, blob in files)
        return tuple(replace(picture, name=name) for name, picture in found if picture is not None)


def _images_given(node_run_id: int) -> list[tuple[str, str]]:
    """List the inputs of type image: (file name, SHA-256)."""
    entries = as_told(NodeRun.objects.values_list("inputs", flat=True).get(pk=node_run_id)).values()
    return [(entry["name"], entry["blob"]) for entry in entries if entry["type"] == "image" and "blob" in entry]


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
