"""One long answer, watched in a browser while everything between the model and the reader breaks, in one run."""

import os
import signal
from collections.abc import Callable
from functools import partial

import psycopg
import pytest
from llmock.pytest_plugin import LLMock
from llmock.scenarios import Match, Reply
from playwright.sync_api import expect

from tests.browser.conftest import Site
from tests.browser.proxy import CuttableProxy
from tests.browser.reading import SHOWN, TEXTS, Reader, story
from tests.browser.watching import Watched
from tests.chaos.people import Person
from tests.processes.queue_harness import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.processes]

TOKENS = 2000
PACE_MS = 35  # over a minute: a process that takes ten seconds to come back comes back in the middle
SAMPLES = 20
RUN = "SELECT public_id, id, status FROM runs_run ORDER BY id DESC LIMIT 1"
HOST = """
SELECT h.pid FROM runs_attempt a JOIN runs_host h ON h.id = a.host JOIN runs_noderun n ON n.id = a.node_run_id
WHERE a.status = 'running' AND n.run_id = %s
"""
RAW = """
async () => Object.fromEntries(await Promise.all([...document.querySelectorAll('chat-message')].map(
  async ({ dataset }) => [dataset.message, await (await fetch(dataset.rawUrl)).text()])))
"""


def host_of(site: Site, run_id: int) -> int:
    found: list[int] = []

    def known() -> bool:
        try:
            found.extend(pid for (pid,) in site.database.rows(HOST, (run_id,)))
        except psycopg.Error:
            return False
        return bool(found)

    assert wait_until(known, 120), "nobody runs the attempt"
    return found[-1]


def break_everything(reader: Reader, proxy: CuttableProxy, text: str) -> None:
    """Each break in the middle of the answer; the page has to go on by itself."""
    site, page = reader.site, reader.page
    reader.read_until(0.10, text)
    page.reload()
    reader.goes_on("a reload")
    reader.read_until(0.22, text)
    assert proxy.cut() > 0
    reader.goes_on("a cut connection")
    reader.read_until(0.32, text)
    page.context.set_offline(True)
    page.wait_for_timeout(1500)
    reader.sample()
    page.context.set_offline(False)
    reader.goes_on("a while without network")
    reader.read_until(0.45, text)
    os.kill(site.aime.tree()["web"][0], signal.SIGKILL)
    reader.goes_on("a killed daphne")
    reader.read_until(0.60, text)
    os.kill(site.aime.tree()["postgres"][0], signal.SIGINT)
    reader.goes_on("a restarted database")
    reader.read_until(0.75, text)
    os.kill(host_of(site, reader.run_id), signal.SIGKILL)


def test_long_answer_is_shown_whole_whatever_breaks(
    site: Site, model: LLMock, browser_of: Callable[..., Watched]
) -> None:
    text = story(TOKENS)
    model.pace(PACE_MS).tool_mode("off").add(Reply(text=text, times=None, match=Match(model="long-story")))
    Person(site.aime, site.seeded).start("long-story")
    public_id, run_id, _status = site.database.patient_rows(RUN)[0]
    with CuttableProxy(site.aime.port) as proxy:
        watched = browser_of("builder", base_url=f"http://127.0.0.1:{proxy.port}")
        page = watched.page
        page.goto(f"/s/demo/runs/{public_id}/")
        reader = Reader(page, site, run_id)
        break_everything(reader, proxy, text)
        reader.read_until(1.0, text)
        page.locator(".run-head[data-status=done]").wait_for(timeout=120_000)
        expect(page.locator(".message__body[data-status=streaming]")).to_have_count(0)
        wait_until(partial(page_equals_database, reader, text), 60)  # the last rendering is on its way
        assert_page_equals_database(reader, text)
        assert len(reader.samples) >= SAMPLES, reader.samples
        assert len(set(reader.samples)) >= SAMPLES // 2, "the samples are not of different moments"
        watched.assert_no_complaints()
        page.close()


def page_equals_database(reader: Reader, text: str) -> bool:
    reader.page.wait_for_timeout(100)
    try:
        assert_page_equals_database(reader, text)
    except AssertionError:
        return False
    return True


def assert_page_equals_database(reader: Reader, text: str) -> None:
    kept = reader.site.database.patient_rows(TEXTS, (reader.run_id,))
    answers = [(status, said) for _id, status, role, said in kept if role == "assistant"]
    assert [status for status, _said in answers] == ["interrupted", "complete"]
    assert answers[1][1] == text
    assert text.startswith(answers[0][1]) and len(answers[0][1]) > len(text) // 2
    shown, raw = reader.page.evaluate(SHOWN), reader.page.evaluate(RAW)
    assert list(shown) == [message for message, *_rest in kept], "messages are missing or in another order"
    for message, _status, _role, said in kept:
        reader.assert_same(message, shown[message], said)
        assert raw[message] == said


@pytest.mark.parametrize("wrong", ["text.appendData('x')", "text.deleteData(3, 1)", "text.insertData(0, text.data[0])"])
def test_sample_finds_one_wrong_character(
    site: Site, model: LLMock, browser_of: Callable[..., Watched], wrong: str
) -> None:
    """The long test can fail."""
    text = " ".join(f"word{number}" for number in range(2000))
    model.pace(PACE_MS).tool_mode("off").add(Reply(text=text, times=None, match=Match(model="long-story")))
    Person(site.aime, site.seeded).start("long-story")
    public_id, run_id, _status = site.database.patient_rows(RUN)[0]
    page = browser_of("builder").page
    page.goto(f"/s/demo/runs/{public_id}/")
    reader = Reader(page, site, run_id)
    reader.read_until(0.05, text)
    expect(page.locator(".message__body[data-status=streaming]")).not_to_be_empty()
    reader.sample()
    assert reader.samples
    page.evaluate(f"() => {{ const text = document.querySelector('[data-status=streaming]').firstChild; {wrong}; }}")
    with pytest.raises(AssertionError, match="is no prefix"):
        for _look in range(20):
            page.wait_for_timeout(100)
            reader.sample()
