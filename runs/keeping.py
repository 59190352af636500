"""Which node versions are reused: done, and kept since by an acceptance above them. The facts are rows (`Reuse`)."""

from django.db.models import F

from runs.models import Reuse
from runs.states import NodeStatus


def reused_versions(run_id: int) -> frozenset[int]:
    """Give the ids of the run's node versions whose result was kept; one that ended again later is its own. One query.

    What was kept while it worked went on, and is no reused result.
    """
    kept = Reuse.objects.filter(
        node_run__run_id=run_id, node_run__status=NodeStatus.DONE, created_at__gte=F("node_run__finished_at")
    )
    return frozenset(kept.values_list("node_run_id", flat=True))
