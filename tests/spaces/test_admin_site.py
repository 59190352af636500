"""The admin site's pages of spaces and memberships."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from spaces.models import Membership, Role, Space
from tests.factories import make_space

pytestmark = pytest.mark.django_db


@pytest.fixture
def space(admin: User, builder: User) -> Space:
    return make_space(admin=admin, builder=builder)


def test_staff_sees_spaces_and_members(space: Space, client: Client, admin: User) -> None:
    client.force_login(admin)
    assert b"Demo" in client.get("/admin/spaces/space/?q=demo").content
    assert b"builder" in client.get(f"/admin/spaces/space/{space.pk}/change/").content
    assert b"builder" in client.get("/admin/spaces/membership/?role=builder").content


def test_others_see_no_admin_site(space: Space, client: Client, builder: User) -> None:
    client.force_login(builder)
    assert client.get("/admin/spaces/space/").status_code == 302


def test_last_admin_of_a_space_stays(space: Space, client: Client, admin: User) -> None:
    client.force_login(admin)
    last = Membership.objects.get(space=space, role=Role.ADMIN)
    page = f"/admin/spaces/membership/{last.pk}/"
    changed = {"space": space.pk, "user": last.user_id, "role": Role.VIEWER}
    assert b"A space needs an admin" in client.post(f"{page}change/", changed).content
    assert client.post(f"{page}delete/", {"post": "yes"}).status_code == 403
    assert client.post(f"/admin/spaces/space/{space.pk}/change/", members(space, role=Role.VIEWER)).status_code == 200
    assert client.post(f"/admin/spaces/space/{space.pk}/change/", members(space, gone=True)).status_code == 200
    assert Membership.objects.get(pk=last.pk).role == Role.ADMIN


def test_one_of_two_admins_may_go(space: Space, client: Client, admin: User, viewer: User) -> None:
    client.force_login(admin)
    other = Membership.objects.create(space=space, user=viewer, role=Role.ADMIN)
    assert client.post(f"/admin/spaces/membership/{other.pk}/delete/", {"post": "yes"}).status_code == 302
    assert not Membership.objects.filter(pk=other.pk).exists()


def members(space: Space, *, role: str = Role.ADMIN, gone: bool = False) -> dict[str, object]:
    """Give the space's form with its admin as `role`, or taken out."""
    found = list(Membership.objects.filter(space=space).order_by("space_id", "user_id"))
    form: dict[str, object] = {"slug": space.slug, "name": space.name, "description": "", "instructions": ""}
    form |= {"memberships-TOTAL_FORMS": len(found), "memberships-INITIAL_FORMS": len(found)}
    for number, member in enumerate(found):
        was_admin = member.role == Role.ADMIN
        prefix = f"memberships-{number}-"
        form |= {f"{prefix}id": member.pk, f"{prefix}space": space.pk, f"{prefix}user": member.user_id}
        form[f"{prefix}role"] = role if was_admin else member.role
        if was_admin and gone:
            form[f"{prefix}DELETE"] = "on"
    return form


def test_space_can_be_deleted_with_its_last_admin(space: Space, client: Client, admin: User) -> None:
    client.force_login(admin)
    assert client.post(f"/admin/spaces/space/{space.pk}/delete/", {"post": "yes"}).status_code == 302
    assert not Space.objects.filter(pk=space.pk).exists()
