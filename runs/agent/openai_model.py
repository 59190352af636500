"""The one model adapter: any OpenAI-compatible chat endpoint, through the `openai` package.

Only this module knows that package; it is imported by hosts alone (importing it takes 0.7-1.4 s). Streams always, with
max_tokens always; reads the raw response with our own line parser (a third of the cost of the package's iterator).
Never retries: an attempt is one call. Two exceptions, each once: a connection that dies before the first byte is
re-sent, and a refused feature is left out and remembered (`dialects.py`). Facts: docs of the design, llm.md section 5.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, aclosing
from datetime import UTC, datetime
from urllib.parse import urlsplit

import httpx2
import jiter
import openai

from runs.agent import errors
from runs.agent.assembly import Assembly
from runs.agent.dialects import plainer
from runs.agent.faults import error_in_stream, error_of
from runs.agent.memory.images import has_pictures, loaded
from runs.agent.model import Completed, ModelEvent, Request, TextDelta
from runs.agent.sse import LineTooLong, SseLines
from runs.agent.tokens import estimate_usage
from runs.agent.watch import Watch
from runs.agent.wire import Dialect, body

CONNECT_S = 10.0
WRITE_S = 60.0
END_GRACE_S = 5.0  # for usage and end of stream after the finish reason
_FINISH = {
    **dict.fromkeys(("stop", "eos", "end_turn", "stop_sequence"), "stop"),
    **dict.fromkeys(("length", "max_tokens", "model_length"), "length"),
    **dict.fromkeys(("tool_calls", "function_call", "tool_use"), "tool_calls"),
}
_REFUSED = frozenset({"content_filter", "safety", "refusal", "recitation", "sensitive"})
_WITH_A_REASON = errors.ContextTooLong | errors.Refused | errors.ImagesRefused  # no plainer request helps
_DROPPED = (httpx2.RemoteProtocolError, httpx2.ReadError, httpx2.WriteError)


class OpenAIModel:
    """A model behind an endpoint. One per host and endpoint; streams run at the same time."""

    def __init__(
        self,
        base_url: str,
        api_key: str,
        name: str,
        stall_timeout_s: float = 60.0,
        deadline_s: float = 1800.0,
        *,
        first_token_timeout_s: float = 300.0,
    ) -> None:
        self._name, self._where = name, f"The model {name} at {urlsplit(base_url).netloc or base_url}"
        self._stall_s, self._deadline_s, self._first_token_s = stall_timeout_s, deadline_s, first_token_timeout_s
        self._dialect = Dialect()
        self._client = openai.AsyncOpenAI(
            base_url=base_url,
            api_key=api_key or "none",  # the package refuses an empty key, local servers have none
            max_retries=0,
            timeout=httpx2.Timeout(connect=CONNECT_S, read=None, write=WRITE_S, pool=None),
        )

    @property
    def name(self) -> str:
        return self._name

    async def aclose(self) -> None:
        await self._client.close()

    async def stream(self, request: Request) -> AsyncGenerator[ModelEvent, None]:
        """Yield the answer (port: `model.Model`). Raises ModelError."""
        deadline_s = self._deadline_s if request.timeout_s is None else min(self._deadline_s, request.timeout_s)
        with Watch(first_token_s=self._first_token_s, stall_s=self._stall_s, deadline_s=deadline_s) as watch:
            assembly = Assembly()
            try:
                async with AsyncExitStack() as stack:
                    response = await self._open(request, stack)
                    texts = _json_texts if _is_json(response) else _sse_texts
                    async with aclosing(texts(response, assembly, watch)) as pieces:
                        async for text in pieces:
                            watch.reading = False
                            yield TextDelta(text)
                            watch.reading = True
            except asyncio.CancelledError:
                if not watch.took_back():
                    raise
                if watch.expired != "ended":
                    raise self._expired(watch) from None
            except _StreamError as error:
                images = has_pictures(request.messages)
                raise error_in_stream(error.body, where=self._where, images=images) from None
            except _Overdue:
                raise self._expired(watch) from None
            except (httpx2.TransportError, LineTooLong, _BadChunk) as error:
                if assembly.finish_reason is None:
                    raise self._broken(error) from error
        yield self._completed(request, assembly)

    async def _open(self, request: Request, stack: AsyncExitStack) -> httpx2.Response:
        """Send the request until an answer begins; its images are held no longer. Raises ModelError."""
        dialect, resent = self._dialect, False
        images = await loaded(request.messages, request.load)
        while True:
            create = self._client.chat.completions.with_streaming_response.create
            try:
                response = await stack.enter_async_context(
                    create(**body(request, self._name, dialect, images), extra_headers={"Accept-Encoding": "identity"})
                )
            except openai.APIStatusError as error:
                fault = error_of(
                    error.status_code, error.body, error.response.headers, where=self._where, now=datetime.now(UTC),
                    images=bool(images),
                )  # fmt: skip
                simpler = plainer(dialect, request, error.status_code, fault.provider_message or error.message)
                if isinstance(fault, _WITH_A_REASON) or simpler is None:
                    raise fault from error
                dialect = simpler
            except openai.APIConnectionError as error:
                if resent or not isinstance(error.__cause__, _DROPPED):
                    raise self._unreachable(error) from error
                resent = True
            else:
                self._dialect = dialect
                answer: httpx2.Response = response.http_response
                return answer

    def _completed(self, request: Request, assembly: Assembly) -> Completed:
        """Judge the end of the stream. Raises BrokenStream, Refused, ServerFailed."""
        parts, reason = assembly.parts(), (assembly.finish_reason or "").lower()
        if reason in _REFUSED or assembly.refusal:
            raise errors.Refused(
                f"{self._where} refused to answer by its content rules.", provider_message=assembly.refusal or reason
            )
        if not reason:
            raise errors.BrokenStream(f"{self._where} ended its answer before it was complete.")
        if reason in {"error", "insufficient_system_resource", "network_error"}:
            raise errors.ServerFailed(f"{self._where} broke off its answer.", provider_message=reason)
        usage = assembly.usage or estimate_usage(request, assembly.output_text)
        return Completed(parts, usage, _FINISH.get(reason, "stop"))

    def _expired(self, watch: Watch) -> errors.ModelError:
        if watch.expired == "deadline":
            return errors.DeadlineExceeded(f"{self._where} took too long to answer.")
        if watch.expired == "first_token":
            return errors.Stalled(f"{self._where} did not begin to answer within {self._first_token_s:,.0f} seconds.")
        return errors.Stalled(f"{self._where} stopped sending for {self._stall_s:,.0f} seconds.")

    def _broken(self, error: Exception) -> errors.ModelError:
        if isinstance(error, httpx2.TransportError):
            return errors.ConnectFailed(
                f"The connection to {self._where_lower} broke off.", provider_message=str(error)
            )
        return errors.BrokenStream(f"{self._where} sent something unreadable.", provider_message=str(error))

    def _unreachable(self, error: openai.APIConnectionError) -> errors.ModelError:
        causes = _causes(error)
        said = str(error.__cause__ or error)
        if any(isinstance(cause, socket.gaierror) for cause in causes):
            sentence = f"The address of {self._where_lower} cannot be resolved."
        elif any(isinstance(cause, ssl.SSLError) for cause in causes):
            sentence = f"No secure connection to {self._where_lower} could be made."
        elif any(isinstance(cause, ConnectionRefusedError) for cause in causes):
            sentence = f"{self._where} refuses connections."
        elif isinstance(error, openai.APITimeoutError):
            sentence = f"{self._where} could not be reached in time."
        else:
            sentence = f"{self._where} could not be reached."
        return errors.ConnectFailed(sentence, provider_message=said)

    @property
    def _where_lower(self) -> str:
        return self._where[0].lower() + self._where[1:]


class _BadChunk(ValueError):
    """A payload that is no chat completion chunk."""


class _StreamError(Exception):
    """The endpoint sent an error object within the stream."""

    def __init__(self, body: object) -> None:
        super().__init__(str(body))
        self.body = body


class _Overdue(Exception):
    """The deadline passed while the consumer was busy."""


async def _sse_texts(response: httpx2.Response, assembly: Assembly, watch: Watch) -> AsyncGenerator[str, None]:
    """Yield the new text of each read; a read that brings several chunks gives one text."""
    lines, started, ended = SseLines(), False, False
    async with aclosing(response.aiter_raw()) as chunks:
        async for chunk in chunks:
            watch.last_s = watch.time()
            payloads = lines.feed(chunk)
            if not payloads:
                continue
            if not started:
                started = True
                watch.first_token()
            text = _take(payloads, assembly)
            if text:
                yield text
            if assembly.finish_reason is not None and not ended:
                ended = True
                watch.ended(END_GRACE_S)
            elif watch.over():
                raise _Overdue
    if text := _take(lines.end(), assembly):
        yield text


def _take(payloads: list[bytes], assembly: Assembly) -> str:
    text = ""
    for payload in payloads:
        if payload == b"[DONE]" or not payload:
            continue
        try:
            chunk = jiter.from_json(payload, cache_mode="keys")
            if chunk.get("error"):
                raise _StreamError(chunk["error"])
            text += assembly.add(chunk)
        except (ValueError, TypeError, AttributeError, KeyError) as error:
            raise _BadChunk(f"{error}: {payload[:200].decode('utf-8', 'replace')}") from error
    return text


async def _json_texts(response: httpx2.Response, assembly: Assembly, _watch: Watch) -> AsyncGenerator[str, None]:
    """For endpoints that ignore `stream` and answer in one piece."""
    if text := _take([await response.aread()], assembly):
        yield text


def _is_json(response: httpx2.Response) -> bool:
    return response.headers.get("content-type", "").startswith("application/json")


def _causes(error: BaseException) -> list[BaseException]:
    """Every exception behind an error, groups opened."""
    found: list[BaseException] = []
    waiting: list[BaseException | None] = [error]
    while waiting:
        item = waiting.pop()
        if item is None or item in found:
            continue
        found.append(item)
        waiting += [item.__cause__, item.__context__]
        if isinstance(item, BaseExceptionGroup):
            waiting += item.exceptions
    return found
