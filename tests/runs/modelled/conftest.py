"""The stage on which scripts are played."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User

from tests.factories import make_space
from tests.runs.modelled.world import Stage


@pytest.fixture
def stage(builder: User, admin: User, viewer: User, settings: Any) -> Iterator[Stage]:
    """A space with three people, in which only steps let time pass."""
    settings.AIME_LEASE_S = 0
    space = make_space("modelled", admin=admin, builder=builder, viewer=viewer)
    made = Stage(space, {"builder": builder, "admin": admin, "viewer": viewer})
    yield made
    made.close()
