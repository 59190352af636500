"""Pictures of runs: a run from its form to its end, what is changed in it afterwards, and the lists of many."""

import json

from playwright.sync_api import expect

from tests.tools.screenshot_stage import WAIT_MS, Stage

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
LATER_ANALYSIS = ANALYSIS.replace("**seven days**", "**three days**").replace(
    "- Are archived documents part of it? *Assumed: yes.*", "None: archived documents are part of it."
)
DESIGN = """# Design of the export

| part | what it does |
|---|---|
| `exports` | one row for each export that was asked for |
| worker | writes the archive, then sends the mail |

The link works for {days} days.
"""
CODE = """from datetime import timedelta

LINK_WORKS = timedelta(days={days})


def export(project: Project, to: User) -> Export:
    \"\"\"Ask for an export; the mail follows.\"\"\"
    return Export.objects.create(project=project, asked_by=to)
"""
STORY = "The report names a crash when a file without a name is uploaded. " * 60


def runs(stage: Stage) -> None:
    """A run from its form to its end; then one that waits and one that talks, for the home."""
    page = stage.page
    stage.go("/s/demo/workflows/requirement-to-code/start/")
    page.get_by_label("Requirement").fill(REQUIREMENT)
    stage.shoot("start")
    start_and_wait(stage, REQUIREMENT)
    stage.shoot("run", "desk", "phone")
    answer_the_rest(stage, days=7)
    page.get_by_role("button", name="Confirm").click()
    expect(page.locator(".run-head[data-status=done]")).to_be_visible(timeout=WAIT_MS)
    expect(page.locator(".message__body:visible").filter(has_text="It is in the file.").first).to_be_visible()
    expect(page.get_by_role("button", name="Stop")).to_have_count(0)
    stage.shoot("run-done")
    changed_afterwards(stage)
    start_and_wait(stage, "Sign in with a passkey. Whoever has none is asked to make one, and may say later.")
    stage.model.pace(300).reply(STORY).reply(STORY)
    stage.go("/s/demo/workflows/bug-triage/start/")
    page.locator("textarea").first.fill("The upload crashes when a file has no name.")
    page.get_by_role("button", name="Start run").click()
    expect(page.locator(".message__body[data-status=streaming]")).to_contain_text("crash", timeout=WAIT_MS)


def answer_the_rest(stage: Stage, days: int) -> None:
    """Script the nodes after the first."""
    files = (("design.md", DESIGN), ("main.py", CODE), ("review.md", "# Review\n\nNothing to change.\n"))
    for name, content in files:
        written = {"name": name, "content": content.replace("{days}", str(days))}
        stage.model.call_tool("files_write", written).reply("It is in the file.")
    stage.model.reply(json.dumps({"verdict": {"reason": "asked for", "text": "Ready."}}))


def changed_afterwards(stage: Stage) -> None:
    """The run that was done: its first node changed, the plan of Done, and what differs then."""
    page, model = stage.page, stage.model
    address = page.url.partition("?")[0].removeprefix(stage.url)
    stage.go(f"{address}?tab=timeline")
    stage.shoot("timeline")
    stage.go(f"{address}?node=analyse")
    model.call_tool("files_write", {"name": "analysis.md", "content": LATER_ANALYSIS}).reply("Three days it is.")
    model.reply(
        json.dumps({"summary": {"reason": "asked for", "text": "A ZIP export; the link works for three days."}})
    )
    page.get_by_role("textbox", name="Message").fill(
        "The link works for three days. Archived documents are part of it."
    )
    page.get_by_role("button", name="Send").click()
    page.get_by_role("link", name="Done", exact=True).click()
    plan = page.get_by_role("dialog")
    expect(plan.locator("[data-node=design]")).to_have_attribute("data-fate", "again")
    stage.shoot("plan", "desk")
    answer_the_rest(stage, days=3)
    plan.get_by_role("button", name="Done", exact=True).click()
    expect(page.locator(".run-head[data-status=done]")).to_be_visible(timeout=WAIT_MS)
    stage.go(f"{address}nodes/design/comparison/?from=1&to=2")
    stage.shoot("version-comparison")
    stage.go(f"{address}?node=analyse")
    page.get_by_role("link", name="analysis.md").first.click()
    page.get_by_role("dialog").get_by_role("link", name="Changes").click()
    expect(page.get_by_role("dialog")).to_contain_text("three days")
    stage.shoot("artifact")
    stage.go(f"{address}ticket/")
    stage.shoot("run-ticket")
    stage.go("/notifications/")
    stage.shoot("notifications", "desk", "phone")


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
