"""The page of a run: canvas and list, follow and pin, panes, the change at the gate, links into it, timeline, phone."""

import json
import re
from collections.abc import Callable, Iterator

import pytest
from llmock.pytest_plugin import LLMock
from playwright.sync_api import Locator, Page, expect

from tests.browser.watching import DESK, PHONE, Watched

pytestmark = [pytest.mark.browser, pytest.mark.processes]

Browser = Callable[..., Watched]
WAIT_MS = 60_000
START = "/s/demo/workflows/requirement-to-code/start/"
KEYS = ["analyse", "design", "code", "review"]


@pytest.fixture
def watched(model: LLMock, browser_of: Browser) -> Iterator[Watched]:
    """The builder's browser at a run whose first node waits to be confirmed; the page never complains."""
    model.pace(1).tool_mode("off")
    model.call_tool("files_write", {"name": "analysis.md", "content": "# Analysis\n"}).reply("Look at analysis.md.")
    model.reply(json.dumps({"summary": {"reason": "asked for", "text": "A short summary."}}))
    for name in ("design.md", "main.py", "review.md"):
        model.call_tool("files_write", {"name": name, "content": f"# {name}\n"}).reply(f"I wrote {name}.")
    model.reply(json.dumps({"verdict": {"reason": "asked for", "text": "Ready."}}))
    watched = browser_of("builder")
    page = watched.page
    page.set_default_timeout(WAIT_MS)
    expect.set_options(timeout=WAIT_MS)
    page.goto(START)
    page.get_by_label("Requirement").fill("Count the words of a file.")
    page.get_by_role("button", name="Start run").click()
    expect(page.get_by_role("button", name="Confirm")).to_be_enabled()
    ready(page)
    yield watched
    watched.assert_no_complaints()


def ready(page: Page) -> None:
    """Wait until scripts run and, where it is seen, the canvas is drawn."""
    page.locator("body[data-ready]").wait_for()
    if page.locator(".run-map__canvas").is_visible():
        page.locator("run-map[data-ready]").wait_for()


def card(page: Page, key: str) -> Locator:
    return page.locator(f".canvas-node[data-key={key}]")


def address(page: Page) -> str:
    """The run, without what of it is shown."""
    return page.url.partition("?")[0].partition("#")[0]


def shown(page: Page) -> Locator:
    return page.locator("#node-panel")


def confirm(page: Page, title: str) -> None:
    page.get_by_role("button", name="Confirm").click()
    expect(page.locator(".canvas-node[data-status=done]").filter(has_text=title)).to_be_visible()


def test_canvas_shows_the_run_live_and_leads_to_its_nodes(watched: Watched) -> None:
    page = watched.page
    expect(card(page, "analyse")).to_have_accessible_name(re.compile("^Analyse.*Waiting for you"))
    expect(card(page, "analyse")).to_have_attribute("aria-current", "true")
    for key in KEYS[1:]:
        expect(card(page, key)).to_contain_text("Not reached")

    card(page, "code").click()
    expect(shown(page)).to_have_attribute("data-node", "code")
    expect(page).to_have_url(re.compile(r"\?node=code$"))
    expect(card(page, "code")).to_have_class(re.compile("is-selected"))
    card(page, "analyse").press("Enter")
    expect(shown(page)).to_have_attribute("data-node", "analyse")

    page.get_by_role("button", name="Confirm").click()
    for key in KEYS:
        expect(card(page, key)).to_have_attribute("data-status", "done")
    expect(page.locator("[data-edge='analyse→design'][data-mark=passed]")).to_be_attached()
    expect(shown(page)).to_have_attribute("data-node", "analyse")  # it was chosen, so it is not left
    watched.look_closely("canvas of a run")


def test_list_stands_in_for_a_canvas_that_could_not_be_fetched(watched: Watched, browser_of: Browser) -> None:
    page = browser_of("admin").page
    for module in ("elements/workflow-canvas", "canvas/scene"):  # itself, and what it needs
        page.route(f"**/{module}.*.js", lambda route: route.abort(), times=1)
    page.goto(f"{address(watched.page)}?node=analyse")
    expect(page.locator("#node-analyse")).to_be_visible()
    page.locator("run-map[data-ready]").wait_for()
    expect(card(page, "analyse")).to_be_visible()
    expect(page.get_by_role("button", name="Canvas")).to_have_attribute("aria-pressed", "true")


def test_list_is_remembered_and_says_the_same(watched: Watched) -> None:
    page = watched.page
    page.get_by_role("button", name="List").click()
    expect(page.locator("#node-analyse")).to_contain_text("Waiting for you")
    expect(card(page, "analyse")).to_be_hidden()
    page.reload()
    ready(page)
    expect(page.get_by_role("button", name="List")).to_have_attribute("aria-pressed", "true")
    page.locator("#node-design a").click()
    expect(shown(page)).to_have_attribute("data-node", "design")
    watched.judge("list of a run")
    page.get_by_role("button", name="Canvas").click()
    page.locator("run-map[data-ready]").wait_for()
    expect(card(page, "design")).to_have_attribute("aria-current", "true")


def test_panes_are_resized_by_pointer_and_keys_and_remembered(watched: Watched) -> None:
    page = watched.page
    talk, side = page.locator(".node-panel__talk"), page.locator(".node-panel__side")
    width = int(box(talk)["width"])
    edge = page.get_by_role("separator", name="Width of the conversation")
    edge.focus()
    expect(edge).to_have_attribute("aria-valuenow", str(width))
    edge.press("ArrowLeft")
    expect(edge).to_have_attribute("aria-valuenow", str(width + 16))
    assert box(talk)["width"] == pytest.approx(width + 16, abs=1)
    at = box(edge)
    page.mouse.move(at["x"] + 4, at["y"] + 300)
    page.mouse.down()
    page.mouse.move(at["x"] - 60, at["y"] + 300, steps=3)
    page.mouse.up()
    dragged = box(talk)["width"]
    assert dragged == pytest.approx(width + 80, abs=2)

    height = box(side)["height"]
    below = page.get_by_role("separator", name="Height of the outputs")
    below.press("ArrowDown")
    assert box(side)["height"] == pytest.approx(height - 16, abs=1)
    page.reload()
    ready(page)
    assert box(talk)["width"] == pytest.approx(dragged, abs=1)
    assert box(side)["height"] == pytest.approx(height - 16, abs=1)


def box(element: Locator) -> dict[str, float]:
    found = element.bounding_box()
    assert found
    return dict(found)


def test_a_change_being_made_survives_what_others_do(watched: Watched, browser_of: Browser) -> None:
    page = watched.page
    mine = page.locator(".gate__output").filter(has_text="summary")
    mine.get_by_text("change").click()
    mine.get_by_role("textbox", name="summary").fill("My own words, half done")
    file = page.locator(".gate__output").filter(has_text="analysis")
    file.get_by_text("change").click()
    file.get_by_label("Upload").set_input_files({"name": "mine.md", "mimeType": "text/markdown", "buffer": b"# Mine"})
    page.get_by_role("heading", name="Outputs").click()  # the focus is elsewhere

    other = browser_of("admin").page
    other.goto(f"{address(page)}?node=analyse")
    theirs = other.locator(".gate__output").filter(has_text="summary")
    theirs.get_by_text("change").click()
    theirs.get_by_role("textbox", name="summary").fill("Words of another person")
    theirs.get_by_role("button", name="Use this").click()

    expect(page.locator(".node-panel__side")).to_contain_text("Words of another person")  # it came over the socket
    expect(mine.get_by_role("textbox", name="summary")).to_have_value("My own words, half done")
    assert file.get_by_label("Upload").evaluate("(input) => input.files[0].name") == "mine.md"
    watched.judge("change at the gate")

    mine.get_by_role("button", name="Use this").click()
    expect(page.locator(".node-panel__side")).to_contain_text("My own words, half done")
    expect(mine.get_by_role("textbox", name="summary")).to_be_hidden()  # what was sent is folded again
    expect(file.get_by_role("button", name="Use this")).to_be_visible()  # what was not is still open
    file.get_by_role("button", name="Use this").click()
    expect(page.locator(".node-panel__side")).to_contain_text("mine.md")


def test_page_follows_the_run_but_never_leads_a_busy_person_away(watched: Watched, browser_of: Browser) -> None:
    page, other = watched.page, browser_of("admin").page
    text = page.get_by_role("textbox", name="Message")
    text.fill("Wait, I have a question")
    pinned = browser_of("viewer").page
    pinned.goto(f"{address(page)}?node=analyse")
    other.goto(f"{address(page)}?node=analyse")
    other.get_by_role("button", name="Confirm").click()

    expect(card(page, "review")).to_have_attribute("data-status", "done")
    expect(shown(page)).to_have_attribute("data-node", "analyse")
    expect(text).to_have_value("Wait, I have a question")
    text.fill("")
    page.get_by_role("button", name="Canvas").focus()
    expect(shown(page)).to_have_attribute("data-node", "review")  # nothing holds it any more
    expect(page).not_to_have_url(re.compile(r"\?node"))
    expect(pinned.locator(".run-head[data-status=done]")).to_be_visible()
    expect(shown(pinned)).to_have_attribute("data-node", "analyse")

    page.get_by_role("link", name="Pin", exact=True).click()
    expect(page).to_have_url(re.compile(r"\?node=review$"))
    page.get_by_role("link", name="Follow the run").click()
    expect(page).to_have_url(re.compile(r"/runs/\w+/$"))


def test_addresses_lead_to_message_artifact_old_version_and_timeline(watched: Watched) -> None:
    page = watched.page
    run = address(page)
    message = page.locator("chat-message").last.get_attribute("id")
    artifact = page.locator("a.artifact__name").first.get_attribute("href")
    assert message and artifact
    page.goto(f"{run}?node=analyse&version=1#{message}")
    expect(page.locator(f"#{message}")).to_be_focused()
    page.goto(f"{run}?node=analyse#message-01HZZZZZZZZZZZZZZZZZZZZZZZ")
    expect(page.locator("#toasts")).to_contain_text("The linked message was not found here.")
    page.goto(f"{run}?artifact={artifact.rstrip('/').rpartition('/')[2]}")
    expect(page.get_by_role("dialog")).to_contain_text("analysis.md")
    page.keyboard.press("Escape")
    expect(page).to_have_url(f"{run}?node=analyse&version=1")  # a reload does not open it again

    page.get_by_role("link", name="Timeline").click()
    expect(page.get_by_role("table")).to_contain_text(re.compile(r"Attempt \d+, Succeeded"))
    expect(page).to_have_url(re.compile("tab=timeline$"))
    watched.look_closely("timeline of a run")
    page.reload()
    expect(page.get_by_role("table")).to_contain_text(re.compile(r"Attempt \d+, Succeeded"))
    ready(page)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy the link").click()
    expect(page.get_by_text("The link is copied.")).to_be_attached()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == f"{run}?node=analyse&version=1&tab=timeline"
    card(page, "design").click()
    expect(page.locator("#run-timeline")).to_be_hidden()  # whoever chooses a node wants to read it
    expect(shown(page)).to_have_attribute("data-node", "design")


def test_another_run_of_the_template_is_one_press_away(watched: Watched) -> None:
    page = watched.page
    first = address(page)
    page.goto(START)
    page.get_by_label("Requirement").fill("Another one.")
    page.get_by_role("button", name="Start run").click()
    page.wait_for_url(re.compile("/runs/"))
    second = address(page)
    page.get_by_role("link", name="Previous run of this template").click()
    expect(page).to_have_url(first)
    page.get_by_role("link", name="Next run of this template").click()
    expect(page).to_have_url(second)


def test_everything_is_reached_on_a_phone(watched: Watched) -> None:
    page = watched.page
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.reload()
    ready(page)
    expect(page.locator("#node-analyse")).to_be_in_viewport()
    summary = page.locator(".gate__output").filter(has_text="summary")
    summary.get_by_text("change").click()
    summary.get_by_role("textbox", name="summary").fill("Written on the way")
    watched.judge("gate on a phone")
    summary.get_by_role("button", name="Use this").click()
    expect(summary.locator(".gate__value")).to_have_text("Written on the way")
    expect(page.get_by_role("button", name="Confirm")).to_be_in_viewport()
    expect(page.get_by_role("textbox", name="Message")).to_be_in_viewport()

    page.get_by_role("link", name="Outputs").click()
    expect(page.locator(".node-panel__side")).to_contain_text("analysis.md")
    watched.judge("outputs on a phone")
    page.get_by_role("link", name="Canvas").click()
    expect(card(page, "analyse")).to_be_visible()
    page.locator("#node-design a").click()
    expect(page.locator(".node-panel__talk")).to_contain_text("Starts when these are done")
    page.get_by_role("link", name="Timeline").click()
    expect(page.get_by_role("table")).to_be_visible()
    watched.judge("timeline on a phone")
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    expect(page.locator("#run-timeline")).to_be_visible()


def test_an_old_version_is_read_under_a_band(watched: Watched) -> None:
    page = watched.page
    page.get_by_role("button", name="More acts on this node").click()
    page.get_by_role("link", name="Restart with an empty conversation").click()
    page.get_by_role("dialog").get_by_role("button", name="Start anew").click()
    strip = page.get_by_role("navigation", name="Versions of this node")
    expect(strip.get_by_role("link", name="v2")).to_have_attribute("aria-current", "true")
    expect(card(page, "analyse")).to_contain_text("v2")
    strip.get_by_role("link", name="v1").click()
    expect(page.get_by_role("note")).to_contain_text("You read version 1 of this node. Version 2 is current.")
    expect(page.get_by_role("textbox", name="Message")).to_have_count(0)
    expect(page).to_have_url(re.compile(r"\?node=analyse&version=1$"))
    watched.judge("old version of a node")
    page.get_by_role("link", name="Go to version 2").click()
    expect(shown(page)).to_have_attribute("data-version", "2")
