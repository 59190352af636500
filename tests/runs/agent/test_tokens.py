"""Estimating tokens where a server counts none."""

import pytest

from runs.agent.model import ChatMessage, Request
from runs.agent.parts import Picture, Text, ToolUse
from runs.agent.tokens import estimate_tokens, estimate_usage


@pytest.mark.parametrize(
    ("text", "tokens"), [("", 0), ("abc", 1), ("abcd", 1), ("abcde", 2), ("你好", 2), ("a你好", 3)]
)
def test_characters_give_tokens(text: str, tokens: int) -> None:
    assert estimate_tokens(text) == tokens


def test_words_calls_images_and_answers_are_counted() -> None:
    parts = (Text("abcd"), ToolUse("1", "t", "abcd"), Picture("a", "image/png", "f" * 64, 99, 300))
    usage = estimate_usage(Request((ChatMessage("user", parts),)), "你好")
    assert (usage.input_tokens, usage.output_tokens, usage.estimated) == (302, 2, True)
