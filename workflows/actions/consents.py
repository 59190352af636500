"""Consenting to be the executor of a template's nodes, and taking it back. Each person for themselves.

Both may be repeated: what is so already changes nothing. At most one consent of a person and a template counts (a
partial unique constraint); giving and a node that starts waiting are ordered by a lock of the template's consents, so
that neither misses the other.
"""

from functools import partial

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from workflows.errors import WorkflowForbidden
from workflows.models import ExecutorConsent, Visibility, Workflow
from workflows.subscriptions import CONSENT_CHANGED, announce

CONSENT_LOCK = 0x434F4E53  # "CONS": the first key of the advisory lock; the second is the template's number


def give_consent(*, workflow: Workflow, by: User) -> bool:
    """Let nodes of this template run as `by`; False when they could already. What waits for it starts.

    Raises WorkflowForbidden for a personal template, which runs as its initiator only.
    """
    if workflow.visibility == Visibility.PERSONAL:
        raise WorkflowForbidden(_("A personal workflow runs as its initiator only; no consent is needed."))
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, (%s %% 2147483647)::int)", [CONSENT_LOCK, workflow.pk])
        _consent, is_new = ExecutorConsent.objects.get_or_create(workflow=workflow, user=by, revoked_at=None)
        if is_new:
            _announce_later(workflow, by)
    return is_new


def revoke_consent(*, workflow: Workflow, by: User) -> bool:
    """Take the consent back; False when there was none. What is queued waits; what runs goes on to its end."""
    with transaction.atomic():
        given = ExecutorConsent.objects.filter(workflow=workflow, user=by, revoked_at__isnull=True)
        revoked = given.update(revoked_at=timezone.now())
        if revoked:
            _announce_later(workflow, by)
    return bool(revoked)


def _announce_later(workflow: Workflow, user: User) -> None:
    facts = {"workflow_id": workflow.pk, "user_id": user.pk}
    transaction.on_commit(partial(announce, CONSENT_CHANGED, **facts))
