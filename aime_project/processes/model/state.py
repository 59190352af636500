"""What the embedded model's process is doing, as a small file that the supervisor and the health page read.

The file is replaced as a whole, so a reader never sees half of it. It is a report, not a lock: after a kill it may be
old, therefore it names the process that wrote it.
"""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from aime_project.processes.runtime_file import read_json, write_json

State = Literal["fetching", "loading", "ready", "missing", "failed"]


@dataclass(frozen=True, slots=True)
class ModelState:
    """`detail` is for people; the bytes are those of the download."""

    state: State
    detail: str = ""
    done_bytes: int = 0
    total_bytes: int = 0
    pid: int = 0

    def write(self, path: Path) -> None:
        """Replace the report."""
        write_json(path, {**asdict(self), "pid": os.getpid()})


def read_state(path: Path) -> ModelState | None:
    """Give the last report, None where there is none or its writer has ended."""
    try:
        state = ModelState(**read_json(path))
        os.kill(state.pid, 0)
    except (OSError, TypeError, ValueError, json.JSONDecodeError):
        return None
    return state
