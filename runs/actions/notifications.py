"""What a person does with what they are told: read one, read all, choose of which kinds they are told."""

from collections.abc import Collection

from django.contrib.auth.models import User
from django.db import transaction

from runs import sql
from runs.models import Notification, NotificationSetting

# In the order of no transition: what one is settling in this instant is left to it, else each could wait for the other.
READ = """
UPDATE runs_notification SET read_at = clock_timestamp() WHERE id IN (
    SELECT id FROM runs_notification WHERE user_id = %s AND read_at IS NULL AND (%s::bigint IS NULL OR id = %s)
    ORDER BY id FOR UPDATE SKIP LOCKED
)
"""
PING = "SELECT pg_notify('aime_person', %s)"


def read_one(*, by: User, pk: int) -> bool:
    """Mark one of the person's own notifications as read; False where they have no such one."""
    if not Notification.objects.filter(user=by, pk=pk).exists():
        return False
    _read(by, pk)
    return True


def read_all(*, by: User) -> None:
    """Mark all of the person's notifications as read, in all their spaces."""
    _read(by, None)


def choose_kinds(*, by: User, kinds: Collection[str]) -> None:
    """Tell the person of these kinds only, from now on. `kinds`: values of `Notification.Kind`; others mean
    nothing."""
    wanted = {kind: kind in kinds for kind in Notification.Kind.values}
    NotificationSetting.objects.update_or_create(user=by, defaults=wanted)


def _read(by: User, pk: int | None) -> None:
    """Store it, and let the person's other pages know when it is committed."""
    with transaction.atomic():
        if sql.count(READ, (by.pk, pk, pk)):
            sql.rows(PING, (str(by.pk),))
