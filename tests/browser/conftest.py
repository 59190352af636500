"""One real Aime with llmock for all browser tests, and people with browsers of their own."""

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest
from llmock.pytest_plugin import LLMock
from llmock.testing import LLMockServer
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.watching import Watched
from tests.chaos.people import TOKEN
from tests.chaos.system import Database, Seeded, hosts_up, seed_system
from tests.conftest import remove_data_dir
from tests.processes.aime_harness import Aime
from tests.processes.queue_harness import HANGS_S, wait_until

WAIT_MS = 60_000  # what a page does in a moment and has not done after this it never will
expect.set_options(timeout=WAIT_MS)
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
GOING_ON = """
SELECT r.public_id, s.slug FROM runs_run r JOIN spaces_space s ON s.id = r.space_id WHERE r.status = 'running'
"""
AT_WORK = "SELECT 1 FROM runs_attempt WHERE status = 'running' LIMIT 1"
LONG_DOCUMENT = {
    "aime": 1,
    "name": "Long story",
    "nodes": [
        {"key": "tell", "type": "task", "title": "Tell", "prompt": "Tell a long story.", "model": "long-story"},
    ],
    "edges": [],
}


@dataclass
class Site:
    """The installation under test. `passwords` as `make run` prints them once."""

    aime: Aime
    mock: LLMock
    seeded: Seeded
    database: Database
    passwords: dict[str, str]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.aime.port}"


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    data_dir = tmp_path_factory.mktemp("browser") / "data"
    with LLMockServer() as server:
        mock = LLMock(server)
        model = {"OPENAI_BASE_URL": mock.base_url("openai"), "OPENAI_API_KEY": "none", "AIME_MODEL": "usual"}
        aime = Aime(data_dir, DJANGO_SETTINGS_MODULE="tests.browser_settings", **model)
        database = Database(data_dir)
        try:
            aime.start()
            passwords = dict(re.findall(r"\b(admin|builder|viewer)\s+(\S{12})$", aime.output(), re.MULTILINE))
            seeded = seed_system(aime, [LONG_DOCUMENT])
            assert wait_until(lambda: hosts_up(database), HANGS_S), aime.output()
            yield Site(aime, mock, seeded, database, passwords)
        finally:
            database.close()
            aime.close()
            remove_data_dir(data_dir)


@pytest.fixture
def model(site: Site) -> LLMock:
    """The model, without what other tests scripted, and without their runs, which would take this test's answers."""
    for run, space in site.database.patient_rows(GOING_ON):
        for name in ("builder", "admin"):  # a personal run is its owner's to cancel
            cookies = {"sessionid": site.seeded.sessions[name], "csrftoken": TOKEN}
            with httpx2.Client(
                base_url=site.url, cookies=cookies, headers={"X-CSRFToken": TOKEN}, timeout=60
            ) as client:
                client.post(f"/s/{space}/runs/{run}/cancellation/")
    assert wait_until(lambda: not site.database.patient_rows(AT_WORK), HANGS_S), "runs of other tests do not end"
    return site.mock.reset()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    if path is None:
        pytest.skip("there is no Chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"], timeout=300_000)
        yield browser
        browser.close()


@pytest.fixture
def browser_of(site: Site, chromium: Browser) -> Iterator[Callable[..., Watched]]:
    """Give a page of a browser in which somebody is signed in (or nobody). None may complain, also of those beside."""
    opened: list[Watched] = []

    def open_page(name: str | None = None, *, base_url: str | None = None, **options: Any) -> Watched:
        viewport = {"width": 1280, "height": 900}
        context = chromium.new_context(**{"base_url": base_url or site.url, "viewport": viewport, **options})
        context.set_default_timeout(WAIT_MS)
        if name:
            cookie = {"name": "sessionid", "value": site.seeded.sessions[name], "domain": "127.0.0.1", "path": "/"}
            context.add_cookies([cookie])  # type: ignore[list-item]
        opened.append(Watched(context))
        return opened[-1]

    yield open_page
    for watched in opened:
        watched.context.close()
    for watched in opened:
        watched.assert_no_complaints()
