"""What the message box of a node version needs: how full the agent's context is, and which files are taken."""

from dataclasses import dataclass

from django.conf import settings

from runs.models import Attempt, NodeRun
from runs.uploads import refused_types

NEARLY_FULL = 0.6  # an answer keeps a quarter of the window for itself; past this the next turns may not fit


@dataclass(frozen=True)
class Meter:
    """How full the context was after the agent's last answer, in tokens; `used` 0 before the first."""

    used: int
    window: int

    @property
    def percent(self) -> int:
        """The share in use, at most 100."""
        return min(100, round(100 * self.used / self.window))

    @property
    def is_nearly_full(self) -> bool:
        """Say whether older turns may be summarised before the next answer."""
        return self.used >= NEARLY_FULL * self.window


@dataclass(frozen=True)
class Composer:
    """The message box. `refused`: endings of file names that are not taken, separated by spaces."""

    meter: Meter
    max_files: int
    max_bytes: int
    refused: str

    @property
    def max_mib(self) -> int:
        """The size limit of a file in MiB."""
        return self.max_bytes // 1024 // 1024


def composer_of(node: NodeRun) -> Composer:
    """Read what the message box shows, in one query."""
    counted = Attempt.objects.filter(node_run=node, context_tokens__gt=0).order_by("-number")
    used = counted.values_list("context_tokens", flat=True).first() or 0
    limits = settings.AIME_UPLOAD
    return Composer(
        Meter(used, settings.AIME_MODEL["context_tokens"]),
        limits["max_files"],
        limits["max_bytes"],
        " ".join(refused_types()),
    )
