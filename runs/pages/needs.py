"""The nodes that wait for a person, in one space or in all of theirs: which, and how many. Every page asks how many.

The same rule as `Standing.is_asked`, said to the database (a test holds the two together). Whom a node tells that it
waits is in its frozen template version, read once per process: asking each waiting node's document took 20 to 90 ms.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, LiteralString, NamedTuple

from runs import sql
from runs.compiled import Compiled
from runs.sql import Row, Statement
from runs.states import WAITING_FOR_PERSON, WaitingFor
from spaces.models import ROLE_PERMISSIONS, Membership, Permission, Space
from workflows.models import WorkflowVersion
from workflows.template_file.specs import EXECUTOR, INITIATOR

KEPT_VERSIONS = 20_000
WORDS = {INITIATOR, EXECUTOR}  # not names: these two act anyway
Told = dict[str, frozenset[str]]  # node key → usernames
_told: dict[int, Told] = {}  # by template version, which never changes

SPACES = Compiled(
    lambda user: (
        Membership.objects.filter(user_id=user, user__is_active=True)
        .order_by("space__name", "space_id")
        .values_list("space_id", "role", "space__slug", "space__name")
    )
)
# The waiting nodes of runs that a member sees, with all that decides whether it is them who is asked. Both sides are
# read from their indexes of what is unfinished and nothing else (1,500 waiting nodes: 1 ms, with the rows 5). For what
# each waits is not asked here: the planner thinks it rare and takes up each run alone.
SEEN = """
FROM runs_noderun n JOIN runs_run r ON r.id = n.run_id
WHERE n.is_latest AND n.status = 'waiting' AND r.status IN ('running', 'waiting')
  AND r.space_id = ANY(ARRAY(SELECT space_id FROM spaces_membership WHERE user_id = %s))
  AND (r.visibility = 'space' OR r.initiator_id = %s)
"""
FACTS = "SELECT r.space_id, r.version_id, n.key, n.waiting_for, r.initiator_id = %s, n.executor_id = %s,"
GROUPS: LiteralString = f"{FACTS} count(*) {SEEN} GROUP BY 1, 2, 3, 4, 5, 6"
NODES: LiteralString = f"{FACTS} n.id {SEEN} AND r.space_id = ANY(%s) AND n.id < %s ORDER BY n.id DESC LIMIT %s"
LOOKED_AT = 200  # at first; four times as many each time where most of them wait for others
MAX_ID = 2**63 - 1


class Waiting(NamedTuple):
    """Waiting nodes that are alike, a row of `GROUPS`, or one, a row of `NODES`. `number`: how many, or its key."""

    space_id: int
    version_id: int
    key: str
    waiting_for: str
    initiates: bool
    executes: bool
    number: int


class Asked(NamedTuple):
    """A node version that waits for the person."""

    pk: int
    key: str
    space_slug: str


def count_statements(user: Any) -> tuple[Statement, Statement]:
    """Return what is asked to count: the person's spaces (key, role, slug, name), by name, and the waiting nodes."""
    return SPACES(user.pk), (GROUPS, (user.pk,) * 4)


def counted(user: Any, spaces: Iterable[Row], groups: Iterable[Row]) -> dict[str, int]:
    """Count what waits for `user` from what `count_statements` gave: slug of a space → how many nodes.

    Spaces without any are left out. One query for the first node ever of a template version, else none.
    """
    found: dict[str, int] = defaultdict(int)
    for group, slug in _of_person(user, spaces, groups):
        found[slug] += group.number
    return dict(found)


def counts(user: Any) -> dict[str, int]:
    """Count what waits for `user`: slug of a space → how many nodes; spaces without any are left out. Two queries."""
    return counted(user, *sql.batch(*count_statements(user)))


def asked(user: Any, space: Space | None = None, *, most: int) -> list[Asked]:
    """Return what waits for `user`, in one space or in all, the newest node versions first.

    Two queries; a few more where the newest wait for others.
    """
    spaces = sql.rows(*SPACES(user.pk))
    keys = [pk for pk, *_rest in spaces if space is None or pk == space.pk]
    found: list[Asked] = []
    below, size = MAX_ID, LOOKED_AT
    while len(found) < most:
        nodes = sql.rows(NODES, (*[user.pk] * 4, keys, below, size))
        found += [Asked(node.number, node.key, slug) for node, slug in _of_person(user, spaces, nodes)]
        if len(nodes) < size:
            break
        below, size = nodes[-1][-1], 4 * size
    return found[:most]


def _of_person(user: Any, spaces: Iterable[Row], rows: Iterable[Row]) -> Iterator[tuple[Waiting, str]]:
    """Give those rows that wait for the person, each with the slug of its space."""
    places = {pk: (role, slug) for pk, role, slug, _name in spaces}
    nodes = [Waiting(*row) for row in rows]
    told = told_nodes({node.version_id for node in nodes})
    for node in nodes:
        role, slug = places.get(node.space_id, ("", ""))
        names = told[node.version_id].get(node.key, frozenset())
        if slug and _is_asked(node, role, user.get_username() in names):
            yield node, slug


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


def _is_asked(node: Waiting, role: str, told: bool) -> bool:
    if node.waiting_for not in WAITING_FOR_PERSON:
        return False
    if node.waiting_for == WaitingFor.CONSENT:
        return node.executes
    if role in _roles(Permission.ADMIN):
        return True
    told = told and node.waiting_for == WaitingFor.CONFIRM
    return role in _roles(Permission.START) and (node.initiates or node.executes or told)


def _roles(permission: str) -> list[str]:
    return [role for role, permitted in ROLE_PERMISSIONS.items() if permission in permitted]
