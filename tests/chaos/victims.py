"""Who is killed: every process below the supervisor, by role; and the log of what was done, for the verdict."""

import contextlib
import os
import random
import signal
import time
from dataclasses import dataclass, field

import psutil

from tests.processes.aime_harness import Aime

# How often a role is drawn. Each pid of the tree belongs to exactly one role, so each can be drawn.
WEIGHTS = {"web": 3, "main": 2, "sentinel": 2, "worker": 6, "forked": 3, "helper": 3, "backend": 3}


@dataclass(frozen=True)
class Done:
    """One thing that was done to the system, at a time of the system's clock."""

    at: float
    kind: str
    role: str
    pid: int


@dataclass
class Killer:
    """Draws victims by seed and kills them."""

    aime: Aime
    rng: random.Random
    log: list[Done] = field(default_factory=list)

    def victims(self) -> dict[str, list[int]]:
        """Find every process below the supervisor: role → pids, in the order of their numbers."""
        tree = self.aime.tree()
        found: dict[str, list[int]] = {"web": tree["web"], "postmaster": tree["postgres"][:1]}
        found["backend"] = sorted(tree["postgres"][1:])
        found |= self._queue(tree["queue"])
        return {role: pids for role, pids in found.items() if pids}

    @staticmethod
    def _queue(pids: list[int]) -> dict[str, list[int]]:
        """main → sentinel → four workers, monitor, pusher (django-q2's order); below a worker its quarantine."""
        if not pids:
            return {}
        main = pids[0]
        found: dict[str, list[int]] = {"main": [main]}
        with contextlib.suppress(psutil.Error):
            for sentinel in psutil.Process(main).children():
                found.setdefault("sentinel", []).append(sentinel.pid)
                members = sorted(sentinel.children(), key=lambda member: (member.create_time(), member.pid))
                workers = [m for m in members if m.pid not in {h.pid for h in members[4:6]}]
                found["worker"] = [worker.pid for worker in workers]
                found["helper"] = [member.pid for member in members[4:6]]
                found["forked"] = [child.pid for worker in workers for child in worker.children()]
        return found

    def kill_one(self) -> Done | None:
        """Kill one process: a role by its weight, then one of its pids."""
        found = {role: pids for role, pids in self.victims().items() if role in WEIGHTS}
        if not found:
            return None
        role = self.rng.choices(list(found), [WEIGHTS[role] for role in found])[0]
        return self._kill("single", role, self.rng.choice(found[role]))

    def kill_group(self, role: str | None = None) -> Done | None:
        """Kill a whole process group: the queue's, the web's, or everything below the supervisor at once."""
        found = self.victims()
        role = role or self.rng.choices(["main", "web", "everything"], [5, 1, 2])[0]
        if role == "everything":
            pids = [pid for group in found.values() for pid in group]
            for pid in pids:
                _kill(pid)
            return self._note("group", role, len(pids))
        if role not in found:
            return None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(found[role][0], signal.SIGKILL)
            return self._note("group", role, found[role][0])
        return None

    def restart_database(self, number: int) -> Done | None:
        """End the database: by turns killed and asked to (SIGINT: a fast, orderly shutdown)."""
        found = self.victims().get("postmaster")
        if not found:
            return None
        how = signal.SIGKILL if number % 2 == 0 else signal.SIGINT
        return self._kill("database", f"postmaster {how.name}", found[0], how)

    def count(self, kind: str) -> int:
        return sum(1 for done in self.log if done.kind == kind)

    def _kill(self, kind: str, role: str, pid: int, how: signal.Signals = signal.SIGKILL) -> Done | None:
        return self._note(kind, role, pid) if _kill(pid, how) else None

    def _note(self, kind: str, role: str, pid: int) -> Done:
        self.log.append(Done(time.time(), kind, role, pid))
        return self.log[-1]


def _kill(pid: int, how: signal.Signals = signal.SIGKILL) -> bool:
    try:
        os.kill(pid, how)
    except ProcessLookupError:
        return False
    return True
