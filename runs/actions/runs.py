"""Starting and cancelling a run."""

from collections.abc import Mapping

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from runs import sql
from runs.access import require_cancel_run, require_start
from runs.artifacts import store_blob
from runs.errors import ActRefused, InvalidInputs
from runs.executors import has_executor
from runs.graphs import version_graph
from runs.history.terms import search_text, terms
from runs.models import Run, RunSequence
from runs.start_inputs import Given, check_inputs, title_of
from runs.transitions import acts, starting
from runs.transitions.ledger import open_run
from runs.uploads import Upload
from spaces.text import is_storable
from workflows.document import Document
from workflows.models import Visibility, Workflow, WorkflowVersion
from workflows.template_file.specs import INITIATOR


@transaction.atomic
def start_run(*, version: WorkflowVersion, by: User, inputs: Mapping[str, Given], title: str = "") -> Run:
    """Start a run of a published version with the values asked at start.

    `inputs`: a name (all nodes that ask for it) or `node.name` → text or Upload. Raises ActForbidden, ActRefused
    (archived, deleted, or a node that cannot run yet) and InvalidInputs with every problem.
    """
    workflow = version.workflow
    require_start(by, workflow)
    if workflow.archived_at is not None:
        raise ActRefused(_("This template is archived; restore it before you start it."))
    _hold(version)
    document = version_graph(version.pk).document
    _refuse_unrunnable(document)
    _refuse_executors(document, workflow, by)
    entries, problems = check_inputs(document, inputs)
    if not is_storable(title):
        problems.append(_("The title is not valid text."))
    if problems:
        raise InvalidInputs(problems)
    for value in inputs.values():
        if isinstance(value, Upload):
            store_blob(value.content)
    title = (title.strip() or title_of(document, entries))[:300]
    text = search_text(title, entries)
    run = Run.objects.create(
        space_id=workflow.space_id,
        version=version,
        visibility=workflow.visibility,
        title=title,
        initiator=by,
        inputs=entries,
        search_text=text,
        search_terms=terms(text),
    )
    RunSequence.objects.create(run=run)
    with open_run(run.pk) as ledger:
        starting.begin(ledger, by=by.pk)
        run.executor_ids = sorted({node.executor_id for node in ledger.nodes.values()})
    run.save(update_fields=["executor_ids"])
    run.refresh_from_db(fields=["status", "finished_at"])
    return run


def _hold(version: WorkflowVersion) -> None:
    """Keep the version until the commit: who deletes its template waits for the run, and who starts for the deletion.

    The foreign key alone would notice at the commit only. Runs that start do not wait for each other.
    """
    if sql.row("SELECT 1 FROM workflows_workflowversion WHERE id = %s FOR KEY SHARE", [version.pk]) is None:
        raise ActRefused(_("This template was deleted meanwhile."))


def cancel_run(*, run: Run, by: User) -> None:
    """Cancel every node version of a run that has not ended; nothing starts afterwards."""
    require_cancel_run(by, run)
    acts.cancel_run(run.pk, by=by.pk)
    run.refresh_from_db(fields=["status", "finished_at", "cancelled_by", "cancelled_at"])


def _refuse_executors(document: Document, workflow: Workflow, by: User) -> None:
    """Refuse names that a node cannot run as; a member who has not consented is none of them, the node waits."""
    names = {node.executor for node in document.nodes} - {INITIATOR, by.get_username()}
    if not names:
        return
    if workflow.visibility == Visibility.PERSONAL:
        raise ActRefused(_("A personal workflow runs as its initiator only; publish it without other executors."))
    unknown = names - set(User.objects.filter(username__in=names).values_list("username", flat=True))
    if unknown:
        text = _("There is nobody called %(names)s any more; choose other executors and publish again.")
        raise ActRefused(text % {"names": ", ".join(sorted(unknown))})


def _refuse_unrunnable(document: Document) -> None:
    if not document.nodes:
        raise ActRefused(_("This template has no nodes."))
    kinds = sorted({node.type for node in document.nodes if not has_executor(node.type)})
    if kinds:
        raise ActRefused(_("Nodes of type %(types)s cannot run yet.") % {"types": ", ".join(kinds)})
