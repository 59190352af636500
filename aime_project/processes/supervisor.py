"""What `make run` executes: start everything, keep it running, stop all of it (engine.md A4).

One thread for processes (this one: children die with the thread that started them) and one for the loops on the
database (maintenance.py). Nothing heavy is imported. First Ctrl-C or SIGTERM: an orderly stop; second: everything at
once.
"""

import os
import secrets
import select
import signal
import socket
import time
from collections.abc import Callable

from django.conf import settings

from aime_project import data_dir as places
from aime_project.processes import children, preparation
from aime_project.processes.child import Child, ChildSpec
from aime_project.processes.children import EmbeddedModel
from aime_project.processes.database_child import DatabaseChild
from aime_project.processes.host_keeper import HostKeeper, StallWatch, beat
from aime_project.processes.instance import CannotStart, free_port, url_of
from aime_project.processes.maintenance import Loop, Maintenance, Notices, recover
from aime_project.processes.progress import ModelWatch, answers
from aime_project.processes.runtime_file import write_json
from aime_project.processes.signals import ForcedStop, StopSignals
from aime_project.processes.terminal import Terminal

TICK_S = 1.0
LOG_ROTATION_S = 30.0
FORCED_EXIT = 130


class Supervisor:
    """All of Aime on this machine, for one data directory."""

    def __init__(self, listening: socket.socket) -> None:
        self._listening = listening
        self._url = url_of(settings.HOST, settings.PORT)
        self._terminal = Terminal()
        self._signals = StopSignals(self._terminal)
        self._database = DatabaseChild(self._terminal)
        self._children: list[Child] = []
        self._model = _embedded_model()
        self._model_watch = ModelWatch(self._terminal, children.model_state_path()) if self._model else None
        self._keeper, self._stall = HostKeeper(), StallWatch()
        self._queue_is_stalled = False
        self._maintenance = Maintenance(
            [
                Loop("heartbeat", 2.0, beat),
                Loop("recovery", 1.0, recover),
                Loop("hosts", 1.0, self._keeper.keep),
                Loop("stall watch", 5.0, self._look_for_stall),
                Loop("old notices", 60.0, Notices().prune),
            ]
        )
        self._rotated_at = self._checked_at = time.monotonic()
        self._is_ready = False

    def run(self) -> int:
        """Run until told to stop; give the exit code."""
        self._terminal.say(f"Aime starts (data: {settings.AIME_DATA_DIR})")
        try:
            self._start()
            while not self._signals.stopping:
                self._watch()
            self._stop()
        except ForcedStop:
            self._kill_all()
            return FORCED_EXIT
        except CannotStart as refusal:
            self._terminal.say(str(refusal))
            self._kill_all()
            return 0 if self._signals.stopping else 1
        except BaseException:
            self._kill_all()
            raise
        self._terminal.say("Aime has stopped")
        return 0

    # --- start ------------------------------------------------------------------------------------------------------
    def _start(self) -> None:
        children.model_state_path().unlink(missing_ok=True)
        self._database.start()
        preparation.prepare(self._terminal, self._signals)
        if self._signals.stopping:
            return
        env = children.common_env(self._model)
        specs = [children.web(self._listening.fileno(), env), children.queue(env)]
        if self._model:
            specs.append(children.model(self._model, env))
        for spec in specs:
            self._start_child(self._new_child(spec))
        self._maintenance.start()
        if not self._model:
            self._terminal.say(_model_advice())

    def _new_child(self, spec: ChildSpec) -> Child:
        child = Child(spec, places.logs_dir(settings.AIME_DATA_DIR))
        self._children.append(child)
        return child

    def _start_child(self, child: Child) -> None:
        child.start()
        if child.spec.name == "queue":
            self._keeper.queue_started()
            self._stall.queue_started()
        self._write_runtime()

    def _write_runtime(self) -> None:
        """Describe what runs, for other shells and people."""
        address = self._database.address
        content = {
            "pid": os.getpid(),
            "url": self._url,
            "model_url": self._model.url if self._model else settings.AIME_MODEL["base_url"],
            "database": address and {"host": str(address.socket_dir), "user": address.user, "name": address.name},
            "processes": {child.spec.name: child.pid for child in self._children if child.pid},
        }
        write_json(places.runtime_path(settings.AIME_DATA_DIR), content)

    # --- watch ------------------------------------------------------------------------------------------------------
    def _watch(self) -> None:
        """One round: wait for a signal, the end of a process or a while, and do what is due."""
        self._sleep(self._next_due_s())
        if self._signals.stopping:
            return
        self._database.revive()
        for child in self._children:
            code = child.reap()
            if code is not None:
                self._say_ended(child, code)
            if child.restart_at is not None and time.monotonic() >= child.restart_at:
                self._start_child(child)
        if self._queue_is_stalled:
            self._restart_stalled_queue()
        self._look_around()

    def _sleep(self, seconds: float) -> None:
        poll = select.poll()
        poll.register(self._signals.fileno(), select.POLLIN)
        pids = [child.pid for child in self._children] + [self._database.pid]
        pidfds = [os.pidfd_open(pid) for pid in pids if pid]
        try:
            for fd in pidfds:
                poll.register(fd, select.POLLIN)
            poll.poll(max(0, int(seconds * 1000)))
            self._signals.drain()
        finally:
            for fd in pidfds:
                os.close(fd)

    def _next_due_s(self) -> float:
        dues = [child.restart_at for child in self._children if child.restart_at is not None]
        return min([TICK_S, *(due - time.monotonic() for due in dues)])

    def _say_ended(self, child: Child, code: int) -> None:
        how = f"was killed ({signal.Signals(-code).name})" if code < 0 else f"ended with {code}"
        wait_s = max(0.0, (child.restart_at or 0.0) - time.monotonic())
        when = f"in {wait_s:.1f} s" if wait_s > 0.05 else "at once"
        self._terminal.say(f"{child.spec.name} {how}; starting it again {when} (log: {child.log_path})")

    def _look_around(self) -> None:
        now = time.monotonic()
        if now - self._checked_at < TICK_S * 0.5:
            return
        self._checked_at = now
        if self._model_watch:
            self._model_watch.look()
        if not self._is_ready and answers(settings.HOST, settings.PORT):
            self._is_ready = True
            self._terminal.say(f"Aime is up: {self._url}   (Ctrl-C stops it)")
        if now - self._rotated_at > LOG_ROTATION_S:
            self._rotated_at = now
            for child in self._children:
                child.rotate_log()

    # --- the queue that does nothing --------------------------------------------------------------------------------
    def _look_for_stall(self) -> None:
        """Runs in the maintenance thread: only leaves a mark."""
        model_up = self._model_watch is None or self._model_watch.is_up()
        if self._stall.is_stalled(model_up=model_up):
            self._queue_is_stalled = True
            self._signals.wake()

    def _restart_stalled_queue(self) -> None:
        self._queue_is_stalled = False
        for child in self._children:
            if child.spec.name == "queue" and child.pid:
                self._terminal.say("queue takes no work; starting it again")
                child.kill()
                self._start_child(child)

    # --- stop -------------------------------------------------------------------------------------------------------
    def _stop(self) -> None:
        """Queue, web, model, database, in this order: who works gives back first, who is needed ends last."""
        self._terminal.say("Aime stops (Ctrl-C again: at once)")
        self._maintenance.end()
        order = {"queue": 0, "web": 1, "model": 2}
        for child in sorted(self._children, key=lambda child: order[child.spec.name]):
            child.terminate()
            self._wait_until(lambda child=child: child.has_ended, child.spec.grace_s)  # type: ignore[misc]
            child.kill()
        self._database.stop()
        places.runtime_path(settings.AIME_DATA_DIR).unlink(missing_ok=True)

    def _wait_until(self, condition: Callable[[], bool], timeout_s: float) -> None:
        deadline = time.monotonic() + timeout_s
        while not condition() and time.monotonic() < deadline:
            self._sleep(0.1)

    def _kill_all(self) -> None:
        for child in self._children:
            child.kill()
        self._database.kill()
        places.runtime_path(settings.AIME_DATA_DIR).unlink(missing_ok=True)


def _embedded_model() -> EmbeddedModel | None:
    if not settings.AIME_MODEL["embedded"]:
        return None
    return EmbeddedModel(settings.AIME_EMBEDDED_MODEL, free_port(), secrets.token_urlsafe(24))


def _model_advice() -> str:
    if settings.AIME_MODEL["base_url"]:
        return f"model: {settings.AIME_MODEL['name'] or '(set AIME_MODEL)'} at {settings.AIME_MODEL['base_url']}"
    return "model: none. Set OPENAI_BASE_URL (with OPENAI_API_KEY, AIME_MODEL), or AIME_EMBEDDED_MODEL=1.5b or 0.5b."
