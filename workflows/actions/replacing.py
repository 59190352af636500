"""Replacing a draft as a whole: by a version, a file, or the draft that was kept from the last time.

A draft that is in no version is kept (`KeptDraft`) before something else takes its place.
"""

import dataclasses

from django.contrib.auth.models import User
from django.db import transaction

from workflows.actions.drafts import save_draft
from workflows.document import Document, from_json
from workflows.models import KeptDraft, Workflow, WorkflowVersion
from workflows.queries import is_in_a_version


@transaction.atomic
def replace_draft(*, workflow: Workflow, by: User, document: Document, base_revision: int | None = None) -> Workflow:
    """Replace the draft as a new revision and keep the one that was there; returns the fresh row.

    `base_revision`: the draft that the person agreed to replace. Raises DraftConflict when there is a newer one, and
    WorkflowForbidden as `save_draft` does.
    """
    former = Workflow.objects.select_for_update(no_key=True, of=("self",)).get(pk=workflow.pk)
    replaced = save_draft(workflow=former, by=by, document=document, base_revision=base_revision)
    if former.draft != replaced.draft and not is_in_a_version(former):
        facts = {"document": former.draft, "saved_by": former.draft_saved_by, "saved_at": former.draft_saved_at}
        KeptDraft.objects.update_or_create(workflow=replaced, defaults=facts)
    return replaced


def restore_version(*, version: WorkflowVersion, by: User, base_revision: int | None = None) -> Workflow:
    """Make an old version the draft again; name and visibility stay what they are now. Raises as `replace_draft`."""
    current = version.workflow
    document = _named_as(current, from_json(version.document))
    return replace_draft(workflow=current, by=by, document=document, base_revision=base_revision)


@transaction.atomic
def restore_kept_draft(*, kept: KeptDraft, by: User, base_revision: int | None = None) -> Workflow:
    """Make the kept draft the draft again; what it replaces is kept in its place, or nothing where that is published.

    Name and visibility stay what they are now. Raises as `replace_draft`, and DocumentError for a draft that cannot
    be read.
    """
    document = _named_as(kept.workflow, from_json(kept.document))
    KeptDraft.objects.filter(pk=kept.pk).delete()
    return replace_draft(workflow=kept.workflow, by=by, document=document, base_revision=base_revision)


def _named_as(workflow: Workflow, document: Document) -> Document:
    return dataclasses.replace(document, name=workflow.name, visibility=workflow.visibility)
