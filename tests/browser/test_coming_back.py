"""Two people watch one answer; one goes away and comes back, the other stays. Neither has a character too few or twice.

Away is a browser without network, a line that is cut and stays dead, or a page that its browser froze in the
background. It comes back in the middle of an answer, after its end, after it was stopped, after Done.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from llmock.pytest_plugin import LLMock
from llmock.scenarios import Match, Reply
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Site
from tests.browser.proxy import CuttableProxy
from tests.browser.reading import SHOWN, TEXTS, Reader, story
from tests.browser.two_steps import two_steps
from tests.browser.watching import Watched
from tests.chaos.people import Person
from tests.chaos.system import seed_system

pytestmark = [pytest.mark.browser, pytest.mark.processes]

WAIT_MS = 60_000
PACE_MS = 40  # slow enough that two pages are opened, one goes and comes back while it is written
MODEL = "comeback"
RUN = "SELECT public_id, id FROM runs_run ORDER BY id DESC LIMIT 1"
DOCUMENT = two_steps("Coming back", MODEL)
SHOWN_OF_NODE = """
SELECT m.public_id FROM runs_message m JOIN runs_noderun n ON n.id = m.node_run_id
WHERE n.run_id = %s AND n.key = %s AND n.is_latest AND m.role <> 'tool' ORDER BY m.ordinal
"""
FREEZE = """
() => setTimeout(() => {
  const request = new XMLHttpRequest();
  request.open('GET', '/frozen', false);
  request.send();
})
"""


@dataclass
class Scene:
    """The builder, who stays and acts, and the admin, who goes away behind a line of their own."""

    stays: Reader
    leaves: Reader
    model: LLMock
    proxy: CuttableProxy
    held: list[Route] = field(default_factory=list)  # what a frozen page waits for

    @property
    def both(self) -> tuple[Reader, Reader]:
        return self.stays, self.leaves

    def answer(self, text: str, **outputs: str) -> str:
        """Script one turn. Gives what the agent will say."""
        self.model.add(Reply(text=text, match=Match(model=MODEL)))
        named = {name: {"reason": "asked for", "text": said} for name, said in outputs.items()}
        if named:
            self.model.add(Reply(text=json.dumps(named), match=Match(model=MODEL)))
        return text

    def say(self, text: str) -> None:
        self.stays.page.get_by_role("textbox", name="Message").fill(text)
        self.stays.page.get_by_role("button", name="Send").click()

    @contextmanager
    def away(self, way: str) -> Iterator[None]:
        """The admin's page hears nothing meanwhile; that this is so is seen, too."""
        WAYS[way](self, True)
        before = None if self.held else self._rested()
        yield
        assert before is None or self.leaves.page.evaluate(SHOWN) == before, "whoever is away still hears"
        WAYS[way](self, False)

    def _rested(self) -> object:
        """What the admin's page shows once what was on its way has come."""
        shown: list[object] = []
        while len(shown) < 2 or shown[-1] != shown[-2]:
            self.stays.page.wait_for_timeout(300)
            shown.append(self.leaves.page.evaluate(SHOWN))
            assert len(shown) < 100, "whoever is away still hears"
        return shown[-1]

    def assert_same_for_both(self, node: str) -> None:
        """Both pages hold every message of the node, in order, as the database has it."""
        database = self.stays.site.database
        kept = {row[0]: row[3] for row in database.patient_rows(TEXTS, (self.stays.run_id,))}
        wanted = [message for (message,) in database.patient_rows(SHOWN_OF_NODE, (self.stays.run_id, node))]
        for reader in self.both:
            shown = reader.page.evaluate(SHOWN)
            assert list(shown) == wanted, "messages are missing, doubled, or in another order"
            for message, body in shown.items():
                assert body["status"] != "streaming"
                reader.assert_same(message, body, kept[message])


def without_network(scene: Scene, is_away: bool) -> None:
    scene.proxy.is_down = is_away  # before the browser knows that it may try again
    scene.leaves.page.context.set_offline(is_away)
    if is_away:
        scene.proxy.cut()  # emulation leaves an open socket alone


def cut_line(scene: Scene, is_away: bool) -> None:
    scene.proxy.is_down = is_away
    if is_away:
        assert scene.proxy.cut() > 0


def frozen(scene: Scene, is_away: bool) -> None:
    """No script of the page runs: it waits for a request that is not answered. What its socket brings waits, too."""
    page = scene.leaves.page
    if not is_away:
        page.context.unroute_all(behavior="ignoreErrors")
        scene.held.pop().fulfill(body="")
        return
    page.route("**/frozen", lambda route: scene.held.append(route))  # noqa: PLW0108  # Playwright marks its handlers
    page.evaluate(FREEZE)
    while not scene.held:
        scene.stays.page.wait_for_timeout(20)


WAYS = {"without network": without_network, "cut line": cut_line, "frozen": frozen}


@pytest.fixture(scope="module")
def _template(site: Site) -> None:
    seed_system(site.aime, [DOCUMENT])


@pytest.fixture
def scene(site: Site, model: LLMock, browser_of: Callable[..., Watched], _template: None) -> Iterator[Scene]:
    """A run whose first answer, of 400 tokens, is being written. No page may complain."""
    expect.set_options(timeout=WAIT_MS)
    model.pace(PACE_MS).tool_mode("off")
    with CuttableProxy(site.aime.port) as proxy:
        people = [browser_of("builder"), browser_of("admin", base_url=f"http://127.0.0.1:{proxy.port}")]
        model.add(Reply(text=story(400), match=Match(model=MODEL)))
        model.add(
            Reply(text=json.dumps({"plot": {"reason": "asked for", "text": "A plot."}}), match=Match(model=MODEL))
        )
        Person(site.aime, site.seeded).start("coming-back")
        public_id, run_id = site.database.patient_rows(RUN)[0]
        for watched in people:
            watched.page.set_default_timeout(WAIT_MS)
            watched.page.goto(f"/s/demo/runs/{public_id}/?node=draft")
            watched.page.locator("body[data-ready]").wait_for()
        yield Scene(*(Reader(watched.page, site, run_id) for watched in people), model, proxy)
        for watched in people:
            watched.assert_no_complaints()
            watched.page.close()


def streams(page: Page) -> None:
    expect(page.locator(".message__body[data-status=streaming]")).to_have_count(1)


def ended(page: Page) -> None:
    expect(page.locator(".message__body[data-status=streaming]")).to_have_count(0)


@pytest.mark.parametrize("way", WAYS)
def test_whoever_comes_back_has_every_character_once(scene: Scene, way: str) -> None:
    stays, leaves = scene.stays.page, scene.leaves.page
    in_the_middle(scene, way)
    with scene.away(way):
        expect(stays.get_by_role("button", name="Confirm", exact=True)).to_be_enabled()
    expect(leaves.get_by_role("button", name="Confirm", exact=True)).to_be_enabled()
    scene.assert_same_for_both("draft")

    said = scene.answer(story(300))
    scene.say("再来一次 👩‍💻")
    for reader in scene.both:
        streams(reader.page)
    scene.stays.read_until(0.2, said)
    with scene.away(way):
        scene.stays.goes_on("the other left")
        stays.get_by_role("button", name="Stop").click()
        expect(stays.get_by_text("Stopped by a person")).to_be_visible()
    expect(leaves.get_by_text("Stopped by a person")).to_be_visible()
    scene.assert_same_for_both("draft")


def in_the_middle(scene: Scene, way: str) -> None:
    """Away and back while the first answer is written; both are looked at all the time."""
    for reader in scene.both:
        streams(reader.page)
        reader.sample()
    with scene.away(way):
        scene.stays.goes_on("the other left")
        scene.stays.page.wait_for_timeout(600)
        scene.stays.sample()
    scene.leaves.goes_on(f"coming back, {way}")
    for reader in scene.both:
        reader.sample()
        assert len(reader.samples) >= 2, "nothing was compared while it was written"


@pytest.mark.parametrize("way", WAYS)
def test_whoever_comes_back_after_done_reads_what_it_made(scene: Scene, way: str) -> None:
    stays, leaves = scene.stays.page, scene.leaves.page
    confirm = stays.get_by_role("button", name="Confirm", exact=True)
    with scene.away(way):
        expect(confirm).to_be_enabled()
        scene.answer(story(20), story="The end.")
        confirm.click()
        expect(stays.locator(".run-head[data-status=done]")).to_be_visible()
        scene.answer(story(30), plot="Another plot.")
        scene.say("Another one.")
        stays.get_by_role("link", name="Done", exact=True).click()
        scene.answer(story(40), story="Another end.")
        stays.get_by_role("dialog").get_by_role("button", name="Done", exact=True).click()
        expect(stays.locator(".canvas-node[data-key=finish][data-status=done]")).to_contain_text("v2")
    expect(leaves.locator(".canvas-node[data-key=finish][data-status=done]")).to_contain_text("v2")
    expect(leaves.locator(".run-head[data-status=done]")).to_be_visible()
    for page in (stays, leaves):
        ended(page)
    scene.assert_same_for_both("draft")
    for page in (stays, leaves):
        page.locator(".canvas-node[data-key=finish]").click()
        expect(page.locator("#node-panel")).to_have_attribute("data-node", "finish")
    scene.assert_same_for_both("finish")
