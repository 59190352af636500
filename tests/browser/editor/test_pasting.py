"""What comes along with copied steps and what does not: keys, references, connections, here and elsewhere."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.editor.acting import MouseHand
from tests.browser.editor.conftest import WAIT_MS, Editor, Template, same
from tests.browser.editor.graphs import output, task
from tests.browser.watching import Watched
from workflows.document import parse_excerpt, to_json

pytestmark = [pytest.mark.browser, pytest.mark.processes]

STRANGE = '{"aime": 1, "nodes": [{"key": "spell", "type": "magic"}]}'
PART = """# from our wiki
aime: 1
name: A part
nodes:
  - key: build
    type: task
    prompt: |
      Build {{ plan }}.

      Keep it short.
    inputs:
      - {name: plan, type: text, from: plan.plan}
      - {name: draft, type: text, from: elsewhere.draft}
    outputs:
      - {name: code, type: text, description: The code}
  - key: note
    type: task
    prompt: 'Note {{ code }}'
    inputs:
      - {name: code, type: text, from: build.code}
edges:
  - [plan, build]
  - [build, note]
"""
LOST = "Pasted. References that lost their source are asked at start: plan ← plan.plan"


def taken(name: str, source: str) -> dict[str, str]:
    return {"name": name, "type": "text", "from": source}


def chain(name: str = "Chain") -> dict[str, Any]:
    """Three steps, each takes the text of the one before."""
    nodes = [
        task("plan", 0, 0, outputs=[output("plan")]),
        task("build", 336, 0, inputs=[taken("plan", "plan.plan")], outputs=[output("code")]),
        task("check", 672, 0, inputs=[taken("code", "build.code")]),
    ]
    return {"aime": 1, "name": name, "nodes": nodes, "edges": [["plan", "build"], ["build", "check"]]}


def choose(editor: Editor, *keys: str) -> None:
    """Point at steps, the later ones with Shift held."""
    first, *others = keys
    editor.hand.click(editor.title(first))
    with editor.hand.holding("Shift"):
        for key in others:
            editor.hand.click(editor.title(key))
    chosen(editor, *keys)


def chosen(editor: Editor, *keys: str) -> None:
    """These steps are chosen and no others."""
    expect(editor.page.locator(".canvas-node.is-selected")).to_have_count(len(keys))
    for key in keys:
        expect(editor.page.locator(f'.canvas-node.is-selected[data-key="{key}"]')).to_be_attached()


def said(editor: Editor, text: str) -> None:
    """It is announced to who does not see."""
    expect(editor.page.locator('workflow-editor > [data-part="announcer"]')).to_have_text(text, timeout=WAIT_MS)


def noted(editor: Editor, text: str) -> None:
    """It is written at the page's end."""
    expect(editor.page.locator("toast-list").get_by_text(text)).to_be_visible(timeout=WAIT_MS)


def drafted(template: Template) -> dict[str, Any]:
    document: dict[str, Any] = template.draft()["document"]
    return document


def nodes_of(template: Template) -> dict[str, dict[str, Any]]:
    return {node["key"]: node for node in drafted(template)["nodes"]}


def test_copies_refer_to_each_other_and_to_what_stays_above_them(
    editor_of: Callable[..., Editor], made: Callable[..., Template]
) -> None:
    template = made(chain())
    before = drafted(template)
    editor = editor_of("builder", template)
    choose(editor, "build", "check")
    editor.hand.press("Control+c")
    said(editor, "Copied: 2 nodes.")
    editor.hand.press("Control+v")
    said(editor, "Pasted: 2 nodes.")
    chosen(editor, "build_2", "check_2")
    for above, below in (("plan", "build_2"), ("build_2", "check_2")):
        expect(editor.edge(above, below)).to_be_attached()
    editor.saved()
    after, nodes = drafted(template), nodes_of(template)
    assert nodes["build_2"]["inputs"] == [taken("plan", "plan.plan")]
    assert nodes["check_2"]["inputs"] == [taken("code", "build_2.code")]
    assert after["nodes"][:3] == before["nodes"]
    assert sorted(after["edges"]) == sorted([*before["edges"], ["plan", "build_2"], ["build_2", "check_2"]])
    editor.hand.press("Control+z")
    expect(editor.nodes()).to_have_count(3)
    editor.saved()
    assert same(drafted(template), places=True) == same(before, places=True)


def test_cut_steps_come_back_as_they_were(editor_of: Callable[..., Editor], made: Callable[..., Template]) -> None:
    template = made(chain())
    before = drafted(template)
    editor = editor_of("builder", template)
    choose(editor, "build", "check")
    editor.hand.press("Control+x")
    said(editor, "Cut: 2 nodes.")
    expect(editor.nodes()).to_have_count(1)
    expect(editor.edges()).to_have_count(0)
    editor.saved()
    assert list(nodes_of(template)) == ["plan"]
    assert drafted(template).get("edges", []) == []
    editor.hand.press("Control+v")
    chosen(editor, "build", "check")
    editor.saved()
    assert same(drafted(template)) == same(before)
    editor.hand.click(editor.title("build"))
    editor.hand.press("Control+x")
    noted(editor, "References that are broken now: Check · code")


def test_all_is_duplicated_and_the_copies_leave_the_originals_alone(
    editor_of: Callable[..., Editor], made: Callable[..., Template]
) -> None:
    source = chain()
    source["nodes"].append({"key": "clock", "type": "trigger.schedule", "cron": "0 9 * * *", "position": [0, 240]})
    template = made(source)
    before = drafted(template)
    editor = editor_of("builder", template)
    editor.hand.click(editor.title("plan"))
    editor.hand.press("Control+a")
    chosen(editor, "plan", "build", "check", "clock")
    editor.hand.press("Control+d")
    chosen(editor, "plan_2", "build_2", "check_2")
    noted(editor, "Pasted without clock: a workflow has one trigger at most.")
    editor.saved()
    after, nodes = drafted(template), nodes_of(template)
    assert after["nodes"][:4] == before["nodes"]
    assert sorted(after["edges"]) == sorted([*before["edges"], ["plan_2", "build_2"], ["build_2", "check_2"]])
    assert nodes["build_2"]["inputs"] == [taken("plan", "plan_2.plan")]
    assert nodes["check_2"]["inputs"] == [taken("code", "build_2.code")]


def test_steps_go_from_one_template_to_another_and_what_lost_its_source_is_told(
    editor_of: Callable[..., Editor], made: Callable[..., Template]
) -> None:
    source = made(chain("Source"))
    target = made(
        {"aime": 1, "name": "Target", "nodes": [task("build", 0, 0, title="Mine", outputs=[output("result")])]}
    )
    editor = editor_of("builder", source)
    watched = Watched(editor.watched.context)  # another tab of the same browser
    watched.page.set_default_timeout(WAIT_MS)
    other = Editor(watched, MouseHand(watched.page)).open(target)
    editor.page.bring_to_front()
    choose(editor, "build", "check")
    editor.hand.press("Control+c")
    said(editor, "Copied: 2 nodes.")
    watched.page.bring_to_front()
    other.hand.click(other.title("build"))
    other.hand.press("Control+v")
    chosen(other, "build_2", "check")
    noted(other, LOST)
    expect(other.edges()).to_have_count(1)
    other.saved()
    nodes, originals = nodes_of(target), nodes_of(source)
    assert list(nodes) == ["build", "build_2", "check"]
    assert nodes["build"]["title"] == "Mine"
    assert nodes["build_2"]["inputs"] == [{"name": "plan", "type": "text", "ask": True}]
    assert nodes["check"]["inputs"] == [taken("code", "build_2.code")]
    assert drafted(target)["edges"] == [["build_2", "check"]]
    for field in ("title", "prompt", "outputs"):
        assert nodes["build_2"][field] == originals["build"][field]
    assert len(originals) == 3
    watched.assert_no_complaints()


def test_what_is_no_document_or_of_an_unknown_kind_is_refused_with_a_word(
    editor_of: Callable[..., Editor], made: Callable[..., Template]
) -> None:
    template = made(chain())
    before = template.draft()
    editor = editor_of("builder", template)
    words = {
        STRANGE: "There is no magic any more.",
        "just words": "is not a part of a workflow template",
        "aime: 1 and more": "This cannot be pasted. aime: ",
        "{aime: 1, name: T, nodes: [{key: a, type: tusk}]}": "tusk is not known here (did you mean task?)",
    }
    for text, refusal in words.items():
        editor.hand.write(editor.page.get_by_label("Search steps"), text)
        editor.hand.press("Control+a", "Control+c")
        editor.hand.click(editor.free(0.5, 0.9))
        editor.hand.press("Control+v")
        noted(editor, refusal)
    expect(editor.nodes()).to_have_count(3)
    assert template.draft() == before


def test_yaml_of_a_text_editor_becomes_steps(editor_of: Callable[..., Editor], made: Callable[..., Template]) -> None:
    template = made(chain())
    before = drafted(template)
    editor = editor_of("builder", template)
    written(editor, PART)
    editor.hand.press("Control+v")
    noted(editor, "asked at start: draft ← elsewhere.draft")
    chosen(editor, "build_2", "note")
    editor.saved()
    after, nodes = drafted(template), nodes_of(template)
    assert after["nodes"][:3] == before["nodes"]
    assert nodes["build_2"]["prompt"] == "Build {{ plan }}.\n\nKeep it short.\n"
    assert nodes["build_2"]["inputs"] == [taken("plan", "plan.plan"), {"name": "draft", "type": "text", "ask": True}]
    assert nodes["note"]["inputs"] == [taken("code", "build_2.code")]
    assert sorted(after["edges"]) == sorted([*before["edges"], ["build_2", "note"], ["plan", "build_2"]])
    editor.hand.press("Control+z")
    editor.saved()
    assert same(drafted(template), places=True) == same(before, places=True)


def test_what_was_copied_is_a_template_file(editor_of: Callable[..., Editor], made: Callable[..., Template]) -> None:
    template = made(chain())
    editor = editor_of("builder", template)
    choose(editor, "build", "check")
    editor.hand.press("Control+c")
    said(editor, "Copied: 2 nodes.")
    other = Watched(editor.watched.context)
    other.page.goto("/s/demo/imports/")
    field = other.page.get_by_label("Or paste its text")
    field.click()
    other.page.keyboard.press("Control+v")
    expect(field).to_have_value(re.compile("^aime: 1\nname: Chain\nnodes:\n  - key: build\n"))
    text = field.input_value()
    assert to_json(parse_excerpt(text))["nodes"] == drafted(template)["nodes"][1:]


def written(editor: Editor, text: str) -> None:
    """Copy a text in another tab, as in a text editor, and come back to the canvas."""
    other = Watched(editor.watched.context)
    other.page.goto("/s/demo/imports/")
    field = other.page.get_by_label("Or paste its text")
    field.fill(text)
    field.press("Control+a")
    field.press("Control+c")
    other.page.close()
    editor.page.bring_to_front()
    editor.hand.click(editor.free(0.5, 0.9))


def test_copied_steps_are_text_in_a_field_and_nothing_for_who_may_only_look(
    editor_of: Callable[..., Editor], made: Callable[..., Template]
) -> None:
    template = made(chain())
    before = template.draft()
    editor, reader = editor_of("builder", template), editor_of("viewer", template)
    editor.page.bring_to_front()
    editor.hand.click(editor.title("check"))
    editor.hand.press("Control+c")
    said(editor, "Copied: 1 nodes.")
    search = editor.page.get_by_label("Search steps")
    editor.hand.to(search)
    editor.hand.press("Control+v")
    assert "key: check" in search.input_value()
    reader.page.bring_to_front()
    reader.hand.click(reader.title("check"))
    reader.hand.press("Control+c")
    said(reader, "Copied: 1 nodes.")
    reader.hand.press("Control+v")
    said(reader, "This is read only.")
    for one in (editor, reader):
        expect(one.nodes()).to_have_count(3)
    assert template.draft() == before
