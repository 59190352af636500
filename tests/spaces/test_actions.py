"""Spaces and their members."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth.models import User
from django.db import connection

from spaces.actions import add_member, change_role, create_space, remove_member
from spaces.errors import AlreadyMember, LastAdmin
from spaces.forms import MemberForm, SpaceForm
from spaces.models import Membership, Role
from tests.factories import make_space

pytestmark = pytest.mark.django_db


def roles(space: object) -> dict[str, str]:
    return dict(Membership.objects.filter(space=space).values_list("user__username", "role"))


def test_who_creates_a_space_is_its_admin(builder: User) -> None:
    space = create_space(name="Payments & Billing", by=builder, description="Money")
    assert (space.slug, space.description, roles(space)) == ("payments-billing", "Money", {"builder": "admin"})


def test_slugs_are_unique_and_never_empty(builder: User) -> None:
    assert create_space(name="Demo", by=builder, slug="mine").slug == "mine"
    assert create_space(name="Demo", by=builder).slug == "demo"
    assert create_space(name="Demo", by=builder).slug.startswith("demo-")
    assert create_space(name="项目", by=builder).slug.startswith("space-")


def test_members_come_and_go(admin: User, builder: User) -> None:
    space = make_space(admin=admin)
    membership = add_member(space=space, user=builder)
    assert roles(space) == {"admin": "admin", "builder": "builder"}
    with pytest.raises(AlreadyMember):
        add_member(space=space, user=builder, role=Role.VIEWER)
    change_role(membership=membership, role=Role.VIEWER)
    assert roles(space)["builder"] == "viewer"
    remove_member(membership=membership)
    assert roles(space) == {"admin": "admin"}


def test_unknown_role_is_refused(admin: User, builder: User) -> None:
    space = make_space(admin=admin)
    with pytest.raises(ValueError, match="boss"):
        add_member(space=space, user=builder, role="boss")
    assert roles(space) == {"admin": "admin"}


def test_last_admin_stays(admin: User, builder: User) -> None:
    space = make_space(admin=admin, builder=builder)
    last = space.memberships.get(user=admin)
    with pytest.raises(LastAdmin):
        change_role(membership=last, role=Role.BUILDER)
    with pytest.raises(LastAdmin):
        remove_member(membership=last)
    assert roles(space) == {"admin": "admin", "builder": "builder"}
    change_role(membership=space.memberships.get(user=builder), role=Role.ADMIN)
    remove_member(membership=last)
    assert roles(space) == {"builder": "admin"}


@pytest.mark.django_db(transaction=True)
def test_two_admins_cannot_leave_at_once(admin: User, builder: User) -> None:
    space = make_space(admin=admin)
    add_member(space=space, user=builder, role=Role.ADMIN)
    together = threading.Barrier(2)

    def leave(user: User) -> bool:
        try:
            membership = space.memberships.get(user=user)
            together.wait(10)
            remove_member(membership=membership)
        except LastAdmin:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(leave, (admin, builder))) == [False, True]
    assert Membership.objects.filter(space=space, role=Role.ADMIN).count() == 1


def test_forms_check_what_people_type(builder: User) -> None:
    form = MemberForm({"username": "builder", "role": "viewer"})
    assert form.is_valid()
    assert form.cleaned_data == {"username": builder, "role": "viewer"}
    assert "username" in MemberForm({"username": "gone", "role": "viewer"}).errors
    assert "role" in MemberForm({"username": "builder", "role": "boss"}).errors
    assert SpaceForm({"name": "A"}).is_valid()
    assert not SpaceForm({"name": ""}).is_valid()
