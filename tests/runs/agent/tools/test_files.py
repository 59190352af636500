"""The files tool: the jail, limits, edits, and the artifacts it gives."""

import pytest

from runs.agent.naming import BadName
from runs.agent.tools import UnknownToolSet, tools_for
from runs.agent.tools.base import ArtifactWrite, Tool, ToolFailed, ToolOutcome
from runs.agent.tools.files import MAX_FILE_BYTES, MAX_LISTED
from runs.agent.workspace import FileInfo, NoSuchFile, Workspace

STORED = {"notes.md": b"alpha beta beta", "long.txt": "汉字".encode() * 50, "photo.png": b"\x89PNG\xff"}
TOOLS = {tool.spec.name: tool for tool in tools_for(["files"], read_chars=60)}


async def load(name: str) -> bytes:
    return STORED[name]


@pytest.fixture
def workspace() -> Workspace:
    return Workspace({name: FileInfo(len(content)) for name, content in STORED.items()}, load)


async def call(workspace: Workspace, tool: str, /, **arguments: object) -> ToolOutcome:
    return await TOOLS[tool].run(arguments, workspace)


async def refused(workspace: Workspace, tool: str, /, **arguments: object) -> str:
    with pytest.raises(ToolFailed) as caught:
        await call(workspace, tool, **arguments)
    return str(caught.value)


async def test_write_gives_an_artifact_of_the_names_type(workspace: Workspace) -> None:
    outcome = await call(workspace, "files_write", name="./src/app.py", content="print('你好')\n")
    assert outcome.writes == (ArtifactWrite("code", "src/app.py", "print('你好')\n".encode()),)
    assert (await call(workspace, "files_read", name="src/app.py")).text == "print('你好')\n"


async def test_written_content_hides_the_stored_one(workspace: Workspace) -> None:
    await call(workspace, "files_write", name="notes.md", content="new")
    assert await workspace.read("notes.md") == b"new"
    assert workspace.size_bytes("notes.md") == 3


@pytest.mark.parametrize("name", ["/etc/passwd", "../x", "a\nb", "a.png"])
async def test_write_outside_the_jail_is_refused(workspace: Workspace, name: str) -> None:
    before = workspace.names()
    assert await refused(workspace, "files_write", name=name, content="x")
    assert workspace.names() == before


async def test_write_has_a_size_limit(workspace: Workspace) -> None:
    assert "bytes" in await refused(workspace, "files_write", name="a", content="x" * (MAX_FILE_BYTES + 1))


async def test_read_goes_on_at_the_named_offset(workspace: Workspace) -> None:
    first = (await call(workspace, "files_read", name="long.txt")).text
    assert "read on with offset 60]" in first
    second = (await call(workspace, "files_read", name="long.txt", offset=60)).text
    assert first[:60] + second == "汉字" * 50
    assert (await call(workspace, "files_read", name="long.txt", offset=98, limit=1)).text.startswith("汉\n\n[")


async def test_read_of_nothing_is_explained(workspace: Workspace) -> None:
    assert "Files: long.txt, notes.md, photo.png" in await refused(workspace, "files_read", name="absent.md")
    assert "not a text file" in await refused(workspace, "files_read", name="photo.png")
    assert "behind its end" in await refused(workspace, "files_read", name="notes.md", offset=99)
    assert "file name" in await refused(workspace, "files_read", name="../x")
    await call(workspace, "files_write", name="empty.md", content="")
    assert (await call(workspace, "files_read", name="empty.md")).text == "(the file is empty)"


async def test_edit_replaces_the_only_match(workspace: Workspace) -> None:
    outcome = await call(workspace, "files_edit", name="notes.md", old="alpha", new="omega $1 \\1")
    assert outcome.writes == (ArtifactWrite("file", "notes.md", b"omega $1 \\1 beta beta"),)


async def test_edit_without_one_match_changes_nothing(workspace: Workspace) -> None:
    assert "occurs 2 times" in await refused(workspace, "files_edit", name="notes.md", old="beta", new="x")
    assert "does not occur" in await refused(workspace, "files_edit", name="notes.md", old="gamma", new="x")
    assert await workspace.read("notes.md") == STORED["notes.md"]


async def test_list_names_every_file_up_to_a_limit(workspace: Workspace) -> None:
    assert "notes.md (15 bytes)" in (await call(workspace, "files_list")).text
    for number in range(MAX_LISTED):
        workspace.write(f"f{number:03}", b"")
    assert (await call(workspace, "files_list")).text.endswith("… and 3 more")
    assert (await call(Workspace({}, load), "files_list")).text == "There are no files."


async def test_workspace_is_jailed_too(workspace: Workspace) -> None:
    with pytest.raises(BadName):
        workspace.write("../x", b"")
    with pytest.raises(NoSuchFile):
        await workspace.read("absent")


def test_tool_sets_keep_their_order() -> None:
    both = [tool.spec.name for tool in tools_for(["links", "files"])]
    assert both == [tool.spec.name for tool in tools_for(["files", "links"])]
    assert both[-1] == "links_record"
    assert tools_for([]) == ()
    with pytest.raises(UnknownToolSet, match="shell"):
        tools_for(["files", "shell"])


def test_no_tool_has_effects_outside() -> None:
    tools: tuple[Tool, ...] = tools_for(["files", "links"])
    assert not any(tool.side_effects for tool in tools)
    assert all(tool.spec.parameters["additionalProperties"] is False for tool in tools)
