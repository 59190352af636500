"""Publishing a draft as the next version, and taking the live version out of use."""

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Max

from workflows.document import to_json
from workflows.errors import DraftConflict, NothingNew, PublishRefused
from workflows.models import Workflow, WorkflowVersion
from workflows.queries import hold_task_templates_of, pinned_draft, problems_of
from workflows.template_file.problems import errors


@transaction.atomic
def publish(*, workflow: Workflow, by: User, note: str = "", base_revision: int | None = None) -> WorkflowVersion:
    """Freeze the draft as the next version and make it the live one.

    `base_revision`: the revision that the person looked at; None publishes what is there. Raises PublishRefused with
    all problems; with a revision also DraftConflict when the draft moved on, and NothingNew when it is live already
    (a form that was sent twice).
    """
    current = Workflow.objects.select_for_update(no_key=True).get(pk=workflow.pk)
    if base_revision is not None and base_revision != current.draft_revision:
        raise DraftConflict(current)
    hold_task_templates_of(current)
    problems = problems_of(current)
    if errors(problems):
        raise PublishRefused(problems)
    document = to_json(pinned_draft(current))
    live = current.live_version
    if base_revision is not None and live is not None and live.document == document:
        raise NothingNew(live)
    last = current.versions.aggregate(last=Max("number"))["last"] or 0
    version = WorkflowVersion.objects.create(
        workflow=current, number=last + 1, document=document, note=note, published_by=by
    )
    current.live_version = version
    current.save(update_fields=["live_version", "updated_at"])
    return version


@transaction.atomic
def unpublish(*, workflow: Workflow, by: User) -> int | None:
    """Take the live version out of use: nothing new starts, what runs goes on. Returns its number, None without one.

    The version stays; publishing the draft again makes the next one.
    """
    current = Workflow.objects.select_for_update(no_key=True).get(pk=workflow.pk)
    live = current.live_version
    if live is None:
        return None
    current.live_version = None
    current.save(update_fields=["live_version", "updated_at"])
    return live.number
