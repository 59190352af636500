"""The admin site's pages of spaces and memberships."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from spaces.models import Space
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
