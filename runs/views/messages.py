"""Messages of a node version: what was said since or before, one of them, its raw text; and saying something."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from runs.access import get_message_or_404
from runs.actions.chat import say
from runs.forms import MessageForm
from runs.models import Message, Run
from runs.pages.conversation import latest_messages, messages_after, one_message, raw_text
from runs.views.answers import answer_act
from runs.views.loading import load_node_run, load_run, whole_number
from spaces.access import SpaceRequest, space_view


@require_safe
@space_view
def index(request: SpaceRequest, run_id: str, key: str) -> HttpResponse:
    """Give the messages after an ordinal with a new tail, or those before one."""
    node_run = load_node_run(request, run_id, key, request.GET.get("version"))
    before = whole_number(request.GET.get("before"))
    context = {"run": node_run.run, "node": node_run}
    if before is not None:
        found = latest_messages(node_run, before)
        return render(request, "runs/messages/_before.html", {**context, "conversation": found})
    after = whole_number(request.GET.get("after")) or 0
    found = messages_after(node_run, after)
    return render(request, "runs/messages/_new.html", {**context, "conversation": found, "last": found.last or after})


@require_POST
@space_view
def create(request: SpaceRequest, run_id: str, key: str) -> HttpResponse:
    """Say something to the node's agent, with files; or say it again, in place of an earlier message."""
    form = MessageForm(request.POST, request.FILES)
    node_run = load_node_run(request, run_id, key, request.POST.get("version"))

    def act() -> None:
        said = form.cleaned_data
        files, replaced, kept = said["uploads"], said["instead_of"], said["keep"]
        say(
            node_run=node_run, by=request.user, text=said["text"], uploads=files, instead_of=replaced, keep=kept
        )  # fmt: skip

    return answer_act(request, node_run, form, act)


@require_safe
@space_view
def detail(request: SpaceRequest, run_id: str, message_id: str) -> HttpResponse:
    """Give one message as it is now."""
    run, message = _load(request, run_id, message_id)
    return render(request, "runs/messages/_message.html", {"run": run, "message": one_message(message)})


@require_safe
@space_view
def text(request: SpaceRequest, run_id: str, message_id: str) -> HttpResponse:
    """Give the raw text of a message, so far if it still streams."""
    _run, message = _load(request, run_id, message_id)
    return HttpResponse(raw_text(message), content_type="text/plain; charset=utf-8")


def _load(request: SpaceRequest, run_id: str, message_id: str) -> tuple[Run, Message]:
    run = load_run(request, run_id)
    message = get_message_or_404(request.user, message_id)
    if message.node_run.run_id != run.pk:
        raise Http404
    return run, message
