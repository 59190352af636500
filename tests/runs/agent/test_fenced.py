"""Tool calls of models that write them into their text."""

import json

import pytest

from runs.agent.fenced import fenced_call, fenced_text
from runs.agent.parts import Text, ToolUse

OFFERED = ("files_write", "files_read")
CALL = '{"name": "files_write", "arguments": {"name": "a.md", "content": "# A"}}'


@pytest.mark.parametrize(
    ("text", "around"),
    [
        (f"```json\n{CALL}\n```", ""),
        (f"```\n{CALL}\n```\n", ""),
        (f"I will write it.\n\n```json\n{CALL}\n```\nDone.", "I will write it.\n\n\nDone."),
        (f"<tool_call>\n{CALL}\n</tool_call>", ""),
        (f"  {CALL}  ", ""),
        (f"```json\r\n{CALL}\r\n```", ""),
        (f'```json\n{{"type": "function", "function": {CALL}}}\n```', ""),
        (f"```tool_call\n{CALL.replace('arguments', 'parameters')}\n```", ""),
    ],
)
def test_one_block_with_an_offered_name_is_a_call(text: str, around: str) -> None:
    found = fenced_call(text, OFFERED)
    assert found is not None
    assert found.use.name == "files_write"
    assert json.loads(found.use.arguments) == {"name": "a.md", "content": "# A"}
    assert found.around == around
    assert found.parts == ((Text(around), found.use) if around else (found.use,))


def test_raw_line_breaks_and_fences_within_the_content_are_read() -> None:
    text = '```json\n{"name": "files_write", "arguments": {"name": "a", "content": "one\ntwo\\n```py\\nx\\n```"}}\n```'
    found = fenced_call(text, OFFERED)
    assert found is not None
    assert json.loads(found.use.arguments)["content"] == "one\ntwo\n```py\nx\n```"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Nothing to call.",
        f"```json\n{CALL}\n```\n\n```json\n{CALL}\n```",
        f"```json\n{CALL}\n```\nand\n```python\nprint()\n```",
        '```json\n{"name": "shell_run", "arguments": {}}\n```',
        '```json\n{"name": "files_write", "arguments": "x"}\n```',
        '```json\n{"name": "files_write"}\n```',
        '```json\n{"name": ["files_write"], "arguments": {}}\n```'.replace('["files_write"]', "7"),
        '```json\n{"name": "files_write", "arguments": {}\n```',
        '```json\n["files_write"]\n```',
        f"An example: {CALL}",
        "```json\n" + '{"a":' * 5000 + "\n```",
    ],
)
def test_anything_else_stays_text(text: str) -> None:
    assert fenced_call(text, OFFERED) is None


def test_written_call_is_read_again() -> None:
    use = ToolUse("", "files_write", '{"name": "ä.md", "content": "`` \\n```\\n"}')
    found = fenced_call(fenced_text(use), OFFERED)
    assert found is not None
    assert json.loads(found.use.arguments) == json.loads(use.arguments)
    assert "broken" in fenced_text(ToolUse("", "x", "broken {"))


@pytest.mark.parametrize("arguments", ['{"name": "\\ud800"}', "[" * 100_000])
def test_call_of_half_characters_or_endless_brackets_is_written_so_that_it_can_be_sent(arguments: str) -> None:
    assert fenced_text(ToolUse("", "files_read", arguments)).encode()
