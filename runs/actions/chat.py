"""Speaking to a node's agent."""

from collections.abc import Sequence

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from runs.access import require_node_act
from runs.errors import ActRefused
from runs.models import Message, NodeRun
from runs.start_inputs import TEXT_MAX_CHARS
from runs.transitions import acts
from runs.transitions.saying import Said
from runs.uploads import Upload, checked_uploads
from spaces.text import is_storable


def say(
    *,
    node_run: NodeRun,
    by: User,
    text: str,
    uploads: Sequence[Upload] = (),
    instead_of: str = "",
    keep: Sequence[str] | None = None,
) -> Message:
    """Add a person's message with its files and queue the turn that answers it. A message never confirms.

    `instead_of`: the public id of a person's message that this one replaces; the conversation starts again from there.
    `keep`: which of that message's files come along, by public id; None keeps all.
    Raises ActForbidden or ActRefused (the agent still works, an old version, nothing said, files that are not taken).
    """
    require_node_act(by, node_run)
    files = checked_uploads(uploads)
    _check(text, has_files=bool(files) or (bool(instead_of) and keep != []))
    said = Said(text, files, instead_of, keep)
    message_id = acts.say(node_run.run_id, node_run.key, node_run.number, by=by.pk, said=said)
    return Message.objects.select_related("author", "node_run").get(pk=message_id)


def _check(text: str, *, has_files: bool) -> None:
    if not text.strip() and not has_files:
        raise ActRefused(_("Write a message first."))
    if not is_storable(text):
        raise ActRefused(_("This message holds characters that are not text; take them out."))
    if len(text) > TEXT_MAX_CHARS:
        limit = f"{TEXT_MAX_CHARS:,}"
        raise ActRefused(_("This message is longer than %(limit)s characters; shorten it.") % {"limit": limit})
