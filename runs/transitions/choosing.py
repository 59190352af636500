"""A person changes an output at the gate: another artifact, their own text, link or file. The agent's choice stays as a
former value; what it was and who chose otherwise is kept.
"""

import hashlib
from dataclasses import dataclass

from django.utils.translation import gettext as _

from runs import sql
from runs.agent.output_plan import accepts
from runs.artifacts import NewArtifact, store_artifact
from runs.errors import ActRefused
from runs.executors.base import OutputChoice
from runs.states import NodeStatus, WaitingFor
from runs.transitions.ledger import Latest, Ledger, open_run
from runs.transitions.outputs import missing_outputs, store_choice
from runs.transitions.planning import latest_of
from workflows.document import OutputSpec

AT_THE_GATE = (WaitingFor.CONFIRM, WaitingFor.DONE, WaitingFor.STOPPED, WaitingFor.OUTPUTS)
PICKED = "SELECT id, type, name, sha256 FROM runs_artifact WHERE public_id = %s AND node_run_id = %s"


@dataclass(frozen=True)
class Override:
    """What a person wants as an output: an artifact of this version by its public id, a text, or something new."""

    artifact: str = ""
    text: str | None = None
    new: NewArtifact | None = None


def choose(run_id: int, key: str, number: int, *, by: int, who: str, name: str, override: Override) -> None:
    """Make a person's choice the current value of an output. Raises ActRefused where nothing can be chosen now.

    When nothing required is missing any more, a node that waited for outputs waits to be accepted.
    """
    with open_run(run_id) as ledger:
        node = latest_of(ledger, key, number)
        if node.status != NodeStatus.WAITING or node.waiting_for not in AT_THE_GATE:
            raise ActRefused(_("Outputs are changed while the node waits for a person; it is %(status)s.") % {
                "status": node.status
            })  # fmt: skip
        spec = _output(ledger, node, name)
        store_choice(ledger, node, _value(node, spec, override, by=by, who=who), by=by)
        if node.waiting_for == WaitingFor.OUTPUTS and not missing_outputs(ledger, node):
            ledger.wait_for(node, WaitingFor.CONFIRM if node.accepted_at is None else WaitingFor.DONE, by=by)


def _output(ledger: Ledger, node: Latest, name: str) -> OutputSpec:
    found = next((output for output in ledger.plan.specs[node.key].outputs if output.name == name), None)
    if found is None:
        raise ActRefused(_("This node has no output “%(name)s”.") % {"name": name})
    return found


def _value(node: Latest, spec: OutputSpec, override: Override, *, by: int, who: str) -> OutputChoice:
    reason = f"chosen by {who}"
    if spec.type == "text":
        if override.text is None:
            raise ActRefused(_("Output “%(name)s” is a text; write it.") % {"name": spec.name})
        digest = hashlib.sha256(override.text.encode()).hexdigest()
        return OutputChoice(spec.name, spec.type, override.text, None, digest, reason)
    if override.new is not None:
        artifact = store_artifact(node.id, override.new, author_id=by)
        return OutputChoice(spec.name, spec.type, "", artifact.pk, artifact.sha256, reason)
    return _picked(node, spec, override.artifact, reason)


def _picked(node: Latest, spec: OutputSpec, public_id: str, reason: str) -> OutputChoice:
    found = sql.row(PICKED, (public_id, node.id))
    if found is None:
        raise ActRefused(_("Choose an artifact of this node version."))
    artifact_id, kind, name, sha256 = found
    if not accepts(spec.type, kind, name):
        kinds = {"name": spec.name, "type": spec.type, "other": kind}
        raise ActRefused(_("Output “%(name)s” is a %(type)s; this is a %(other)s.") % kinds)
    return OutputChoice(spec.name, spec.type, "", int(artifact_id), sha256, reason)
