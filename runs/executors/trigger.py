"""A trigger in a run that was started by hand: what was answered at start becomes its outputs. Runs on a host.

It calls no model and has no conversation. What nobody answered has no value, except where the kind of trigger knows
one itself (the time of a schedule). Firing by itself is not here: a run that exists has been started.
"""

import hashlib

from django.utils.translation import gettext as _

from runs.desk import Desk
from runs.executors.base import Done, Job, Outcome, OutputChoice
from runs.graphs import version_graph
from runs.models import Run
from workflows import node_types
from workflows.document import OutputSpec


class TriggerExecutor:
    """Executes nodes of the types `trigger.…`."""

    async def execute(self, job: Job, desk: Desk) -> Outcome:
        """Give out the values of the start; always succeeds."""
        return Done(await desk.db(_values, job))


def _values(job: Job) -> tuple[OutputChoice, ...]:
    run = Run.objects.only("inputs", "started_at").get(pk=job.run_id)
    spec = version_graph(job.version_id).specs[job.key]
    given = run.inputs.get(job.key, {})
    usual = node_types.get(spec.type).by_hand(spec.config, run.started_at)
    chosen = []
    for output in spec.outputs:
        if given.get(output.name, {}).get("value"):
            chosen.append(_choice(output, given[output.name]["value"], _("Given at start")))
        elif usual.get(output.name):
            chosen.append(_choice(output, usual[output.name], _("The moment the run was started")))
    return tuple(chosen)


def _choice(output: OutputSpec, text: str, reason: str) -> OutputChoice:
    digest = hashlib.sha256(text.encode()).hexdigest()
    return OutputChoice(output.name, output.type, text, None, digest, reason)
