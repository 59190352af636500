"""Task templates: versions that never change, what one may do to them, and who may."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.http import Http404

from spaces.models import Permission, Space
from tests.workflows.task_templates.conftest import CONTENT, draft_using, make_task_template, save
from workflows.actions import change_visibility, publish, transfer_workflow
from workflows.errors import PublishRefused, TaskTemplateConflict, TaskTemplateUsed, WorkflowForbidden
from workflows.models import TaskTemplate, TaskTemplateVersion, Visibility
from workflows.queries import has_changes, problems_of
from workflows.task_templates import actions, queries
from workflows.task_templates.access import find_task_template_or_404, get_task_version_or_404, may_manage_task
from workflows.task_templates.content import read_content

pytestmark = pytest.mark.django_db


def said(template: TaskTemplate, draft: object) -> list[str]:
    return [f"{problem.severity} {problem}" for problem in problems_of(draft)]  # type: ignore[arg-type]


# --- Loading ----------------------------------------------------------------------------------------------------------
def test_members_load_by_their_role(review: TaskTemplate, space: Space, builder: User, viewer: User) -> None:
    assert find_task_template_or_404(viewer, space, "review") == review
    assert find_task_template_or_404(builder, space, "review", need=Permission.EDIT) == review
    with pytest.raises(PermissionDenied):
        find_task_template_or_404(viewer, space, "review", need=Permission.EDIT)


def test_personal_template_exists_for_its_owner_only(space: Space, admin: User, builder: User, outsider: User) -> None:
    mine = make_task_template(space, builder, visibility=Visibility.PERSONAL)
    assert find_task_template_or_404(builder, space, mine.slug) == mine
    for stranger in (admin, outsider, AnonymousUser()):
        with pytest.raises(Http404):
            find_task_template_or_404(stranger, space, mine.slug)
    assert list(queries.task_templates_of(space, admin)) == []
    assert queries.task_template_catalogue(space, admin) == {}
    with pytest.raises(Http404):
        find_task_template_or_404(builder, space, "nul\x00")
    with pytest.raises(Http404):
        get_task_version_or_404(mine, 2)


# --- Versions ---------------------------------------------------------------------------------------------------------
def test_saving_makes_the_next_version_and_leaves_the_old_one(review: TaskTemplate, builder: User) -> None:
    version = save(review, builder, note="shorter", prompt="Review {{ code }}, {{ focus }}.")
    assert (version.number, version.note, version.created_by, review.newest) == (2, "shorter", builder, 2)
    assert review.versions.get(number=1).document == CONTENT


def test_unchanged_content_makes_no_version_but_words_are_saved(review: TaskTemplate, builder: User) -> None:
    node, _problems = read_content(CONTENT | {"tools": ["files", "links"]})
    words = actions.Words("Code review", "Other words")
    assert actions.save_task_template(template=review, by=builder, words=words, content=node, base=1) is None
    review.refresh_from_db()
    assert (review.name, review.description, review.newest, review.slug) == ("Code review", "Other words", 1, "review")


def test_saving_from_an_old_version_is_a_conflict(review: TaskTemplate, builder: User, admin: User) -> None:
    save(review, admin, prompt="{{ code }} {{ focus }} !")
    node, _problems = read_content(CONTENT)
    with pytest.raises(TaskTemplateConflict) as refused:
        actions.save_task_template(
            template=review, by=builder, words=actions.Words("Mine"), content=node, base=1
        )  # fmt: skip
    assert refused.value.template.newest == 2
    review.refresh_from_db()
    assert (review.name, review.newest) == ("Review", 2)


def test_versions_are_frozen_in_the_database(review: TaskTemplate) -> None:
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        TaskTemplateVersion.objects.filter(template=review).update(document={})


def test_old_version_is_restored_as_a_new_one(review: TaskTemplate, builder: User) -> None:
    save(review, builder, prompt="{{ code }} {{ focus }} !")
    restored = actions.restore_task_version(version=review.versions.get(number=1), by=builder)
    assert restored is not None
    assert (restored.number, restored.document, restored.note) == (3, CONTENT, "Version 1 again")
    assert actions.restore_task_version(version=review.versions.get(number=1), by=builder) is None


@pytest.mark.django_db(transaction=True)
def test_two_people_saving_at_once_get_one_version_and_one_conflict(review: TaskTemplate, builder: User) -> None:
    begun = threading.Barrier(2)

    def attempt(prompt: str) -> str:
        try:
            begun.wait(timeout=120)
            node, _problems = read_content(CONTENT | {"prompt": prompt})
            words = actions.Words("Review")
            actions.save_task_template(template=review, by=builder, words=words, content=node, base=1)
        except TaskTemplateConflict:
            return "conflict"
        finally:
            connection.close()
        return "saved"

    with ThreadPoolExecutor(2) as pool:
        results = sorted(pool.map(attempt, ["{{ code }} {{ focus }} a", "{{ code }} {{ focus }} b"]))
    assert results == ["conflict", "saved"]
    assert review.versions.count() == 2


# --- Slugs, copies ----------------------------------------------------------------------------------------------------
def test_slugs_are_free_and_never_an_address_of_the_pages(space: Space, builder: User) -> None:
    slugs = [make_task_template(space, builder, name).slug for name in ("Review", "Review", "New", "评审")]
    assert slugs[:3] == ["review", "review-2", "new-2"]
    assert slugs[3].startswith("task-")


def test_copy_has_the_newest_content_and_is_the_copiers(review: TaskTemplate, builder: User, admin: User) -> None:
    save(review, builder, prompt="{{ code }} {{ focus }} !")
    copy = actions.duplicate_task_template(template=review, by=admin, name="Copy of Review")
    assert (copy.owner, copy.newest, copy.slug, copy.description) == (admin, 1, "copy-of-review", review.description)
    assert copy.versions.get().document["prompt"] == "{{ code }} {{ focus }} !"


# --- Who may ----------------------------------------------------------------------------------------------------------
def test_owner_and_admins_manage(review: TaskTemplate, builder: User, admin: User, viewer: User) -> None:
    assert may_manage_task(builder, review)
    assert may_manage_task(admin, review)
    assert not may_manage_task(viewer, review)
    other = User.objects.create_user("other")
    review.space.memberships.create(user=other, role="builder")
    acts = [
        lambda: actions.archive_task_template(template=review, by=other),
        lambda: actions.show_task_template(template=review, by=other, visibility="personal"),
        lambda: actions.delete_task_template(template=review, by=other),
    ]
    for act in acts:
        with pytest.raises(WorkflowForbidden):
            act()


def test_template_that_others_need_does_not_become_personal(
    review: TaskTemplate, space: Space, builder: User, admin: User
) -> None:
    draft_using(space, builder, "review@1", visibility="personal")
    actions.show_task_template(template=review, by=builder, visibility="personal")
    actions.show_task_template(template=review, by=builder, visibility="space")
    draft_using(space, admin, "review", visibility="personal")
    with pytest.raises(TaskTemplateUsed, match="1 workflow that others may see uses it"):
        actions.show_task_template(template=review, by=builder, visibility="personal")


def test_unused_template_is_deleted_and_a_used_one_is_not(review: TaskTemplate, space: Space, builder: User) -> None:
    draft_using(space, builder, "review-of-another")
    workflow = draft_using(space, builder, "review")
    with pytest.raises(TaskTemplateUsed):
        actions.delete_task_template(template=review, by=builder)
    publish(workflow=workflow, by=builder)
    workflow.refresh_from_db()
    workflow.draft["nodes"] = [{"key": "a", "type": "task", "prompt": "x"}]
    workflow.save(update_fields=["draft"])
    publish(workflow=workflow, by=builder)
    with pytest.raises(TaskTemplateUsed):  # version 1 of the workflow still names it
        actions.delete_task_template(template=review, by=builder)
    unused = make_task_template(space, builder, "Unused")
    actions.delete_task_template(template=unused, by=builder)
    assert list(TaskTemplate.objects.values_list("slug", flat=True)) == ["review"]


# --- In workflows -----------------------------------------------------------------------------------------------------
def test_publishing_pins_the_newest_version(review: TaskTemplate, space: Space, builder: User) -> None:
    save(review, builder, prompt="{{ code }} {{ focus }} !")
    workflow = draft_using(space, builder, "review")
    version = publish(workflow=workflow, by=builder)
    assert version.document["nodes"][0]["task_template"] == "review@2"
    workflow.refresh_from_db()
    assert workflow.draft["nodes"][0]["task_template"] == "review"
    assert not has_changes(workflow)
    save(review, builder, prompt="{{ code }} {{ focus }} ?")
    assert has_changes(workflow)
    version.refresh_from_db()
    assert version.document["nodes"][0]["task_template"] == "review@2"


def test_pinned_draft_stays_at_its_version(review: TaskTemplate, space: Space, builder: User) -> None:
    save(review, builder, inputs=[{"name": "new", "type": "text", "value": ""}], prompt="{{ new }}")
    workflow = draft_using(space, builder, "review@1")
    assert said(review, workflow) == []
    assert publish(workflow=workflow, by=builder).document["nodes"][0]["task_template"] == "review@1"


def test_personal_template_blocks_a_workflow_that_others_see(space: Space, builder: User, admin: User) -> None:
    make_task_template(space, builder, "Mine", visibility="personal")
    workflow = draft_using(space, builder, "mine@1")
    with pytest.raises(PublishRefused) as refused:
        publish(workflow=workflow, by=builder)
    (problem,) = refused.value.problems
    assert problem.path == "nodes[0].task_template"
    assert problem.message == "The task template mine is personal, this workflow is not"
    publish(workflow=draft_using(space, builder, "mine@1", visibility="personal"), by=builder)


def test_workflow_with_a_personal_template_stays_with_its_owner(space: Space, builder: User, admin: User) -> None:
    mine = make_task_template(space, builder, "Mine", visibility="personal")
    workflow = draft_using(space, builder, "mine@1", visibility="personal")
    publish(workflow=workflow, by=builder)
    workflow.refresh_from_db()
    with pytest.raises(WorkflowForbidden, match="personal task templates mine"):
        change_visibility(workflow=workflow, by=builder, visibility="space")
    with pytest.raises(WorkflowForbidden, match="personal task templates mine"):
        transfer_workflow(workflow=workflow, by=builder, to=admin)
    actions.show_task_template(template=mine, by=builder, visibility="space")
    change_visibility(workflow=workflow, by=builder, visibility="space")
    workflow.refresh_from_db()
    transfer_workflow(workflow=workflow, by=builder, to=admin)
    assert (workflow.owner, workflow.visibility) == (admin, "space")


def test_personal_template_of_another_is_not_there(space: Space, builder: User, admin: User) -> None:
    make_task_template(space, builder, "Mine", visibility="personal")
    workflow = draft_using(space, admin, "mine@1", visibility="personal")
    (problem,) = problems_of(workflow)
    assert str(problem) == "nodes[0].task_template: There is no task template mine in this space"


def test_template_of_another_space_is_not_there(review: TaskTemplate, space: Space, builder: User) -> None:
    other = Space.objects.create(slug="other", name="Other")
    workflow = draft_using(other, builder, "review@1")
    assert [problem.message for problem in problems_of(workflow)] == ["There is no task template review in this space"]


def test_archived_template_goes_on_working(review: TaskTemplate, space: Space, builder: User) -> None:
    actions.archive_task_template(template=review, by=builder)
    workflow = draft_using(space, builder, "review@1")
    (warning,) = problems_of(workflow)
    assert warning.severity == "warning"
    publish(workflow=workflow, by=builder)
    assert queries.task_template_catalogue(space, builder) == {}
    assert list(queries.task_template_catalogue(space, builder, workflow.draft)) == ["review@1"]
    actions.archive_task_template(template=review, by=builder, archived=False)
    assert problems_of(workflow) == []


# --- The editor's catalogue, and uses ---------------------------------------------------------------------------------
def test_catalogue_has_the_newest_and_what_the_document_pins(review: TaskTemplate, space: Space, builder: User) -> None:
    save(review, builder, prompt="{{ code }} {{ focus }} !")
    save(review, builder, prompt="{{ code }} {{ focus }} ?")
    make_task_template(space, builder, "Mine", visibility="personal")
    workflow = draft_using(space, builder, "review@1")
    found = queries.task_template_catalogue(space, builder, workflow.draft)
    assert list(found) == ["mine@1", "review@3", "review@1"]
    assert found["review@1"] == {
        "slug": "review", "number": 1, "newest": 3, "name": "Review", "description": "Looks for faults.",
        "icon": "book-marked", "inputs": CONTENT["inputs"], "outputs": CONTENT["outputs"], "personal": False,
    }  # fmt: skip
    assert found["mine@1"]["personal"]


def test_uses_name_the_versions_and_only_what_one_may_see(
    review: TaskTemplate, space: Space, builder: User, admin: User
) -> None:
    workflow = draft_using(space, builder, "review")
    publish(workflow=workflow, by=builder)
    save(review, builder, prompt="{{ code }} {{ focus }} !")
    draft_using(space, admin, "review@2", visibility="personal")
    draft_using(space, builder, "another@1")
    (use,) = queries.uses_of(review, builder)
    assert (use.workflow, use.draft, use.live) == (workflow, (None,), (1,))
    assert len(queries.uses_of(review, admin)) == 2
    assert queries.use_counts(space, builder)["review"] == 1
    assert queries.use_counts(space, admin)["review"] == 2


def test_list_is_searched_and_filtered(review: TaskTemplate, space: Space, builder: User) -> None:
    make_task_template(space, builder, "Summary", visibility="personal")
    found = queries.task_templates_of
    assert [row.slug for row in found(space, builder)] == ["review", "summary"]
    assert [row.slug for row in found(space, builder, text="SUM faults")] == ["summary"]
    assert [row.slug for row in found(space, builder, visibility="space")] == ["review"]
    assert list(found(space, builder, archived=True)) == []
