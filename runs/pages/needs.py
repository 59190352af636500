"""The nodes that wait for a person, in one space or in all of theirs: which, and how many. Every page asks how many.

The same rule as `Standing.is_asked`, said to the database (a test holds the two together). Whom a node tells that it
waits is in its frozen template version, read once per process: asking each waiting node's document took 20 to 90 ms.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, OuterRef, Q, QuerySet

from runs.models import NodeRun, Run
from runs.models.run import seen_by_member
from runs.states import WAITING_FOR_PERSON, NodeStatus, WaitingFor
from spaces.models import ROLE_PERMISSIONS, Membership, Permission
from workflows.models import WorkflowVersion
from workflows.template_file.specs import EXECUTOR, INITIATOR

KEPT_VERSIONS = 20_000
WORDS = {INITIATOR, EXECUTOR}  # not names: these two act anyway
Told = dict[str, frozenset[str]]  # node key → usernames
_told: dict[int, Told] = {}  # by template version, which never changes


def waiting_for(user: Any) -> "QuerySet[NodeRun]":
    """Return the latest node versions that wait for what `user` may do, of runs that they see; in no order."""
    mine = Membership.objects.filter(space_id=OuterRef("run__space_id"), user_id=user.pk, user__is_active=True)
    consent, executes = Q(waiting_for=WaitingFor.CONSENT), Q(executor_id=user.pk)
    acts = Q(run__initiator_id=user.pk) | executes | _is_told(user)
    may = Exists(mine.filter(role__in=_roles(Permission.ADMIN))) | (_starts(mine) & acts)
    return _waiting(user).filter((consent & executes) | (~consent & may))


def counts(user: Any) -> dict[str, int]:
    """Count what waits for `user`: slug of a space → how many nodes; spaces without any are left out. Two queries.

    One more for the first node ever of a template version.
    """
    memberships = Membership.objects.filter(user_id=user.pk, user__is_active=True)
    spaces = {pk: (role, slug) for pk, role, slug in memberships.values_list("space_id", "role", "space__slug")}
    groups = list(_groups(user, spaces))
    told = told_nodes({group["run__version_id"] for group in groups})
    found: dict[str, int] = defaultdict(int)
    for group in groups:
        names = told[group["run__version_id"]].get(group["key"], frozenset())
        role, slug = spaces[group["run__space_id"]]
        if _is_asked(group, role, user.get_username() in names):
            found[slug] += group["n"]
    return dict(found)


def told_nodes(versions: Iterable[int]) -> dict[int, Told]:
    """Return whom the nodes of template versions tell that they wait. No query for versions read before."""
    wanted = set(versions)
    missing = wanted - _told.keys()
    if missing:
        if len(_told) > KEPT_VERSIONS:
            _told.clear()
        rows = WorkflowVersion.objects.filter(pk__in=missing).values_list("pk", "document")
        _told.update((pk, _told_by(document)) for pk, document in rows)
    return {pk: _told.get(pk, {}) for pk in wanted}


def _told_by(document: dict[str, Any]) -> Told:
    return {
        node["key"]: frozenset(rule["who"] for rule in node["notify"] if "waiting" in rule["on"]) - WORDS
        for node in document["nodes"]
        if node.get("notify")
    }


def _waiting(user: Any) -> "QuerySet[NodeRun]":
    return _at_gates().filter(run__in=Run.objects.visible_to(user).order_by().values("pk"))


def _at_gates() -> "QuerySet[NodeRun]":
    return NodeRun.objects.filter(is_latest=True, status=NodeStatus.WAITING, waiting_for__in=WAITING_FOR_PERSON)


def _groups(user: Any, spaces: Iterable[int]) -> "QuerySet[NodeRun, dict[str, Any]]":
    """Count the waiting nodes of runs that the user sees by all that decides whether it is them who is asked.

    `spaces`: those that they are a member of. Joining these to each of 1,500 waiting nodes took 9 ms instead of 4.6.
    """
    boolean = BooleanField()
    rows = (
        _at_gates()
        .filter(seen_by_member(user, "run__"), run__space_id__in=list(spaces))
        .annotate(
            initiates=ExpressionWrapper(Q(run__initiator_id=user.pk), boolean),
            executes=ExpressionWrapper(Q(executor_id=user.pk), boolean),
        )
    )
    by = ("run__space_id", "run__version_id", "key", "waiting_for", "initiates", "executes")
    groups: QuerySet[NodeRun, dict[str, Any]] = rows.order_by().values(*by).annotate(n=Count("pk"))
    return groups


def _is_asked(group: dict[str, Any], role: str, told: bool) -> bool:
    if group["waiting_for"] == WaitingFor.CONSENT:
        return bool(group["executes"])
    if role in _roles(Permission.ADMIN):
        return True
    told = told and group["waiting_for"] == WaitingFor.CONFIRM
    return role in _roles(Permission.START) and bool(group["initiates"] or group["executes"] or told)


def _is_told(user: Any) -> Q:
    """Say which waiting nodes tell the user of it: by template version and key."""
    confirms = _waiting(user).filter(waiting_for=WaitingFor.CONFIRM).order_by()
    pairs = set(confirms.values_list("run__version_id", "key").distinct())
    told = told_nodes(version for version, _key in pairs)
    name = user.get_username()
    found = Q(pk__in=())
    for version, key in pairs:
        if name in told[version].get(key, ()):
            found |= Q(run__version_id=version, key=key, waiting_for=WaitingFor.CONFIRM)
    return found


def _starts(mine: "QuerySet[Membership]") -> Q:
    return Q(Exists(mine.filter(role__in=_roles(Permission.START))))


def _roles(permission: str) -> list[str]:
    return [role for role, permitted in ROLE_PERMISSIONS.items() if permission in permitted]
