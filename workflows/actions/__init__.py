"""What people do to templates, re-exported. Every act takes `by=`; callers loaded with permission (`access.py`)."""

from workflows.actions.consents import give_consent, revoke_consent
from workflows.actions.drafts import (
    create_workflow,
    duplicate_workflow,
    free_slug,
    import_document,
    save_draft,
)
from workflows.actions.life import (
    archive_workflow,
    change_visibility,
    delete_workflow,
    mark_favourite,
    transfer_workflow,
    unarchive_workflow,
)
from workflows.actions.publishing import publish, unpublish
from workflows.actions.replacing import replace_draft, restore_kept_draft, restore_version

__all__ = [
    "archive_workflow",
    "change_visibility",
    "create_workflow",
    "delete_workflow",
    "duplicate_workflow",
    "free_slug",
    "give_consent",
    "import_document",
    "mark_favourite",
    "publish",
    "replace_draft",
    "restore_kept_draft",
    "restore_version",
    "revoke_consent",
    "save_draft",
    "transfer_workflow",
    "unarchive_workflow",
    "unpublish",
]
