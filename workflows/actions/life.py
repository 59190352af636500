"""What happens to a template as a whole: archived, deleted, handed over, shown to others or not, marked.

All but the mark is for its owner and the admins of the space (`access.may_manage`).
"""

import dataclasses

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import ProtectedError
from django.utils import timezone
from django.utils.translation import gettext as _

from workflows.access import may_manage
from workflows.actions.drafts import require_no_personal_task_templates, save_draft
from workflows.document import from_json
from workflows.errors import WorkflowForbidden
from workflows.models import Favourite, Workflow
from workflows.queries import possible_owners


def archive_workflow(*, workflow: Workflow, by: User) -> None:
    """Take a template out of use; its versions and runs stay. Raises WorkflowForbidden."""
    _require(by, workflow, _("Only the owner or an admin of the space archives a workflow."))
    _set_archived(workflow, archived=True)


def unarchive_workflow(*, workflow: Workflow, by: User) -> None:
    """Bring an archived template back. Raises WorkflowForbidden."""
    _require(by, workflow, _("Only the owner or an admin of the space archives a workflow."))
    _set_archived(workflow, archived=False)


def delete_workflow(*, workflow: Workflow, by: User) -> bool:
    """Delete a template with its versions; returns False when it has runs and was archived instead.

    Runs hold on to their version by a protected foreign key of the app above, so this app need not know them.
    Raises WorkflowForbidden.
    """
    _require(by, workflow, _("Only the owner or an admin of the space deletes a workflow."))
    try:
        _delete(workflow)
    except ProtectedError:
        _set_archived(workflow, archived=True)
        return False
    return True


@transaction.atomic
def transfer_workflow(*, workflow: Workflow, by: User, to: User) -> None:
    """Hand a template over to a member who may edit. Raises WorkflowForbidden."""
    _require(by, workflow, _("Only the owner or an admin of the space hands a workflow over."))
    if not possible_owners(workflow).filter(pk=to.pk).exists():
        raise WorkflowForbidden(_("A workflow is handed over to a member of the space who may edit templates."))
    if to.pk != workflow.owner_id:
        require_no_personal_task_templates(workflow)
    workflow.owner = to
    workflow.save(update_fields=["owner", "updated_at"])


def change_visibility(*, workflow: Workflow, by: User, visibility: str) -> Workflow:
    """Say who may see a template, as a new revision of its draft; versions and runs stay as they are.

    Raises WorkflowForbidden, and DocumentError for a draft that was never saved by `drafts.py`.
    """
    document = dataclasses.replace(from_json(workflow.draft), visibility=visibility)
    return save_draft(workflow=workflow, by=by, document=document, base_revision=workflow.draft_revision)


def mark_favourite(*, workflow: Workflow, by: User, marked: bool) -> None:
    """Mark a template as a favourite of `by`, or no longer."""
    if marked:
        Favourite.objects.get_or_create(workflow=workflow, user=by)
    else:
        Favourite.objects.filter(workflow=workflow, user=by).delete()


def _require(by: User, workflow: Workflow, refusal: str) -> None:
    if not may_manage(by, workflow):
        raise WorkflowForbidden(refusal)


def _set_archived(workflow: Workflow, *, archived: bool) -> None:
    workflow.archived_at = timezone.now() if archived else None
    workflow.save(update_fields=["archived_at", "updated_at"])


@transaction.atomic
def _delete(workflow: Workflow) -> None:
    """Delete the rows. Raises ProtectedError when a run needs one of them."""
    current = Workflow.objects.select_for_update().get(pk=workflow.pk)
    versions = current.versions.select_for_update()
    if len(versions):  # a run that starts now holds its version: wait, so that the next statement sees the run
        current.live_version = None
        current.save(update_fields=["live_version"])
        current.versions.all().delete()
    current.delete()
