"""Changing an output at the gate, before it is accepted."""

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from runs.access import require_confirm
from runs.agent.addresses import BadAddress, checked_url
from runs.agent.naming import jailed
from runs.artifacts import NewArtifact
from runs.errors import ActRefused
from runs.graphs import version_graph
from runs.models import NodeRun
from runs.start_inputs import TEXT_MAX_CHARS
from runs.transitions import choosing
from runs.transitions.choosing import Override
from runs.uploads import Upload, is_picture, refusal
from runs.wording import address_fault
from spaces.text import is_storable


def choose_output(
    *, node_run: NodeRun, by: User, name: str, artifact: str = "", text: str | None = None, upload: Upload | None = None
) -> None:
    """Make something else the current value of an output: an artifact of this version by its public id, a text, a link
    (as text) or a file.

    For whoever may confirm the node. Raises ActForbidden or ActRefused (not at the gate, not of the output's type).
    """
    require_confirm(by, node_run)
    type_ = next(
        (o.type for o in version_graph(node_run.run.version_id).specs[node_run.key].outputs if o.name == name), ""
    )
    override = Override(artifact=artifact, text=_text(text), new=_new(type_, text, upload))
    choosing.choose(
        node_run.run_id, node_run.key, node_run.number, by=by.pk, who=by.get_username(), name=name, override=override
    )


def _text(text: str | None) -> str | None:
    if text is None:
        return None
    if not is_storable(text) or not text.strip() or len(text) > TEXT_MAX_CHARS:
        raise ActRefused(_("Write a text of at most %(limit)s characters.") % {"limit": f"{TEXT_MAX_CHARS:,}"})
    return text


def _new(type_: str, text: str | None, upload: Upload | None) -> NewArtifact | None:
    if type_ == "link" and text is not None:
        return NewArtifact("link", text.strip()[:200], url=_address(text.strip()))
    if upload is None:
        return None
    if type_ not in ("file", "code", "image"):
        raise ActRefused(_("This output takes no file."))
    if refused := refusal(upload.name, len(upload.content), upload.content):
        raise ActRefused(refused)
    if type_ == "image" and not is_picture(upload.content):
        raise ActRefused(_("%(name)s is not a PNG, JPEG, GIF or WebP image.") % {"name": upload.name})
    return NewArtifact(type_, jailed(upload.name)[:200], upload.content)


def _address(text: str) -> str:
    try:
        return checked_url(text)
    except BadAddress as error:
        raise ActRefused(address_fault(error.fault)) from error
