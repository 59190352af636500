"""The live preview of a task template: its variables, and exactly what the agent would get."""

import re
from html import unescape
from typing import Any

import pytest
from django.test import Client

from runs.conversation import opening_text, system_text
from runs.inputs import text_entry
from spaces.models import Space
from tests.workflows.task_templates.test_pages import filled
from workflows.task_templates.content import read_content

ADDRESS = "/s/demo/task-previews/"


def shown(browser: Client, content: dict[str, Any], **more: Any) -> str:
    answer = browser.post(ADDRESS, filled(content) | more)
    assert answer.status_code == 200
    return answer.content.decode()


def message_in(html: str) -> str:
    found = re.search(r'data-part="message">(.*?)</pre>', html, re.DOTALL)
    return unescape(found[1]) if found else ""


def test_variables_are_declared_missing_unused_or_odd(space: Space, builder_client: Client) -> None:
    inputs = [{"name": name, "type": "text", "ask": True} for name in ("a", "spare")]
    html = shown(builder_client, {"prompt": "{{ a }} {{ 需求 }} {{ a.b }}", "inputs": inputs})
    states = re.findall(r'data-state="(\w+)"><code class="variable__name">{{ (.*?) }}', html)
    assert states == [("declared", "a"), ("missing", "需求"), ("unused", "spare"), ("odd", "a.b")]
    assert re.findall(r'form="task-form" name="act" value="([^"]*)"', html) == ["declare:需求"]


def test_message_is_the_one_that_a_run_would_give(space: Space, builder_client: Client) -> None:
    content = {
        "prompt": "Find {{ focus }} in {{ 需求 }}.",
        "inputs": [
            {"name": "focus", "type": "text", "ask": True, "default": "faults"},
            {"name": "需求", "type": "text", "ask": True, "default": "one\ntwo <b>"},
            {"name": "more", "type": "code", "value": "x = 1"},
        ],
        "outputs": [{"name": "findings", "type": "file", "description": "What is wrong"}],
        "tools": ["files"],
    }
    node, problems = read_content(content)
    assert problems == []
    values = {"focus": text_entry("text", "faults"), "需求": text_entry("text", "one\ntwo <b>"),
              "more": text_entry("code", "x = 1")}  # fmt: skip
    html = shown(builder_client, content, name="Look closely")
    assert message_in(html) == opening_text(node, values)
    assert "one\ntwo <b>" in message_in(html)
    assert "Inputs without a value" not in html
    titled = system_text(space, node).replace("# This task\ntask", "# This task\nLook closely")
    assert titled in unescape(html)


@pytest.mark.parametrize(
    ("kind", "words"),
    [("text", "(an example value of Place)"), ("code", "(an example value of Place)"), ("link", "https://example.org/"),
     ("image", 'file="x.png"'), ("file", 'file="x.md"')],
)  # fmt: skip
def test_input_without_a_value_has_an_example_of_its_type(
    space: Space, builder_client: Client, kind: str, words: str
) -> None:
    content = {"prompt": "See {{ x }}", "inputs": [{"name": "x", "type": kind, "value": "", "label": "Place"}]}
    html = shown(builder_client, content)
    assert words in message_in(html)
    assert "Inputs without a value" in html


def test_preview_of_anything_is_an_answer(space: Space, builder_client: Client) -> None:
    assert "the prompt is empty" in builder_client.post(ADDRESS, {}).content.decode()
    odd = {"inputs": ["0", "x"], "inputs-0-name": "not a name", "inputs-0-type": "?", "prompt": "{{ a }}", "tools": "?",
           "seconds": "x"}  # fmt: skip
    assert "Declare a" in builder_client.post(ADDRESS, odd).content.decode()
    assert builder_client.get(ADDRESS).status_code == 405
