"""Copy and paste inside a template and from one to another, by the keys that people know."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.editor.conftest import Editor, Template
from tests.browser.editor.graphs import pair

pytestmark = [pytest.mark.browser, pytest.mark.processes]


def test_copies_go_on_referring_to_each_other_here_and_elsewhere(
    editor_of: Callable[..., Editor], made: Callable[..., Template]
) -> None:
    template, other = made(pair()), made({"aime": 1, "name": "Other", "nodes": []})
    editor = editor_of("builder", template)
    hand = editor.hand
    hand.click(editor.title("ada"))
    with hand.holding("Control"):
        hand.click(editor.title("bob"))
    hand.press("Control+c", "Control+v")
    expect(editor.nodes()).to_have_count(5)
    expect(editor.edge("ada_2", "bob_2")).to_be_attached()
    editor.saved()
    nodes = {node["key"]: node for node in template.draft()["document"]["nodes"]}
    assert nodes["bob_2"]["inputs"] == [{"name": "result", "type": "text", "from": "ada_2.result"}]
    assert nodes["bob_2"]["position"] != nodes["bob"]["position"]

    editor.open(other)
    expect(editor.nodes()).to_have_count(0)
    hand.press("Tab")
    hand.click(editor.free(0.5, 0.5))
    hand.press("Control+v")
    expect(editor.nodes()).to_have_count(2)
    editor.saved()
    copied, original = other.draft()["document"], template.draft()["document"]
    assert copied["edges"] == [["ada", "bob"]]
    for mine, theirs in zip(copied["nodes"], original["nodes"], strict=False):
        assert {**mine, "position": None} == {**theirs, "position": None}


def test_cut_and_duplicate_by_keys(editor_of: Callable[..., Editor], made: Callable[..., Template]) -> None:
    template = made(pair())
    editor = editor_of("builder", template)
    hand = editor.hand
    hand.click(editor.title("eve"))
    hand.press("Control+d")
    expect(editor.node("eve_2")).to_be_attached()
    hand.press("Control+x")
    expect(editor.node("eve_2")).to_have_count(0)
    hand.press("Control+v")
    expect(editor.nodes()).to_have_count(4)
    editor.saved()
    assert [node["key"] for node in template.draft()["document"]["nodes"]][:3] == ["ada", "bob", "eve"]


def test_what_is_no_document_is_refused_with_a_word(
    editor_of: Callable[..., Editor], made: Callable[..., Template]
) -> None:
    editor = editor_of("builder", made(pair()))
    hand = editor.hand
    hand.write(editor.page.get_by_label("Search steps"), "just words")
    hand.press("Control+a", "Control+c")
    hand.click(editor.title("eve"))
    hand.press("Control+v")
    expect(editor.page.get_by_text("is not a part of a workflow template").first).to_be_visible()
    expect(editor.nodes()).to_have_count(3)
