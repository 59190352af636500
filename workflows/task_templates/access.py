"""Loading task templates with permission: a personal one of somebody else does not exist (404)."""

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _

from spaces.access import Person, get_membership_or_404, may
from spaces.models import Permission, Space
from spaces.text import is_storable
from workflows.models import TaskTemplate, TaskTemplateVersion


def find_task_template_or_404(
    user: Person, space: Space, slug: str, *, need: str = Permission.VIEW, archived: bool = True
) -> TaskTemplate:
    """Return a task template of a space. Http404 when the user may not see it, PermissionDenied below `need`.

    `archived`: whether it may be an archived one; else that is PermissionDenied too.
    """
    found = None
    if is_storable(slug):
        seen = TaskTemplate.objects.visible_to(user).select_related("space", "owner")
        found = seen.filter(space=space, slug=slug).first()
    if found is None:
        raise Http404(_("There is no such task template."))
    get_membership_or_404(user, space.slug, need=need)
    if found.archived_at and not archived:
        raise PermissionDenied(_("This task template is archived; restore it first."))
    return found


def get_task_version_or_404(template: TaskTemplate, number: int) -> TaskTemplateVersion:
    """Return a version of a task template that was loaded with permission."""
    found = template.versions.filter(number=number).select_related("created_by").first()
    if found is None:
        raise Http404(_("There is no such version of this task template."))
    return found


def may_manage_task(user: Person, template: TaskTemplate) -> bool:
    """Say whether the user may change visibility, archive and delete: the owner, or an admin of the space."""
    is_owner = template.owner_id == user.pk and may(user, template.space, Permission.EDIT)
    return is_owner or may(user, template.space, Permission.ADMIN)
