"""Loading templates with permission. A personal template of somebody else does not exist (404).

A member of the space who lacks the permission gets 403. Changing the visibility, archiving and handing
over need more than a role: the owner or an admin of the space (`may_manage`).
"""

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _

from spaces.access import Person, get_membership_or_404, may
from spaces.models import Permission, Space
from workflows.models import Workflow, WorkflowVersion

LIVE_DOCUMENT = "live_version__document"
DOCUMENTS = ("draft", LIVE_DOCUMENT)


def get_workflow_or_404(user: Person, public_id: str, *, need: str = Permission.VIEW) -> Workflow:
    """Return a template by its public id. Http404 when the user may not see it, PermissionDenied below `need`."""
    return _permitted(user, _visible(user, public_id=public_id), need)


def find_workflow_or_404(
    user: Person, space: Space, slug: str, *, need: str = Permission.VIEW, without: tuple[str, ...] = ()
) -> Workflow:
    """Return a template of a space by its slug. Http404 and PermissionDenied as above.

    `without`: of DOCUMENTS those that are hardly needed; they are large and are loaded when somebody asks for them.
    """
    return _permitted(user, _visible(user, without, space=space, slug=slug), need)


def get_version_or_404(workflow: Workflow, number: int) -> WorkflowVersion:
    """Return a published version of a template that was loaded with permission."""
    version = workflow.versions.filter(number=number).select_related("published_by").first()
    if version is None:
        raise Http404(_("There is no such template version."))
    return version


def may_manage(user: Person, workflow: Workflow) -> bool:
    """Say whether the user may change visibility, archive and hand over: its owner, or an admin of the space."""
    is_owner = workflow.owner_id == user.pk and may(user, workflow.space, Permission.EDIT)
    return is_owner or may(user, workflow.space, Permission.ADMIN)


def _visible(user: Person, without: tuple[str, ...] = (), **where: object) -> Workflow | None:
    related = ("space", "owner", "live_version")
    return Workflow.objects.visible_to(user).select_related(*related).defer(*without).filter(**where).first()


def _permitted(user: Person, workflow: Workflow | None, need: str) -> Workflow:
    if workflow is None:
        raise Http404(_("There is no such workflow."))
    get_membership_or_404(user, workflow.space.slug, need=need)
    if workflow.archived_at and need in (Permission.START, Permission.EDIT):
        raise PermissionDenied(_("This workflow is archived."))
    return workflow
