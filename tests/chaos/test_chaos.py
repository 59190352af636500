"""Chaos on the real processes of `make run`: the verdict of tests/chaos/verdict.py holds whatever is killed when.

`AIME_CHAOS=long AIME_CHAOS_SEED=7 pytest -m chaos -s tests/chaos` repeats a draw; see plan.py for what is done.
"""

import random
import signal
import statistics
import time
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import psycopg
import pytest

from tests.chaos import plan, verdict
from tests.chaos.people import Person, Talker
from tests.chaos.queue_rows import Meddler
from tests.chaos.system import SETTINGS, Database, Seeded, TalkingModel, hosts_up, seed_system
from tests.chaos.victims import Killer
from tests.conftest import remove_data_dir
from tests.processes.aime_harness import Aime
from tests.processes.queue_harness import wait_until

pytestmark = [pytest.mark.chaos, pytest.mark.processes, pytest.mark.slow]

PROGRESS_S = 10.0
CALM_S = 600.0
OPEN_RUNS = """
SELECT count(*) FROM runs_run r JOIN workflows_workflowversion v ON v.id = r.version_id
JOIN workflows_workflow w ON w.id = v.workflow_id WHERE w.slug = %s AND r.status IN ('running', 'waiting')
"""
ACTIVE = "SELECT count(*) FROM runs_noderun WHERE is_latest AND status IN ('queued', 'running', 'retrying')"
# Progress: a node version starts or ends.
PROGRESS = """
SELECT extract(epoch FROM min(created_at))::float FROM runs_runevent
WHERE kind = 'node.status' AND data->>'status' IN ('running', 'done', 'waiting', 'failed')
  AND created_at > to_timestamp(%s)
"""
OPEN_NODES = """
SELECT n.run_id, n.key, n.number, n.status, n.waiting_for, a.number, a.status, a.lane, a.quarantine, a.loss
FROM runs_noderun n LEFT JOIN runs_attempt a ON a.node_run_id = n.id
WHERE n.is_latest AND n.status NOT IN ('done', 'cancelled', 'pending') ORDER BY n.id, a.number
"""
CANCEL_WHEN = """
SELECT r.public_id, r.cancelled_at IS NOT NULL, count(*) FILTER (WHERE n.status = 'done') FROM runs_run r
JOIN runs_noderun n ON n.run_id = r.id JOIN workflows_workflowversion v ON v.id = r.version_id
JOIN workflows_workflow w ON w.id = v.workflow_id WHERE w.slug = %s GROUP BY r.id
"""


class Chaos:
    """One test: the system, the people in it, and what was done to it."""

    def __init__(self, aime: Aime, model: TalkingModel, seeded: Seeded, stories: dict[str, str]) -> None:
        self.chosen, self.number = plan.intensity(), plan.seed()
        print(f"\nchaos: {self.chosen}\nAIME_CHAOS_SEED={self.number}", flush=True)
        self.aime, self.model, self.seeded, self.stories = aime, model, seeded, stories
        self.rng = random.Random(self.number)
        self.database = Database(aime.data_dir)
        self.person = Person(aime, seeded)
        self.killer = Killer(aime, random.Random(self.rng.random()))
        self.silent: list[str] = []
        self.began = time.time()

    def say(self, text: str) -> None:
        print(f"  {time.time() - self.began:6.1f} s  {text}", flush=True)

    def rows(self, query: str) -> list[tuple[object, ...]]:
        return self.database.patient_rows(query)

    # --- phases -----------------------------------------------------------------------------------------------------
    def poison_alone(self) -> None:
        """The poison meets its neighbours on one host before anything else is killed."""
        self.person.start(self.seeded.slugs["poison"])
        assert self.wait_ended("poison", 300), self.report_open()
        self.say("poison run ended")
        wrong = verdict.poison_problems(self.rows, same_host=True)
        assert not wrong, wrong

    def storm(self) -> None:
        """Kill by the plan, while runs are started, talked to and cancelled."""
        talker = Talker(self.person, Database(self.aime.data_dir), self.seeded.slugs["talk"], self._rng(), acts=25)
        meddler = Meddler(
            Database(self.aime.data_dir), self._rng(), duplicates=self.chosen.duplicates,
            deletes=self.chosen.deletes, every_s=sum(self.chosen.gap_s),
        )  # fmt: skip
        for name in ("talk", "doomed", "forty", *["poison"] * self.chosen.poison_in_storm):
            self.person.start(self.seeded.slugs[name])
        talker.start()
        meddler.start()
        for number, what in enumerate(self._plan()):
            self._kill(what, number)
            self._between()
        assert wait_until(partial(self._has_meddled, meddler), 300), (
            f"the queue's rows were not all meddled with: {meddler.counts}"
        )
        self._last_kill()
        self.say(f"queue rows: {meddler.counts}; acts: {talker.done}")
        talker.calm.set()
        calm = wait_until(self._all_ended, CALM_S)
        talker.ended.set()
        talker.join(300)
        assert calm, self.report_open()
        self.say("all runs have ended")

    def _has_meddled(self, meddler: Meddler) -> bool:
        self._keep_busy()  # it needs messages to meddle with
        return not meddler.left

    def _rng(self) -> random.Random:
        return random.Random(self.rng.random())

    def _plan(self) -> list[str]:
        """Draw the order. The last kill of the queue's group comes at the very end."""
        chosen = self.chosen
        todo = (
            ["single"] * chosen.kills + ["group"] * (chosen.group_kills - 1) + ["database"] * chosen.database_restarts
        )
        self.rng.shuffle(todo)
        return todo

    def _kill(self, what: str, number: int) -> None:
        kill = {"single": self.killer.kill_one, "group": self.killer.kill_group}
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            count = self.killer.count("database")
            done = kill[what]() if what in kill else self.killer.restart_database(count)
            if done is not None:
                self.say(f"{number + 1}. {done.kind} {done.role} {done.pid}")
                return
            time.sleep(0.1)
        raise AssertionError(f"nothing to kill for {what}: {self.aime.output()[-2000:]}")

    def _between(self) -> None:
        """Wait for a drawn while; keep work in flight and look for what says running in silence."""
        until = time.monotonic() + self.rng.uniform(*self.chosen.gap_s)
        try:
            self.silent += verdict.silent(self.database.rows)
            self._cancel_doomed()
            self._keep_busy()
        except psycopg.Error:
            pass  # just killed
        time.sleep(max(0, until - time.monotonic()))

    def _keep_busy(self) -> None:
        slug = self.seeded.slugs["forty"]
        for _ in range(self.chosen.forties - self.database.patient_rows(OPEN_RUNS, (slug,))[0][0]):
            self.person.start(slug)

    def _cancel_doomed(self, at_least: int = 4) -> None:
        for run, cancelled, done in self.database.patient_rows(CANCEL_WHEN, (self.seeded.slugs["doomed"],)):
            if not cancelled and done >= at_least:
                status = self.person.post(f"runs/{run}/cancellation/")
                self.say(f"cancel of the doomed run: {status}")

    def _last_kill(self) -> None:
        self._keep_busy()
        assert wait_until(lambda: self.database.patient_rows(ACTIVE)[0][0] > 3, 120), (
            "there is no work for the last kill"
        )
        assert wait_until(lambda: self.killer.kill_group("main"), 120)
        last = self.killer.log[-1].at
        assert wait_until(lambda: self.database.patient_rows(PROGRESS, (last + 0.2,))[0][0], 300), (
            "no progress any more"
        )
        took_s = self.database.patient_rows(PROGRESS, (last + 0.2,))[0][0] - last
        self.say(f"first progress {took_s:.1f} s after the last kill")
        # How long it takes is for the long run to judge, on a machine of its own; here it has to come at all.
        assert took_s <= PROGRESS_S or plan.intensity() is plan.SHORT

    def _all_ended(self) -> bool:
        self._cancel_doomed(at_least=1)
        return (
            self.database.patient_rows("SELECT count(*) FROM runs_run WHERE status IN ('running', 'waiting')")[0][0]
            == 0
        )

    def wait_ended(self, name: str, timeout_s: float) -> bool:
        slug = self.seeded.slugs[name]
        return wait_until(lambda: self.database.patient_rows(OPEN_RUNS, (slug,))[0][0] == 0, timeout_s)

    # --- verdict ----------------------------------------------------------------------------------------------------
    def judge(self) -> None:
        wrong = verdict.problems(self.rows)
        wrong["texts"] = verdict.wrong_texts(self.rows, self.stories)
        wrong["poison"] = verdict.poison_problems(self.rows, same_host=False)
        wrong["runs in silence, seen meanwhile"] = self.silent
        if not wait_until(lambda: self.rows("SELECT count(*) FROM django_q_ormq")[0][0] == 0, 180):
            wrong["messages left in the queue"] = [str(row) for row in self.rows("SELECT id, lock FROM django_q_ormq")]
        wrong = {rule: sentences for rule, sentences in wrong.items() if sentences}
        assert not wrong, wrong
        assert self.killer.count("single") >= self.chosen.kills
        assert self.killer.count("group") >= self.chosen.group_kills
        assert self.killer.count("database") >= self.chosen.database_restarts

    def report(self) -> None:
        counts = Counter(f"{done.kind} {done.role}" for done in self.killer.log)
        found = {}
        for name in ("runs_run", "runs_noderun", "runs_attempt", "runs_message", "runs_runevent"):
            found[name] = self.rows(f"SELECT count(*) FROM {name}")[0][0]
        lost = self.rows("SELECT loss, quarantine, count(*) FROM runs_attempt WHERE status = 'lost' GROUP BY 1, 2")
        pauses = []
        for done in self.killer.log:
            after = self.database.patient_rows(PROGRESS, (done.at + 0.2,))[0][0]
            pauses.append(after - done.at if after else 0.0)
        self.say(f"killed: {dict(counts)}")
        self.say(f"rows: {found}; lost attempts: {lost}")
        longest = pauses.index(max(pauses))
        self.say(
            f"progress after a kill: median {statistics.median(pauses):.1f} s, longest {max(pauses):.1f} s "
            f"(number {longest + 1}, at {self.killer.log[longest].at - self.began:.1f} s)"
        )

    def report_open(self) -> str:
        open_nodes = self.rows(OPEN_NODES)
        queue = self.rows("SELECT id, lock - now() FROM django_q_ormq")
        return "\n".join(map(str, [*open_nodes, "queue:", *queue, self.aime.output()[-3000:]]))


@pytest.fixture
def chaos(tmp_path: Path) -> Iterator[Chaos]:
    data_dir = tmp_path / "data"
    chosen, stories = plan.intensity(), plan.stories()
    with TalkingModel(stories, pace_ms=15) as model:
        aime = Aime(data_dir, DJANGO_SETTINGS_MODULE=SETTINGS, **model.env())
        try:
            aime.start()
            chaos = Chaos(aime, model, seed_system(aime, plan.workflows(chosen)), stories)
            assert wait_until(lambda: hosts_up(chaos.database), 120), aime.output()
            yield chaos
            chaos.database.close()
        finally:
            aime.close()
            remove_data_dir(data_dir)


def test_nothing_is_lost_or_done_twice_whatever_is_killed(chaos: Chaos) -> None:
    chaos.poison_alone()
    chaos.storm()
    chaos.report()
    chaos.judge()
    chaos.database.close()
    chaos.killer.victims()  # note who is there
    chaos.aime.signal(signal.SIGTERM)
    assert chaos.aime.wait() == 0
    assert wait_until(lambda: not chaos.aime.survivors(), 120), f"left behind: {chaos.aime.survivors()}"
    chaos.say("stopped; no process is left")
