"""What is done to a task template as a whole: restored versions, copies, visibility, the archive, deletion."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from spaces.access import SpaceRequest, space_view
from spaces.models import Permission
from workflows.errors import TaskTemplateUsed, WorkflowForbidden
from workflows.models import TaskTemplate, Visibility
from workflows.task_templates import actions
from workflows.task_templates.access import find_task_template_or_404, get_task_version_or_404
from workflows.views.answering import go


@require_POST
@space_view(need=Permission.EDIT)
def restore(request: SpaceRequest, slug: str, number: int) -> HttpResponse:
    """Save what an old version holds as the next one."""
    template = find_task_template_or_404(request.user, request.space, slug, need=Permission.EDIT, archived=False)
    version = actions.restore_task_version(version=get_task_version_or_404(template, number), by=request.user)
    if version is None:
        messages.success(request, _("The newest version holds the same already."))
    else:
        messages.success(request, _("Saved as version %(number)d.") % {"number": version.number})
    return _to(request, template)


@require_POST
@space_view(need=Permission.EDIT)
def duplicate(request: SpaceRequest, slug: str) -> HttpResponse:
    """Copy a task template."""
    template = find_task_template_or_404(request.user, request.space, slug, need=Permission.EDIT)
    name = _("Copy of %(name)s") % {"name": template.name}
    copy = actions.duplicate_task_template(template=template, by=request.user, name=name[:120])
    messages.success(request, _("“%(name)s” is a copy of its own now.") % {"name": copy.name})
    return _to(request, copy)


@require_POST
@space_view(need=Permission.EDIT)
def show(request: SpaceRequest, slug: str) -> HttpResponse:
    """Change who may see a task template."""
    template = find_task_template_or_404(request.user, request.space, slug, need=Permission.EDIT)
    wanted = Visibility.SPACE if request.POST.get("visibility") == Visibility.SPACE else Visibility.PERSONAL
    _told(request, lambda: actions.show_task_template(template=template, by=request.user, visibility=wanted))
    if wanted == Visibility.PERSONAL and template.owner_id != request.user.pk and template.visibility == wanted:
        return go(request, reverse("workflows:task-template-index", args=[request.space.slug]))  # its owner's only now
    return _to(request, template)


@require_POST
@space_view(need=Permission.EDIT)
def archive(request: SpaceRequest, slug: str) -> HttpResponse:
    """Take a task template out of the lists."""
    template = find_task_template_or_404(request.user, request.space, slug, need=Permission.EDIT)
    _told(request, lambda: actions.archive_task_template(template=template, by=request.user))
    return _to(request, template)


@require_POST
@space_view(need=Permission.EDIT)
def unarchive(request: SpaceRequest, slug: str) -> HttpResponse:
    """Bring an archived task template back."""
    template = find_task_template_or_404(request.user, request.space, slug, need=Permission.EDIT)
    _told(request, lambda: actions.archive_task_template(template=template, by=request.user, archived=False))
    return _to(request, template)


@require_POST
@space_view(need=Permission.EDIT)
def delete(request: SpaceRequest, slug: str) -> HttpResponse:
    """Delete a task template that nothing uses."""
    template = find_task_template_or_404(request.user, request.space, slug, need=Permission.EDIT)
    if not _told(request, lambda: actions.delete_task_template(template=template, by=request.user), _("Deleted.")):
        return _to(request, template)
    return go(request, reverse("workflows:task-template-index", args=[request.space.slug]))


def _told(request: SpaceRequest, act: Callable[[], None], done: str = "") -> bool:
    """Do an act and say how it went; what workflows forbid is said on the page that follows."""
    try:
        act()
    except WorkflowForbidden as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    except TaskTemplateUsed as refusal:
        messages.error(request, str(refusal))
        return False
    messages.success(request, done or _("Done."))
    return True


def _to(request: SpaceRequest, template: TaskTemplate) -> HttpResponse:
    return go(request, reverse("workflows:task-template-detail", args=[request.space.slug, template.slug]))
