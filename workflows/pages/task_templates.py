"""What the pages of task templates show: the list, one template with its versions and uses, the form, differences."""

import dataclasses
import json
from dataclasses import dataclass
from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from spaces.access import SpaceRequest
from spaces.models import Permission
from workflows.access import find_workflow_or_404
from workflows.document import Document, DocumentError, NodeSpec
from workflows.models import TaskTemplate, TaskTemplateVersion
from workflows.pages.comparison import Comparison, comparison
from workflows.queries import draft_of
from workflows.task_templates.access import get_task_version_or_404, may_manage_task
from workflows.task_templates.content import content_of_node, must_be_bound, read_content
from workflows.task_templates.forms import TaskForm, filled_form
from workflows.task_templates.queries import (
    Use,
    task_templates_of,
    task_versions,
    usable_templates,
    use_counts,
    uses_of,
)
from workflows.task_templates.resolving import resolved

SHOWN = ("space", "personal", "archived")
MAX_NODE_CHARS = 400_000


@dataclass(frozen=True)
class TemplateRow:
    """A task template in the list."""

    template: TaskTemplate
    uses: int
    may_manage: bool


@dataclass(frozen=True)
class UseRow:
    """A workflow that uses a task template, with what its draft and its live version name."""

    use: Use
    draft: str
    live: str
    is_behind: bool


def index_page(request: SpaceRequest) -> dict[str, Any]:
    """Give the context of the list. Two queries, and one for the role."""
    text, shown = request.GET.get("q", "").replace("\x00", ""), request.GET.get("show", "")
    archived = shown == "archived"
    rows = task_templates_of(request.space, request.user, text=text, visibility=shown, archived=archived)
    counts = use_counts(request.space, request.user)
    is_admin = request.membership.permits(Permission.ADMIN)
    return {
        "space": request.space,
        "rows": [TemplateRow(row, counts[row.slug], is_admin or row.owner_id == request.user.pk) for row in rows],
        "text": text,
        "shown": shown if shown in SHOWN else "",
        "is_filtered": bool(text or shown in SHOWN),
        "may_edit": request.membership.permits(Permission.EDIT),
        "trail": trail(request)[:1],
    }


def detail_page(request: SpaceRequest, template: TaskTemplate, number: int | None = None) -> dict[str, Any]:
    """Give the context of a task template's page; `number`: an old version instead of the newest."""
    version = get_task_version_or_404(template, number or template.newest)
    may_edit = request.membership.permits(Permission.EDIT)
    uses = uses_of(template, request.user)
    return {
        "space": request.space,
        "template": template,
        "version": version,
        "node": read_content(version.document)[0],
        "bound": {spec.name for spec in read_content(version.document)[0].inputs if must_be_bound(spec)},
        "is_newest": version.number == template.newest,
        "versions": task_versions(template),
        "uses": [_use_row(use, template.newest) for use in uses],
        "may_edit": may_edit and template.archived_at is None,
        "may_duplicate": may_edit,
        "may_manage": may_edit and may_manage_task(request.user, template),
        "trail": trail(request),
    }


def form_page(request: SpaceRequest, form: TaskForm, template: TaskTemplate | None = None) -> dict[str, Any]:
    """Give the context of the form of a new task template, or of the next version of one."""
    here = [(template.name, _address("detail", request, template.slug))] if template else []
    return {
        "space": request.space,
        "form": form,
        "template": template,
        "address": request.get_full_path(),
        "back": _address("detail", request, template.slug) if template else _address("index", request),
        "trail": [*trail(request), *here],
    }


def comparison_page(request: SpaceRequest, template: TaskTemplate) -> dict[str, Any]:
    """Give the context of the comparison of two versions; the newest two when none are named."""
    after = get_task_version_or_404(template, number_in(request, "after", template.newest))
    before = get_task_version_or_404(template, number_in(request, "before", max(1, after.number - 1)))
    return {
        "space": request.space,
        "template": template,
        "before": before,
        "after": after,
        "difference": difference(template, before, after),
        "numbers": range(template.newest, 0, -1),
        "trail": [*trail(request), (template.name, _address("detail", request, template.slug))],
    }


def upgrade_page(request: SpaceRequest, template: TaskTemplate) -> dict[str, Any]:
    """Give the context of “a newer version is available”: what changes for a node that takes it."""
    before = get_task_version_or_404(template, number_in(request, "from", template.newest))
    after = get_task_version_or_404(template, number_in(request, "to", template.newest))
    old, new = (read_content(version.document)[0] for version in (before, after))
    between = [row for row in task_versions(template) if before.number < row.number <= after.number]
    return {
        "space": request.space,
        "template": template,
        "before": before,
        "after": after,
        "notes": [row for row in between if row.note],
        "difference": difference(template, before, after),
        "effects": _effects(old, new),
    }


def difference(template: TaskTemplate, before: TaskTemplateVersion, after: TaskTemplateVersion) -> Comparison:
    """Compare what two versions hold."""
    old, new = (_document(template, version) for version in (before, after))
    return comparison(old, new)


def prefilled(request: SpaceRequest) -> TaskForm:
    """Make the form of a new task template: empty, or of a node: posted as JSON, or of a draft (`?from=`, `?node=`)."""
    posted = request.POST.get("node")
    if posted is not None:
        return _form_of(_posted_node(posted))
    if not request.GET.get("from"):
        return filled_form({}, base=0)
    workflow = find_workflow_or_404(request.user, request.space, request.GET["from"])
    try:
        document = draft_of(workflow)
        whole, _problems = resolved(document, usable_templates(workflow, document))
        return _form_of(whole.node(request.GET.get("node", "")), visibility=workflow.visibility)
    except (DocumentError, KeyError) as error:
        raise Http404(_("There is no such node in this draft.")) from error


def number_in(request: SpaceRequest, key: str, usual: int) -> int:
    """Read a version's number from the address; one that is none is the number of no version."""
    text = request.GET.get(key, "")
    if not text:
        return usual
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def trail(request: SpaceRequest) -> list[tuple[str, str]]:
    """Give the way back: the space, then the list."""
    home = reverse("runs:space-home", args=[request.space.slug])
    return [(request.space.name, home), (_("Task templates"), _address("index", request))]


def _address(noun: str, request: SpaceRequest, *args: str) -> str:
    return reverse(f"workflows:task-template-{noun}", args=[request.space.slug, *args])


def _form_of(node: NodeSpec, **head: Any) -> TaskForm:
    return filled_form(content_of_node(node), name=node.title, base=0, **head)


def _posted_node(text: str) -> NodeSpec:
    """Read a node as the editor has it; what cannot be read is left to the form."""
    try:
        plain = json.loads(text) if len(text) <= MAX_NODE_CHARS else {}
    except (ValueError, RecursionError):
        plain = {}
    node, _problems = read_content(plain)
    title = plain.get("title") if isinstance(plain, dict) else ""
    return dataclasses.replace(node, title=title[:120] if isinstance(title, str) else "")


def _document(template: TaskTemplate, version: TaskTemplateVersion) -> Document:
    node = dataclasses.replace(read_content(version.document)[0], title=template.name)
    return Document(name=template.name, nodes=(node,))


def _use_row(use: Use, newest: int) -> UseRow:
    numbers = [number for number in (*use.draft, *use.live) if number is not None]
    return UseRow(use, _said(use.draft), _said(use.live), is_behind=any(number < newest for number in numbers))


def _said(numbers: tuple[int | None, ...]) -> str:
    words = [_("newest") if number is None else f"v{number}" for number in sorted(numbers, key=lambda n: n or 0)]
    return ", ".join(words)


def _effects(old: NodeSpec, new: NodeSpec) -> list[str]:
    """Say what a person has to look at in a node that takes the newer version."""
    before = {spec.name: spec for spec in old.inputs}
    after = {spec.name: spec for spec in new.inputs}
    gave = {spec.name: spec for spec in old.outputs}
    gives = {spec.name: spec for spec in new.outputs}
    said = [
        *(
            _("The input %s is new and needs a value.") % n
            for n, s in after.items()
            if n not in before and must_be_bound(s)
        ),
        *(_("The input %s is gone; its value is not used any more.") % name for name in before if name not in after),
        *(
            _("The input %s has another type now.") % n
            for n, s in after.items()
            if n in before and before[n].type != s.type
        ),
        *(_("The output %s is gone; what takes it has to take another.") % name for name in gave if name not in gives),
        *(
            _("The output %s has another type now.") % n
            for n, s in gives.items()
            if n in gave and gave[n].type != s.type
        ),
    ]
    return [str(sentence) for sentence in said]
