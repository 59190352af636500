"""A space with its people, and everybody's browser."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client

from spaces.models import Membership, Role, Space
from tests.factories import make_space


@pytest.fixture
def space(admin: User, builder: User, viewer: User) -> Space:
    return make_space(admin=admin, builder=builder, viewer=viewer)


@pytest.fixture
def colleague(space: Space) -> User:
    """Another builder of the space."""
    user = User.objects.create_user("colleague", "colleague@example.org")
    Membership.objects.create(space=space, user=user, role=Role.BUILDER)
    return user


@pytest.fixture
def as_(admin: User, builder: User, viewer: User, outsider: User) -> Callable[[str], Client]:
    """Give the browser of a person by name."""

    def browser(name: str) -> Client:
        client = Client()
        client.force_login(User.objects.get(username=name))
        return client

    return browser
