"""The page of a run ticket: the ticket's own document, with words, icons and addresses beside it."""

import json
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from runs.access import Standing
from runs.failures import Press
from runs.models import NodeRun, Run
from runs.money import Cost, of_document
from runs.tickets import causes, document
from runs.tickets.reading import Facts, read
from runs.wording import StatusLabel, attempt_label, node_icon, node_label, run_label

SHOWN_LINES = 400
SHOWN_EVENTS = 200
SHOWN_ATTEMPTS = 20  # of a version; all are in the JSON file


@dataclass(frozen=True)
class FailureCard:
    """A failure of the document, whom it concerns, and what this person may press."""

    ticket: dict[str, Any]
    title: str
    address: str
    may_act: bool
    may_retry: bool
    retry: str
    rerun: str
    press: Press


@dataclass(frozen=True)
class VersionCard:
    """A node version of the document. `attempts`: the newest, each with its status in words and its cost; `inputs`,
    `outputs` by name.
    """

    ticket: dict[str, Any]
    inputs: tuple[tuple[str, dict[str, Any]], ...]
    outputs: tuple[tuple[str, dict[str, Any]], ...]
    label: StatusLabel
    attempts: tuple[tuple[dict[str, Any], StatusLabel, Cost | None], ...]
    attempt_count: int
    address: str
    is_open: bool


@dataclass(frozen=True)
class NodeCard:
    """A node with its versions, the latest first."""

    key: str
    title: str
    kind: str
    icon_name: str
    label: StatusLabel
    versions: tuple[VersionCard, ...]


@dataclass(frozen=True)
class TicketPage:
    """What the page shows. `lines`, `events`: the newest of the document's, newest first; `more_…`: are there more."""

    run: Run
    ticket: dict[str, Any]
    title: str
    label: StatusLabel
    cost: Cost | None
    failures: tuple[FailureCard, ...]
    nodes: tuple[NodeCard, ...]
    lines: tuple[dict[str, Any], ...]
    events: tuple[dict[str, Any], ...]
    more_lines: bool
    more_events: bool


def ticket_page(run: Run, standing: Standing) -> TicketPage:
    """Read a run and lay its ticket out. Seven queries."""
    facts = read(run)
    ticket = document.ticket(facts)
    failed = zip(causes.failures(facts), ticket["what_failed"], strict=True)
    versions = {(version.key, version.number): version for version in facts.versions}
    return TicketPage(
        run=facts.run,
        ticket=ticket,
        title=run.title or run.version.workflow.name,
        label=run_label(run.status),
        cost=of_document(ticket["run"]["cost"]),
        failures=tuple(
            _failure(facts, failure, written, standing.may_act_on(versions[failure.key, failure.number]))
            for failure, written in failed
        ),
        nodes=tuple(_node(facts, key, written, versions) for key, written in ticket["nodes"].items()),
        lines=tuple(reversed(ticket["log"][-SHOWN_LINES:])),
        events=tuple(_event(written) for written in reversed(ticket["events"][-SHOWN_EVENTS:])),
        more_lines=len(ticket["log"]) > SHOWN_LINES,
        more_events=len(ticket["events"]) > SHOWN_EVENTS,
    )


def _event(written: dict[str, Any]) -> dict[str, Any]:
    """Give an event as its row shows it: its data as in the file, to be copied from either."""
    return {**written, "data": json.dumps(written["data"], ensure_ascii=False)}


def _failure(facts: Facts, failure: causes.Failure, written: dict[str, Any], may_act: bool) -> FailureCard:
    plan = reverse("runs:node-plan", args=[facts.run.space.slug, facts.run.public_id, failure.key])
    return FailureCard(
        ticket=written,
        title=failure.title,
        address=_place(facts, failure.key, failure.number),
        may_act=may_act,
        may_retry=bool(facts.attempts.get(failure.node_run_id)),
        retry=f"{plan}?act=retry&version={failure.number}",
        rerun=f"{plan}?act=restart&version={failure.number}",
        press=failure.advice.press,
    )


def _node(facts: Facts, key: str, written: list[dict[str, Any]], versions: dict[tuple[str, int], NodeRun]) -> NodeCard:
    cards = tuple(_version(facts, key, version) for version in reversed(written))
    kind, icon_name = node_icon(versions[key, written[-1]["version"]].node_type)
    return NodeCard(key, facts.title(key), kind, icon_name, cards[0].label, cards)


def _version(facts: Facts, key: str, written: dict[str, Any]) -> VersionCard:
    return VersionCard(
        ticket=written,
        inputs=tuple(written["inputs"].items()),
        outputs=tuple(written["outputs"].items()),
        label=node_label(written["status"], written["waiting_for"] or ""),
        attempts=tuple(
            (one, attempt_label(one["status"]), of_document(one["cost"]))
            for one in written["attempts"][-SHOWN_ATTEMPTS:]
        ),
        attempt_count=len(written["attempts"]),
        address=_place(facts, key, written["version"]),
        is_open=written["is_latest"] and written["status"] in ("failed", "waiting"),
    )


def _place(facts: Facts, key: str, number: int) -> str:
    page = reverse("runs:run-detail", args=[facts.run.space.slug, facts.run.public_id])
    return f"{page}?node={key}&version={number}"
