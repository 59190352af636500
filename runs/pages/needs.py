"""The nodes that wait for a person: one query says which, in one space or in all of theirs; the home lists them, too.

The same rule as `Standing.is_asked`, said to the database (a test holds the two together).
"""

from typing import Any

from django.db.models import BooleanField, Count, Exists, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL

from runs.models import NodeRun, Run
from runs.states import WAITING_FOR_PERSON, NodeStatus, WaitingFor
from spaces.models import ROLE_PERMISSIONS, Membership, Permission

# Is the person named in what this node of the run's template version tells whom of its waiting?
TOLD = """
EXISTS (SELECT 1 FROM workflows_workflowversion v WHERE v.id = "runs_run"."version_id"
        AND v.document @> jsonb_build_object('nodes', jsonb_build_array(jsonb_build_object(
            'key', "runs_noderun"."key",
            'notify', jsonb_build_array(jsonb_build_object('who', %s::text, 'on', jsonb_build_array('waiting')))))))
"""


def _roles(permission: str) -> list[str]:
    return [role for role, permitted in ROLE_PERMISSIONS.items() if permission in permitted]


ADMINS, STARTERS = _roles(Permission.ADMIN), _roles(Permission.START)


def waiting_for(user: Any) -> "QuerySet[NodeRun]":
    """Return the latest node versions that wait for what `user` may do, of runs that they see; in no order."""
    latest = NodeRun.objects.filter(is_latest=True, status=NodeStatus.WAITING, waiting_for__in=WAITING_FOR_PERSON)
    latest = latest.filter(run__in=Run.objects.visible_to(user).order_by().values("pk"))
    mine = Membership.objects.filter(space_id=OuterRef("run__space_id"), user_id=user.pk, user__is_active=True)
    consent, executes = Q(waiting_for=WaitingFor.CONSENT), Q(executor_id=user.pk)
    told = Q(RawSQL(TOLD, [user.get_username()], output_field=BooleanField()), waiting_for=WaitingFor.CONFIRM)  # noqa: S611  (a constant)
    starts = Exists(mine.filter(role__in=STARTERS)) & (Q(run__initiator_id=user.pk) | executes | told)
    return latest.filter((consent & executes) | (~consent & (Exists(mine.filter(role__in=ADMINS)) | starts)))


def counts(user: Any) -> dict[str, int]:
    """Count what waits for `user`: slug of a space → how many nodes; spaces without any are left out. One query."""
    rows = waiting_for(user).order_by().values("run__space__slug").annotate(n=Count("pk"))
    return {row["run__space__slug"]: row["n"] for row in rows}
