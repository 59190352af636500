"""The diamond A → (B, C) → D → E, its acts by page and by command, and what a run looks like afterwards.

A gives `left` to B and `right` to C, so that one input may change without the other.
"""

import io
import json
import re
from dataclasses import dataclass
from typing import Any, Protocol

from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client

from runs.actions import chat, nodes
from runs.actions.runs import cancel_run
from runs.models import Attempt, NodeRun, Run
from runs.reports import run_report
from runs.transitions.planning import Choice, plan_now
from tests.runs.engine import fail_for_good, node, statuses, take_one, turn

GRAPH = "a → b → d → e; a → c → d"
DIGEST = re.compile(r'name="plan" value="([0-9a-f]{64})"')
ADDRESSES = {
    "say": "messages/new", "done": "completions", "confirm": "confirmations", "restart": "restarts",
    "retry": "retries", "cancel": "cancellations",
}  # fmt: skip


def text(name: str) -> dict[str, str]:
    """Declare a text output."""
    return {"name": name, "type": "text", "description": "What it found."}


def takes(**sources: str) -> list[dict[str, str]]:
    """Declare inputs that take outputs of others."""
    return [{"name": name, "type": "text", "from": source} for name, source in sources.items()]


NODES: dict[str, dict[str, Any]] = {
    "a": {"outputs": [text("left"), text("right")]},
    "b": {"inputs": takes(left="a.left"), "outputs": [text("out")]},
    "c": {"inputs": takes(right="a.right"), "outputs": [text("out")]},
    "d": {"inputs": takes(b="b.out", c="c.out"), "outputs": [text("out")]},
    "e": {"inputs": takes(d="d.out"), "outputs": [text("out")]},
}


class Person(Protocol):
    """Who acts, and by what means. `act`: say, done, confirm, restart, retry or cancel (a node)."""

    def act(self, run: Run, act: str, key: str) -> None: ...

    def cancel_run(self, run: Run) -> None: ...


class ByPage:
    """With a browser: the plan is looked at first, and its digest goes with the act."""

    def __init__(self, user: User) -> None:
        self.client = Client()
        self.client.force_login(user)

    def act(self, run: Run, act: str, key: str) -> None:
        version, address = node(run, key).number, self._page(run)
        data: dict[str, Any] = {"version": version, "text": "Look at it again"}
        if act in ("done", "confirm", "restart", "retry"):
            shown = self.client.get(f"{address}nodes/{key}/plan/", {"act": act, "version": version}).content.decode()
            (data["plan"],) = DIGEST.findall(shown)
            data["outputs"] = "".join(re.findall(r'name="outputs" value="(\w*)"', shown))
        answer = self.client.post(f"{address}nodes/{key}/{ADDRESSES[act]}/", data)
        assert answer.status_code == 302, answer.content.decode()

    def cancel_run(self, run: Run) -> None:
        assert self.client.post(f"{self._page(run)}cancellation/").status_code == 302

    def _page(self, run: Run) -> str:
        return f"/s/{run.space.slug}/runs/{run.public_id}/"


class ByCommand:
    """With a shell: `--plan` first, then the act with `--seen`."""

    def __init__(self, user: User) -> None:
        self.name = user.get_username()

    def act(self, run: Run, act: str, key: str) -> None:
        verb = "retry_turn" if act == "retry" else act
        more = ["Look at it again"] if act == "say" else []
        if act not in ("say", "cancel"):
            more = ["--seen", self._call(run, key, verb, "--plan")["plan"]]
        self._call(run, key, verb, *more)

    def cancel_run(self, run: Run) -> None:
        call_command("cancel_run", run.public_id, "--user", self.name, stdout=io.StringIO())

    def _call(self, run: Run, key: str, *arguments: str) -> Any:
        out = io.StringIO()
        call_command("node_act", run.public_id, key, *arguments, "--user", self.name, "--json", stdout=out)
        return json.loads(out.getvalue())


class ByAction:
    """As both do it; for those who only look at what a socket tells them."""

    def __init__(self, user: User) -> None:
        self.user = user

    def act(self, run: Run, act: str, key: str) -> None:
        version = NodeRun.objects.select_related("run").get(run=run, key=key, is_latest=True)
        if act == "say":
            chat.say(node_run=version, by=self.user, text="Look at it again")
        elif act == "cancel":
            nodes.cancel_node(node_run=version, by=self.user)
        else:
            does: Any = {"done": nodes.done, "confirm": nodes.confirm, "restart": nodes.restart}
            choice = Choice(seen=plan_now(run.pk, act, key, version.number)[1])
            does.get(act, nodes.retry_turn)(node_run=version, by=self.user, choice=choice)

    def cancel_run(self, run: Run) -> None:
        cancel_run(run=run, by=self.user)


@dataclass
class Scene:
    """A run of the diamond and who acts on it; workers are the tests' own."""

    run: Run
    person: Person

    def act(self, act: str, key: str) -> None:
        """Let the person act on a node's latest version."""
        self.person.act(self.run, act, key)

    def turns(self, keys: str, mark: str = "1", **outputs: str) -> None:
        """Do whole turns of nodes, one after another; what they give carries the mark."""
        for key in keys:
            names = ("left", "right") if key == "a" else ("out",)
            turn(self.run, key, **({name: f"{key}.{name} {mark}" for name in names} | outputs))

    def take(self, key: str) -> None:
        """Let a worker begin a node's turn."""
        take_one(self.run, key)

    def fail(self, key: str) -> None:
        """End a node's turn as failed."""
        fail_for_good(self.run, key)


def look(run: Run) -> dict[str, Any]:
    """Describe a run as the rows of the table do."""
    report = run_report(run.pk)
    latest = {key: versions[-1] for key, versions in report["nodes"].items()}
    cancelled = Attempt.objects.filter(node_run__run=run, status="cancelled").order_by(
        "node_run__key", "node_run__number"
    )
    return {
        "run": report["status"],
        "nodes": statuses(run),
        "stale": "".join(sorted(key for key, version in latest.items() if version["stale"])),
        "reused": "".join(sorted(key for key, version in latest.items() if version["reused"])),
        "sources": " ".join(_sources(key, latest[key]["inputs"]) for key in sorted(latest) if latest[key]["inputs"]),
        "cancelled": " ".join(f"{a.node_run.key}{a.node_run.number}#{a.number}" for a in cancelled),
    }


def _sources(key: str, inputs: dict[str, Any]) -> str:
    """Write "d:b1,c2": the versions whose outputs a node was given."""
    return f"{key}:" + ",".join(f"{i['source'].partition('.')[0]}{i['source_version']}" for i in inputs.values())
