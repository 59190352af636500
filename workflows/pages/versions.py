"""What the panel of versions, the publish dialog and the comparison page show of a template."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from spaces.access import SpaceRequest
from spaces.models import Permission
from spaces.people import person_name as called
from workflows.access import get_version_or_404
from workflows.catalogue import catalogue
from workflows.document import Document
from workflows.models import Workflow, WorkflowVersion
from workflows.pages.comparison import Comparison, canvas_of, comparison
from workflows.pages.field_labels import field_label
from workflows.pages.problems import problems_json
from workflows.queries import has_changes, is_in_a_version, kept_draft_of, pinned_draft, problems_of, versions_of
from workflows.template_file.parsing import read_document

DRAFT, LIVE, KEPT = "draft", "live", "kept"


@dataclass(frozen=True)
class VersionRow:
    """One published version in the list. `previous`: the number before it, 0 for the first."""

    number: int
    note: str
    by: str
    at: datetime
    is_live: bool
    previous: int


@dataclass(frozen=True)
class Side:
    """One side of a comparison. `word` is what the address calls it."""

    word: str
    label: str
    document: Document


def person_name(person: User | None) -> str:
    """Give the name to show for a person, empty for nobody."""
    return called(person) if person else ""


def may_change(request: SpaceRequest, workflow: Workflow) -> bool:
    """Say whether the person may change this template now."""
    return request.membership.permits(Permission.EDIT) and workflow.archived_at is None


def version_rows(workflow: Workflow) -> tuple[VersionRow, ...]:
    """List the published versions, newest first. One query."""
    found = list(versions_of(workflow))
    before = [*(version.number for version in found[1:]), 0][: len(found)]
    return tuple(
        VersionRow(
            version.number,
            version.note,
            person_name(version.published_by),
            version.published_at,
            version.pk == workflow.live_version_id,
            previous,
        )
        for version, previous in zip(found, before, strict=True)
    )


def versions_page(request: SpaceRequest, workflow: Workflow, *, notice: str = "") -> dict[str, Any]:
    """Give the context of the panel of versions."""
    kept = kept_draft_of(workflow)
    return {
        "space": request.space,
        "workflow": workflow,
        "versions": version_rows(workflow),
        "kept": kept,
        "kept_by": person_name(kept.saved_by) if kept else "",
        "draft_by": person_name(workflow.draft_saved_by),
        "has_changes": has_changes_safely(workflow),
        "may_edit": may_change(request, workflow),
        "may_start": request.membership.permits(Permission.START) and workflow.archived_at is None,
        "notice": notice,
        "trail": trail(request, workflow),
    }


def publish_page(request: SpaceRequest, workflow: Workflow, *, note: str = "", notice: str = "") -> dict[str, Any]:
    """Give the context of the publish dialog: the draft as it is now, beside the live version."""
    problems = [_with_place(problem, workflow) for problem in problems_json(problems_of(workflow), workflow.draft)]
    errors = [problem for problem in problems if problem["severity"] == "error"]
    live = workflow.live_version
    changed = None if errors or live is None else comparison(document_of(live.document), pinned_draft(workflow))
    return {
        "space": request.space,
        "workflow": workflow,
        "errors": errors,
        "leads_to_nodes": any(problem["key"] for problem in errors),
        "warnings": [problem for problem in problems if problem["severity"] != "error"],
        "live": live,
        "difference": changed,
        "is_up_to_date": changed is not None and not changed,
        "number": next((row.number for row in version_rows(workflow)), 0) + 1,
        "node_count": len(workflow.draft.get("nodes", ())),
        "note": note,
        "notice": notice,
        "trail": trail(request, workflow),
    }


def _with_place(problem: dict[str, Any], workflow: Workflow) -> dict[str, Any]:
    """Add where the problem is, in words: the title of the node and the name of the field."""
    nodes = {node.get("key"): node for node in workflow.draft.get("nodes", ()) if isinstance(node, dict)}
    node = nodes.get(problem["key"], {})
    words = [step for step in problem["field"] if isinstance(step, str)]
    field = field_label(".".join(words[:1]), str(node.get("type", ""))) if words else ""
    place = " · ".join(word for word in (str(node.get("title") or problem["key"] or ""), field) if word)
    return problem | {"place": place, "field_text": ".".join(str(step) for step in problem["field"])}


def comparison_page(request: SpaceRequest, workflow: Workflow, before: Side, after: Side) -> dict[str, Any]:
    """Give the context of the comparison page."""
    found: Comparison = comparison(before.document, after.document)
    document, marks = canvas_of(before.document, after.document)
    return {
        "space": request.space,
        "workflow": workflow,
        "before": before,
        "after": after,
        "difference": found,
        "catalogue": catalogue(workflow, request.user, document),
        "canvas_document": document,
        "canvas_marks": marks,
        "choices": _choices(workflow, before, after),
        "trail": trail(request, workflow),
    }


def _choices(workflow: Workflow, *chosen: Side) -> list[tuple[str, str]]:
    """List what may stand on a side beside the draft; the kept draft where it is on one."""
    kept = [(KEPT, kept_word())] if any(one.word == KEPT for one in chosen) else []
    return [*kept, *((str(row.number), version_word(row.number)) for row in version_rows(workflow))]


def kept_word() -> str:
    """Name the draft that was kept when something else took its place."""
    return _("Kept draft")


def side(workflow: Workflow, word: str) -> Side:
    """Load one side of a comparison: `draft`, `live`, `kept` or a number. Raises Http404."""
    if word == DRAFT:
        return Side(DRAFT, _("Draft"), draft_document(workflow))
    if word == KEPT and (kept := kept_draft_of(workflow)):
        return Side(KEPT, kept_word(), document_of(kept.document))
    number = workflow.live_version.number if word == LIVE and workflow.live_version else 0
    if word.isdecimal() and len(word) <= 9:
        number = int(word)
    if not number:
        raise Http404(_("There is no such template version."))
    version = get_version_or_404(workflow, number)
    return Side(str(number), version_word(number), document_of(version.document))


def sides(workflow: Workflow, before: str, after: str) -> tuple[Side, Side]:
    """Load both sides. Left out: what is live, else the newest version, against the draft. Raises Http404."""
    newest = next((str(row.number) for row in version_rows(workflow)), DRAFT)
    usual = LIVE if workflow.live_version else newest
    return side(workflow, before or usual), side(workflow, after or DRAFT)


def version_word(number: int) -> str:
    """Name a published version."""
    return _("Version %(number)s") % {"number": number}


def document_of(source: Any) -> Document:
    """Read a stored document as far as it can be read: to be looked at, it need not be whole."""
    return read_document(source)[0]


def draft_document(workflow: Workflow) -> Document:
    """Read the draft as far as it can be read."""
    return document_of(workflow.draft)


def trail(request: SpaceRequest, workflow: Workflow) -> list[tuple[str, str]]:
    """Give the way back: the space, then the editor of the template."""
    home = reverse("runs:space-home", args=[request.space.slug])
    editor = reverse("workflows:workflow-detail", args=[request.space.slug, workflow.slug])
    return [(request.space.name, home), (workflow.name, editor)]


def has_changes_safely(workflow: Workflow) -> bool:
    """Say whether the draft differs from what is live, also for a draft that cannot be read."""
    return bool(read_document(workflow.draft)[1]) or has_changes(workflow)


def restore_page(
    request: SpaceRequest, workflow: Workflow, version: WorkflowVersion, *, notice: str = ""
) -> dict[str, Any]:
    """Give the context of the question before a version becomes the draft."""
    return {
        "space": request.space,
        "workflow": workflow,
        "version": version,
        "draft_by": person_name(workflow.draft_saved_by),
        "is_draft_published": is_in_a_version(workflow),
        "notice": notice,
        "trail": trail(request, workflow),
    }
