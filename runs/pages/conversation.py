"""The conversation of a node version: its messages with their tool calls, and the text so far of one that streams."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from runs.models import Message, MessageDelta, NodeRun, ToolCall
from runs.pages.people import full_name
from runs.states import MessageStatus

PAGE_MESSAGES = 100  # in the page at first; earlier ones are fetched when asked for


@dataclass(frozen=True)
class ToolRow:
    """One tool call, folded to one line."""

    name: str
    what: str
    status: str
    arguments: str
    result: str


@dataclass(frozen=True)
class MessageRow:
    """One message. `kind`: task (the node's own opening), person or agent."""

    public_id: str
    ordinal: int
    kind: str
    author: str
    author_id: int
    text: str
    status: str
    at: datetime
    tools: tuple[ToolRow, ...] = ()

    @property
    def is_streaming(self) -> bool:
        """Say whether its text still grows."""
        return self.status == MessageStatus.STREAMING


@dataclass(frozen=True)
class Conversation:
    """A stretch of messages, oldest first. `first`, `last`: their ordinals (0 where there is none)."""

    messages: tuple[MessageRow, ...]
    has_earlier: bool

    @property
    def first(self) -> int:
        """The ordinal of the oldest one here."""
        return self.messages[0].ordinal if self.messages else 0

    @property
    def last(self) -> int:
        """The ordinal of the newest one here."""
        return self.messages[-1].ordinal if self.messages else 0


def latest_messages(node_run: NodeRun, before: int | None = None) -> Conversation:
    """Read the last messages, or those before an ordinal. Four queries at most."""
    rows = _messages().filter(node_run=node_run)
    if before is not None:
        rows = rows.filter(ordinal__lt=before)
    found = list(rows.order_by("-ordinal")[: PAGE_MESSAGES + 1])
    return Conversation(_rows(reversed(found[:PAGE_MESSAGES])), has_earlier=len(found) > PAGE_MESSAGES)


def messages_after(node_run: NodeRun, after: int) -> Conversation:
    """Read what was said after an ordinal."""
    return Conversation(_rows(_messages().filter(node_run=node_run, ordinal__gt=after)), has_earlier=False)


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
    return Message.objects.select_related("author").prefetch_related("tool_calls").order_by("ordinal")


def _rows(messages: Iterable[Message]) -> tuple[MessageRow, ...]:
    found = list(messages)
    streaming = _streamed([message.pk for message in found if message.status == MessageStatus.STREAMING])
    return tuple(_row(message, streaming.get(message.pk, message.text)) for message in found)


def _streamed(ids: Sequence[int]) -> dict[int, str]:
    """Join the deltas of streaming messages: message → text so far."""
    pieces: dict[int, list[str]] = defaultdict(list)
    if ids:
        deltas = MessageDelta.objects.filter(message_id__in=ids).order_by("seq")
        for message_id, text in deltas.values_list("message_id", "text"):
            pieces[message_id].append(text)
    return {message_id: "".join(texts) for message_id, texts in pieces.items()}


def _row(message: Message, text: str) -> MessageRow:
    author: Any = message.author
    kind = "agent" if message.role == Message.Role.ASSISTANT else "person" if author else "task"
    return MessageRow(
        public_id=message.public_id,
        ordinal=message.ordinal,
        kind=kind,
        author=full_name(author),
        author_id=author.pk if author else 0,
        text=text,
        status=message.status,
        at=message.created_at,
        tools=tuple(_tool(call) for call in message.tool_calls.all()),
    )


def _tool(call: ToolCall) -> ToolRow:
    return ToolRow(call.name, _subject(call.arguments), call.status, call.arguments, call.result)


def _subject(arguments: str) -> str:
    """Find what a call is about in its arguments, for its one line: the name of a file, a link."""
    try:
        values = json.loads(arguments)
    except (ValueError, RecursionError):  # a model may nest brackets as deep as it likes
        return ""
    if not isinstance(values, dict):
        return ""
    for key in ("name", "path", "url", "title"):
        if isinstance(values.get(key), str):
            return str(values[key])[:120]
    return ""
