"""The links tool: plain web addresses only."""

import pytest

from runs.agent.tools import tools_for
from runs.agent.tools.base import ArtifactWrite, ToolFailed
from runs.agent.workspace import Workspace

(RECORD,) = tools_for(["links"])


async def load(name: str) -> bytes:
    raise AssertionError(name)


async def record(workspace: Workspace, url: str, title: str) -> ArtifactWrite:
    outcome = await RECORD.run({"url": url, "title": title}, workspace)
    (write,) = outcome.writes
    return write


async def test_link_is_recorded_with_its_title() -> None:
    write = await record(Workspace({}, load), " https://example.org/a?b=1#c ", "The\n design ")
    assert write == ArtifactWrite("link", "The design", url="https://example.org/a?b=1#c")


@pytest.mark.parametrize(
    "url",
    ["", "example.org", "ftp://example.org", "javascript:alert(1)", "https://", "https://a b.org", "https://x/\nb",
     "https://user:pw@example.org", "https://user@example.org", "http://[::1", "https://x:99999/", "//example.org/a",
     "https://example.org/" + "x" * 2000, "data:text/html,x"],
)  # fmt: skip
async def test_anything_but_a_plain_web_address_is_refused(url: str) -> None:
    with pytest.raises(ToolFailed):
        await record(Workspace({}, load), url, "t")


async def test_links_do_not_hide_each_other() -> None:
    workspace = Workspace({}, load, {"Spec": "https://a.org"})
    assert (await record(workspace, "https://b.org", "Spec")).name == "Spec (2)"
    assert (await record(workspace, "https://c.org", "Spec")).name == "Spec (3)"
    assert (await record(workspace, "https://a.org", "Spec")).name == "Spec"
    assert (await record(workspace, "https://d.org", " ")).name == "https://d.org"
    assert len((await record(workspace, "https://e.org", "x" * 500)).name) <= 200
