"""From an empty space to a run that is done: by mouse, by keyboard alone, by finger. Counted."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from llmock.pytest_plugin import LLMock
from playwright.sync_api import expect

from tests.browser.conftest import Site
from tests.browser.editor.conftest import Editor, Template, same

pytestmark = [pytest.mark.browser, pytest.mark.processes]

MOST_ACTIONS = 60
WAIT_MS = 60_000
NAME = "Product story"
TOPIC = "A clock that tells stories."
RESULT = [{"name": "result", "type": "text", "description": "The result of this task"}]
FIRST, SECOND, THIRD = "task", "task_2", "task_3"


def expected(third: str = "verdict", end: str = ".") -> dict[str, Any]:
    """What every hand builds; `third` is the name of the third step's input, `end` what ends prompts."""
    return {
        "aime": 1,
        "name": NAME,
        "nodes": [
            {
                "key": FIRST,
                "type": "task",
                "title": "Collect",
                "prompt": f"Collect facts about {{{{ topic }}}}{end}",
                "inputs": [{"name": "topic", "type": "text", "ask": True}],
                "outputs": RESULT,
            },
            {
                "key": SECOND,
                "type": "task",
                "title": "Judge",
                "prompt": f"Judge {{{{ result }}}}{end}",
                "inputs": [{"name": "result", "type": "text", "from": f"{FIRST}.result"}],
                "outputs": RESULT,
            },
            {
                "key": THIRD,
                "type": "task",
                "title": "Write",
                "prompt": f"Write a story from {{{{ {third} }}}}{end}",
                "inputs": [{"name": third, "type": "text", "from": f"{SECOND}.result"}],
                "outputs": RESULT,
            },
        ],
        "edges": [[FIRST, SECOND], [SECOND, THIRD]],
    }


def script(model: LLMock) -> None:
    """Three nodes: each answers, then says what its output is."""
    model.pace(1).tool_mode("off")
    for said in ("Clocks tick.", "That is sound.", "Once upon a time a clock ticked."):
        model.reply(said).reply(json.dumps({"result": {"reason": "asked for", "text": said}}))


def enter(editor: Editor, space: str) -> None:
    """The empty space, and from there the editor."""
    page, hand = editor.page, editor.hand
    page.goto(f"/s/{space}/")
    expect(page.get_by_text("No templates yet")).to_be_visible()
    hand.skip()
    hand.click(page.get_by_role("button", name="New workflow"))
    expect(page.locator("workflow-editor")).to_be_attached(timeout=WAIT_MS)
    editor.ready()
    expect(editor.nodes()).to_have_count(0)


def publish_and_run(editor: Editor, model: LLMock) -> None:
    """Publish, Run now, the start form, and the run to its end."""
    page, hand = editor.page, editor.hand
    script(model)
    editor.saved()
    hand.click(editor.button("Publish"))
    dialog = page.get_by_role("dialog")
    hand.click(dialog.get_by_role("button", name="Publish version 1"))
    hand.click(dialog.get_by_role("link", name="Run now"))
    expect(page.get_by_role("heading", name=NAME)).to_be_visible()
    hand.skip()
    hand.write(page.get_by_label("topic"), TOPIC)
    hand.click(page.get_by_role("button", name="Start run"))
    expect(page.locator(".run-head[data-status=done]")).to_be_visible(timeout=WAIT_MS)
    expect(page.get_by_text("Once upon a time a clock ticked.").first).to_be_visible()


def template_of(editor: Editor, site: Site, space: str) -> Template:
    """What was built, by its address."""
    assert f"/s/{space}/workflows/" in editor.page.url
    return Template(site, editor.page.url.rstrip("/").split("/")[-1], space)


def assert_built(template: Template, **names: str) -> None:
    assert same(template.exported()) == same(expected(**names))
    assert same(template.exported(version=1)) == same(expected(**names))


def assert_within(editor: Editor, record: Callable[[str, Any], None], limit: int = MOST_ACTIONS) -> None:
    record("actions", editor.hand.actions)
    print(f"\n{editor.hand.actions} actions", flush=True)
    assert editor.hand.actions <= limit


def test_mouse_builds_publishes_and_runs(
    site: Site, model: LLMock, editor_of: Callable[..., Editor], empty_space: str, record_property: Any
) -> None:
    editor = editor_of()
    hand = editor.hand
    enter(editor, empty_space)
    template = template_of(editor, site, empty_space)
    hand.write(editor.page.get_by_label("Name of the template"), NAME)
    for place in ((0.2, 0.3), (0.6, 0.3), (0.6, 0.7)):
        hand.drag(editor.item(), editor.free(*place))
    expect(editor.nodes()).to_have_count(3)
    write(editor, FIRST, "Collect", "Collect facts about {{ topic", "Enter", ".")
    write(editor, SECOND, "Judge", "Judge {{ result }}.")
    write(editor, THIRD, "Write", "Write a story from {{ verdict", "Enter", ".")
    hand.drag(editor.port(FIRST, "out", "result"), editor.node(SECOND))  # a new input of that name
    expect(editor.edge(FIRST, SECOND)).to_be_attached()
    hand.drag(editor.port(SECOND, "out", "result"), editor.port(THIRD, "in", "verdict"))
    expect(editor.edge(SECOND, THIRD)).to_be_attached()
    editor.saved()
    editor.watched.look_closely("editor with a graph")
    publish_and_run(editor, model)
    assert_built(template)
    assert_within(editor, record_property)


def write(editor: Editor, key: str, title: str, *prompt: str) -> None:
    """Title and prompt of a step; `Enter` takes what is offered for two braces."""
    hand = editor.hand
    hand.click(editor.title(key))
    editor.shows(key)
    hand.write(editor.field("Title"), title)
    hand.to(editor.field("Prompt"))
    for text in prompt:
        if text == "Enter":
            expect(editor.page.locator(".prompt-field__offers")).to_be_visible()
            hand.press(text)
        else:
            hand.type(text)
    expect(editor.title(key)).to_have_text(title)


def test_keyboard_alone_builds_publishes_and_runs(
    site: Site, model: LLMock, editor_of: Callable[..., Editor], empty_space: str, record_property: Any
) -> None:
    """`N` finds a step, Enter adds it behind the chosen one; two braces offer what the steps before give."""
    editor = editor_of(hand="keys")
    page, hand = editor.page, editor.hand
    enter(editor, empty_space)
    template = template_of(editor, site, empty_space)
    hand.write(page.get_by_label("Name of the template"), NAME)
    hand.press("Escape")
    steps = (
        (FIRST, "Collect", "Collect facts about {{ topic"),
        (SECOND, "Judge", "Judge {{ resu"),
        (THIRD, "Write", "Write a story from {{ judge"),
    )
    for number, (key, title, prompt) in enumerate(steps, 1):
        hand.press("n")
        expect(page.get_by_label("Search steps")).to_be_focused()
        hand.type("agent")
        hand.press("Enter")
        expect(editor.nodes()).to_have_count(number)
        expect(editor.node(key)).to_be_focused()
        hand.press("Enter")
        expect(editor.field("Title")).to_be_focused()
        hand.write(editor.field("Title"), title)
        hand.to(editor.field("Prompt"))
        hand.type(prompt)
        expect(page.locator(".prompt-field__offers")).to_be_visible()
        hand.press("Enter", "Escape")
        expect(editor.node(key)).to_be_focused()
    expect(editor.edge(SECOND, THIRD)).to_be_attached()
    editor.saved()
    hand.press("n")  # the search stands next to the bar with Publish
    hand.to(editor.button("Publish"), "Shift+Tab")
    publish_and_run(editor, model)
    assert_built(template, third="result", end="")
    assert_within(editor, record_property)


def test_finger_builds_publishes_and_runs(
    site: Site, model: LLMock, editor_of: Callable[..., Editor], empty_space: str, record_property: Any
) -> None:
    editor = editor_of(hand="finger")
    hand = editor.hand
    enter(editor, empty_space)
    template = template_of(editor, site, empty_space)
    hand.write(editor.page.get_by_label("Name of the template"), NAME)
    for place in ((0.2, 0.3), (0.6, 0.3), (0.6, 0.7)):
        hand.drag(editor.item(), editor.free(*place))
    expect(editor.nodes()).to_have_count(3)
    write(editor, FIRST, "Collect", "Collect facts about {{ topic", "Enter", ".")
    write(editor, SECOND, "Judge", "Judge {{ result }}.")
    write(editor, THIRD, "Write", "Write a story from {{ verdict", "Enter", ".")
    hand.drag(editor.port(FIRST, "out", "result"), editor.node(SECOND))
    expect(editor.edge(FIRST, SECOND)).to_be_attached()
    hand.drag(editor.port(SECOND, "out", "result"), editor.port(THIRD, "in", "verdict"))
    expect(editor.edge(SECOND, THIRD)).to_be_attached()
    editor.saved()
    publish_and_run(editor, model)
    assert_built(template)
    assert_within(editor, record_property)
