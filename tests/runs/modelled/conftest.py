"""The stage on which scripts are played."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User

from spaces.models import Membership, Role
from tests.factories import make_space
from tests.runs.modelled.script import EXECUTOR
from tests.runs.modelled.world import Stage


@pytest.fixture
def stage(builder: User, admin: User, viewer: User, settings: Any) -> Iterator[Stage]:
    """A space with four people, in which only steps let time pass."""
    settings.AIME_LEASE_S = 0
    executor = User.objects.create_user(EXECUTOR)
    people = {"builder": builder, "admin": admin, "viewer": viewer, EXECUTOR: executor}
    space = make_space("modelled", admin=admin, builder=builder, viewer=viewer)
    Membership.objects.create(space=space, user=executor, role=Role.BUILDER)
    made = Stage(space, people)
    yield made
    made.close()
