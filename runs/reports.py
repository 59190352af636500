"""A whole run as one JSON document: what the commands print (decisions.md 4). Twelve queries, however long the run is.

Everything is read at one moment (repeatable read), so that no text falls between a message and its deltas.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Q

from runs.candidates import candidates
from runs.models import (
    Artifact,
    Attachment,
    Attempt,
    Blob,
    Message,
    MessageDelta,
    NodeRun,
    OutputValue,
    Reuse,
    Run,
    ToolCall,
)
from runs.money import cost_of, document_of
from runs.staleness import CurrentHashes, stale_inputs
from runs.states import MessageStatus, NodeStatus

TEXT_MAX_BYTES = 256 * 1024  # of an artifact shown as text

Document = dict[str, Any]
ByNode = dict[int, list[Document]]


def run_report(run_id: int) -> Document:
    """Describe a run with all versions of its nodes, in graph order."""
    with one_moment():
        run = Run.objects.select_related("version__workflow", "initiator").get(pk=run_id)
        versions = list(NodeRun.objects.filter(run=run).select_related("executor").order_by("position", "number"))
        given = OutputValue.objects.filter(node_run__run=run).select_related("artifact", "chosen_by").order_by("id")
        chosen = list(given.filter(Q(is_current=True) | Q(artifact__isnull=False)))
        values = [value for value in chosen if value.is_current]
        artifacts = list(Artifact.objects.filter(node_run__run=run).order_by("id"))
        texts = _blob_texts([*_blobs_of(artifacts), *_blobs_given(versions)])
        parts = {
            "outputs": _outputs(values, texts),
            "candidates": candidates(run, versions, artifacts, chosen),
            "artifacts": _grouped(artifacts, lambda artifact: _artifact(artifact, texts)),
            "reused": reused_versions(run.pk),
            **_messages(run),
            **_attempts(run),
        }
    current = _current_hashes(versions, values)
    nodes: dict[str, list[Document]] = {}
    for version in versions:
        nodes.setdefault(version.key, []).append(_node(version, parts, texts, current))
    return {
        "id": run.public_id,
        "status": run.status,
        "template": run.version.workflow.slug,
        "version": run.version.number,
        "initiator": run.initiator.get_username(),
        "cost": document_of(parts["cost"]),
        "nodes": nodes,
    }


def reused_versions(run_id: int) -> frozenset[int]:
    """Give the ids of the node versions whose result an acceptance above them kept; one that ended again is its own.

    What was kept while it worked went on, and is no reused result.
    """
    kept = Reuse.objects.filter(
        node_run__run_id=run_id, node_run__status=NodeStatus.DONE, created_at__gte=F("node_run__finished_at")
    )
    return frozenset(kept.values_list("node_run_id", flat=True))


def _node(version: NodeRun, parts: dict[str, Any], texts: dict[str, str], current: CurrentHashes) -> Document:
    attempts = parts["attempts"].get(version.pk, [])
    return {
        "version": version.number,
        "status": version.status,
        "waiting_for": version.waiting_for or None,
        "stale": bool(stale_inputs(version.inputs, current)),
        "reused": version.pk in parts["reused"],
        "executor": version.executor.get_username(),
        "error": version.error or None,
        "inputs": {name: _input(entry, texts) for name, entry in version.inputs.items()},
        "outputs": parts["outputs"].get(version.pk, {}),
        "candidates": parts["candidates"].get(version.pk, {}),
        "artifacts": parts["artifacts"].get(version.pk, []),
        "messages": parts["messages"].get(version.pk, []),
        "tool_calls": parts["tool_calls"].get(version.pk, []),
        "attempts": attempts,
        "tokens": parts["tokens"].get(version.pk, {"input": 0, "output": 0}),
        "cost": document_of(parts["costs"].get(version.pk)),
    }


def _input(entry: Document, texts: dict[str, str]) -> Document:
    value = texts.get(entry["blob"]) if entry.get("blob") else entry.get("value", "")
    return {
        "type": entry["type"],
        "value": value,
        "source": entry.get("source"),
        "source_version": entry.get("source_version"),
    }


def _outputs(values: Iterable[OutputValue], texts: dict[str, str]) -> dict[int, Document]:
    found: dict[int, Document] = defaultdict(dict)
    for value in values:
        artifact = value.artifact
        found[value.node_run_id][value.name] = {
            "type": value.type,
            "value": value.text if artifact is None else _text_of(artifact, texts),
            "artifact": artifact.name if artifact else None,
            "reason": value.reason,
            "chosen_by": value.chosen_by.get_username() if value.chosen_by else None,
        }
    return found


def _artifact(artifact: Artifact, texts: dict[str, str]) -> Document:
    return {
        "name": artifact.name,
        "type": artifact.type,
        "revision": artifact.revision,
        "sha256": artifact.sha256,
        "size_bytes": artifact.size_bytes,
        "text": _text_of(artifact, texts),
    }


def _text_of(artifact: Artifact, texts: dict[str, str]) -> str | None:
    return texts.get(artifact.blob_id) if artifact.blob_id else artifact.url


def _messages(run: Run) -> dict[str, ByNode]:
    """Read the messages (a streaming one with its text so far) and their tool calls, by node version."""
    messages = Message.objects.filter(node_run__run=run).select_related("author").order_by("node_run_id", "ordinal")
    found = list(messages.defer("parts"))
    streaming: dict[int, list[str]] = defaultdict(list)
    ids = [message.pk for message in found if message.status == MessageStatus.STREAMING]
    for message_id, text in (
        MessageDelta.objects.filter(message_id__in=ids).order_by("seq").values_list("message", "text")
    ):
        streaming[message_id].append(text)
    files: dict[int, list[str]] = defaultdict(list)
    attached = Attachment.objects.filter(message__node_run__run=run).order_by("message_id", "place")
    for message_id, name in attached.values_list("message_id", "artifact__name"):
        files[message_id].append(name)
    public_ids = {message.pk: message.public_id for message in found}
    calls = ToolCall.objects.filter(message__node_run__run=run).order_by("message__ordinal", "ordinal")
    by_node: ByNode = defaultdict(list)
    for call in calls.select_related("message"):
        named = {"name": call.name, "arguments": call.arguments, "status": call.status, "result": call.result}
        by_node[call.message.node_run_id].append(named)

    def one(message: Message) -> Document:
        return {
            "id": message.public_id,
            "role": message.role,
            "author": message.author.get_username() if message.author else None,
            "text": "".join(streaming[message.pk]) if message.pk in streaming else message.text,
            "status": message.status,
            "files": files.get(message.pk, []),
            "instead_of": public_ids.get(message.parent_id or 0),
            "superseded": message.superseded_by_id is not None,
        }

    return {"messages": _grouped(found, one), "tool_calls": by_node}


def _attempts(run: Run) -> dict[str, Any]:
    found = list(Attempt.objects.filter(node_run__run=run).order_by("node_run_id", "number"))
    tokens: dict[int, dict[str, int]] = defaultdict(lambda: {"input": 0, "output": 0})
    for attempt in found:
        tokens[attempt.node_run_id]["input"] += attempt.input_tokens
        tokens[attempt.node_run_id]["output"] += attempt.output_tokens

    def one(attempt: Attempt) -> Document:
        return {"number": attempt.number, "status": attempt.status, "error": attempt.error or None}

    by_node = groupby(found, key=lambda attempt: attempt.node_run_id)
    costs = {node_run_id: cost_of(attempts) for node_run_id, attempts in by_node}
    return {"attempts": _grouped(found, one), "tokens": tokens, "costs": costs, "cost": cost_of(found)}


def _grouped(rows: Iterable[Any], describe: Any) -> ByNode:
    found: ByNode = defaultdict(list)
    for row in rows:
        found[row.node_run_id].append(describe(row))
    return found


def _current_hashes(versions: Sequence[NodeRun], values: Iterable[OutputValue]) -> dict[tuple[str, str], str]:
    latest = {version.pk: version.key for version in versions if version.is_latest}
    return {(latest[v.node_run_id], v.name): v.sha256 for v in values if v.node_run_id in latest}


def _blobs_of(artifacts: Iterable[Artifact]) -> list[str]:
    return [artifact.blob_id for artifact in artifacts if artifact.blob_id and artifact.size_bytes <= TEXT_MAX_BYTES]


def _blobs_given(versions: Iterable[NodeRun]) -> list[str]:
    return [entry["blob"] for version in versions for entry in version.inputs.values() if entry.get("blob")]


def _blob_texts(digests: Iterable[str]) -> dict[str, str]:
    """Read the contents that are UTF-8 and not too long: hash → text."""
    blobs = Blob.objects.filter(sha256__in=set(digests), size_bytes__lte=TEXT_MAX_BYTES)
    texts = {}
    for digest, content in blobs.values_list("sha256", "content"):
        try:
            texts[digest] = bytes(content).decode()
        except UnicodeDecodeError:
            continue
    return texts


@contextmanager
def one_moment() -> Iterator[None]:
    """Let all queries within see the same moment; part of a transaction that is open already, if one is."""
    is_outermost = not connection.in_atomic_block
    with transaction.atomic():
        if is_outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield
