"""A line that is down, a server that fails, an answer that is lost, a session that ends: nothing typed is lost."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Route, expect

from tests.browser.conftest import Site
from tests.browser.editor.acting import MouseHand
from tests.browser.editor.conftest import WAIT_MS, Editor, Template, asked
from tests.browser.editor.graphs import pair
from tests.browser.editor.saving import dialog_of, drafted, retitle, state, titles
from tests.browser.watching import Watched

pytestmark = [pytest.mark.browser, pytest.mark.processes]

DRAFT = re.compile(r"/draft/$")
SIGNED_OUT = "You are signed out. Your changes are kept in this browser: sign in again in another tab."


@pytest.fixture
def template(made: Callable[..., Template]) -> Template:
    created: Template = made(pair())
    return created


@pytest.fixture
def editor(editor_of: Callable[..., Editor], template: Template) -> Editor:
    """Somebody at the template, with the settings of `ada` open."""
    opened: Editor = editor_of("builder", template)
    opened.hand.click(opened.title("ada"))
    opened.shows("ada")
    return opened


def write(editor: Editor, title: str) -> None:
    """Write the title of `ada`, whose settings are open: that needs no server."""
    editor.hand.write(editor.field("Title"), title)
    expect(editor.title("ada")).to_have_text(title)


def arrive_late(template: Template, title: str) -> None:
    """See to it that the server has what a page sent as it went, now that the next page is open."""
    draft = template.draft()
    if draft["document"]["nodes"][0].get("title") == title:
        return  # it came by itself
    draft["document"]["nodes"][0]["title"] = title
    with asked(template.site, "builder") as client:
        body = {"base_revision": draft["revision"], "document": draft["document"]}
        assert client.post(f"{template.path}draft/", json=body).status_code in {200, 409}  # 409: it came just now


def given_back(editor: Editor) -> None:
    expect(editor.page.get_by_text("that were not saved are back, and are being saved.")).to_be_visible(timeout=WAIT_MS)


def sign_in(editor: Editor, site: Site) -> None:
    page, hand = editor.page, editor.hand
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible(timeout=WAIT_MS)
    hand.write(page.get_by_label("User name"), "builder")
    hand.write(page.get_by_label("Password"), site.passwords["builder"])
    hand.press("Enter")
    expect(page).not_to_have_url(re.compile("/accounts/login/"), timeout=WAIT_MS)


def end_session(editor: Editor) -> None:
    editor.watched.context.clear_cookies(name="sessionid")


def test_typing_moving_adding_and_undoing_without_a_line_is_sent_when_it_is_back(
    editor: Editor, template: Template
) -> None:
    before = template.draft()
    editor.watched.context.set_offline(True)
    write(editor, "Written in a tunnel")
    state(editor, "offline")
    expect(editor.page.locator("save-state")).to_have_text("Offline, kept in this browser")
    editor.hand.drag(editor.title("eve"), editor.free(0.6, 0.2))
    editor.hand.drag(editor.item(), editor.free(0.3, 0.85))
    expect(editor.nodes()).to_have_count(4)
    editor.hand.press("Control+z")
    expect(editor.nodes()).to_have_count(3)
    editor.hand.press("Control+y")
    expect(editor.nodes()).to_have_count(4)
    state(editor, "offline")
    expect(editor.page.locator("[data-command=publish]")).to_have_attribute("aria-disabled", "true")
    assert template.draft() == before
    editor.watched.context.set_offline(False)
    editor.saved()
    after = {node["key"]: node for node in drafted(template)["nodes"]}
    old = {node["key"]: node for node in before["document"]["nodes"]}
    assert list(after) == ["ada", "bob", "eve", "task"]
    assert after["ada"]["title"] == "Written in a tunnel"
    assert after["eve"]["position"] != old["eve"]["position"]
    assert after["bob"] == old["bob"]


def test_page_closed_without_a_line_gives_its_work_back_in_a_new_one(editor: Editor, template: Template) -> None:
    editor.watched.context.set_offline(True)
    write(editor, "Kept in the browser")
    state(editor, "offline")
    editor.page.close()
    assert titles(template)["ada"] == "Ada"
    editor.watched.context.set_offline(False)
    watched = Watched(editor.watched.context)
    again = Editor(watched, MouseHand(watched.page)).open(template)
    expect(again.title("ada")).to_have_text("Kept in the browser")
    given_back(again)
    again.saved()
    assert titles(template)["ada"] == "Kept in the browser"
    watched.assert_no_complaints()


def test_page_left_while_the_server_fails_loses_nothing(editor: Editor, template: Template) -> None:
    def fail(route: Route) -> None:
        route.fulfill(status=503, body="busy")

    editor.page.route(DRAFT, fail)
    write(editor, "Typed while it failed")
    state(editor, "offline")
    assert titles(template)["ada"] == "Ada"
    editor.page.reload()  # what the page sends as it goes may arrive, before or after the page is read anew
    editor.ready()
    expect(editor.title("ada")).to_have_text("Typed while it failed")
    editor.hand.click(editor.title("ada"))
    editor.shows("ada")
    write(editor, "Typed while it failed, and after")
    state(editor, "offline")
    arrive_late(template, "Typed while it failed")
    editor.page.unroute(DRAFT)
    editor.saved()  # by itself, soon
    expect(dialog_of(editor)).to_be_hidden()
    assert titles(template)["ada"] == "Typed while it failed, and after"


def test_an_answer_that_was_lost_is_no_conflict(editor: Editor, template: Template) -> None:
    lost: list[int] = []

    def lose(route: Route) -> None:
        lost.append(route.fetch().status)
        route.abort()

    editor.page.route(DRAFT, lose, times=1)
    write(editor, "Arrived unheard")
    state(editor, "offline")
    assert lost == [200]
    write(editor, "Arrived unheard, and more")
    editor.saved()
    expect(dialog_of(editor)).to_be_hidden()
    assert titles(template)["ada"] == "Arrived unheard, and more"


def test_somebody_else_saves_meanwhile_and_both_are_merged(editor: Editor, template: Template) -> None:
    editor.watched.context.set_offline(True)
    write(editor, "Mine")
    state(editor, "offline")
    newer = template.draft()
    newer["document"]["nodes"][1]["title"] = "Theirs"
    with asked(template.site, "admin") as client:
        body = {"base_revision": newer["revision"], "document": newer["document"]}
        assert client.post(f"{template.path}draft/", json=body).status_code == 200
    editor.watched.context.set_offline(False)
    expect(dialog_of(editor)).to_be_visible(timeout=WAIT_MS)
    expect(dialog_of(editor)).to_contain_text("admin saved this template")
    editor.hand.click(dialog_of(editor).get_by_role("button", name="Merge"))
    editor.saved()
    assert titles(template) == {"ada": "Mine", "bob": "Theirs", "eve": "Eve"}


def test_session_ends_and_signing_in_in_another_tab_saves(editor: Editor, template: Template, site: Site) -> None:
    end_session(editor)
    write(editor, "Typed while signed out")
    state(editor, "error")
    band = editor.page.locator("draft-trouble")
    expect(band).to_be_visible()
    expect(band).to_contain_text(SIGNED_OUT)
    write(editor, "Typed while signed out, and more")
    expect(band).to_contain_text(SIGNED_OUT)
    assert titles(template)["ada"] == "Ada"
    other = Watched(editor.watched.context)
    other.page.goto("/accounts/login/")
    sign_in(Editor(other, MouseHand(other.page)), site)
    editor.page.bring_to_front()
    editor.hand.click(band.get_by_role("button", name="Try again"))
    editor.saved()
    expect(band).to_be_hidden()
    assert titles(template)["ada"] == "Typed while signed out, and more"


def test_session_ends_and_signing_in_on_the_way_gives_the_work_back(
    editor: Editor, template: Template, site: Site
) -> None:
    end_session(editor)
    write(editor, "Typed while signed out")
    state(editor, "error")
    editor.page.reload()
    sign_in(editor, site)
    editor.ready()
    expect(editor.title("ada")).to_have_text("Typed while signed out")
    given_back(editor)
    editor.saved()
    assert titles(template)["ada"] == "Typed while signed out"
    retitle(editor, "bob", "And on")
    editor.saved()
    assert titles(template) == {"ada": "Typed while signed out", "bob": "And on", "eve": "Eve"}
