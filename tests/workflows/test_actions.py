"""Templates: who may load them, importing, saving, publishing."""

import dataclasses
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.http import Http404

from spaces.models import Permission, Space
from tests.factories import make_space
from tests.workflows.texts import EXAMPLE
from workflows import access, actions, queries
from workflows.document import Document, from_json, parse_yaml, to_json
from workflows.errors import DraftConflict, PublishRefused, WorkflowForbidden
from workflows.gallery import examples
from workflows.listing import WorkflowFilter, faulty_drafts, listed
from workflows.models import Workflow, WorkflowVersion
from workflows.template_file.problems import errors

pytestmark = pytest.mark.django_db
DOCUMENT = parse_yaml(EXAMPLE)
PERSONAL = dataclasses.replace(DOCUMENT, visibility="personal")


@pytest.fixture
def space(admin: User, builder: User, viewer: User) -> Space:
    return make_space(admin=admin, builder=builder, viewer=viewer)


def named(name: str, document: Document = DOCUMENT) -> Document:
    return dataclasses.replace(document, name=name)


# --- Loading --------------------------------------------------------------------------------------------------------
def test_members_load_by_their_role(space: Space, builder: User, viewer: User, outsider: User) -> None:
    workflow = actions.create_workflow(space=space, by=builder, document=DOCUMENT)
    assert access.get_workflow_or_404(viewer, workflow.public_id) == workflow
    assert access.find_workflow_or_404(builder, space, workflow.slug, need=Permission.EDIT) == workflow
    for need in (Permission.START, Permission.EDIT):
        with pytest.raises(PermissionDenied):
            access.get_workflow_or_404(viewer, workflow.public_id, need=need)
    for stranger in (outsider, AnonymousUser()):
        with pytest.raises(Http404):
            access.get_workflow_or_404(stranger, workflow.public_id)
        with pytest.raises(Http404):
            access.find_workflow_or_404(stranger, space, workflow.slug)


def test_personal_template_exists_for_its_owner_only(space: Space, admin: User, builder: User) -> None:
    workflow = actions.create_workflow(space=space, by=builder, document=PERSONAL)
    assert access.get_workflow_or_404(builder, workflow.public_id, need=Permission.EDIT) == workflow
    with pytest.raises(Http404):
        access.get_workflow_or_404(admin, workflow.public_id)
    assert listed(space, builder, WorkflowFilter())[0] == [workflow]
    assert listed(space, admin, WorkflowFilter())[0] == []


def test_personal_template_is_gone_when_its_owner_left_the_space(space: Space, builder: User) -> None:
    workflow = actions.create_workflow(space=space, by=builder, document=PERSONAL)
    space.memberships.get(user=builder).delete()
    with pytest.raises(Http404):
        access.get_workflow_or_404(builder, workflow.public_id)
    assert not access.may_manage(builder, workflow)


def test_versions_are_loaded_by_number(space: Space, builder: User) -> None:
    workflow = actions.create_workflow(space=space, by=builder, document=DOCUMENT)
    version = actions.publish(workflow=workflow, by=builder)
    assert access.get_version_or_404(workflow, 1) == version
    with pytest.raises(Http404):
        access.get_version_or_404(workflow, 2)


# --- Importing ------------------------------------------------------------------------------------------------------
def test_first_import_makes_a_template(space: Space, builder: User) -> None:
    workflow = actions.import_document(space=space, by=builder, document=DOCUMENT)
    assert (workflow.slug, workflow.name, workflow.owner, workflow.draft_revision) == (
        "requirement-to-code",
        "Requirement to code",
        builder,
        1,
    )
    assert from_json(workflow.draft) == DOCUMENT
    assert workflow.live_version is None


def test_second_import_is_a_new_revision(space: Space, admin: User, builder: User) -> None:
    first = actions.import_document(space=space, by=builder, document=DOCUMENT)
    changed = dataclasses.replace(DOCUMENT, description="Other.")
    again = actions.import_document(space=space, by=admin, document=changed)
    assert (again.pk, again.draft_revision, again.description, again.owner) == (first.pk, 2, "Other.", builder)


def test_import_leaves_alone_what_the_user_may_not_edit(space: Space, admin: User, builder: User) -> None:
    hidden = actions.import_document(space=space, by=admin, document=PERSONAL)
    mine = actions.import_document(space=space, by=builder, document=DOCUMENT)
    assert (hidden.slug, mine.slug) == ("requirement-to-code", "requirement-to-code-2")
    other = actions.import_document(space=space, by=builder, document=PERSONAL)
    assert other.pk == mine.pk, "the owner may make the template personal"
    archived = actions.import_document(space=space, by=builder, document=named("Old"))
    actions.archive_workflow(workflow=archived, by=builder)
    assert actions.import_document(space=space, by=builder, document=named("Old")).pk != archived.pk


def test_builder_does_not_hide_a_template_of_others_by_importing(space: Space, admin: User, builder: User) -> None:
    shared = actions.import_document(space=space, by=admin, document=DOCUMENT)
    mine = actions.import_document(space=space, by=builder, document=PERSONAL)
    assert mine.pk != shared.pk
    shared.refresh_from_db()
    assert shared.visibility == "space"


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Requirement → code!", "requirement-code"), ("Über", "uber"), ("需求 v2", "v2"), ("a" * 100, "a" * 60)],
)
def test_slug_is_the_name_in_ascii(space: Space, builder: User, name: str, expected: str) -> None:
    assert actions.create_workflow(space=space, by=builder, document=named(name)).slug == expected


def test_chinese_name_gets_a_made_slug(space: Space, builder: User) -> None:
    slugs = {actions.create_workflow(space=space, by=builder, document=named("需求到代码")).slug for _ in range(3)}
    assert len(slugs) == 3
    assert all(slug.startswith("workflow-") and len(slug) == 15 for slug in slugs)


@pytest.mark.django_db(transaction=True)
def test_imports_at_once_make_one_template(space: Space, builder: User) -> None:
    together = threading.Barrier(4)

    def run(_: int) -> int:
        together.wait(10)
        try:
            return actions.import_document(space=space, by=builder, document=DOCUMENT).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(run, range(4)))) == 1
    assert Workflow.objects.get().draft_revision == 4


# --- Saving ---------------------------------------------------------------------------------------------------------
def test_two_editors_do_not_overwrite_each_other(space: Space, admin: User, builder: User) -> None:
    workflow = actions.create_workflow(space=space, by=builder, document=DOCUMENT)
    saved = actions.save_draft(workflow=workflow, by=builder, document=named("A"), base_revision=1)
    assert (saved.name, saved.slug, saved.draft_revision) == ("A", "requirement-to-code", 2)
    with pytest.raises(DraftConflict) as caught:
        actions.save_draft(workflow=workflow, by=admin, document=named("B"), base_revision=1)
    assert caught.value.workflow.name == "A"


def test_visibility_is_changed_by_owner_or_admin(space: Space, admin: User, builder: User) -> None:
    workflow = actions.create_workflow(space=space, by=admin, document=DOCUMENT)
    with pytest.raises(WorkflowForbidden):
        actions.save_draft(workflow=workflow, by=builder, document=PERSONAL)
    assert actions.save_draft(workflow=workflow, by=admin, document=PERSONAL).visibility == "personal"


# --- Publishing -----------------------------------------------------------------------------------------------------
def test_publishing_freezes_numbered_versions(space: Space, builder: User) -> None:
    workflow = actions.create_workflow(space=space, by=builder, document=DOCUMENT)
    first = actions.publish(workflow=workflow, by=builder, note="First")
    actions.save_draft(workflow=workflow, by=builder, document=dataclasses.replace(DOCUMENT, description="Other."))
    second = actions.publish(workflow=workflow, by=builder)
    workflow.refresh_from_db()
    assert (first.number, first.note, second.number, workflow.live_version) == (1, "First", 2, second)
    assert from_json(first.document) == DOCUMENT
    assert [version.number for version in queries.versions_of(workflow)] == [2, 1]
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        WorkflowVersion.objects.filter(pk=first.pk).update(document={})


def test_draft_with_errors_is_not_published(space: Space, builder: User) -> None:
    plain = to_json(DOCUMENT) | {"edges": []}
    workflow = actions.create_workflow(space=space, by=builder, document=from_json(plain))
    with pytest.raises(PublishRefused) as caught:
        actions.publish(workflow=workflow, by=builder)
    assert [problem.path for problem in caught.value.problems] == ["nodes[1].inputs[0].from"]
    assert not workflow.versions.exists()


def test_people_to_be_told_must_be_members(space: Space, admin: User, builder: User) -> None:
    plain = to_json(DOCUMENT)
    plain["nodes"][0]["notify"] = [{"who": "admin", "on": ["done"]}]
    shared = actions.create_workflow(space=space, by=builder, document=from_json(plain))
    assert actions.publish(workflow=shared, by=builder).number == 1
    plain["visibility"] = "personal"
    own = actions.create_workflow(space=space, by=builder, document=from_json(plain))
    with pytest.raises(PublishRefused):
        actions.publish(workflow=own, by=builder)


def test_draft_never_saved_has_problems_instead_of_an_error(space: Space, builder: User) -> None:
    workflow = Workflow.objects.create(space=space, owner=builder, slug="raw", name="Raw", draft={})
    assert any(problem.path == "name" for problem in queries.problems_of(workflow))


@pytest.mark.django_db(transaction=True)
def test_publishing_at_once_gives_different_numbers(space: Space, builder: User) -> None:
    workflow = actions.create_workflow(space=space, by=builder, document=DOCUMENT)
    together = threading.Barrier(3)

    def run(_: int) -> int:
        together.wait(10)
        try:
            return actions.publish(workflow=workflow, by=builder).number
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        assert sorted(pool.map(run, range(3))) == [1, 2, 3]


@pytest.mark.parametrize("key", [found.key for found in examples()])
def test_worked_example_publishes(space: Space, builder: User, key: str) -> None:
    document = {found.key: found.document for found in examples()}[key]
    workflow = actions.import_document(space=space, by=builder, document=document)
    assert errors(queries.problems_of(workflow)) == []
    version = actions.publish(workflow=workflow, by=builder)
    version.refresh_from_db()
    assert from_json(version.document) == document


# --- Versions, copies, archive --------------------------------------------------------------------------------------
def test_old_version_becomes_the_draft_again(space: Space, builder: User) -> None:
    workflow = actions.create_workflow(space=space, by=builder, document=DOCUMENT)
    version = actions.publish(workflow=workflow, by=builder)
    actions.save_draft(workflow=workflow, by=builder, document=Document(name="New name"))
    version.refresh_from_db()
    restored = actions.restore_version(version=WorkflowVersion.objects.get(pk=version.pk), by=builder)
    assert (restored.name, restored.draft_revision) == ("New name", 3)
    assert queries.draft_of(restored).nodes == DOCUMENT.nodes


def test_copy_belongs_to_who_made_it(space: Space, admin: User, builder: User) -> None:
    workflow = actions.create_workflow(space=space, by=admin, document=DOCUMENT)
    copy = actions.duplicate_workflow(workflow=workflow, by=builder, name="Copy")
    assert (copy.owner, copy.slug, queries.draft_of(copy).nodes) == (builder, "copy", DOCUMENT.nodes)


def test_archived_template_is_read_only(space: Space, admin: User, builder: User) -> None:
    workflow = actions.create_workflow(space=space, by=admin, document=DOCUMENT)
    with pytest.raises(WorkflowForbidden):
        actions.archive_workflow(workflow=workflow, by=builder)
    actions.archive_workflow(workflow=workflow, by=admin)
    assert access.get_workflow_or_404(builder, workflow.public_id) == workflow
    assert listed(space, builder, WorkflowFilter())[0] == []
    with pytest.raises(PermissionDenied):
        access.get_workflow_or_404(builder, workflow.public_id, need=Permission.START)
    actions.unarchive_workflow(workflow=workflow, by=admin)
    assert listed(space, builder, WorkflowFilter())[0] == [workflow]


def test_template_that_exports_is_a_draft_anywhere_and_published_where_there_is_a_folder(
    space: Space, builder: User, settings: Any, tmp_path: Path
) -> None:
    plain = to_json(DOCUMENT)
    plain["nodes"][0]["tools"] = ["files", "exports"]
    workflow = actions.create_workflow(space=space, by=builder, document=from_json(plain))
    with pytest.raises(PublishRefused) as refused:
        actions.publish(workflow=workflow, by=builder)
    assert [problem.path for problem in errors(refused.value.problems)] == ["nodes[0].tools[1]"]
    assert faulty_drafts(space, [workflow]) == {workflow.pk}
    settings.AIME_EXPORT_DIR = tmp_path
    assert faulty_drafts(space, [workflow]) == set()
    assert actions.publish(workflow=workflow, by=builder).number == 1
