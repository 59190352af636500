"""What people do to spaces and memberships. Callers have loaded with permission (`access.py`)."""

import secrets

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from spaces.errors import AlreadyMember, LastAdmin
from spaces.models import Membership, Role, Space

SLUG_CHARS = 50


@transaction.atomic
def create_space(*, name: str, by: User, slug: str = "", description: str = "") -> Space:
    """Create a space with `by` as its admin. Without a slug one is made from the name."""
    space = Space.objects.create(name=name, slug=slug or free_space_slug(name), description=description)
    Membership.objects.create(space=space, user=by, role=Role.ADMIN)
    return space


@transaction.atomic
def add_member(*, space: Space, user: User, role: str = Role.BUILDER) -> Membership:
    """Make a person a member. Raises AlreadyMember."""
    membership, created = Membership.objects.get_or_create(space=space, user=user, defaults={"role": Role(role)})
    if not created:
        raise AlreadyMember(_("%(user)s is a member already.") % {"user": user.get_username()})
    return membership


@transaction.atomic
def change_role(*, membership: Membership, role: str) -> Membership:
    """Give a member another role. Raises LastAdmin."""
    if role != Role.ADMIN:
        _keep_an_admin(membership)
    membership.role = Role(role)
    membership.save(update_fields=["role"])
    announce_access()
    return membership


@transaction.atomic
def remove_member(*, membership: Membership) -> None:
    """Take a person out of a space; what they made stays. Raises LastAdmin."""
    _keep_an_admin(membership)
    membership.delete()
    announce_access()


def free_space_slug(name: str) -> str:
    """Return a slug no space has: the name in ASCII, else `space-<6 characters>`."""
    wanted = slugify(name)[:SLUG_CHARS].strip("-")
    if wanted and not Space.objects.filter(slug=wanted).exists():
        return wanted
    return f"{wanted or 'space'}-{secrets.token_hex(3)}"


def announce_access() -> None:
    """Tell the web processes, when this commits, to check whose sockets may stay open; they also look by themselves."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify('aime_access', '')")


def _keep_an_admin(membership: Membership) -> None:
    """Lock the space, so that two admins cannot leave at the same time, and refuse when nobody else is admin."""
    Space.objects.select_for_update(no_key=True).get(pk=membership.space_id)
    others = Membership.objects.filter(space_id=membership.space_id, role=Role.ADMIN).exclude(pk=membership.pk)
    if not others.exists():
        raise LastAdmin(_("A space keeps at least one admin."))
