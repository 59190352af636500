"""PURE. Which results were computed from something that has changed since. Derived from recorded hashes, never stored.

A node version keeps with each input the node and output it came from and the hash of what it was given. It is stale
when that output of the source's latest version is another one now, or is gone; only direct sources count (the
product's decisions, section 1).
"""

from collections.abc import Mapping
from typing import Any

CurrentHashes = Mapping[tuple[str, str], str]


def stale_inputs(inputs: Mapping[str, Mapping[str, Any]], current: CurrentHashes) -> tuple[str, ...]:
    """Name the inputs whose source gives something else now.

    `inputs`: as `NodeRun.inputs`. `current`: (node key, output name) → hash of the latest version's current output.
    """
    return tuple(
        name
        for name, entry in inputs.items()
        if entry.get("source") and current.get(source_of(entry), "") != entry.get("sha256", "")
    )


def source_of(entry: Mapping[str, Any]) -> tuple[str, str]:
    """Split "node.output" of a recorded input."""
    key, _dot, output = str(entry["source"]).partition(".")
    return key, output
