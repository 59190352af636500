"""A ticket as one document, to be handed on as JSON and shown as a page: no secret in it, long texts cut, times in UTC.

Values of inputs and texts of outputs are there up to VALUE_CHARS characters; their SHA-256 names the whole.
"""

import dataclasses
import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from runs.models import Attempt, NodeRun, OutputValue, Run, RunEvent, SideEffect, ToolCall
from runs.money import cost_of, document_of
from runs.redaction import HIDDEN, redact, redacted
from runs.tickets import causes, log
from runs.tickets.reading import Facts
from runs.wording import effect_text
from workflows.document import from_json, to_yaml

Document = dict[str, Any]
FORMAT = 1
VALUE_CHARS = 20_000
TEMPLATE_NOTE = f"# The template as it ran. What is, or looks like, a key or a password is {HIDDEN} here."


def ticket(facts: Facts) -> Document:
    """Write the document: JSON-able but for its times. `left_out`: of which only the newest are there."""
    nodes: dict[str, list[Document]] = {}
    for version in facts.versions:
        nodes.setdefault(version.key, []).append(_version(facts, version))
    document = {
        "aime_ticket": FORMAT,
        "run": _run(facts),
        "template": _template(facts),
        "what_failed": [_failure(failure) for failure in causes.failures(facts)],
        "nodes": nodes,
        "events": [_event(event) for event in facts.events],
        "log": [dataclasses.asdict(line) for line in log.lines(facts)],
        "left_out": list(facts.left_out),
    }
    found: Document = redacted(document)
    return found


def to_json(document: Document) -> str:
    """Write a ticket as the text of a file."""
    return json.dumps(document, ensure_ascii=False, indent=2, default=_iso) + "\n"


def template_file(run: Run) -> str:
    """Give the template as it ran, as a template file to be handed on: without secrets, as its first line says.

    Values are looked at before they are folded into lines, then the whole as a text, as the ticket's other texts are.
    """
    return f"{TEMPLATE_NOTE}\n{redact(to_yaml(from_json(redacted(run.version.document))))}"


def _run(facts: Facts) -> Document:
    run = facts.run
    attempts = [attempt for found in facts.attempts.values() for attempt in found]
    return {
        "id": run.public_id,
        "title": run.title,
        "space": run.space.slug,
        "status": run.status,
        "visibility": run.visibility,
        "trigger": run.trigger,
        "initiator": run.initiator.get_username(),
        "started_at": run.started_at,
        "finished_at": run.finished_at,
        "cancelled_by": _who(run.cancelled_by),
        "cancelled_at": run.cancelled_at,
        "tokens": _tokens(attempts),
        "cost": document_of(cost_of(attempts)),
    }


def _template(facts: Facts) -> Document:
    version = facts.run.version
    workflow = version.workflow
    file = template_file(facts.run)
    return {
        "name": workflow.name,
        "slug": workflow.slug,
        "version": version.number,
        "sha256": hashlib.sha256(file.encode()).hexdigest(),
        "file": file,
    }


def _failure(failure: causes.Failure) -> Document:
    return {
        "node": failure.key,
        "version": failure.number,
        "what_happened": failure.sentence,
        "kind": failure.kind,
        "trying_again": {"may_help_unchanged": failure.advice.helps, "in_words": failure.advice.sense},
        "press": failure.advice.press.value,
        "error_chain": [
            {
                "attempt": cause.attempt,
                "try": cause.try_number,
                "at": cause.at,
                "kind": cause.kind,
                "message": cause.text,
                "provider_message": cause.said,
            }
            for cause in failure.chain
        ],
        "holds_up": list(failure.holds_up),
    }


def _version(facts: Facts, version: NodeRun) -> Document:
    attempts = facts.attempts.get(version.pk, [])
    error = {
        "kind": version.error_kind,
        "message": version.error,
        "provider_message": version.error_detail,
        "retryable": version.error_retryable,
    }
    return {
        "version": version.number,
        "is_latest": version.is_latest,
        "type": version.node_type,
        "status": version.status,
        "waiting_for": version.waiting_for or None,
        "executor": version.executor.get_username(),
        "accepted_by": _who(version.accepted_by),
        "accepted_at": version.accepted_at,
        "accepted_sha256": version.accepted_sha256 or None,
        "started_at": version.started_at,
        "finished_at": version.finished_at,
        "error": error if version.error else None,
        "inputs": {name: _input(entry) for name, entry in version.inputs.items()},
        "outputs": {value.name: _output(value) for value in facts.outputs.get(version.pk, [])},
        "attempts": [_attempt(attempt) for attempt in attempts],
        "tool_calls": [_call(call) for call in facts.calls.get(version.pk, [])],
        "outward_acts": [_effect(effect) for effect in facts.effects.get(version.pk, [])],
        "tokens": _tokens(attempts),
        "cost": document_of(cost_of(attempts)),
    }


def _input(entry: Document) -> Document:
    """Write an input as it was: where it came from, which version of that, and its hash."""
    value = str(entry.get("value", ""))
    return {
        "type": entry.get("type"),
        "source": entry.get("source"),
        "source_version": entry.get("source_version"),
        "sha256": entry.get("sha256"),
        "file": entry.get("name"),
        "value": value[:VALUE_CHARS],
        "cut": len(value) > VALUE_CHARS,
    }


def _output(value: OutputValue) -> Document:
    artifact = value.artifact
    return {
        "type": value.type,
        "sha256": value.sha256,
        "text": value.text[:VALUE_CHARS] if artifact is None else None,
        "cut": len(value.text) > VALUE_CHARS,
        "artifact": artifact.name if artifact else None,
        "revision": artifact.revision if artifact else None,
        "size_bytes": artifact.size_bytes if artifact else None,
        "reason": value.reason,
        "chosen_by": _who(value.chosen_by),
    }


def _attempt(attempt: Attempt) -> Document:
    return {
        "number": attempt.number,
        "try": attempt.try_number,
        "status": attempt.status,
        "lane": attempt.lane,
        "quarantine": attempt.quarantine,
        "host": str(attempt.host) if attempt.host else None,
        "queued_at": attempt.queued_at,
        "available_at": attempt.available_at,
        "started_at": attempt.started_at,
        "first_words_at": attempt.first_token_at,
        "finished_at": attempt.finished_at,
        "loss": attempt.loss or None,
        "error_kind": attempt.error_kind or None,
        "error": attempt.error or None,
        "provider_message": attempt.error_detail or None,
        "tokens": _tokens([attempt]),
        "cost": document_of(cost_of([attempt])),
    }


def _call(call: ToolCall) -> Document:
    return {
        "name": call.name,
        "status": call.status,
        "side_effects": call.side_effects,
        "started_at": call.started_at,
        "finished_at": call.finished_at,
    }


def _effect(effect: SideEffect) -> Document:
    return {
        "kind": effect.kind,
        "target": effect.target,
        "in_words": effect_text(effect.kind, effect.target),
        "attempt": effect.attempt.number,
        "at": effect.created_at,
    }


def _event(event: RunEvent) -> Document:
    return {
        "number": event.seq,
        "at": event.created_at,
        "kind": event.kind,
        "by": _who(event.actor),
        "data": event.data,
    }


def _tokens(attempts: Iterable[Attempt]) -> dict[str, int]:
    rows = list(attempts)
    return {"input": sum(row.input_tokens for row in rows), "output": sum(row.output_tokens for row in rows)}


def _who(user: Any) -> str | None:
    return str(user.get_username()) if user else None


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()
