"""Fixtures of the agent's tests: the adapter against llmock (a real HTTP server) and against a raw endpoint."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from typing import Any

import pytest
from llmock.pytest_plugin import LLMock

from runs.agent.model import ChatMessage, Completed, Model, ModelEvent, Request
from runs.agent.openai_model import OpenAIModel
from runs.agent.parts import Text
from tests.fakes.endpoint import Endpoint

MakeModel = Callable[..., OpenAIModel]


def asks(words: str = "Hello", **rest: Any) -> Request:
    return Request((ChatMessage("user", (Text(words),)),), **rest)


async def answer(model: Model, request: Request | None = None) -> tuple[str, Completed]:
    """Return the joined deltas and the completed answer."""
    events = await events_of(model, request)
    *deltas, last = events
    assert isinstance(last, Completed)
    return "".join(delta.text for delta in deltas if not isinstance(delta, Completed)), last


async def events_of(model: Model, request: Request | None = None) -> list[ModelEvent]:
    async with aclosing(model.stream(request or asks())) as stream:
        return [event async for event in stream]


@pytest.fixture
async def make_model() -> AsyncIterator[MakeModel]:
    """Make adapters that are closed at the end of the test."""
    models: list[OpenAIModel] = []

    def make(base_url: str, **rest: Any) -> OpenAIModel:
        models.append(OpenAIModel(base_url, "key", "test-model", **rest))
        return models[-1]

    yield make
    for model in models:
        await model.aclose()


@pytest.fixture
async def endpoint() -> AsyncIterator[Endpoint]:
    async with Endpoint() as server:
        yield server


class Provider:
    """llmock behind our own words, so that another fake server could take its place."""

    def __init__(self, llmock: LLMock, make_model: MakeModel) -> None:
        self.faults = llmock
        self._make_model = make_model

    def model(self, **rest: Any) -> OpenAIModel:
        return self._make_model(self.faults.base_url("openai"), **rest)

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [record.body for record in self.faults.requests]


@pytest.fixture
def provider(llmock: LLMock, make_model: MakeModel) -> Provider:
    return Provider(llmock, make_model)
