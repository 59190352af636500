"""Write docs/images: every page of a real Aime with content, light and dark, some on a phone. `make screenshots`.

Names of pages as arguments write only those (their set-up is done all the same).
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from llmock.pytest_plugin import LLMock
from llmock.testing import LLMockServer
from playwright.sync_api import Page, expect, sync_playwright

from aime_project import data_dir as places
from tests.tools.browser_tests import find
from tests.tools.small_png import small_png

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = "tests.tools.screenshot_settings"
IMAGES = ROOT / "docs" / "images"
DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
MAX_BYTES = 150 * 1024
WAIT_MS = 60_000
REQUIREMENT = "Export a project as a ZIP file. The export runs in the background; a mail with a link follows."
ANALYSIS = """# Export of a project

## Goal
A member exports a project as one ZIP file without waiting for it.

## Requirements
1. The export starts at once and runs in the background.
2. A mail with a link is sent when it is ready; the link works for **seven days**.
3. An export of 2 GiB ends within ten minutes.

## Open questions
- Are archived documents part of it? *Assumed: yes.*
"""
ANSWER = """I wrote the analysis to `analysis.md`. Two points need your decision:

1. Are **archived documents** part of the export? I assumed so.
2. How long does the link work? I assumed seven days.

Say what should change, or confirm it as it is."""
STORY = "The report names a crash when a file without a name is uploaded. " * 60
WRONG_FILE = """aime: 1
name: Weekly report
visibilty: space
nodes:
  - key: collect
    type: task
    title: Collect the changes
    prompt: List what changed in {{ repository }}.
    outputs:
      - {name: changes, type: text, description: What changed}
  - key: write
    type: tsk
    title: Write the report
    prompt: Write a report about {{ changes }}.
    inputs:
      - {name: changes, type: text, from: collect.chnages}
edges:
  - [collect, wriet]
"""


@dataclass
class Stage:
    """The installation, a page in it, and how to take its picture. `wanted`: names of pages, empty for all."""

    url: str
    page: Page
    model: LLMock
    sessions: dict[str, str]
    slug: str
    wanted: set[str]
    written: list[Path] = field(default_factory=list)

    def go(self, path: str) -> None:
        """Open a page of the space and wait until it is ready."""
        self.page.goto(f"{self.url}{path}")
        self.page.locator("body[data-ready]").wait_for(timeout=WAIT_MS)

    def be(self, name: str | None) -> None:
        """Sign in as somebody, or out."""
        self.page.context.clear_cookies()
        if name:
            cookie = {"name": "sessionid", "value": self.sessions[name], "url": self.url}
            self.page.context.add_cookies([cookie])  # type: ignore[list-item]

    def shoot(self, name: str, *sizes: str) -> None:
        """Take the picture of the page as it is, light and dark; on a `desk` if no other sizes are named."""
        if self.wanted and name not in self.wanted:
            return
        for size in sizes or ("desk",):
            suffix, viewport = ("", DESK) if size == "desk" else (f"-{size}", PHONE)
            if viewport != DESK:
                self.page.set_viewport_size(viewport)  # type: ignore[arg-type]
                self.page.reload()  # a graph is fitted to the window that it is opened in
                self.page.locator("body[data-ready]").wait_for()
            for scheme in ("light", "dark"):
                self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
                self._write(IMAGES / f"{name}{suffix}-{scheme}.png")
        self.page.set_viewport_size(DESK)  # type: ignore[arg-type]
        self.page.emulate_media(color_scheme="light")

    def _write(self, path: Path) -> None:
        self.page.wait_for_load_state("networkidle")
        self.page.evaluate("document.fonts.ready")
        data = small_png(self.page.screenshot(animations="disabled", caret="hide"))
        if len(data) > MAX_BYTES:
            raise SystemExit(f"{path.name} has {len(data) // 1024} KiB, more than {MAX_BYTES // 1024}")
        path.write_bytes(data)
        self.written.append(path)
        print(f"{path.relative_to(ROOT)}  {len(data) // 1024} KiB", flush=True)


# --- Pages ----------------------------------------------------------------------------------------------------------
def entry(stage: Stage) -> None:
    """Before a space is chosen."""
    stage.be(None)
    stage.go("/accounts/login/")
    stage.shoot("sign-in")
    stage.be("builder")
    stage.go("/")
    stage.shoot("spaces")


def runs(stage: Stage) -> None:
    """A run from its form to its end; then one that waits and one that talks, for the home."""
    page = stage.page
    stage.go("/s/demo/workflows/requirement-to-code/start/")
    page.get_by_label("Requirement").fill(REQUIREMENT)
    stage.shoot("start")
    start_and_wait(stage, REQUIREMENT)
    stage.shoot("run", "desk", "phone")
    for name, content in (("design.md", "# Design\n"), ("main.py", "print('exported')\n"), ("review.md", "# Review\n")):
        stage.model.call_tool("files_write", {"name": name, "content": content}).reply("It is in the file.")
    stage.model.reply(json.dumps({"verdict": {"reason": "asked for", "text": "Ready."}}))
    page.get_by_role("button", name="Confirm").click()
    expect(page.locator(".run-head[data-status=done]")).to_be_visible(timeout=WAIT_MS)
    expect(page.locator(".message__body:visible").filter(has_text="It is in the file.").first).to_be_visible()
    expect(page.get_by_role("button", name="Stop")).to_have_count(0)
    stage.shoot("run-done")
    start_and_wait(stage, "Sign in with a passkey. Whoever has none is asked to make one, and may say later.")
    stage.model.pace(300).reply(STORY).reply(STORY)
    stage.go("/s/demo/workflows/bug-triage/start/")
    page.locator("textarea").first.fill("The upload crashes when a file has no name.")
    page.get_by_role("button", name="Start run").click()
    expect(page.locator(".message__body[data-status=streaming]")).to_contain_text("crash", timeout=WAIT_MS)


def start_and_wait(stage: Stage, requirement: str) -> None:
    """Start the first worked example and wait until it asks for a person."""
    page, model = stage.page, stage.model
    model.reset().tool_mode("off").pace(1)
    model.call_tool("files_write", {"name": "analysis.md", "content": ANALYSIS}).reply(ANSWER)
    model.reply(json.dumps({"summary": {"reason": "asked for", "text": "A ZIP export in the background."}}))
    stage.go("/s/demo/workflows/requirement-to-code/start/")
    page.get_by_label("Requirement").fill(requirement)
    page.get_by_role("button", name="Start run").click()
    expect(page.get_by_role("button", name="Confirm")).to_be_enabled(timeout=WAIT_MS)


def home(stage: Stage) -> None:
    """The space."""
    stage.go("/s/demo/")
    stage.shoot("home", "desk", "phone")
    stage.go("/s/demo/gallery/")
    stage.shoot("gallery")


def lists(stage: Stage) -> None:
    """What waits for a person, what was run, and two runs side by side."""
    page = stage.page
    stage.go("/s/demo/tasks/")
    expect(page.get_by_role("button", name="Confirm")).to_be_visible()
    stage.shoot("tasks", "desk", "phone")
    stage.go("/s/demo/runs/")
    stage.shoot("history", "desk", "phone")
    rows = page.get_by_role("row").filter(has_text="Requirement to code")
    newer, older = (rows.nth(place).get_by_role("checkbox").input_value() for place in (0, 1))
    stage.go(f"/s/demo/run-comparison/?before={older}&after={newer}")
    stage.shoot("run-comparison")


def editor(stage: Stage) -> None:
    """The editor with a graph, its dialogs, and an old version."""
    page = stage.page
    address = f"/s/demo/workflows/{stage.slug}/"
    stage.go(address)
    page.locator(".canvas-node[data-key=design]").click()
    expect(page.get_by_role("tab", name="Settings")).to_be_visible()
    stage.shoot("editor")
    page.get_by_role("tab", name="Inputs").click()
    expect(page.get_by_role("tabpanel")).to_contain_text("analysis")
    stage.shoot("editor-inputs")
    stage.go(address)
    stage.shoot("editor", "phone")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_role("dialog").get_by_role("textbox")).to_be_visible()
    stage.shoot("publish")
    stage.go(address)
    page.get_by_role("button", name="Versions").click()
    expect(page.get_by_text("The code is reviewed by Ada").first).to_be_visible()
    stage.shoot("versions")
    stage.go(f"{address}versions/1/")
    stage.shoot("version")
    stage.go(f"{address}comparison/?before=2&after=draft")
    stage.shoot("comparison")


def imports(stage: Stage) -> None:
    """A file with mistakes, and what is said about them."""
    page = stage.page
    stage.go("/s/demo/imports/")
    file = {"name": "weekly.yaml", "mimeType": "text/yaml", "buffer": WRONG_FILE.encode()}
    page.locator("input[type=file]").set_input_files(file)  # type: ignore[arg-type]
    page.get_by_role("button", name="Import").click()
    expect(page.get_by_text("did you mean").first).to_be_visible()
    stage.shoot("import")


def task_templates(stage: Stage) -> None:
    """The list, one task template, its form, and its versions side by side."""
    stage.go("/s/demo/task-templates/")
    stage.shoot("task-templates")
    stage.go("/s/demo/task-templates/test-plan/")
    stage.shoot("task-template")
    stage.go("/s/demo/task-templates/test-plan/edit/")
    stage.shoot("task-template-edit")


def consents(stage: Stage) -> None:
    """What a person is asked who shall execute a node."""
    stage.be("ada")
    stage.go("/s/demo/consents/")
    stage.shoot("consents")


PAGES: tuple[Callable[[Stage], None], ...] = (entry, runs, home, lists, editor, imports, task_templates, consents)


# --- The installation -----------------------------------------------------------------------------------------------
@contextmanager
def installation() -> Iterator[Stage]:
    """A real Aime with content, and a browser."""
    os.environ["DJANGO_SETTINGS_MODULE"] = SETTINGS
    from tests.bench.installation import Installation

    with tempfile.TemporaryDirectory(prefix="aime-shots-") as folder, LLMockServer() as server:
        os.environ["AIME_DATA_DIR"] = folder
        data_dir = Path(folder)
        model = {"OPENAI_BASE_URL": server.base_url("openai"), "OPENAI_API_KEY": "none", "AIME_MODEL": "usual"}
        try:
            with Installation(data_dir, DJANGO_SETTINGS_MODULE=SETTINGS, **model) as aime:
                seeded = seed(aime.env())
                with sync_playwright() as playwright:
                    browser = playwright.chromium.launch(executable_path=find(), args=["--no-sandbox"])
                    context = browser.new_context(viewport=DESK, locale="en-GB", timezone_id="UTC")  # type: ignore[arg-type]
                    context.set_default_timeout(WAIT_MS)
                    url = f"http://127.0.0.1:{aime.port}"
                    mock = LLMock(server)
                    yield Stage(url, context.new_page(), mock, wanted=set(sys.argv[1:]), **seeded)
                    browser.close()
        finally:
            shutil.rmtree(places.postgres_socket_dir(data_dir), ignore_errors=True)
            shutil.rmtree(places.postgres_home(data_dir), ignore_errors=True)


def seed(environment: dict[str, str]) -> dict[str, Any]:
    """Fill it."""
    command = [sys.executable, "-m", "tests.tools.screenshot_content"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=120)
    if done.returncode:
        raise SystemExit(done.stderr)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> None:
    """Visit every page."""
    if find() is None:
        raise SystemExit("There is no Chromium on this machine (Debian: `apt-get install chromium`).")
    IMAGES.mkdir(parents=True, exist_ok=True)
    with installation() as stage:
        for visit in PAGES:
            visit(stage)
    if not stage.wanted:
        for left in set(IMAGES.glob("*.png")) - set(stage.written):
            left.unlink()
    print(f"{len(stage.written)} pictures in {IMAGES.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
