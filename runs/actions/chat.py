"""Speaking to a node's agent."""

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from runs.access import require_node_act
from runs.errors import ActRefused
from runs.models import Message, NodeRun
from runs.start_inputs import TEXT_MAX_CHARS
from runs.transitions import acts
from spaces.text import is_storable


def say(*, node_run: NodeRun, by: User, text: str) -> Message:
    """Add a person's message and queue the turn that answers it. A message never confirms.

    Raises ActForbidden or ActRefused (the agent still works, an old version, nothing said).
    """
    require_node_act(by, node_run)
    if not text.strip():
        raise ActRefused(_("Write a message first."))
    if not is_storable(text):
        raise ActRefused(_("This message holds characters that are not text; take them out."))
    if len(text) > TEXT_MAX_CHARS:
        limit = f"{TEXT_MAX_CHARS:,}"
        raise ActRefused(_("This message is longer than %(limit)s characters; shorten it.") % {"limit": limit})
    message_id = acts.say(node_run.run_id, node_run.key, node_run.number, by=by.pk, text=text)
    return Message.objects.select_related("author", "node_run").get(pk=message_id)
