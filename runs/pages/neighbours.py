"""The runs of the same template before and after one, as far as the person may see them."""

from dataclasses import dataclass

from django.db.models import Q

from runs.models import Run
from workflows.models import Visibility, WorkflowVersion


@dataclass(frozen=True)
class Neighbours:
    """Public ids of the run started before, and of the one started after; empty where there is none."""

    previous: str
    next: str


def neighbours_of(run: Run, user_id: int) -> Neighbours:
    """Find the neighbours of a run that the person sees, so is a member of its space. Two queries.

    Public ids sort by the time of the start. The versions are named one by one, so that the database knows whether
    their runs are many (it walks along the ids) or few (it takes them all).
    """
    versions = WorkflowVersion.objects.filter(workflow_id=run.version.workflow_id).values_list("pk", flat=True)
    seen = Q(visibility=Visibility.SPACE) | Q(initiator_id=user_id)
    same = Run.objects.filter(seen, space_id=run.space_id, version__in=list(versions))
    before = same.filter(public_id__lt=run.public_id).order_by("-public_id").values_list("public_id", flat=True)
    after = same.filter(public_id__gt=run.public_id).order_by("public_id").values_list("public_id", flat=True)
    found = list(before[:1].union(after[:1], all=True))
    return Neighbours(
        previous=next((public_id for public_id in found if public_id < run.public_id), ""),
        next=next((public_id for public_id in found if public_id > run.public_id), ""),
    )
