"""The check itself: with one rule of the engine taken away, it finds a script that shows it, and makes it short."""

from collections.abc import Callable
from typing import Any

import pytest

from runs import reruns, scheduling
from runs.states import NodeStatus
from runs.transitions import acts, attempts
from runs.transitions.ledger import Ledger, open_run
from tests.runs.modelled.search import search
from tests.runs.modelled.world import Stage

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.chaos, pytest.mark.slow]
SEQUENCES = 80
Mutation = Callable[[pytest.MonkeyPatch], None]


def join_of_any(patch: pytest.MonkeyPatch) -> None:
    """A join begins when one of its ancestors is done."""

    def ready(graph: Any, statuses: Any, among: Any = None) -> tuple[str, ...]:
        def may(key: str) -> bool:
            above = [statuses[other] for other in graph.ancestors(key)]
            return statuses[key] == "pending" and (not above or "done" in above)

        return tuple(key for key in graph.order if may(key))

    patch.setattr(scheduling, "ready", ready)


def unfenced_end(patch: pytest.MonkeyPatch) -> None:
    """Whoever lost an attempt may still end it."""
    patch.setattr(attempts, "END_ATTEMPT", attempts.END_ATTEMPT.replace("AND status = 'running'", ""))


def message_that_confirms(patch: pytest.MonkeyPatch) -> None:
    """To speak to a node that waits for its confirmation accepts it first."""
    real = acts.say

    def say(run_id: int, key: str, number: int, *, by: int, text: str) -> int:
        with open_run(run_id) as ledger:
            if ledger.nodes[key].waiting_for == "confirm":
                acts.accept(ledger, ledger.nodes[key], by=by)
        return real(run_id, key, number, by=by, text=text)

    patch.setattr(acts, "say", say)


def cancel_that_forgets_what_waits(patch: pytest.MonkeyPatch) -> None:
    """Cancelling a run leaves what has not begun."""
    real = acts.cancel_version

    def cancel_version(ledger: Ledger, node: Any, **options: Any) -> None:
        if node.status != NodeStatus.PENDING:
            real(ledger, node, **options)

    patch.setattr(acts, "cancel_version", cancel_version)


def new_version_while_the_old_one_runs(patch: pytest.MonkeyPatch) -> None:
    """A restart cancels the version and forgets its worker: two write."""
    patch.setattr("runs.transitions.accepting.CANCEL_ATTEMPT", "SELECT 1 WHERE %s IS NULL")


def acts_on_old_versions(patch: pytest.MonkeyPatch) -> None:
    """An act finds the latest version, whichever the person has before their eyes."""
    patch.setattr(acts, "latest_of", lambda ledger, key, number: ledger.nodes[key])


def results_that_are_kept_blindly(patch: pytest.MonkeyPatch) -> None:
    """Done keeps what there is below, whatever it was computed from."""
    patch.setattr(reruns, "_renewal", lambda *_facts: None)


MUTATIONS: tuple[Mutation, ...] = (
    join_of_any, unfenced_end, message_that_confirms, cancel_that_forgets_what_waits,
    new_version_while_the_old_one_runs, acts_on_old_versions, results_that_are_kept_blindly,
)  # fmt: skip


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.__name__)
def test_a_broken_rule_is_found(stage: Stage, monkeypatch: pytest.MonkeyPatch, mutation: Mutation) -> None:
    mutation(monkeypatch)
    found = search(stage, range(SEQUENCES))
    assert found is not None
    print(f"\n{mutation.__name__}: {found}")
    assert len(found.script.steps) <= 6, str(found)
