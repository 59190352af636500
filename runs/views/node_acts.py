"""Acts on a node: confirm, done, stop, restart, retry, cancel. Each is a POST; the answer is the node as it is now."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from runs.actions import nodes, outputs
from runs.forms import AcceptForm, ActForm, OutputForm, PlanForm
from runs.models import NodeRun
from runs.transitions.planning import Choice
from runs.uploads import Upload
from runs.views.answers import answer_act
from runs.views.loading import load_node_run
from spaces.access import SpaceRequest, View, space_view

Act = Callable[[SpaceRequest, NodeRun, Any], None]


def act_view(form_class: type[ActForm], planned: str = "") -> Callable[[Act], View]:
    """Make a view of an act: load with permission, bind the form, act, answer. `planned`: its name in plans."""

    def decorate(act: Act) -> View:
        @require_POST
        @space_view
        @wraps(act)
        def view(request: SpaceRequest, run_id: str, key: str) -> HttpResponse:
            form = form_class(request.POST)
            node_run = load_node_run(request, run_id, key, request.POST.get("version"))
            return answer_act(
                request, node_run, form, lambda: act(request, node_run, form.cleaned_data), planned=planned
            )

        return view

    return decorate


def _choice(data: dict[str, Any]) -> Choice:
    return Choice(again=data["again"], seen=data["plan"])


@act_view(AcceptForm, planned="confirm")
def confirm(request: SpaceRequest, node_run: NodeRun, data: dict[str, Any]) -> None:
    """Accept the outputs that the person saw, for the first time."""
    nodes.confirm(node_run=node_run, by=request.user, outputs=data["outputs"], choice=_choice(data))


@act_view(AcceptForm, planned="done")
def complete(request: SpaceRequest, node_run: NodeRun, data: dict[str, Any]) -> None:
    """Accept a reopened version."""
    nodes.done(node_run=node_run, by=request.user, outputs=data["outputs"], choice=_choice(data))


@require_POST
@space_view
def choose_output(request: SpaceRequest, run_id: str, key: str, name: str) -> HttpResponse:
    """Change an output at the gate: another artifact, a text or link, or a file."""
    form = OutputForm(request.POST, request.FILES)
    node_run = load_node_run(request, run_id, key, request.POST.get("version"))

    def act() -> None:
        data, file = form.cleaned_data, form.cleaned_data["file"]
        outputs.choose_output(
            node_run=node_run,
            by=request.user,
            name=name,
            artifact=data["artifact"],
            text=data["text"] or None,
            upload=Upload(file.name, file.read()) if file else None,
        )

    return answer_act(request, node_run, form, act)


@act_view(ActForm)
def stop(request: SpaceRequest, node_run: NodeRun, data: dict[str, Any]) -> None:
    """End the turn that runs."""
    nodes.stop(node_run=node_run, by=request.user)


@act_view(PlanForm, planned="restart")
def restart(request: SpaceRequest, node_run: NodeRun, data: dict[str, Any]) -> None:
    """Give the node a new version."""
    nodes.restart(node_run=node_run, by=request.user, choice=_choice(data))


@act_view(PlanForm, planned="retry")
def retry(request: SpaceRequest, node_run: NodeRun, data: dict[str, Any]) -> None:
    """Try the same message again."""
    nodes.retry_turn(node_run=node_run, by=request.user, choice=_choice(data))


@act_view(ActForm)
def cancel(request: SpaceRequest, node_run: NodeRun, data: dict[str, Any]) -> None:
    """Cancel this version."""
    nodes.cancel_node(node_run=node_run, by=request.user)
