"""Names of people, as pages show them, and what the one who looks may do."""

from typing import Any, Protocol

from runs.access import Standing
from spaces.access import SpaceRequest
from spaces.people import person_name


def full_name(user: Any) -> str:
    """Give the name to show for a user, empty for nobody."""
    return person_name(user) if user else ""


class Started(Protocol):
    """What of a run decides what a person may do in it: a `Run`, or a row with this column."""

    @property
    def initiator_id(self) -> int: ...


def standing_in(request: SpaceRequest, run: Started) -> Standing:
    """Say what the person may do in a run of the request's space, from the membership that is loaded already."""
    return Standing(request.user.pk, request.membership.role, run.initiator_id, request.user.get_username())
