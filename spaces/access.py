"""Loading with permission: what a person may not see does not exist for them.

Outsiders get 404, members without the needed permission 403. Every view below a space goes through
`space_view`; commands and sockets use the loaders.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, overload

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _

from spaces.models import Membership, Permission, Space
from spaces.text import is_storable

Person = AbstractBaseUser | AnonymousUser
View = Callable[..., HttpResponseBase]


class SpaceRequest(HttpRequest):
    """A request below a space, as `space_view` hands it on."""

    user: User
    space: Space
    membership: Membership


def get_membership_or_404(user: Person, slug: str, *, need: str = Permission.VIEW) -> Membership:
    """Return the user's membership of a space, with the space. Http404 for others, PermissionDenied below `need`."""
    found = None
    if user.is_authenticated and is_storable(slug):
        found = Membership.objects.select_related("space").filter(space__slug=slug, user_id=user.pk).first()
    if found is None:
        raise Http404(_("There is no such space."))
    if not found.permits(need):
        raise PermissionDenied(_("Your role in this space does not allow this."))
    return found


def get_space_or_404(user: Person, slug: str, *, need: str = Permission.VIEW) -> Space:
    """Return a space in which the user has the permission. Http404 for outsiders, PermissionDenied below `need`."""
    return get_membership_or_404(user, slug, need=need).space


def spaces_of(user: Any) -> frozenset[int]:
    """Return the keys of the spaces that a person is a member of."""
    return frozenset(Membership.objects.filter(user_id=user.pk).values_list("space_id", flat=True))


def may(user: Person, space: Space, permission: str) -> bool:
    """Say whether the user has the permission in the space."""
    found = Membership.objects.filter(space=space, user_id=user.pk).first() if user.is_authenticated else None
    return found is not None and found.permits(permission)


@overload
def space_view(view: View) -> View: ...
@overload
def space_view(*, need: str = ...) -> Callable[[View], View]: ...
def space_view(view: View | None = None, *, need: str = Permission.VIEW) -> Any:
    """Make a view of a space: takes `space_slug` from the URL and gives the view `request.space` and `.membership`.

    Use as `@space_view` or `@space_view(need=Permission.EDIT)`. Anonymous visitors are sent to sign in.
    """

    def decorate(inner: View) -> View:
        @login_required
        @wraps(inner)
        def outer(request: HttpRequest, space_slug: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
            membership = get_membership_or_404(request.user, space_slug, need=need)
            request.membership = membership  # type: ignore[attr-defined]
            request.space = membership.space  # type: ignore[attr-defined]
            return inner(request, *args, **kwargs)

        outer.space_need = need  # type: ignore[attr-defined]  # tests/architecture finds views by it
        return outer

    return decorate if view is None else decorate(view)
