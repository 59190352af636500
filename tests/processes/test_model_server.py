"""The real model process with the 0.5B weights: ready, streaming, tool calls by the fence template, cancelling, limit.

The weights are fetched once into AIME_TEST_MODELS, by default the models folder of the clone's own data directory.
"""

import json
import os
import secrets
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import openai
import psutil
import pytest
from openai.types.chat import ChatCompletionChunk

from aime_project.processes.child import tied
from aime_project.processes.instance import free_port
from aime_project.processes.model.server import WAITING
from aime_project.processes.model.state import read_state
from aime_project.processes.model.weights import CATALOGUE
from tests.processes.queue_harness import ROOT, wait_until

pytestmark = [pytest.mark.embedded_model, pytest.mark.slow]
MODELS = Path(os.environ.get("AIME_TEST_MODELS", ROOT / ".aime" / "models"))  # tests.settings has dropped AIME_*
FETCH_S = 1800.0
TOLD = ("ready", "missing", "failed")
ENDLESS = {"ignore_eos": True}  # llama.cpp's own: the answer ends at max_tokens, whatever the model would like
WRITE = {
    "type": "function",
    "function": {
        "name": "files_write",
        "description": "Write a text file",
        "parameters": {
            "type": "object",
            "properties": {"path": {"type": "string"}, "content": {"type": "string"}},
            "required": ["path", "content"],
        },
    },
}


@dataclass
class Served:
    """A running model process."""

    process: subprocess.Popen[bytes]
    port: int
    key: str
    state_path: Path

    def requests(self) -> int:
        """How many requests are inside the gate, served or waiting."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health", timeout=60) as answer:
            return int(json.load(answer)["requests"])

    def client(self) -> openai.OpenAI:
        return openai.OpenAI(base_url=f"http://127.0.0.1:{self.port}/v1", api_key=self.key, max_retries=0, timeout=120)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("model")
    port, key = free_port(), secrets.token_urlsafe(8)
    arguments = [sys.executable, "-m", "aime_project.processes.model.server", "--model", "0.5b", "--port", str(port)]
    arguments += ["--models", str(MODELS), "--state", str(folder / "model.json")]
    with (folder / "model.log").open("wb") as log:
        process = subprocess.Popen(
            tied(arguments), cwd=ROOT, env={**os.environ, "AIME_EMBEDDED_KEY": key}, stdout=log, stderr=log
        )
    served = Served(process, port, key, folder / "model.json")
    try:
        told = wait_until(lambda: (state := read_state(served.state_path)) and state.state in TOLD, FETCH_S)
        state = read_state(served.state_path)
        if state is not None and state.state == "missing":
            pytest.skip(f"the weights cannot be fetched here: {state.detail}")
        assert told and state is not None and state.state == "ready", (folder / "model.log").read_text()
        yield served
    finally:
        process.kill()
        process.wait()


def test_answer_is_streamed_with_usage(served: Served) -> None:
    messages = [{"role": "user", "content": "Say hello in Chinese, nothing else."}]
    with served.client().chat.completions.create(
        model="any",
        messages=messages,
        stream=True,
        max_tokens=30,
        temperature=0,
        stream_options={"include_usage": True},
    ) as stream:
        chunks = list(stream)
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert "你好" in text
    assert chunks[-1].usage is not None and chunks[-1].usage.completion_tokens > 0


def test_tool_call_is_streamed_in_pieces(served: Served) -> None:
    """With the GGUF's own template this never is a tool call (llm.md 3)."""
    messages = [{"role": "user", "content": "请把“欢迎团队”写入文件 docs/notes.md。"}]
    name, arguments, deltas = "", "", 0
    with served.client().chat.completions.create(
        model="any", messages=messages, tools=[WRITE], stream=True, max_tokens=200, temperature=0
    ) as stream:
        for chunk in stream:
            for call in (chunk.choices[0].delta.tool_calls or []) if chunk.choices else []:
                assert call.function is not None
                name += call.function.name or ""
                arguments += call.function.arguments or ""
                deltas += 1
    assert name == "files_write"
    assert json.loads(arguments)["path"] == "docs/notes.md"
    assert deltas > 3


def test_structured_answer_follows_its_schema(served: Served) -> None:
    schema = {
        "type": "object",
        "properties": {"reason": {"type": "string", "maxLength": 80}, "id": {"enum": ["a1", "a2"]}},
        "required": ["reason", "id"],
    }
    answer = served.client().chat.completions.create(
        model="any",
        messages=[{"role": "user", "content": "Choose the test report: a1 = login wireframe, a2 = test report."}],
        response_format={"type": "json_schema", "json_schema": {"name": "choice", "schema": schema}},
        max_tokens=120,
        stream=True,
        temperature=0,
    )
    text = "".join(chunk.choices[0].delta.content or "" for chunk in answer if chunk.choices)
    assert json.loads(text)["id"] in ("a1", "a2")


def test_stream_that_is_closed_frees_its_slot(served: Served) -> None:
    long = [{"role": "user", "content": "Count from 1 to 500, one number a line."}]
    for _ in range(2 * CATALOGUE["0.5b"].slots):
        stream = served.client().chat.completions.create(
            model="any", messages=long, stream=True, max_tokens=6000, extra_body=ENDLESS
        )
        next(iter(stream))
        stream.close()
    began = time.monotonic()
    test_answer_is_streamed_with_usage(served)
    assert time.monotonic() - began < 60, "each of those answers takes minutes"


def test_requests_beyond_the_queue_are_refused(served: Served) -> None:
    long = [{"role": "user", "content": "Count from 1 to 500, one number a line."}]
    slots = CATALOGUE["0.5b"].slots
    streams: list[openai.Stream[ChatCompletionChunk]] = []
    waiting = [threading.Thread(target=_ask_and_leave, args=(served,), daemon=True) for _ in range(WAITING)]
    try:
        for _ in range(slots):
            stream = served.client().chat.completions.create(
                model="any", messages=long, stream=True, max_tokens=6000, extra_body=ENDLESS
            )
            next(iter(stream))
            streams.append(stream)
        for thread in waiting:
            thread.start()
        assert wait_until(lambda: served.requests() == slots + WAITING, 120), served.requests()
        with pytest.raises(openai.RateLimitError) as caught:
            served.client().chat.completions.create(model="any", messages=long, stream=True, max_tokens=5)
        assert caught.value.response.headers["retry-after"] == "5"
    finally:
        for stream in streams:
            stream.close()
    for thread in waiting:
        thread.join(300)
        assert not thread.is_alive()


def _ask_and_leave(served: Served) -> None:
    messages = [{"role": "user", "content": "Hi"}]
    list(served.client().chat.completions.create(model="any", messages=messages, stream=True, max_tokens=2))


def test_too_long_prompt_is_a_clear_400(served: Served) -> None:
    messages = [{"role": "user", "content": "word " * 12_000}]
    with pytest.raises(openai.BadRequestError, match="exceed"):
        served.client().chat.completions.create(model="any", messages=messages, stream=True, max_tokens=5)


def test_it_dies_with_its_parent(served: Served, tmp_path: Path) -> None:
    program = f"""
import subprocess, sys, time
from aime_project.processes.child import tied
p = subprocess.Popen(tied([sys.executable, "-m", "aime_project.processes.model.server", "--model", "0.5b", "--port",
    "{free_port()}", "--models", {str(MODELS)!r}, "--state", {str(tmp_path / "model.json")!r}]))
print(p.pid, flush=True)
time.sleep(900)
"""
    env = {**os.environ, "AIME_EMBEDDED_KEY": "k"}
    parent = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, env=env, stdout=subprocess.PIPE)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    assert wait_until((tmp_path / "model.json").exists, 120)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    assert wait_until(lambda: not psutil.pid_exists(pid) or psutil.Process(pid).status() == "zombie", 120)
