"""Two people, two browsers, one run: watching, a race at the gate, Done after a change, a new start, an old version."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from llmock.pytest_plugin import LLMock
from llmock.scenarios import Match, Reply
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.conftest import Site
from tests.browser.two_steps import two_steps
from tests.browser.watching import PHONE, Watched
from tests.chaos.people import Person
from tests.chaos.system import seed_system

pytestmark = [pytest.mark.browser, pytest.mark.processes]

WAIT_MS = 60_000
LAST = "SELECT public_id FROM runs_run ORDER BY id DESC LIMIT 1"
MODEL = "shared"  # answers are of this model only: no run of another test takes them
DOCUMENT = two_steps("Shared story", MODEL)
LONG = " ".join(f"word{number}" for number in range(160)) + " end."


@dataclass
class Pair:
    """The builder, who started the run, and the admin, on a phone in one journey; both at its page."""

    builder: Page
    admin: Page
    model: LLMock

    @property
    def both(self) -> tuple[Page, Page]:
        return self.builder, self.admin

    def answers(self, said: str, **outputs: str) -> None:
        """Script one turn: what the agent says, then what its outputs are."""
        named = {name: {"reason": "asked for", "text": text} for name, text in outputs.items()}
        for text in (said, json.dumps(named)):
            self.model.add(Reply(text=text, match=Match(model=MODEL)))


@pytest.fixture(scope="module")
def _template(site: Site) -> None:
    seed_system(site.aime, [DOCUMENT])


@pytest.fixture
def open_pair(
    site: Site, model: LLMock, browser_of: Callable[..., Watched], _template: None
) -> Iterator[Callable[..., Pair]]:
    """Start a run and open it for both. No page may complain."""
    people: list[Watched] = []

    def begin(**admin: Any) -> Pair:
        people[:] = [browser_of("builder"), browser_of("admin", **admin)]
        pair = Pair(people[0].page, people[1].page, model)
        model.pace(1).tool_mode("off")
        pair.answers("A dog finds a bone.", plot="A dog finds a bone.")
        Person(site.aime, site.seeded).start("shared-story")
        run = site.database.patient_rows(LAST)[0][0]
        for page in pair.both:
            page.set_default_timeout(WAIT_MS)
            page.goto(f"/s/demo/runs/{run}/?node=draft")
            page.locator("body[data-ready]").wait_for()
        return pair

    expect.set_options(timeout=WAIT_MS)
    yield begin
    for watched in people:
        watched.assert_no_complaints()


def panel(page: Page) -> Locator:
    return page.locator("#node-panel")


def confirm_button(page: Page) -> Locator:
    return panel(page).get_by_role("button", name="Confirm", exact=True)


def finish(pair: Pair, story: str) -> None:
    """Confirm the draft and wait until the run is done."""
    pair.answers("Done.", story=story)
    confirm_button(pair.builder).click()
    for page in pair.both:
        expect(page.locator(".run-head[data-status=done]")).to_be_visible()


def say(page: Page, text: str) -> None:
    page.get_by_role("textbox", name="Message").fill(text)
    page.get_by_role("button", name="Send").click()


def test_both_read_the_same_words_while_they_are_written(open_pair: Callable[..., Pair]) -> None:
    pair = open_pair(viewport=PHONE)
    for page in pair.both:
        expect(confirm_button(page)).to_be_enabled()
    pair.model.pace(120)
    pair.answers(LONG, plot="A long one.")
    say(pair.admin, "Longer, please.")
    bodies = [panel(page).locator(".message--agent .message__body").last for page in pair.both]
    for body in bodies:
        expect(body).to_contain_text("word5 ")
        expect(body).to_have_attribute("data-status", "streaming")
    for page, body in zip(pair.both, bodies, strict=True):  # who said it is seen by both
        said = panel(page).locator(".message--person").filter(has_text="Longer, please.")
        expect(said.locator(".message__author")).to_have_text(re.compile("admin", re.IGNORECASE))
        expect(body).to_have_text(LONG)
        expect(confirm_button(page)).to_be_enabled()


def test_second_to_confirm_is_told_who_was_first(open_pair: Callable[..., Pair]) -> None:
    """The admin's press is on its way while the builder's is answered."""
    pair = open_pair()
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    for page in pair.both:
        expect(confirm_button(page)).to_be_enabled()
    pair.admin.route("**/confirmations/", hold)
    confirm_button(pair.admin).click()
    while not held:
        pair.admin.wait_for_timeout(20)
    assert len(held) == 1
    finish(pair, "The end.")
    expect(confirm_button(pair.admin)).to_have_count(0)  # their page knows, their press does not
    held[0].continue_()
    expect(panel(pair.admin).get_by_role("alert")).to_contain_text(
        re.compile("already accepted: by builder", re.IGNORECASE)
    )
    expect(pair.admin.locator(".run-head[data-status=done]")).to_be_visible()


def test_reopened_node_passes_its_change_on_at_done_only(open_pair: Callable[..., Pair]) -> None:
    pair = open_pair()
    finish(pair, "The dog ate it.")
    pair.answers("Now it is a cat.", plot="A cat finds a bone.")
    say(pair.admin, "Make it a cat.")
    for page in pair.both:
        expect(panel(page).get_by_text("Reopened: these outputs will be passed on again")).to_be_visible()
        expect(page.locator(".canvas-node[data-key=finish]")).to_contain_text(re.compile("stale", re.IGNORECASE))
    pair.builder.get_by_role("link", name="Done", exact=True).click()
    plan = pair.builder.get_by_role("dialog")
    expect(plan.locator("[data-node=finish]")).to_have_attribute("data-fate", "again")
    pair.answers("Done.", story="The cat ate it.")
    plan.get_by_role("button", name="Done", exact=True).click()
    for page in pair.both:
        expect(page.locator(".run-head[data-status=done]")).to_be_visible()
        page.locator(".canvas-node[data-key=finish]").click()
        expect(panel(page)).to_have_attribute("data-node", "finish")
        expect(
            page.get_by_role("navigation", name="Versions of this node").get_by_role("link", name="v2")
        ).to_be_visible()
        expect(page.get_by_text("The cat ate it.").first).to_be_visible()


def test_new_start_leaves_the_old_version_to_be_read_only(open_pair: Callable[..., Pair]) -> None:
    pair = open_pair()
    finish(pair, "The dog ate it.")
    builder, admin = pair.both
    panel(builder).get_by_role("button", name="More acts on this node").click()
    builder.get_by_role("link", name="Restart with an empty conversation").click()
    plan = builder.get_by_role("dialog")
    expect(plan.get_by_role("link", name="Discard the context")).to_have_attribute("aria-current", "true")
    pair.answers("A bird this time.", plot="A bird.")
    plan.get_by_role("button", name="Start anew").click()
    strip = admin.get_by_role("navigation", name="Versions of this node")
    expect(strip.get_by_role("link", name="v2")).to_have_attribute("aria-current", "true")
    for page in pair.both:
        expect(panel(page).locator(".message--agent").filter(has_text="A bird this time.")).to_be_visible()
        expect(panel(page).get_by_text("A dog finds a bone.")).to_have_count(0)
    strip.get_by_role("link", name="v1").click()
    expect(panel(admin).get_by_text("You read version 1 of this node. Version 2 is current.")).to_be_visible()
    expect(panel(admin).locator(".message--agent").filter(has_text="A dog finds a bone.")).to_be_visible()
    for name in ("Confirm", "Send", "Stop", "Edit"):
        expect(panel(admin).get_by_role("button", name=name)).to_have_count(0)
    expect(panel(admin).get_by_role("textbox", name="Message")).to_have_count(0)
