"""Names of people, as pages show them, and what the one who looks may do."""

from typing import Any

from runs.access import Standing
from runs.models import Run
from spaces.access import SpaceRequest


def full_name(user: Any) -> str:
    """Give the name to show for a user, empty for nobody."""
    return str(user.get_full_name() or user.get_username()) if user else ""


def standing_in(request: SpaceRequest, run: Run) -> Standing:
    """Say what the person may do in a run of the request's space, from the membership that is loaded already."""
    return Standing(request.user.pk, request.membership.role, run.initiator_id, request.user.get_username())
