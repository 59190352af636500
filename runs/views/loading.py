"""Loading the parts of a run below the space in the address; what is of another space does not exist there."""

from django.http import Http404

from runs.access import Standing, get_node_run_or_404, get_run_or_404
from runs.models import NodeRun, Run
from spaces.access import SpaceRequest


def load_run(request: SpaceRequest, run_id: str) -> Run:
    """Load a run of the request's space."""
    run = get_run_or_404(request.user, run_id)
    if run.space_id != request.space.pk:
        raise Http404
    return run


def load_node_run(request: SpaceRequest, run_id: str, key: str, number: str | None = None) -> NodeRun:
    """Load a version of a node of a run of the request's space; without a number the latest."""
    node_run = get_node_run_or_404(request.user, run_id, key, whole_number(number))
    if node_run.run.space_id != request.space.pk:
        raise Http404
    return node_run


def standing_of(request: SpaceRequest, run: Run) -> Standing:
    """Say what the person may do in a run, from the membership that is loaded already."""
    return Standing(request.user.pk, request.membership.role, run.initiator_id, request.user.get_username())


def whole_number(text: str | None) -> int | None:
    """Read a number of the address; None where there is none. What is no number leads nowhere (404)."""
    if not text:
        return None
    if not text.isdecimal() or len(text) > 9:
        raise Http404
    return int(text)
