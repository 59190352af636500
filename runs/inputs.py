"""The real inputs of a node version, resolved when the node is reached, with where each came from.

A text or link is stored by value, a file by the SHA-256 of its blob. A required input without a value is a
failure that names both ends, never an empty value.
"""

import hashlib
from typing import Any

from runs import sql
from runs.agent.naming import told_names
from workflows.document import InputSpec, NodeSpec

# Output of a source's latest version: (text, artifact name, artifact's sha256, url, type, version number, sha256).
CURRENT_OUTPUT = """
SELECT o.text, a.name, a.blob_id, a.url, o.type, n.number, o.sha256
FROM runs_noderun n JOIN runs_outputvalue o ON o.node_run_id = n.id AND o.is_current
LEFT JOIN runs_artifact a ON a.id = o.artifact_id
WHERE n.run_id = %s AND n.is_latest AND n.key = %s AND o.name = %s
"""


class InputMissing(Exception):
    """A required input has no value; the message names the input and its source."""


def resolve_inputs(run_id: int, spec: NodeSpec, asked: dict[str, Any]) -> dict[str, Any]:
    """Resolve the inputs of a node from its specification, the run's asked values and upstream outputs.

    `asked`: input name → entry given at start. Returns name → entry as `NodeRun.inputs` describes.
    Raises InputMissing. One query per reference.
    """
    return {item.name: _entry(run_id, spec.key, item, asked.get(item.name)) for item in spec.inputs}


def as_told(inputs: dict[str, Any]) -> dict[str, Any]:
    """Give the inputs of a node version with the names of files as its agent is told them, for prompt and tools alike.

    The rows keep the names that people gave.
    """
    told = told_names({name: (entry["name"], entry["blob"]) for name, entry in inputs.items() if "blob" in entry})
    return {name: entry | ({"name": told[name]} if name in told else {}) for name, entry in inputs.items()}


def text_entry(type_: str, text: str) -> dict[str, Any]:
    """Make the entry of a value that is a text (text, code or link)."""
    digest = hashlib.sha256(text.encode()).hexdigest()
    return {"type": type_, "value": text, "source": None, "source_version": None, "sha256": digest}


def _entry(run_id: int, key: str, item: InputSpec, asked: dict[str, Any] | None) -> dict[str, Any]:
    if item.kind == "reference":
        entry = _referred(run_id, item)
    elif item.kind == "ask":
        entry = _asked(item, asked)
    else:
        entry = text_entry(item.type, str(item.value))
    empty = not entry.get("value") and not entry.get("blob")
    if empty and item.required and item.kind != "fixed":
        where = f", which takes {entry['source']}" if entry["source"] else ""
        raise InputMissing(f"Input “{item.name}” of “{key}”{where}, has no value.")
    return entry


def _asked(item: InputSpec, asked: dict[str, Any] | None) -> dict[str, Any]:
    if asked is None:
        return text_entry(item.type, item.default or "")
    return {"source": None, "source_version": None, **asked}


def _referred(run_id: int, item: InputSpec) -> dict[str, Any]:
    if item.source is None:  # the parser lets no reference without a source through
        raise InputMissing(f"Input “{item.name}” refers to nothing.")
    source = f"{item.source[0]}.{item.source[1]}"
    found = sql.row(CURRENT_OUTPUT, (run_id, *item.source))
    if found is None:
        return {"type": item.type, "value": "", "source": source, "source_version": None, "sha256": ""}
    text, name, blob, url, _type, number, sha256 = found
    entry = {"type": item.type, "source": source, "source_version": number, "sha256": sha256}
    if blob is not None:
        return {**entry, "name": name, "blob": blob}
    return {**entry, "value": url or text}
