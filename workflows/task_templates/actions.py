"""What people do to task templates: create, save a version, restore one, show, archive, duplicate, delete.

Callers have loaded with permission (`access.py`) and read the content (`content.py`); what depends on the owner,
on who uses the template and on what was saved meanwhile is checked here.
"""

import secrets
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from spaces.models import Space
from workflows.document import NodeSpec
from workflows.errors import TaskTemplateConflict, TaskTemplateUsed, WorkflowForbidden
from workflows.models import TaskTemplate, TaskTemplateVersion, Visibility
from workflows.task_templates.access import may_manage_task
from workflows.task_templates.content import plain_content
from workflows.task_templates.queries import is_used, uses_by_others

SLUG_CHARS = 60
RESERVED_SLUGS = frozenset({"new"})  # the addresses beside the templates' own


@dataclass(frozen=True)
class Words:
    """What a person writes about a task template, beside its content."""

    name: str
    description: str = ""
    note: str = ""


@transaction.atomic
def create_task_template(
    *, space: Space, by: User, words: Words, content: NodeSpec, visibility: str = Visibility.SPACE
) -> TaskTemplate:
    """Create a task template of `by` with the content as its first version."""
    Space.objects.select_for_update(no_key=True).get(pk=space.pk)  # two people must not choose one slug
    template = TaskTemplate.objects.create(
        space=space,
        slug=_free_slug(space, words.name),
        owner=by,
        name=words.name,
        description=words.description,
        visibility=visibility,
    )
    _add_version(template, plain_content(content), by, words.note)
    return template


@transaction.atomic
def save_task_template(
    *, template: TaskTemplate, by: User, words: Words, content: NodeSpec, base: int
) -> TaskTemplateVersion | None:
    """Save name and description, and the content as the next version; None when the content is as it was.

    `base`: the version that the person began with. Raises TaskTemplateConflict when it is no longer the newest.
    """
    current = TaskTemplate.objects.select_for_update(no_key=True).get(pk=template.pk)
    if base != current.newest:
        raise TaskTemplateConflict(current)
    current.name, current.description = words.name, words.description
    current.save(update_fields=["name", "description", "updated_at"])
    plain = plain_content(content)
    if current.versions.get(number=current.newest).document == plain:
        return None
    return _add_version(current, plain, by, words.note)


@transaction.atomic
def restore_task_version(*, version: TaskTemplateVersion, by: User) -> TaskTemplateVersion | None:
    """Save what an old version holds as the next one; None when the newest holds the same."""
    current = TaskTemplate.objects.select_for_update(no_key=True).get(pk=version.template_id)
    if current.versions.get(number=current.newest).document == version.document:
        return None
    return _add_version(current, version.document, by, _("Version %(number)d again") % {"number": version.number})


def duplicate_task_template(*, template: TaskTemplate, by: User, name: str) -> TaskTemplate:
    """Copy the newest version into a task template of `by` under another name."""
    newest = template.versions.get(number=template.newest)
    return _copy(template, newest.document, by, name)


@transaction.atomic
def show_task_template(*, template: TaskTemplate, by: User, visibility: str) -> None:
    """Change who may see a task template. Raises WorkflowForbidden, and TaskTemplateUsed where others need it."""
    _require_manager(by, template)
    TaskTemplate.objects.select_for_update(no_key=True).get(pk=template.pk)  # what is being published counts too
    if visibility == Visibility.PERSONAL and (count := uses_by_others(template)):
        raise TaskTemplateUsed(
            ngettext(
                "%(count)d workflow that others may see uses it. Take it out there first.",
                "%(count)d workflows that others may see use it. Take it out there first.",
                count,
            )
            % {"count": count}
        )
    template.visibility = visibility
    template.save(update_fields=["visibility", "updated_at"])


def archive_task_template(*, template: TaskTemplate, by: User, archived: bool = True) -> None:
    """Take a task template out of the lists, or bring it back; its versions go on working. Raises WorkflowForbidden."""
    _require_manager(by, template)
    template.archived_at = timezone.now() if archived else None
    template.save(update_fields=["archived_at", "updated_at"])


@transaction.atomic
def delete_task_template(*, template: TaskTemplate, by: User) -> None:
    """Delete a task template that no draft and no version names. Raises WorkflowForbidden, TaskTemplateUsed."""
    current = TaskTemplate.objects.select_for_update().get(pk=template.pk)
    _require_manager(by, current)
    if is_used(current):
        raise TaskTemplateUsed(_("Workflows or their old versions use it, so it cannot be deleted. Archive it."))
    current.versions.all().delete()
    current.delete()


def _require_manager(by: User, template: TaskTemplate) -> None:
    if not may_manage_task(by, template):
        raise WorkflowForbidden(_("Only the owner or an admin of the space does this to a task template."))


@transaction.atomic
def _copy(template: TaskTemplate, document: Any, by: User, name: str) -> TaskTemplate:
    space = Space.objects.select_for_update(no_key=True).get(pk=template.space_id)
    copy = TaskTemplate.objects.create(
        space=space,
        slug=_free_slug(space, name),
        owner=by,
        name=name,
        description=template.description,
        visibility=template.visibility,
    )
    _add_version(copy, document, by, "")
    return copy


def _add_version(template: TaskTemplate, document: Any, by: User, note: str) -> TaskTemplateVersion:
    """Add the next version; the caller holds the row's lock or has just made it."""
    template.newest += 1
    version = TaskTemplateVersion.objects.create(
        template=template, number=template.newest, document=document, note=note, created_by=by
    )
    template.save(update_fields=["newest", "updated_at"])
    return version


def _free_slug(space: Space, name: str) -> str:
    """Return a slug that no task template of the space has: the name in ASCII, numbered when taken."""
    wanted = slugify(name)[:SLUG_CHARS].strip("-_")
    if not wanted:
        return f"task-{secrets.token_hex(3)}"
    taken = set(TaskTemplate.objects.filter(space=space, slug__startswith=wanted).values_list("slug", flat=True))
    taken |= RESERVED_SLUGS
    numbered = (f"{wanted}-{number}" for number in range(2, len(taken) + 3))
    return wanted if wanted not in taken else next(slug for slug in numbered if slug not in taken)
