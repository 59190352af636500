"""Whether a node version may run as its executor: the initiator agreed by starting, anybody else by a consent.

Read in the transaction that starts something, under two locks: the consent's own row (taking it back waits for us, or
we see that it is gone) and the template's consents, shared (giving it waits for us, then finds the node that waits).
"""

from runs import sql
from runs.transitions.ledger import Latest, Ledger
from workflows.actions.consents import CONSENT_LOCK

SHARE = """
SELECT pg_advisory_xact_lock_shared(%s, (workflow_id %% 2147483647)::int) FROM workflows_workflowversion WHERE id = %s
"""
# The consent that lets node version `n` of run `r` run: of an active member, not taken back. An inactive or removed one
# keeps the row, and has consented again when they are back.
CONSENTS = """
FROM workflows_workflowversion v
JOIN workflows_executorconsent c ON c.workflow_id = v.workflow_id AND c.revoked_at IS NULL
JOIN spaces_membership m ON m.user_id = c.user_id
JOIN auth_user u ON u.id = c.user_id AND u.is_active
WHERE v.id = r.version_id AND c.user_id = n.executor_id AND m.space_id = r.space_id
"""
CONSENT = f"""
SELECT consented.id FROM runs_noderun n JOIN runs_run r ON r.id = n.run_id
CROSS JOIN LATERAL (SELECT c.id {CONSENTS} FOR SHARE OF c, m) AS consented WHERE n.id = %s
"""  # noqa: S608  (a text of ours)


def may_run(ledger: Ledger, node: Latest) -> bool:
    """Say whether the executor of a node version lets it run: an active member whose consent counts."""
    if node.executor_id == ledger.initiator_id:
        return True
    found = sql.batch((SHARE, (CONSENT_LOCK, ledger.version_id)), (CONSENT, (node.id,)))
    return bool(found[-1])
