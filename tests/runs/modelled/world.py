"""The real thing behind a script: one run on PostgreSQL, moved by the functions that pages, commands and hosts call."""

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from dataclasses import dataclass, field, replace
from threading import Barrier
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db import connection

from runs import chat, sql
from runs.actions import chat as speaking
from runs.actions import nodes, outputs
from runs.actions import runs as running
from runs.agent.tools.base import ArtifactWrite
from runs.errors import ActForbidden, ActRefused
from runs.executors.base import Done, Failed, Job, OutputChoice
from runs.models import Artifact, NodeRun, Run
from runs.recovery import recover_once
from runs.ticker import Piece, write
from runs.transitions import attempts, leases
from runs.transitions.claiming import claim
from runs.transitions.outputs import outputs_sha256
from runs.transitions.planning import NO_CHOICE, Choice, plan_now
from runs.transitions.starting import HandOff
from runs.uploads import Upload
from spaces.models import Space
from tests.factories import make_run, make_workflow
from tests.runs.modelled.outward import Outside
from tests.runs.modelled.rows import Picture, look
from tests.runs.modelled.script import CONSENT_ACTS, EXECUTOR, Design, Script, Step
from tests.runs.modelled.versions import FORBIDDEN, NOTHING, OK, REFUSED, said
from workflows.actions import consents

HOST = UUID(int=7)
LEASE_S = 3600.0  # nothing expires unless a step says so
LIMIT_S = 120.0
FILE = "out.md"
NOBODYS = "0" * 26
EXPIRE = "UPDATE runs_attempt SET lease_expires_at = now() - interval '1 minute' WHERE id = %s AND status = 'running'"
AGE = "UPDATE runs_attempt SET available_at = now() - interval '1 second' WHERE id = %s AND status = 'queued'"
# A run that went wrong leaves work behind, which is not to be found by the hosts of the next one.
LEAVE = """
UPDATE runs_attempt a SET status = 'cancelled', finished_at = now(), lease_expires_at = NULL FROM runs_noderun n
WHERE n.id = a.node_run_id AND n.run_id = %s AND a.status IN ('queued', 'running')
"""
# Small tables keep every statement cheap; what is looked at again and again is one run.
CLEAR = "TRUNCATE runs_run, django_q_ormq CASCADE"
RUNS_BETWEEN = 20
Act = Callable[[], str]


@dataclass
class Stage:
    """What all runs of a test share: the space, its people, and two threads with connections of their own."""

    space: Space
    people: dict[str, User]
    threads: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(2))
    count: int = 0

    def at_once(self, acts: list[Act]) -> list[str]:
        """Do two acts at the same time, each on its own connection."""
        gate = Barrier(len(acts))

        def do(act: Act) -> str:
            connection.ensure_connection()
            gate.wait(LIMIT_S)
            return act()

        return [future.result(LIMIT_S) for future in [self.threads.submit(do, act) for act in acts]]

    def close(self) -> None:
        """End the threads and their connections."""
        gate = Barrier(2)

        def leave() -> None:
            gate.wait(LIMIT_S)
            connection.close()

        for future in [self.threads.submit(leave) for _thread in range(2)]:
            future.result(LIMIT_S)
        self.threads.shutdown()


class World:
    """One run and everything that its workers still know of it."""

    def __init__(self, stage: Stage, script: Script) -> None:
        self.stage = stage
        self.designs: dict[str, Design] = {design.key: design for design in script.designs}
        stage.count += 1
        if stage.count % RUNS_BETWEEN == 0:
            sql.count(CLEAR)
        builder = stage.people["builder"]
        workflow = make_workflow(script.document(), space=stage.space, owner=builder, slug=f"m{stage.count}")
        self.workflow = workflow
        self.run: Run = make_run(workflow, by=builder)
        self.outside = Outside()
        self.jobs: dict[int, Job] = {}  # every attempt that was ever taken
        self.spoken: dict[int, int] = {}
        self.now: Picture = look(self.run.pk)

    def do(self, step: Step) -> list[str]:
        """Do a step, both halves at once where it has two; returns what came of each."""
        acts = [_answered(self._prepare(part)) for part in (step.both or (step,))]
        results = self.stage.at_once(acts) if step.both else [acts[0]()]
        self.now = look(self.run.pk)
        return results

    def leave(self) -> None:
        """Take away what is left to do."""
        sql.count(LEAVE, (self.run.pk,))

    # --- Each reads what its person or worker sees now, and returns what they then do ---------------------------------
    def _prepare(self, step: Step) -> Act:
        if step.act in CONSENT_ACTS:
            return self._consent(step)
        if step.act == "cancel_run":
            return self._by_person(running.cancel_run, step, run=copy(self.run))
        if step.act == "wait":
            return self._wait
        if step.is_person:
            return self._prepare_person(step)
        version = self.now.latest()[step.key]
        tries = self.now.attempts_of(version["id"])
        if not tries:
            return lambda: NOTHING
        last: dict[str, Any] = max(tries, key=lambda row: int(row["number"]))
        prepare: Callable[[Step, dict[str, Any]], Act] = getattr(self, f"_{step.act}")
        return prepare(step, last)

    def _prepare_person(self, step: Step) -> Act:
        """Let the person decide by what they see: the rows of the last look, which may be old when they act."""
        rows = [row for row in self.now.nodes.values() if row["key"] == step.key]
        node_run = NodeRun(**(rows[0] if step.which == "first" else rows[-1]))
        node_run.run = self.run
        if step.act in ("say", "resend"):
            files = [Upload(FILE, step.upload.encode())] if step.upload else []
            again = {"instead_of": self._question(step, node_run.pk)} if step.act == "resend" else {}
            return self._by_person(speaking.say, step, node_run=node_run, text="Go on.", uploads=files, **again)
        if step.act == "choose":
            return self._by_person(
                outputs.choose_output, step, node_run=node_run, name="out", **self._pick(step, node_run.pk)
            )
        if step.act in ("confirm", "done"):
            seen = {"": None, "wrong": "0" * 64}
            accepted = seen[step.how] if step.how in seen else outputs_sha256(node_run.pk)
            what = {"outputs": accepted, **self._choice(step, node_run)}
            return self._by_person(getattr(nodes, step.act), step, node_run=node_run, **what)
        return self._by_person(getattr(nodes, step.act), step, node_run=node_run, **self._choice(step, node_run))

    def _question(self, step: Step, node_id: int) -> str:
        """Give the public id of the message that the person says again."""
        asked = [row for row in self.now.of("messages", node_id) if row["role"] == "user"]
        left = [row for row in asked if row["superseded_by_id"] is not None]
        found = {"own": asked[:1], "first": asked[1:2], "last": asked[1:][-1:], "left": left[:1]}.get(step.how, [])
        return str(found[0]["public_id"]) if found else NOBODYS

    def _pick(self, step: Step, node_id: int) -> dict[str, Any]:
        """Say what the person chooses: a file of the version, their own text, or a new file."""
        way, _space, what = step.how.partition(" ")
        if way == "write":
            return {"text": what}
        if way == "new":
            return {"upload": Upload(FILE, what.encode())}
        files = self.now.of("files", node_id)
        found = files[:1] if what == "first" else files[-1:]
        return {"artifact": found[0]["public_id"] if found else NOBODYS}

    def _consent(self, step: Step) -> Act:
        change = consents.give_consent if step.act == "give" else consents.revoke_consent
        return lambda: OK if change(workflow=self.workflow, by=self.stage.people[EXECUTOR]) else NOTHING

    def _choice(self, step: Step, node_run: NodeRun) -> dict[str, Any]:
        """Let the person look at the plan, and choose in it."""
        choice = Choice(again=frozenset({step.again} - {""}))
        if step.planned:
            act = "retry" if step.act == "retry_turn" else step.act
            try:
                _plan, seen = plan_now(self.run.pk, act, node_run.key, node_run.number, choice)
            except ActRefused:  # there is none; the act will say so, too
                seen = ""
            choice = replace(choice, seen=seen)
        return {"choice": choice} if choice != NO_CHOICE else {}

    def _by_person(self, act: Callable[..., Any], step: Step, **what: Any) -> Act:
        def do() -> str:
            act(by=self.stage.people[step.who], **what)
            return OK

        return do

    def _wait(self) -> str:
        """Let a host look for work and recovery pass: after a cancel there is none."""
        taken = claim(HOST, free=100, lease_s=LEASE_S, max_parallel=0)
        return OK if taken.jobs or recover_once() else NOTHING

    def _claim(self, step: Step, attempt: dict[str, Any]) -> Act:
        return lambda: OK if self._take(attempt["id"]) else NOTHING

    def _take(self, attempt_id: int) -> tuple[Job, ...]:
        while True:
            taken = claim(HOST, free=5, lease_s=LEASE_S, max_parallel=0, attempt_id=attempt_id)
            self.jobs.update({job.attempt_id: job for job in taken.jobs})
            if taken.jobs or not taken.look_again:
                return taken.jobs

    def _finish(self, step: Step, attempt: dict[str, Any]) -> Act:
        def do() -> str:
            job = self.jobs.get(attempt["id"])
            if job is None:
                return NOTHING
            offer = HandOff(HOST, LEASE_S, free=100) if step.room else None
            finished = attempts.finish(job, self._outcome(step, job), offer)
            self.jobs.update({new.attempt_id: new for new in (offer.jobs if offer else ())})
            return OK if finished else NOTHING

        return do

    def _turn(self, step: Step, attempt: dict[str, Any]) -> Act:
        finish, speak = self._finish(step, attempt), self._speak(step, attempt)

        def do() -> str:
            self._take(attempt["id"])
            if step.speaks:
                speak()
            return finish()

        return do

    def _outcome(self, step: Step, job: Job) -> Done:
        value, is_missing = said(self.designs[step.key], step.how)
        if value is None:
            return Done(missing="output *out* found nothing" if is_missing else "")
        digest = hashlib.sha256(value.encode()).hexdigest()
        if self.designs[step.key].kind == "text":
            return Done((OutputChoice("out", "text", value, None, digest, "said so"),))
        chat.keep_artifacts(job, [ArtifactWrite("file", FILE, value.encode())])
        written = Artifact.objects.filter(node_run_id=job.node_run_id, name=FILE).latest("revision")
        return Done((OutputChoice("out", "file", "", written.pk, digest, "said so"),))

    def _fail(self, step: Step, attempt: dict[str, Any]) -> Act:
        failed = Failed("x", "It failed.", transient=step.how == "transient", retry_after_s=LEASE_S)
        return self._with_job(attempt, lambda job: attempts.fail(job, failed))

    def _lose(self, step: Step, attempt: dict[str, Any]) -> Act:
        return self._with_job(attempt, lambda job: attempts.lose(job, loss=step.how))

    def _speak(self, step: Step, attempt: dict[str, Any]) -> Act:
        return self._with_job(attempt, self._add_text if self.designs[step.key].talks else lambda job: False)

    def _outward(self, step: Step, attempt: dict[str, Any]) -> Act:
        key, _space, is_lost = step.how.partition(" ")

        def act(job: Job) -> bool:
            said = "𠮷!" * (self._spoken_in(job) // 2)
            self.outside.act(job, key, said=said, is_lost=bool(is_lost))
            return True

        return self._with_job(attempt, act if self.designs[step.key].talks else lambda job: False)

    def _spoken_in(self, job: Job) -> int:
        """Say how much of the message that streams now was said."""
        return self.spoken.get(chat.start_message(job), 0)

    def _with_job(self, attempt: dict[str, Any], use: Callable[[Job], bool]) -> Act:
        def do() -> str:
            job = self.jobs.get(attempt["id"])
            return OK if job is not None and use(job) else NOTHING

        return do

    def _add_text(self, job: Job) -> bool:
        message_id = chat.start_message(job)
        start = self.spoken.get(message_id, 0)
        self.spoken[message_id] = start + 2
        return not write([Piece(message_id, job.run_id, start, "𠮷!")])

    def _expire(self, step: Step, attempt: dict[str, Any]) -> Act:
        def do() -> str:
            expired = sql.count(EXPIRE, (attempt["id"],))
            recover_once()
            return OK if expired else NOTHING

        return do

    def _due(self, step: Step, attempt: dict[str, Any]) -> Act:
        retries = self.now.latest()[step.key]["status"] == "retrying"

        def do() -> str:
            sql.count(AGE, (attempt["id"],))
            recover_once()
            return OK if retries else NOTHING

        return do

    def _late(self, step: Step, attempt: dict[str, Any]) -> Act:
        """Let every attempt of the node that has ended say something once more."""
        live = {row["id"] for row in self.now.attempts.values() if row["status"] == "running"}
        ended = [job for place, job in self.jobs.items() if job.key == step.key and place not in live]
        late: dict[str, Callable[[Job], Any]] = {
            "finish": lambda job: attempts.finish(job, self._outcome(step, job)),
            "fail": lambda job: attempts.fail(job, Failed("x", "Too late.")),
            "lose": lambda job: attempts.lose(job, loss="death"),
            "speak": chat.start_message,
            "record": self.outside.record_late,
            "beat": lambda job: leases.beat(HOST, [job.attempt_id], lease_s=LEASE_S),
        }

        def do() -> str:
            answers = [_answered(lambda one=job: late[step.how](one))() for job in ended]
            return OK if any(answer and answer != NOTHING for answer in answers) else NOTHING

        return do


def _answered(act: Callable[[], Any]) -> Callable[[], Any]:
    """Turn refusals into answers; anything else that is raised is a fault."""

    def do() -> Any:
        try:
            return act()
        except ActRefused:
            return REFUSED
        except ActForbidden:
            return FORBIDDEN
        except chat.Fenced:
            return NOTHING

    return do
