"""What the message box of a node version needs: how full the agent's context is, and which files are taken."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import OuterRef, Subquery

from runs.models import Attempt, NodeRun
from runs.money import SUMS, Cost, summed
from runs.sight import sees
from runs.uploads import refused_types
from workflows.document import NodeSpec

NEARLY_FULL = 0.6  # an answer keeps a quarter of the window for itself; past this the next turns may not fit


@dataclass(frozen=True)
class Meter:
    """How full the context was after the agent's last answer, in tokens; `used` 0 before the first.

    `cost`: of this node version so far, where it is known.
    """

    used: int
    window: int
    cost: Cost | None = None

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
    """The message box. `refused`: endings of file names that are not taken, separated by spaces.

    `sees_images`: the node's model gets the images that come with a message, not their names alone.
    """

    meter: Meter
    sees_images: bool
    max_files: int
    max_bytes: int
    refused: str

    @property
    def max_mib(self) -> int:
        """The size limit of a file in MiB."""
        return self.max_bytes // 1024 // 1024


def composer_of(node: NodeRun, spec: NodeSpec) -> Composer:
    """Read what the message box shows, in one query."""
    ours: Any = Attempt.objects.filter(node_run=OuterRef("node_run")).order_by().values("node_run")
    sums = ours.annotate(**SUMS)
    counted = Attempt.objects.filter(node_run=node, context_tokens__gt=0).order_by("-number")
    found = counted.annotate(cost=Subquery(sums.values("cost")), unpriced=Subquery(sums.values("unpriced")))
    last: Any = found.values("context_tokens", "cost", "unpriced").first()
    limits = settings.AIME_UPLOAD
    return Composer(
        Meter(last["context_tokens"] if last else 0, settings.AIME_MODEL["context_tokens"], last and summed(last)),
        sees(getattr(spec.config, "model", None)),
        limits["max_files"],
        limits["max_bytes"],
        " ".join(refused_types()),
    )
