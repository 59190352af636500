"""Taking away notices that nobody needs any more: a look at a few thousand rows a minute in every supervisor.

What still asks somebody stays for ever, read or not: an open notice of a node that waits. Of the rest goes what was
read or settled long ago, and of what nobody read all but the newest MOST_UNREAD of each person. Any number of
supervisors may look; none waits for a row that a transition holds.
"""

from django.conf import settings

from runs import sql

ROWS_AT_ONCE = 5_000  # a look takes milliseconds and holds up no heartbeat, however many notices there are
MOST_UNREAD = 1_000

NEXT = "SELECT max(id) FROM (SELECT id FROM runs_notification WHERE id > %s ORDER BY id LIMIT %s) AS looked_at"
PRUNE = """
WITH look AS (SELECT %s::bigint AS after, %s::bigint AS up_to, %s::int AS most_unread, %s::int AS days),
many AS (
    SELECT person.user_id, tail.id AS last FROM (
        SELECT DISTINCT user_id FROM runs_notification, look
        WHERE id > after AND id <= up_to AND kind <> 'waiting' AND read_at IS NULL AND settled_at IS NULL
    ) AS person CROSS JOIN LATERAL (
        SELECT id FROM runs_notification n
        WHERE n.user_id = person.user_id AND n.kind <> 'waiting' AND n.read_at IS NULL AND n.settled_at IS NULL
        ORDER BY id DESC OFFSET (SELECT most_unread FROM look) LIMIT 1
    ) AS tail
)
DELETE FROM runs_notification WHERE id IN (
    SELECT n.id FROM look JOIN runs_notification n ON n.id > after AND n.id <= up_to
    LEFT JOIN many ON many.user_id = n.user_id
    WHERE (n.kind <> 'waiting' OR n.settled_at IS NOT NULL)
      AND CASE WHEN n.read_at IS NULL AND n.settled_at IS NULL THEN n.id <= many.last
          ELSE GREATEST(n.created_at, n.read_at, n.settled_at) < clock_timestamp() - make_interval(days => days) END
    FOR UPDATE OF n SKIP LOCKED
)
"""


class Pruning:
    """Where the next look begins; after the newest notice it is the oldest again."""

    def __init__(self) -> None:
        self._after = 0

    def look(self) -> int:
        """Look at the next rows; returns how many went. Raises OperationalError while the database is away."""
        up_to = sql.rows(NEXT, (self._after, ROWS_AT_ONCE))[0][0]
        if up_to is None:
            self._after = 0
            return 0
        gone = sql.count(PRUNE, (self._after, up_to, MOST_UNREAD, settings.AIME_NOTICE_DAYS))
        self._after = up_to
        return gone
