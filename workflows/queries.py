"""Read plans of templates: which rows, which relations, which order."""

from datetime import datetime

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import QuerySet

from spaces.models import ROLE_PERMISSIONS, Permission, Space
from workflows.access import may_manage
from workflows.document import Document, DocumentError, Problem, from_json
from workflows.graph import validate
from workflows.models import ExecutorConsent, KeptDraft, Visibility, Workflow, WorkflowVersion
from workflows.task_templates.queries import hold_task_templates, usable_templates
from workflows.task_templates.resolving import Lookup, pinned, references_in, resolution
from workflows.template_file.parsing import read_document

MAX_PARSED = 64
_parsed: dict[tuple[int, datetime], Document] = {}


def versions_of(workflow: Workflow) -> QuerySet[WorkflowVersion]:
    """The published versions of a template, newest first, without their documents."""
    return workflow.versions.select_related("published_by").defer("document").order_by("-number")


def draft_of(workflow: Workflow) -> Document:
    """Return the draft. Raises DocumentError for a draft that was never saved by `actions.py`."""
    return from_json(workflow.draft)


def problems_of(workflow: Workflow) -> list[Problem]:
    """Return what is wrong with the draft, errors first; people are checked against those who see the template."""
    try:
        document = draft_of(workflow)
    except DocumentError as exc:
        return exc.problems
    return document_problems(workflow, document)


def document_problems(workflow: Workflow, document: Document, lookup: Lookup | None = None) -> list[Problem]:
    """Return what is wrong with a document as this workflow's draft, its task templates put in; paths are its own.

    `lookup`: what the document may use, where it is looked up already.
    """
    found = resolution(document, usable_templates(workflow, document) if lookup is None else lookup)
    people = {"usernames": usernames_of(workflow), "consented": consented_of(workflow)}
    return found.pointed_back(validate(found.document, **people, absent_tools=absent_tools()))


def absent_tools() -> tuple[str, ...]:
    """Name the tool sets that the operator has not set up."""
    return () if settings.AIME_EXPORT_DIR else ("exports",)


def pinned_draft(workflow: Workflow, document: Document | None = None) -> Document:
    """Return the draft as publishing would freeze it: the number of every task template's version written out.

    `document`: the draft, where it is parsed already.
    """
    document = document or draft_of(workflow)
    return pinned(document, usable_templates(workflow, document))


def hold_task_templates_of(workflow: Workflow) -> None:
    """Keep the task templates that the draft names as they are until the transaction ends, so that it can be frozen."""
    hold_task_templates(workflow.space_id, [slug for slug, _number in references_in(workflow.draft)])


def import_target(space: Space, user: User, document: Document) -> Workflow | None:
    """Return the template whose draft importing the document would replace: of its name, and `user` may edit it so.

    None means that importing makes a new template. One that would change its visibility comes last, and only for
    those who may change that.
    """
    named = Workflow.objects.visible_to(user).active().filter(space=space, name=document.name)
    found = sorted(named.order_by("id"), key=lambda workflow: workflow.visibility != document.visibility)
    fitting = (one for one in found if one.visibility == document.visibility or may_manage(user, one))
    return next(fitting, None)


def possible_owners(workflow: Workflow) -> QuerySet[User]:
    """The members whom a template can be handed over to: those who may edit, but its owner, by name."""
    roles = [role for role, permissions in ROLE_PERMISSIONS.items() if Permission.EDIT in permissions]
    members = User.objects.filter(memberships__space_id=workflow.space_id, memberships__role__in=roles, is_active=True)
    return members.exclude(pk=workflow.owner_id).order_by("username")


def is_in_a_version(workflow: Workflow) -> bool:
    """Say whether the draft is what some version is, so that replacing it loses nothing. Drafts of any shape."""
    document = read_document(workflow.draft)[0]
    frozen = workflow.versions.values_list("document", flat=True)
    return any(read_document(source)[0] == document for source in frozen.iterator())


def kept_draft_of(workflow: Workflow) -> KeptDraft | None:
    """Return the draft that was kept when it was replaced, unless the draft is the same again. One query."""
    kept = KeptDraft.objects.select_related("saved_by").filter(workflow=workflow).first()
    return kept if kept and kept.document != workflow.draft else None


def usernames_of(workflow: Workflow) -> list[str]:
    """Return the names that the document may mention: members of the space; of a personal template its owner."""
    return sorted(members_of(workflow).values_list("username", flat=True))


def consented_of(workflow: Workflow) -> list[str]:
    """Return the names of those who agreed to be executors of the template."""
    given = ExecutorConsent.objects.filter(workflow=workflow, revoked_at__isnull=True)
    return sorted(given.values_list("user__username", flat=True))


def members_of(workflow: Workflow) -> QuerySet[User]:
    """The people who see the template, by name."""
    members = User.objects.filter(memberships__space_id=workflow.space_id, is_active=True)
    if workflow.visibility == Visibility.PERSONAL:
        members = members.filter(pk=workflow.owner_id)
    return members.order_by("username")


def has_changes(workflow: Workflow, document: Document | None = None, lookup: Lookup | None = None) -> bool:
    """Say whether publishing the draft would make anything new.

    `document`: the draft, where it is parsed already; `lookup`: what it may use, where it is looked up already.
    """
    live = workflow.live_version
    if live is None or document is None or lookup is None:
        return live is None or differs(live, workflow, document)
    return _frozen(live) != pinned(document, lookup)


def differs(version: WorkflowVersion, workflow: Workflow, document: Document | None = None) -> bool:
    """Say whether the draft says something else than a version of it."""
    return _frozen(version) != pinned_draft(workflow, document)


def _frozen(version: WorkflowVersion) -> Document:
    """Parse a version; it never changes, so this is done once for many saves of a draft."""
    key = (version.pk, version.published_at)
    if key not in _parsed:
        if len(_parsed) >= MAX_PARSED:
            _parsed.pop(next(iter(_parsed)))
        _parsed[key] = from_json(version.document)
    return _parsed[key]
