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
from pathlib import Path
from typing import Any

from llmock.pytest_plugin import LLMock
from llmock.testing import LLMockServer
from playwright.sync_api import expect, sync_playwright

from aime_project import data_dir as places
from tests.tools.browser_tests import find
from tests.tools.screenshot_runs import lists, runs
from tests.tools.screenshot_stage import DESK, IMAGES, ROOT, WAIT_MS, Stage

SETTINGS = "tests.tools.screenshot_settings"
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


# --- Pages ----------------------------------------------------------------------------------------------------------
def entry(stage: Stage) -> None:
    """Before a space is chosen."""
    stage.be(None)
    stage.go("/accounts/login/")
    stage.shoot("sign-in")
    stage.be("builder")
    stage.go("/")
    stage.shoot("spaces")


def home(stage: Stage) -> None:
    """The space."""
    stage.go("/s/demo/")
    stage.shoot("home", "desk", "phone")
    stage.go("/s/demo/gallery/")
    stage.shoot("gallery")


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
