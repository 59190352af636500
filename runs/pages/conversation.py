"""The conversation of a node version, a page at a time: its messages with their tool calls and files.

Pages lie before, after or around a message (keyset by ordinal), so the last one costs what the first does; whatever it
holds, a page takes the same few queries. What an earlier branch holds is read when somebody opens it.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Prefetch, QuerySet
from django.db.models.functions import Left

from runs.models import Artifact, Attachment, Message, MessageDelta, NodeRun, ToolCall
from runs.money import Cost, cost_of
from runs.pages.chat.file_rows import FileRow, file_rows
from runs.pages.chat.tool_rows import SHOWN_CHARS, ToolRow, tool_row
from runs.pages.people import full_name
from runs.states import MessageStatus

PAGE_MESSAGES = 50  # in the page at first and with each further fetch


@dataclass(frozen=True)
class TurnSpent:
    """What a turn used so far, with its tool calls and the choice of outputs."""

    input_tokens: int
    output_tokens: int
    cost: Cost | None


@dataclass(frozen=True)
class MessageRow:
    """One message. `kind`: task (the node's own opening), person, agent or summary.

    `files` came with it, `made` was written by its tool calls. `earlier`: how many messages of an earlier branch stand
    behind it. `turns`: how many a summary stands for. `spent`: what the turn used that it ends.
    """

    public_id: str
    ordinal: int
    kind: str
    author: str
    author_id: int
    text: str
    status: str
    at: datetime
    tools: tuple[ToolRow, ...] = ()
    files: tuple[FileRow, ...] = ()
    made: tuple[FileRow, ...] = ()
    earlier: int = 0
    turns: int = 0
    spent: TurnSpent | None = None

    @property
    def is_streaming(self) -> bool:
        """Say whether its text still grows."""
        return self.status == MessageStatus.STREAMING


@dataclass(frozen=True)
class Conversation:
    """A stretch of messages, oldest first, and whether more lie before and after it."""

    messages: tuple[MessageRow, ...]
    has_earlier: bool = False
    has_later: bool = False

    @property
    def first(self) -> int:
        """The ordinal of the oldest one here; 0 where there is none."""
        return self.messages[0].ordinal if self.messages else 0

    @property
    def last(self) -> int:
        """The ordinal of the newest one here; 0 where there is none."""
        return self.messages[-1].ordinal if self.messages else 0


def latest_messages(node_run: NodeRun, before: int | None = None) -> Conversation:
    """Read the last messages, or those before an ordinal."""
    rows = _messages().filter(node_run=node_run, superseded_by=None)
    if before is not None:
        rows = rows.filter(ordinal__lt=before)
    found = list(rows.order_by("-ordinal")[: PAGE_MESSAGES + 1])
    shown = _rows(reversed(found[:PAGE_MESSAGES]))
    return Conversation(shown, has_earlier=len(found) > PAGE_MESSAGES, has_later=before is not None)


def messages_after(node_run: NodeRun, after: int) -> Conversation:
    """Read what was said after an ordinal, a page of it."""
    rows = _messages().filter(node_run=node_run, superseded_by=None, ordinal__gt=after)
    found = list(rows[: PAGE_MESSAGES + 1])
    return Conversation(_rows(found[:PAGE_MESSAGES]), has_earlier=True, has_later=len(found) > PAGE_MESSAGES)


def messages_around(node_run: NodeRun, message: Message) -> Conversation:
    """Read a page with a message in its middle; of an earlier branch, the message that began the other one instead."""
    while message.superseded_by is not None:
        message = message.superseded_by
    half = PAGE_MESSAGES // 2
    rows = _messages().filter(node_run=node_run, superseded_by=None)
    until = list(rows.filter(ordinal__lte=message.ordinal).order_by("-ordinal")[: half + 1])
    after = list(rows.filter(ordinal__gt=message.ordinal)[: half + 1])
    shown = _rows([*reversed(until[:half]), *after[:half]])
    return Conversation(shown, has_earlier=len(until) > half, has_later=len(after) > half)


def earlier_branch(message: Message, after: int = 0) -> Conversation:
    """Read what a message replaced when it was said again, a page of it from an ordinal on."""
    found = list(_messages().filter(superseded_by=message, ordinal__gt=after)[: PAGE_MESSAGES + 1])
    return Conversation(_rows(found[:PAGE_MESSAGES]), has_later=len(found) > PAGE_MESSAGES)


def one_message(message: Message) -> MessageRow:
    """Read one message as it is now."""
    return _rows([_messages().get(pk=message.pk)])[0]


def raw_text(message: Message) -> str:
    """Give the text of a message exactly as the database has it, also while it streams."""
    if message.status != MessageStatus.STREAMING:
        return message.text
    text = "".join(MessageDelta.objects.filter(message=message).order_by("seq").values_list("text", flat=True))
    if text:
        return text
    message.refresh_from_db(fields=["text"])  # it may have ended between the two reads
    return message.text


def _messages() -> QuerySet[Message]:
    """Messages with what a page shows of them; the database cuts what tools read and wrote."""
    calls = ToolCall.objects.defer("arguments", "result").annotate(
        shown_arguments=Left("arguments", SHOWN_CHARS + 1), shown_result=Left("result", SHOWN_CHARS + 1)
    )
    made = Artifact.objects.filter(tool_call__isnull=False).order_by("id")
    calls = calls.prefetch_related(Prefetch("artifacts", made))
    files = Attachment.objects.select_related("artifact")
    later = Message.objects.filter(attempt=OuterRef("attempt"), ordinal__gt=OuterRef("ordinal"))
    rows = Message.objects.select_related("author", "attempt").defer("parts").order_by("ordinal")
    rows = rows.annotate(ends_turn=~Exists(later))
    return rows.prefetch_related(Prefetch("tool_calls", calls), Prefetch("attachments", files))


def _rows(messages: Iterable[Message]) -> tuple[MessageRow, ...]:
    found = list(messages)
    streaming = _streamed([message.pk for message in found if message.status == MessageStatus.STREAMING])
    earlier = _earlier([message.pk for message in found if message.parent_id is not None])
    return tuple(
        _row(message, streaming.get(message.pk, message.text), earlier.get(message.pk, 0)) for message in found
    )


def _streamed(ids: Sequence[int]) -> dict[int, str]:
    """Join the deltas of streaming messages: message → text so far."""
    pieces: dict[int, list[str]] = defaultdict(list)
    if ids:
        deltas = MessageDelta.objects.filter(message_id__in=ids).order_by("seq")
        for message_id, text in deltas.values_list("message_id", "text"):
            pieces[message_id].append(text)
    return {message_id: "".join(texts) for message_id, texts in pieces.items()}


def _earlier(ids: Sequence[int]) -> dict[int, int]:
    """Count what messages replaced: message → number."""
    if not ids:
        return {}
    rows = Message.objects.filter(superseded_by__in=ids).order_by().values("superseded_by").annotate(count=Count("pk"))
    return {int(row["superseded_by"] or 0): row["count"] for row in rows}


def _row(message: Message, text: str, earlier: int) -> MessageRow:
    author: Any = message.author
    return MessageRow(
        public_id=message.public_id,
        ordinal=message.ordinal,
        kind=message_kind(message),
        author=full_name(author),
        author_id=author.pk if author else 0,
        text=text,
        status=message.status,
        at=message.created_at,
        tools=tuple(tool_row(call) for call in message.tool_calls.all()),
        files=file_rows(attachment.artifact for attachment in message.attachments.all()),
        made=file_rows(made for call in message.tool_calls.all() for made in call.artifacts.all()),
        earlier=earlier,
        turns=message.covers_turns or 0,
        spent=_spent(message),
    )


def _spent(message: Any) -> TurnSpent | None:
    """Say what a turn used, at the agent's message that ends it."""
    attempt = message.attempt
    if (
        message_kind(message) != "agent"
        or not message.ends_turn
        or message.tool_calls.all()
        or not attempt.input_tokens
    ):
        return None
    return TurnSpent(attempt.input_tokens, attempt.output_tokens, cost_of([attempt]))


def message_kind(message: Message) -> str:
    """Say who speaks: summary, agent, person or task."""
    if message.role == Message.Role.SUMMARY:
        return "summary"
    if message.role == Message.Role.ASSISTANT:
        return "agent"
    return "person" if message.author_id else "task"
