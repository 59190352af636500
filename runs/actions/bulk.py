"""Cancelling many runs at once: each is cancelled or refused on its own, and the answer says which."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.http import Http404
from django.utils.translation import gettext as _

from runs.access import get_run_or_404
from runs.actions.runs import cancel_run
from runs.errors import ActForbidden, ActRefused, StaleTransition
from spaces.models import Space

MOST = 200


@dataclass(frozen=True)
class Outcome:
    """What became of one run. `title` is empty where it does not exist for the person."""

    public_id: str
    title: str
    is_done: bool
    said: str


def cancel_runs(*, space: Space, public_ids: Iterable[str], by: User) -> tuple[Outcome, ...]:
    """Cancel runs of a space, in the given order, at most MOST of them. Never raises for one of them."""
    return tuple(_cancel(space, public_id, by) for public_id in list(dict.fromkeys(public_ids))[:MOST])


def _cancel(space: Space, public_id: str, by: User) -> Outcome:
    try:
        run = get_run_or_404(by, public_id)
    except Http404:
        return Outcome(public_id, "", False, _("There is no such run."))
    title = run.title or run.version.workflow.name
    if run.space_id != space.pk:
        return Outcome(public_id, "", False, _("There is no such run."))
    try:
        cancel_run(run=run, by=by)
    except (ActForbidden, ActRefused) as refusal:
        return Outcome(public_id, title, False, str(refusal))
    except StaleTransition:
        return Outcome(public_id, title, False, _("This changed meanwhile; try again."))
    return Outcome(public_id, title, True, _("Cancelled."))
