"""What happened in a run, line by line, in the order of time: events, ends of attempts, tool calls, outward acts."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from runs.models import Attempt, RunEvent, ToolCall
from runs.money import cost_of
from runs.states import AttemptStatus
from runs.tickets.reading import Facts
from runs.wording import attempt_label, effect_text, node_label, run_label
from spaces.people import person_name

TOLD_ELSEWHERE = ("tool.", "message.tool", "message.counted")  # by the calls and attempts, with time and tokens


@dataclass(frozen=True)
class Line:
    """One line. `node`: the key and version it is about, empty for the run. `bad`: something went wrong."""

    at: datetime
    node: str
    text: str
    bad: bool = False


def lines(facts: Facts) -> list[Line]:
    """Write the log, oldest first; what happened at the same time in the order of its numbers."""
    names = {version.pk: f"{version.key} v{version.number}" for version in facts.versions}
    found = [*_events(facts, names), *_attempts(facts, names), *_calls(facts, names), *_effects(facts, names)]
    return sorted(found, key=lambda line: line.at)


def _events(facts: Facts, names: dict[int, str]) -> Iterator[Line]:
    for event in facts.events:
        if not event.kind.startswith(TOLD_ELSEWHERE):
            bad = event.data.get("status") == "failed"
            yield Line(event.created_at, names.get(event.node_run_id or 0, ""), _said_of(event), bad)


def _said_of(event: RunEvent) -> str:
    who = _name(event.actor)
    text = _event_text(event)
    return _("%(text)s, by %(who)s") % {"text": text, "who": who} if who else text


def _event_text(event: RunEvent) -> str:
    data: dict[str, Any] = event.data
    status = str(data.get("status", ""))
    match event.kind:
        case "run.status":
            return _("Run: %(status)s") % {"status": run_label(status).word}
        case "node.status":
            return node_label(status, str(data.get("w", ""))).word
        case "message.added" if not event.actor_id:
            return _("The task was given to the agent")
        case "message.finished":
            return _("Answer ended: %(status)s") % {"status": status}
        case "output.set":
            return _("Outputs: %(names)s") % {"names": ", ".join(map(str, data.get("names", [])))}
        case kind:
            return _plain_texts().get(kind) or f"{kind} {status}".strip()


def _plain_texts() -> dict[str, str]:
    """Word the events that say no more than their kind."""
    return {
        "run.started": _("Run started"),
        "run.cancelled": _("Run cancelled"),
        "node.version": _("New version of the node"),
        "node.reused": _("Kept as it was"),
        "message.added": _("Message to the agent"),
        "message.started": _("Answer began"),
        "message.branched": _("A message was said again, from an earlier point"),
        "message.dropped": _("An answer left the conversation"),
        "artifact.added": _("File or link added"),
    }


def _attempts(facts: Facts, names: dict[int, str]) -> Iterator[Line]:
    for version_id, attempts in facts.attempts.items():
        for attempt in attempts:
            if attempt.finished_at is not None:
                bad = attempt.status in (AttemptStatus.FAILED, AttemptStatus.LOST)
                yield Line(attempt.finished_at, names.get(version_id, ""), attempt_text(attempt), bad)


def attempt_text(attempt: Attempt) -> str:
    """Say in one line how an attempt ended: its number, how long, what it used, why."""
    words = {"number": attempt.number, "try": attempt.try_number, "status": attempt_label(attempt.status).word}
    text = _("Attempt %(number)s (try %(try)s): %(status)s") % words
    if attempt.started_at and attempt.finished_at:
        text += f", {(attempt.finished_at - attempt.started_at).total_seconds():.1f} s"
    if attempt.input_tokens or attempt.output_tokens:
        used = {"read": attempt.input_tokens, "written": attempt.output_tokens}
        text += ", " + _("%(read)s tokens read, %(written)s written") % used
    if cost := cost_of([attempt]):
        text += f", {cost}"
    why = " ".join(part for part in (attempt.error_kind or attempt.loss, attempt.error) if part)
    return f"{text}: {why}" if why else text


def _calls(facts: Facts, names: dict[int, str]) -> Iterator[Line]:
    for version_id, calls in facts.calls.items():
        for call in calls:
            bad = call.status in (ToolCall.Status.FAILED, ToolCall.Status.INTERRUPTED)
            yield Line(call.finished_at or call.started_at, names.get(version_id, ""), _call_text(call), bad)


def _effects(facts: Facts, names: dict[int, str]) -> Iterator[Line]:
    for version_id, effects in facts.effects.items():
        for effect in effects:
            text = _("Outside: %(what)s") % {"what": effect_text(effect.kind, effect.target)}
            yield Line(effect.created_at, names.get(version_id, ""), text)


def _call_text(call: ToolCall) -> str:
    text = _("Tool %(name)s: %(status)s") % {"name": call.name, "status": call.get_status_display()}
    if call.finished_at:
        text += f", {(call.finished_at - call.started_at).total_seconds():.1f} s"
    return text


def _name(user: Any) -> str:
    return person_name(user) if user else ""
