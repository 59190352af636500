"""Making drafts and changing them: create, import, save, duplicate. Replacing one as a whole: `replacing.py`.

Callers have loaded with permission (`access.py`); what depends on the owner is checked here. A draft always
holds the canonical JSON form of a document whose shape is right; whether its parts fit is said at publishing.
"""

import dataclasses
import secrets

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from spaces.models import Space
from workflows.access import DOCUMENTS, may_manage
from workflows.document import Document, from_json, to_json
from workflows.errors import DraftConflict, WorkflowForbidden
from workflows.models import Workflow
from workflows.queries import import_target
from workflows.task_templates.queries import personal_in_use

SLUG_CHARS = 60


@transaction.atomic
def create_workflow(*, space: Space, by: User, document: Document) -> Workflow:
    """Create a template of `by` with the document as its draft."""
    Space.objects.select_for_update(no_key=True).get(pk=space.pk)  # two imports must not choose one slug
    return Workflow.objects.create(
        space=space,
        slug=free_slug(space, document.name),
        owner=by,
        draft=to_json(document),
        draft_saved_by=by,
        draft_saved_at=timezone.now(),
        name=document.name,
        description=document.description,
        visibility=document.visibility,
    )


@transaction.atomic
def import_document(*, space: Space, by: User, document: Document) -> Workflow:
    """Put a document into a space: a new revision of a draft of its name that `by` may edit, else a new template."""
    Space.objects.select_for_update(no_key=True).get(pk=space.pk)
    target = import_target(space, by, document)
    if target is not None:
        return save_draft(workflow=target, by=by, document=document)
    return create_workflow(space=space, by=by, document=document)


@transaction.atomic
def save_draft(*, workflow: Workflow, by: User, document: Document, base_revision: int | None = None) -> Workflow:
    """Replace the draft as a new revision; returns the fresh row.

    `base_revision`: the revision the editor began with; None overwrites. Raises DraftConflict when it is no
    longer the newest, WorkflowForbidden when `by` may not change the visibility.
    """
    current = _locked(workflow)
    if base_revision is not None and base_revision != current.draft_revision:
        current.refresh_from_db(fields=["draft"])
        raise DraftConflict(current)
    if document.visibility != current.visibility and not may_manage(by, current):
        raise WorkflowForbidden(_("Only the owner or an admin of the space changes who may see a workflow."))
    if document.visibility != current.visibility:
        require_no_personal_task_templates(current)
    current.draft = to_json(document)
    current.draft_revision += 1
    current.draft_saved_by, current.draft_saved_at = by, timezone.now()
    current.name, current.description, current.visibility = document.name, document.description, document.visibility
    fields = ["draft", "draft_revision", "draft_saved_by", "draft_saved_at", "name", "description", "visibility"]
    current.save(update_fields=[*fields, "updated_at"])
    return current


def _locked(workflow: Workflow) -> Workflow:
    """Lock the row and return it fresh, without the documents: the draft is about to be replaced."""
    rows = Workflow.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("live_version").defer(*DOCUMENTS).get(pk=workflow.pk)


def require_no_personal_task_templates(workflow: Workflow) -> None:
    """Keep a template whose live version uses personal task templates with its owner. Raises WorkflowForbidden."""
    slugs = personal_in_use(workflow)
    if slugs:
        said = _("Its live version uses the personal task templates %(slugs)s. Show them in the space first.")
        raise WorkflowForbidden(said % {"slugs": ", ".join(slugs)})


def duplicate_workflow(*, workflow: Workflow, by: User, name: str) -> Workflow:
    """Copy the draft into a template of `by` under another name."""
    document = dataclasses.replace(from_json(workflow.draft), name=name)
    return create_workflow(space=workflow.space, by=by, document=document)


def free_slug(space: Space, name: str) -> str:
    """Return a slug no template of the space has: the name in ASCII, numbered when taken, else `workflow-<6 chars>`."""
    wanted = slugify(name)[:SLUG_CHARS].strip("-_")
    if not wanted:
        return f"workflow-{secrets.token_hex(3)}"
    taken = set(Workflow.objects.filter(space=space, slug__startswith=wanted).values_list("slug", flat=True))
    numbered = (f"{wanted}-{number}" for number in range(2, len(taken) + 3))
    return wanted if wanted not in taken else next(slug for slug in numbered if slug not in taken)
