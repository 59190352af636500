"""Small JSON files that processes leave for each other below `AIME_DATA_DIR/run`, replaced as a whole."""

import json
import os
import tempfile
from pathlib import Path
from typing import Any


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Replace the file, readable by the owner only; a reader sees the old or the new content, never a half."""
    descriptor, draft = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(content, file, indent=1)
        Path(draft).replace(path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise


def read_json(path: Path) -> dict[str, Any]:
    """Give the file's content. Raises OSError where it is missing, ValueError where it is not a JSON object."""
    content = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(content, dict):
        raise ValueError(f"{path} holds no JSON object")
    return content
