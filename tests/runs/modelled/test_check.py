"""The check itself: with one rule of the engine taken away, it finds a script that shows it, and makes it short."""

from collections.abc import Callable
from typing import Any

import pytest

from runs import chat, reruns, scheduling
from runs.agent.calls import ToolRunner
from runs.artifacts import store_blob
from runs.models import Artifact, OutputValue
from runs.states import NodeStatus
from runs.transitions import accepting, acts, attempts, choosing, consents, saying
from runs.transitions.ledger import Ledger, open_run
from tests.runs.modelled.search import search
from tests.runs.modelled.world import Stage

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.chaos, pytest.mark.slow]
SEQUENCES = 300
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

    def say(run_id: int, key: str, number: int, **what: Any) -> int:
        with open_run(run_id) as ledger:
            if ledger.nodes[key].waiting_for == "confirm":
                acts.accept(ledger, ledger.nodes[key], by=what["by"])
        return real(run_id, key, number, **what)

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


def acceptance_of_what_the_agent_chose(patch: pytest.MonkeyPatch) -> None:
    """Confirm and Done take the agent's choice, whatever the person chose instead."""
    real = accepting.outputs_sha256

    def outputs_sha256(node_run_id: int) -> str:
        chosen = OutputValue.objects.filter(node_run_id=node_run_id, is_current=True).exclude(chosen_by=None)
        return "" if chosen.exists() else real(node_run_id)

    patch.setattr(accepting, "outputs_sha256", outputs_sha256)


def choice_that_outlives_the_next_turn(patch: pytest.MonkeyPatch) -> None:
    """What a person once chose stays, whatever a newer turn gives."""
    real = attempts.store_outputs

    def store_outputs(ledger: Ledger, node: Any, *what: Any, **more: Any) -> None:
        chosen = OutputValue.objects.filter(node_run_id=node.id, is_current=True).exclude(chosen_by=None)
        if not chosen.exists():
            real(ledger, node, *what, **more)

    patch.setattr(attempts, "store_outputs", store_outputs)


def gate_that_stays_closed_after_a_choice(patch: pytest.MonkeyPatch) -> None:
    """A node that waits for outputs goes on waiting for them when a person has given them."""
    patch.setattr(choosing, "missing_outputs", lambda *_facts: ("out",))


def start_without_asking_the_executor(patch: pytest.MonkeyPatch) -> None:
    """A node that becomes ready is queued without its executor's consent."""
    patch.setattr("runs.transitions.starting.may_run", lambda *_facts: True)


def queued_work_of_who_took_it_back(patch: pytest.MonkeyPatch) -> None:
    """A consent that is taken back counts for what begins later only."""
    patch.setattr(consents, "hold_without_consent", lambda *_facts, **_more: None)


def consent_that_ends_what_runs(patch: pytest.MonkeyPatch) -> None:
    """A consent that is taken back stops the attempts that run."""
    real = consents.settle

    def settle(run_id: int, *, by: int | None = None) -> None:
        real(run_id, by=by)
        with open_run(run_id) as ledger:
            for node in ledger.nodes.values():
                if node.status == NodeStatus.RUNNING and not consents.may_run(ledger, node):
                    accepting.cancel_version(ledger, node, by=by)

    patch.setattr(consents, "settle", settle)
    patch.setattr(consents, "UNSETTLED", consents.UNSETTLED.replace("'queued',", "'queued', 'running',"))


def message_said_again_beside_the_old_one(patch: pytest.MonkeyPatch) -> None:
    """What is said again begins no branch: the old message and its answer stay in the conversation."""
    patch.setattr(saying, "LEAVE", saying.LEAVE + " AND false")


def branch_that_begins_too_late(patch: pytest.MonkeyPatch) -> None:
    """The message that is said again leaves, what followed it stays."""
    patch.setattr(saying, "LEAVE", saying.LEAVE.replace("ordinal >= %s", "ordinal = %s"))


def upload_that_replaces(patch: pytest.MonkeyPatch) -> None:
    """A file that comes with a message takes the place of the one of its name."""
    real = saying.store_artifact

    def store_artifact(node_run_id: int, new: Any, **who: Any) -> Any:
        last = Artifact.objects.filter(node_run_id=node_run_id, name=new.name).last()
        if last is None:
            return real(node_run_id, new, **who)
        digest = store_blob(new.content)
        Artifact.objects.filter(pk=last.pk).update(blob=digest, sha256=digest)
        return last

    patch.setattr(saying, "store_artifact", store_artifact)


def outward_act_that_is_recorded_by_who_was_given_up(patch: pytest.MonkeyPatch) -> None:
    """A worker that lost its attempt may still write into the ledger."""
    patch.setattr(chat, "_fence", lambda job: None)


def outward_act_that_is_done_again(patch: pytest.MonkeyPatch) -> None:
    """The ledger is written and not looked at."""
    real = ToolRunner.run

    async def run(self: ToolRunner, *call: Any, **limits: Any) -> Any:
        self._workspace.effects.clear()
        return await real(self, *call, **limits)

    patch.setattr(ToolRunner, "run", run)


def outward_act_that_is_not_written_down(patch: pytest.MonkeyPatch) -> None:
    """An outward act leaves no row."""
    patch.setattr(chat, "_note", lambda *_facts: None)


MUTATIONS: tuple[Mutation, ...] = (
    join_of_any, unfenced_end, message_that_confirms, cancel_that_forgets_what_waits,
    new_version_while_the_old_one_runs, acts_on_old_versions, results_that_are_kept_blindly,
    acceptance_of_what_the_agent_chose, choice_that_outlives_the_next_turn, gate_that_stays_closed_after_a_choice,
    start_without_asking_the_executor, queued_work_of_who_took_it_back, consent_that_ends_what_runs,
    message_said_again_beside_the_old_one, branch_that_begins_too_late, upload_that_replaces,
    outward_act_that_is_recorded_by_who_was_given_up, outward_act_that_is_done_again,
    outward_act_that_is_not_written_down,
)  # fmt: skip


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.__name__)
def test_a_broken_rule_is_found(stage: Stage, monkeypatch: pytest.MonkeyPatch, mutation: Mutation) -> None:
    mutation(monkeypatch)
    found = search(stage, range(SEQUENCES))
    assert found is not None
    print(f"\n{mutation.__name__}: {found}")
    assert len(found.script.steps) <= 6, str(found)
