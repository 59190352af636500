"""The port to a language model: values in, a stream of events out.

Adapters: `openai_model.OpenAIModel`, and `tests.fakes.model.FakeModel`; `tests/contracts` runs the same cases on both.
The one rule: a stream ends with exactly one `Completed` or raises a `ModelError` (`errors.py`); closing the
generator or cancelling the task closes the connection, which frees the slot on the server.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from runs.agent.errors import ModelError
from runs.agent.parts import Part

__all__ = ["ChatMessage", "Completed", "Model", "ModelError", "ModelEvent", "Request", "Role", "TextDelta"]
__all__ += ["ToolSpec", "Usage", "complete"]

Role = Literal["system", "user", "assistant", "tool"]


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One message. A `tool` message holds the ToolResults of the assistant message before it."""

    role: Role
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """What a model is told about a tool; `parameters` is a JSON schema of type object."""

    name: str
    description: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Request:
    """One call. `schema`: the answer must be JSON of this schema. `timeout_s`: time left for the whole answer.

    `load`: reads the bytes of an image by their SHA-256; asked while the request is built, for each image once.
    """

    messages: tuple[ChatMessage, ...]
    tools: tuple[ToolSpec, ...] = ()
    max_tokens: int = 4096
    schema: Mapping[str, Any] | None = None
    temperature: float = 0.2
    timeout_s: float | None = None
    load: Callable[[str], Awaitable[bytes]] | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one call or of many; `estimated` when a provider gave no figures and we counted characters.

    `cached_tokens`: those of the input that the provider read from its cache of earlier requests.
    """

    input_tokens: int = 0
    output_tokens: int = 0
    estimated: bool = False
    cached_tokens: int = 0

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            self.estimated or other.estimated,
            self.cached_tokens + other.cached_tokens,
        )


@dataclass(slots=True)
class TextDelta:
    """More text of the answer. Not frozen: one is made per token, and a frozen one costs three times as much."""

    text: str


@dataclass(frozen=True, slots=True)
class Completed:
    """The whole answer. `finish_reason`: stop, length or tool_calls."""

    parts: tuple[Part, ...]
    usage: Usage
    finish_reason: str


ModelEvent = TextDelta | Completed


class Model(Protocol):
    """A language model that can be talked to."""

    @property
    def name(self) -> str: ...

    def stream(self, request: Request) -> AsyncGenerator[ModelEvent, None]:
        """Yield the answer. Raises ModelError. Use it within `contextlib.aclosing`."""
        ...

    async def aclose(self) -> None:
        """Close the connections; the model is not used afterwards."""
        ...


async def complete(model: Model, request: Request) -> Completed:
    """Wait for the whole answer, without its pieces. Raises ModelError."""
    async with aclosing(model.stream(request)) as stream:
        async for event in stream:
            if isinstance(event, Completed):
                return event
    raise RuntimeError(f"{model.name} ended its stream without Completed")
