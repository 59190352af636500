"""Read plans of task templates: what a document may use, the editor's catalogue, who uses what."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection
from django.db.models import F, Func, JSONField, Q, QuerySet

from spaces.access import Person
from spaces.models import Space
from workflows.document import Document
from workflows.models import TaskTemplate, TaskTemplateVersion, Visibility, Workflow, WorkflowVersion
from workflows.node_types.task import split_reference
from workflows.task_templates.resolving import KnownTemplate, Lookup, references, references_in

ICON = "book-marked"
_PINS = "jsonb_path_query_array(%(expressions)s, '$.nodes[*].task_template')"


@dataclass(frozen=True)
class Use:
    """A workflow that uses a task template. `draft` and `live`: the numbers its nodes name, None for the newest."""

    workflow: Workflow
    draft: tuple[int | None, ...]
    live: tuple[int | None, ...]


def usable_templates(workflow: Workflow, document: Document) -> Lookup:
    """Look up what a document of this workflow may use: the space's, and its owner's own. At most one query."""
    named = references(document)
    if not named:
        return {}
    return _usable(_versions(workflow.space_id, named), workflow.owner_id, document)


def hold_task_templates(space_id: int, slugs: list[str]) -> None:
    """Keep task templates as they are until the transaction ends.

    Who deletes one or takes it out of sight waits, and then finds what was frozen meanwhile; who comes after them
    finds it gone.
    """
    if slugs:
        wanted = "SELECT 1 FROM workflows_tasktemplate WHERE space_id = %s AND slug = ANY(%s) ORDER BY id FOR SHARE"
        with connection.cursor() as cursor:  # the ORM knows no FOR SHARE
            cursor.execute(wanted, [space_id, slugs])


def usable_by_each(space_id: int, documents: Iterable[tuple[int, Document]]) -> list[Lookup]:
    """Look up what each of many documents, given with the keys of their owners, may use. At most one query."""
    pairs = list(documents)
    named = {reference for _, document in pairs for reference in references(document)}
    rows = list(_versions(space_id, named)) if named else []
    return [_usable(rows, owner_id, document) for owner_id, document in pairs]


def _usable(rows: Iterable[TaskTemplateVersion], owner_id: int, document: Document) -> Lookup:
    """Leave what an owner's document may use; other people's personal task templates do not exist for it."""
    seen = [row for row in rows if row.template.visibility == Visibility.SPACE or row.template.owner_id == owner_id]
    found = _known(seen)
    if document.visibility == Visibility.PERSONAL:
        return found
    personal = {row.template.slug for row in seen if row.template.visibility == Visibility.PERSONAL}
    return {slug: replace(known, is_usable=slug not in personal) for slug, known in found.items()}


def frozen_templates(space_id: int, document: Document) -> Lookup:
    """Look up the versions that a frozen document pins, whoever may see them now. At most one query."""
    pins = [(slug, number) for slug, number in references(document) if number is not None]
    if not pins:
        return {}
    return {slug: replace(known, is_archived=False) for slug, known in _known(_pinned(space_id, pins)).items()}


def task_template_catalogue(space: Space, user: Person, document: Any = None) -> dict[str, dict[str, Any]]:
    """Return what the editor knows of the task templates that the user may see, as `slug@number` → its card.

    The newest version of each that is not archived, and the versions that `document` names: a Document, or the JSON
    form of any draft. One query.
    """
    named = references(document) if isinstance(document, Document) else references_in(document)
    seen = TaskTemplate.objects.visible_to(user).values("pk")
    rows = _versions(space.pk, named).filter(template__in=seen)
    shown = [row for row in rows if row.template.archived_at is None or row.template.slug in dict(named)]
    return {f"{row.template.slug}@{row.number}": template_card(row) for row in shown}


def task_templates_of(
    space: Space, user: Person, *, text: str = "", visibility: str = "", archived: bool = False
) -> QuerySet[TaskTemplate]:
    """The task templates that the user sees, by name; `text` is looked for in name, slug and description."""
    rows = TaskTemplate.objects.visible_to(user).filter(space=space, archived_at__isnull=not archived)
    if visibility in Visibility.values:
        rows = rows.filter(visibility=visibility)
    for word in text.split():
        found = Q(name__icontains=word) | Q(slug__icontains=word) | Q(description__icontains=word)
        rows = rows.filter(found)
    return rows.select_related("owner").order_by("name", "id")


def task_versions(template: TaskTemplate) -> QuerySet[TaskTemplateVersion]:
    """The versions of a task template, newest first, without their content."""
    return template.versions.select_related("created_by").defer("document").order_by("-number")


def uses_of(template: TaskTemplate, user: Person) -> list[Use]:
    """Return the workflows that use a task template, of those the user may see; active ones first. One query."""
    rows = _pinning(template.space_id).filter(pk__in=Workflow.objects.visible_to(user).values("pk"))
    uses = [_use(row, template.slug) for row in rows.select_related("owner", "live_version")]
    return sorted(filter(None, uses), key=lambda use: use.workflow.archived_at is not None)


def use_counts(space: Space, user: Person) -> Counter[str]:
    """Count for each slug the workflows that use it, of those the user may see. One query."""
    rows = _pinning(space.pk).filter(pk__in=Workflow.objects.visible_to(user).values("pk"))
    return Counter(slug for row in rows for slug in {pin[0] for pin in _pins(row.draft_pins, row.live_pins)})


def uses_by_others(template: TaskTemplate) -> int:
    """Count the workflows that use a task template and are not its owner's personal ones."""
    rows = _pinning(template.space_id).exclude(visibility=Visibility.PERSONAL, owner_id=template.owner_id)
    return sum(_use(row, template.slug) is not None for row in rows)


def is_used(template: TaskTemplate) -> bool:
    """Say whether any draft or any template version, however old, names a task template."""
    frozen = WorkflowVersion.objects.filter(workflow__space_id=template.space_id)
    pins = frozen.annotate(pins=_pins_in("document")).values_list("pins", flat=True)
    drafts = _pinning(template.space_id)
    named = {slug for row in pins for slug, _number in _pins(row)}
    return template.slug in named | {slug for row in drafts for slug, _number in _pins(row.draft_pins)}


def personal_in_use(workflow: Workflow) -> list[str]:
    """Return the slugs of personal task templates that the live version names. Others must not run it. Two queries."""
    if workflow.live_version is None:
        return []
    named = [slug for slug, _number in references_in(workflow.live_version.document)]
    rows = TaskTemplate.objects.filter(space_id=workflow.space_id, slug__in=named, visibility=Visibility.PERSONAL)
    return sorted(rows.values_list("slug", flat=True)) if named else []


def _pins_in(path: str) -> Func:
    return Func(F(path), template=_PINS, output_field=JSONField())


def _pinning(space_id: int) -> QuerySet[Any]:
    """The workflows of a space with what their draft and their live version name, without the documents."""
    rows = Workflow.objects.filter(space_id=space_id).order_by("name", "id")
    rows = rows.defer("draft", "live_version__document")
    return rows.annotate(draft_pins=_pins_in("draft"), live_pins=_pins_in("live_version__document"))


def _pins(*found: Any) -> list[tuple[str, int | None]]:
    texts = [text for pins in found for text in pins or () if isinstance(text, str)]
    return list(dict.fromkeys(split_reference(text) for text in texts))


def _use(row: Any, slug: str) -> Use | None:
    draft = tuple(number for name, number in _pins(row.draft_pins) if name == slug)
    live = tuple(number for name, number in _pins(row.live_pins) if name == slug)
    return Use(row, draft, live) if draft or live else None


def template_card(row: TaskTemplateVersion) -> dict[str, Any]:
    """Return what the editor knows of a version of a task template. No query with its template at hand."""
    template = row.template
    return {
        "slug": template.slug,
        "number": row.number,
        "newest": template.newest,
        "name": template.name,
        "description": template.description,
        "icon": ICON,
        "inputs": row.document.get("inputs", []),
        "outputs": row.document.get("outputs", []),
        "personal": template.visibility == Visibility.PERSONAL,
    }


def _versions(space_id: int, named: Iterable[tuple[str, int | None]]) -> QuerySet[TaskTemplateVersion]:
    """The newest version of every task template of a space, and the named ones."""
    wanted = Q(number=F("template__newest"))
    for slug, number in named:
        if number is not None:
            wanted |= Q(template__slug=slug, number=number)
    rows = TaskTemplateVersion.objects.filter(wanted, template__space_id=space_id)
    return rows.select_related("template").order_by("template__name", "template_id", "-number")


def _pinned(space_id: int, pins: Collection[tuple[str, int]]) -> QuerySet[TaskTemplateVersion]:
    wanted = Q()
    for slug, number in pins:
        wanted |= Q(template__slug=slug, number=number)
    return TaskTemplateVersion.objects.filter(wanted, template__space_id=space_id).select_related("template")


def _known(rows: Iterable[TaskTemplateVersion]) -> dict[str, KnownTemplate]:
    versions: dict[str, dict[int, Any]] = defaultdict(dict)
    templates: dict[str, TaskTemplate] = {}
    for row in rows:
        templates[row.template.slug] = row.template
        versions[row.template.slug][row.number] = row.document
    return {
        slug: KnownTemplate(slug, template.newest, versions[slug], is_archived=template.archived_at is not None)
        for slug, template in templates.items()
    }
