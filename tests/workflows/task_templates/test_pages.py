"""The pages of task templates: who sees them, what they show, what is kept when something is wrong."""

import json
import re
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from spaces.models import Space
from tests.workflows.task_templates.conftest import CONTENT, client_of, draft_using, make_task_template, save
from workflows.models import TaskTemplate, Visibility
from workflows.task_templates.forms import filled_form

LIST = "/s/demo/task-templates/"
PAGE = f"{LIST}review/"
HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}


def text(answer: Any) -> str:
    """Give the words of a page, in one line."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())


def filled(content: dict[str, Any] = CONTENT, **head: Any) -> dict[str, Any]:
    """Give what a browser would post of the form of a content."""
    form = filled_form(content, **({"name": "Review", "base": 1, "visibility": "space"} | head))
    posted: dict[str, Any] = {"inputs": [row.key for row in form.inputs], "outputs": [row.key for row in form.outputs]}
    for part in (form.head, *form.inputs, *form.outputs):
        for name, field in part.fields.items():
            value = part.get_initial_for_field(field, name)
            if value not in (False, None):
                posted[part.add_prefix(name)] = "on" if value is True else value
    return posted


# --- Who sees what ----------------------------------------------------------------------------------------------------
def test_outsider_finds_nothing(review: TaskTemplate, outsider: User) -> None:
    browser = client_of(outsider)
    for address in (
        "",
        "new/",
        "review/",
        "review/edit/",
        "review/versions/1/",
        "review/comparison/",
        "review/upgrade/",
    ):
        assert browser.get(f"{LIST}{address}").status_code == 404
    for address in ("versions/1/restorations/", "duplicates/", "visibility/", "archives/", "deletions/"):
        assert browser.post(f"{PAGE}{address}").status_code == 404
    assert browser.post("/s/demo/task-previews/").status_code == 404


def test_personal_template_is_404_for_everybody_else(space: Space, admin: User, builder: User) -> None:
    make_task_template(space, builder, visibility=Visibility.PERSONAL)
    mine, others = client_of(builder), client_of(admin)
    assert mine.get(PAGE).status_code == 200
    assert "Review" in text(mine.get(LIST))
    assert "Looks for faults." not in text(others.get(LIST))
    for address in ("", "edit/", "versions/1/", "comparison/", "upgrade/"):
        assert others.get(f"{PAGE}{address}").status_code == 404
    for address in ("edit/", "versions/1/restorations/", "duplicates/", "visibility/", "archives/",
                    "restored-archives/", "deletions/"):  # fmt: skip
        assert others.post(f"{PAGE}{address}").status_code == 404


def test_viewer_reads_and_changes_nothing(review: TaskTemplate, viewer: User) -> None:
    browser = client_of(viewer)
    for address in (LIST, PAGE, f"{PAGE}versions/1/", f"{PAGE}comparison/"):
        page = text(browser.get(address))
        assert "New task template" not in page
        assert "Restore" not in page
    for address in (f"{LIST}new/", f"{PAGE}edit/"):
        assert browser.get(address).status_code == 403
    for address in ("edit/", "duplicates/", "visibility/", "archives/", "deletions/", "versions/1/restorations/"):
        assert browser.post(f"{PAGE}{address}").status_code == 403
    assert browser.post("/s/demo/task-previews/").status_code == 403


def test_builder_who_does_not_own_it_edits_but_does_not_archive(review: TaskTemplate, admin: User) -> None:
    other = User.objects.create_user("other")
    review.space.memberships.create(user=other, role="builder")
    browser = client_of(other)
    assert browser.get(f"{PAGE}edit/").status_code == 200
    assert "Archive" not in text(browser.get(PAGE))
    for address in ("visibility/", "archives/", "restored-archives/", "deletions/"):
        assert browser.post(f"{PAGE}{address}").status_code == 403
    assert client_of(admin).post(f"{PAGE}archives/").status_code == 302


# --- List and page ----------------------------------------------------------------------------------------------------
def test_list_shows_versions_and_uses_and_is_searched(
    review: TaskTemplate, space: Space, builder: User, builder_client: Client, django_assert_max_num_queries: Any
) -> None:
    save(review, builder, prompt="{{ code }} {{ focus }} !")
    draft_using(space, builder, "review@1")
    make_task_template(space, builder, "Summary", visibility="personal")
    with django_assert_max_num_queries(9):  # session, person, membership, spaces, waits, told, three here
        page = text(builder_client.get(LIST))
    assert "Review Looks for faults. v2 1 workflow builder" in page
    assert "Summary Only you" in page
    assert "Summary" not in text(builder_client.get(f"{LIST}?q=review"))
    assert "Nothing found" in text(builder_client.get(f"{LIST}?q=zzz"))
    assert "Summary" not in text(builder_client.get(f"{LIST}?show=space"))
    assert "Nothing found" in text(builder_client.get(f"{LIST}?show=archived&q=%00"))


def test_empty_list_offers_one_act(space: Space, builder_client: Client, viewer: User) -> None:
    assert "No task templates yet" in text(builder_client.get(LIST))
    assert f'href="{LIST}new/"' in builder_client.get(LIST).content.decode()
    assert f'href="{LIST}new/"' not in client_of(viewer).get(LIST).content.decode()


def test_page_shows_content_versions_and_uses(
    review: TaskTemplate, space: Space, builder: User, builder_client: Client
) -> None:
    save(review, builder, note="Sharper", prompt="{{ code }} {{ focus }} !", model="large")
    workflow = draft_using(space, builder, "review@1")
    page = text(builder_client.get(PAGE))
    for words in ("{{ code }} {{ focus }} !", "code given by the workflow", "focus asked at start: faults",
                  "findings What is wrong", "large", "v2 Sharper builder", "v1 First version",
                  f"{workflow.name} draft: v1 Older version"):  # fmt: skip
        assert words in page, words
    old = text(builder_client.get(f"{PAGE}versions/1/"))
    assert "This is version 1 as it was; version 2 is the newest." in old
    assert "Review {{ code }} for {{ focus }}." in old
    assert builder_client.get(f"{PAGE}versions/3/").status_code == 404
    assert builder_client.get(f"{PAGE}versions/99999999999999999999/").status_code == 404


def test_used_by_hides_workflows_of_others(review: TaskTemplate, space: Space, admin: User, builder: User) -> None:
    workflow = draft_using(space, admin, "review@1", visibility="personal")
    assert workflow.name not in text(client_of(builder).get(PAGE))
    assert workflow.name in text(client_of(admin).get(PAGE))


def test_versions_are_compared(review: TaskTemplate, builder: User, builder_client: Client) -> None:
    save(review, builder, prompt="Review {{ code }} well for {{ focus }}.")
    save(review, builder, outputs=[])
    page = text(builder_client.get(f"{PAGE}comparison/?before=1&after=2"))
    assert "Version 1 → version 2" in page
    assert "Review {{ code }} well for {{ focus }}." in page
    assert "findings" not in page
    assert "findings" in text(builder_client.get(f"{PAGE}comparison/"))
    assert "Both versions hold the same." in text(builder_client.get(f"{PAGE}comparison/?before=2&after=2"))
    for wrong in ("before=4", "after=x", "before=-1", "after=²"):
        assert builder_client.get(f"{PAGE}comparison/?{wrong}").status_code == 404


def test_upgrade_says_what_the_node_has_to_do(review: TaskTemplate, builder: User, builder_client: Client) -> None:
    inputs = [{"name": "code", "type": "code", "value": ""}, {"name": "style", "type": "text", "value": ""}]
    save(review, builder, note="Style", prompt="{{ code }} {{ style }}", inputs=inputs)
    save(review, builder, note="No output", outputs=[])
    page = builder_client.get(f"{PAGE}upgrade/?from=1&to=3", headers=HTMX)
    assert "<html" not in page.content.decode()
    for words in ("v2 Style", "v3 No output", "The input style is new and needs a value.",
                  "The input focus is gone; its value is not used any more.", "The input code has another type now.",
                  "The output findings is gone; what takes it has to take another."):  # fmt: skip
        assert words in text(page), words
    assert "Version 3 holds the same as version 3." in text(builder_client.get(f"{PAGE}upgrade/?from=3"))


# --- The form ---------------------------------------------------------------------------------------------------------
def test_new_template_is_saved_as_its_first_version(space: Space, builder: User, builder_client: Client) -> None:
    assert 'name="visibility"' in builder_client.get(f"{LIST}new/").content.decode()
    posted = filled(name="  Review ", description="Looks.\r\nTwice.", visibility="personal", base=0)
    answer = builder_client.post(f"{LIST}new/", posted)
    assert answer.headers["Location"] == PAGE
    template = TaskTemplate.objects.get()
    assert (template.name, template.description, template.visibility) == ("Review", "Looks.\nTwice.", "personal")
    assert template.versions.get().document == CONTENT
    assert "“Review” is saved as version 1." in text(builder_client.get(PAGE))


def test_every_field_of_a_content_survives_the_form(space: Space, builder_client: Client) -> None:
    content = {
        "prompt": "  {{ a }} {{ 需求 }}\n\n {{ c }}  ",
        "inputs": [
            {"name": "a", "type": "link", "ask": True, "default": "https://example.org/", "label": "Where"},
            {"name": "需求", "type": "file", "ask": True, "required": False},
            {"name": "c", "type": "code", "value": "x = 1\n"},
        ],
        "outputs": [{"name": "result", "type": "file", "description": "All\nof it", "required": False}],
        "model": "large",
        "tools": ["files"],
        "limits": {"tool_rounds": 3, "seconds": 7},
        "retry": {"attempts": 1},
    }
    builder_client.post(f"{LIST}new/", filled(content))
    assert TaskTemplate.objects.get().versions.get().document == content


def test_errors_stand_next_to_their_fields_and_nothing_is_lost(space: Space, builder_client: Client) -> None:
    posted = filled() | {
        "name": "", "prompt": "Do {{ missing }} \r\nwell", "inputs-0-name": "not a name", "seconds": "0", "note": "why",
        "inputs-1-source": "fixed", "inputs-1-value": "", "outputs-0-description": "Kept <b>",
    }  # fmt: skip
    answer = builder_client.post(f"{LIST}new/", posted)
    assert answer.status_code == 422
    html = answer.content.decode()
    for field in ("name", "inputs-0-name", "inputs-1-value", "seconds"):
        assert re.search(rf'name="{field}"[^>]*aria-invalid="true"', html), field
        assert f'id="id_{field}_error"' in html, field
    assert "0 is not between 1 and 86400" in html
    assert "Kept &lt;b&gt;" in html
    assert "Do {{ missing }} \r\nwell" in html
    assert not TaskTemplate.objects.exists()
    assert "4 fields need to be mended." in html
    assert '<details class="card task-more" open>' in html


def test_prompt_that_uses_what_is_not_declared_is_refused(space: Space, builder_client: Client) -> None:
    answer = builder_client.post(f"{LIST}new/", filled({"prompt": "{{ a }}", "inputs": []}))
    assert answer.status_code == 422
    assert "This uses {{ a }}, which is not an input of this node" in text(answer)
    empty = builder_client.post(f"{LIST}new/", filled({"prompt": " "}))
    assert "The task has no prompt" in text(empty)


STRANGE: list[dict[str, Any]] = [
    {"inputs": ["x", "-1", "0", "0"]}, {"inputs-0-type": "text/plain"}, {"tools": "all"}, {"seconds": "many"},
    {"inputs-0-source": "?"}, {"prompt": "\x00"},
]  # fmt: skip


@pytest.mark.parametrize("broken", STRANGE)
def test_strange_posts_are_refused_or_read(space: Space, builder_client: Client, broken: dict[str, Any]) -> None:
    assert builder_client.post(f"{LIST}new/", filled() | broken).status_code in (302, 422)
    assert builder_client.post(f"{LIST}new/", {"act": "remove-outputs:²"}).status_code == 200
    assert builder_client.post(f"{LIST}new/", {}).status_code == 422


def test_rows_are_added_removed_and_declared_without_judging(space: Space, builder_client: Client) -> None:
    posted = filled() | {"prompt": "{{ style }}", "seconds": "not yet"}
    added = builder_client.post(f"{LIST}new/", posted | {"act": "declare:style"})
    html = added.content.decode()
    assert added.status_code == 200
    assert 'name="inputs-2-name" value="style"' in html
    assert "aria-invalid" not in html
    assert 'value="not yet"' in html
    removed = builder_client.post(f"{LIST}new/", posted | {"act": "remove-inputs:0"}).content.decode()
    assert "inputs-0-name" not in removed
    assert "inputs-1-name" in removed
    assert "outputs-1-name" in builder_client.post(f"{LIST}new/", posted | {"act": "add-outputs"}).content.decode()
    assert not TaskTemplate.objects.exists()


def test_edit_saves_the_next_version_with_its_note(review: TaskTemplate, builder_client: Client) -> None:
    assert "Review {{ code }}" in text(builder_client.get(f"{PAGE}edit/"))
    posted = filled(CONTENT | {"prompt": "{{ code }} {{ focus }} !"}, name="Code review", note="Shorter")
    del posted["visibility"]  # has an act of its own
    answer = builder_client.post(f"{PAGE}edit/", posted, headers=HTMX)
    assert answer.headers["HX-Redirect"] == PAGE
    review.refresh_from_db()
    assert (review.newest, review.name, review.versions.get(number=2).note) == (2, "Code review", "Shorter")
    again = builder_client.post(f"{PAGE}edit/", posted | {"base": 2}, follow=True)
    assert "there is no new version" in text(again)
    assert review.versions.count() == 2


def test_edit_form_keeps_rows_and_errors_to_its_template(review: TaskTemplate, builder_client: Client) -> None:
    added = builder_client.post(f"{PAGE}edit/", filled() | {"act": "add-inputs"}, headers=HTMX)
    html = added.content.decode()
    assert "inputs-2-name" in html
    assert "<html" not in html
    assert "Save as the next version" in html
    wrong = builder_client.post(f"{PAGE}edit/", filled() | {"name": ""}, headers=HTMX)
    assert (wrong.status_code, "1 field needs to be mended." in text(wrong)) == (422, True)
    assert review.versions.count() == 1


def test_conflict_keeps_what_was_typed_and_saving_again_goes_on(
    review: TaskTemplate, admin: User, builder_client: Client
) -> None:
    posted = filled(CONTENT | {"prompt": "{{ code }} {{ focus }} mine"})
    save(review, admin, note="Quicker", prompt="{{ code }} {{ focus }} theirs")
    answer = builder_client.post(f"{PAGE}edit/", posted)
    assert answer.status_code == 409
    page = text(answer)
    assert "admin saved version 2 meanwhile. “Quicker”" in page
    assert "{{ code }} {{ focus }} mine" in page
    html = answer.content.decode()
    assert f"{PAGE}comparison/?before=1&amp;after=2" in html
    assert re.search(r'name="base" value="2"', html)
    assert review.versions.count() == 2
    builder_client.post(f"{PAGE}edit/", posted | {"base": 2})
    assert review.versions.get(number=3).document["prompt"] == "{{ code }} {{ focus }} mine"


def test_archived_template_is_not_edited(review: TaskTemplate, builder_client: Client) -> None:
    builder_client.post(f"{PAGE}archives/")
    assert builder_client.get(f"{PAGE}edit/").status_code == 403
    assert builder_client.post(f"{PAGE}versions/1/restorations/").status_code == 403
    assert "Review" not in text(builder_client.get(LIST)).replace("Preview", "")
    assert "Review" in text(builder_client.get(f"{LIST}?show=archived"))
    builder_client.post(f"{PAGE}restored-archives/")
    assert builder_client.get(f"{PAGE}edit/").status_code == 200


# --- From a node ------------------------------------------------------------------------------------------------------
def test_node_of_a_draft_fills_the_form(space: Space, builder: User, builder_client: Client) -> None:
    workflow = draft_using(space, builder, "x")
    code = {"name": "code", "type": "code", "from": "other.code"}
    workflow.draft["nodes"] = [
        {"key": "check", "type": "task", "title": "Check it", "prompt": "See {{ code }}", "inputs": [code]}
    ]
    workflow.save(update_fields=["draft"])
    page = builder_client.get(f"{LIST}new/?from={workflow.slug}&node=check").content.decode()
    assert 'value="Check it"' in page
    assert "See {{ code }}" in page
    assert '<option value="bind" selected>' in page
    for wrong in (f"from={workflow.slug}&node=none", f"from={workflow.slug}", "from=none&node=check"):
        assert builder_client.get(f"{LIST}new/?{wrong}").status_code == 404


def test_node_of_a_personal_workflow_of_another_is_404(space: Space, admin: User, builder_client: Client) -> None:
    workflow = draft_using(space, admin, "x", visibility="personal")
    assert builder_client.get(f"{LIST}new/?from={workflow.slug}&node=check").status_code == 404


def test_posted_node_fills_the_form_and_saves_nothing(space: Space, builder_client: Client) -> None:
    node = {"key": "a", "type": "task", "title": "Sum up", "prompt": "Sum up {{ all }}", "confirm": True}
    page = builder_client.post(f"{LIST}new/", {"node": json.dumps(node)})
    assert page.status_code == 200
    assert 'value="Sum up"' in page.content.decode()
    assert "Sum up {{ all }}" in text(page)
    for broken in ("", "[", "[]", '{"title": 1, "prompt": 2}', "[" * 5000):
        assert builder_client.post(f"{LIST}new/", {"node": broken}).status_code == 200
    assert not TaskTemplate.objects.exists()


# --- Acts -------------------------------------------------------------------------------------------------------------
def test_version_is_restored_and_a_copy_made(review: TaskTemplate, builder: User, builder_client: Client) -> None:
    save(review, builder, prompt="{{ code }} {{ focus }} !")
    assert "Saved as version 3." in text(builder_client.post(f"{PAGE}versions/1/restorations/", follow=True))
    again = builder_client.post(f"{PAGE}versions/1/restorations/", follow=True)
    assert "The newest version holds the same already." in text(again)
    answer = builder_client.post(f"{PAGE}duplicates/")
    assert answer.headers["Location"] == f"{LIST}copy-of-review/"


def test_visibility_changes_and_is_refused_where_others_use_it(
    review: TaskTemplate, space: Space, admin: User, builder_client: Client
) -> None:
    builder_client.post(f"{PAGE}visibility/", {"visibility": "personal"})
    review.refresh_from_db()
    assert review.visibility == "personal"
    builder_client.post(f"{PAGE}visibility/", {"visibility": "space"})
    draft_using(space, admin, "review@1")
    page = text(builder_client.post(f"{PAGE}visibility/", {"visibility": "personal"}, follow=True))
    assert "1 workflow that others may see uses it." in page
    assert "Visible in the space" in page


def test_admin_who_makes_it_personal_lands_on_the_list(review: TaskTemplate, admin: User) -> None:
    answer = client_of(admin).post(f"{PAGE}visibility/", {"visibility": "personal"})
    assert answer.headers["Location"] == LIST


def test_deleting_says_why_not(review: TaskTemplate, space: Space, builder: User, builder_client: Client) -> None:
    workflow = draft_using(space, builder, "review@1")
    page = builder_client.post(f"{PAGE}deletions/", follow=True)
    assert "cannot be deleted" in text(page)
    workflow.delete()
    answer = builder_client.post(f"{PAGE}deletions/", headers=HTMX)
    assert answer.headers["HX-Redirect"] == LIST
    assert builder_client.get(PAGE).status_code == 404


def test_navigation_leads_to_task_templates(review: TaskTemplate, builder_client: Client) -> None:
    html = builder_client.get(LIST).content.decode()
    assert re.search(rf'href="{LIST}" aria-current="page"', html)
    assert f'href="{LIST}"' not in builder_client.get("/").content.decode()
