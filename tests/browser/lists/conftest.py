"""Runs for the lists: of a template of their own, with the titles that a test needs."""

from collections.abc import Callable

import pytest
from llmock.pytest_plugin import LLMock

from tests.browser.conftest import Site
from tests.chaos.people import Person
from tests.chaos.system import seed_system

DOCUMENT = {
    "aime": 1,
    "name": "One step to list",
    "nodes": [{"key": "only", "type": "task", "title": "第一步：需求分析", "prompt": "Do it.", "confirm": True}],
    "edges": [],
}
NAME_LAST = """
UPDATE runs_run SET title = %s WHERE id = (SELECT max(id) FROM runs_run) RETURNING public_id
"""


@pytest.fixture(scope="module")
def slug(site: Site) -> str:
    return seed_system(site.aime, [DOCUMENT]).slugs["one step to list"]


@pytest.fixture
def run_of(site: Site, slug: str, model: LLMock) -> Callable[[str], str]:
    """Start a run of this title, which will wait for a person, and give its public id."""
    model.pace(1).tool_mode("off")

    def start(title: str) -> str:
        model.reply("It is done.")
        Person(site.aime, site.seeded).start(slug)
        return str(site.database.rows(NAME_LAST, [title])[0][0])

    return start
