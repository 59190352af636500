"""Messages of a node version: pages of them, one, its raw text, what it replaced; and saying something."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from runs.access import get_message_or_404
from runs.actions.chat import say
from runs.forms import MessageForm
from runs.models import Message, NodeRun, Run
from runs.pages.conversation import (
    Conversation,
    earlier_branch,
    latest_messages,
    messages_after,
    messages_around,
    one_message,
    raw_text,
)
from runs.views.answers import answer_act
from runs.views.loading import load_node_run, load_run, whole_number
from spaces.access import SpaceRequest, space_view


@require_safe
@space_view
def index(request: SpaceRequest, run_id: str, key: str) -> HttpResponse:
    """Give a page of messages: before or after an ordinal, around a message, or the last ones."""
    node_run = load_node_run(request, run_id, key, request.GET.get("version"))
    context: dict[str, Any] = {"run": node_run.run, "node": node_run}
    after = whole_number(request.GET.get("after"))
    if after is not None:
        found = messages_after(node_run, after)
        context |= {"conversation": found, "last": found.last or after}
        return render(request, "runs/messages/_new.html", context)
    before = whole_number(request.GET.get("before"))
    around = request.GET.get("around")
    found = _around(request, node_run, around) if around else latest_messages(node_run, before)
    template = "runs/messages/_before.html" if before is not None else "runs/messages/_window.html"
    return render(request, template, {**context, "conversation": found})


def _around(request: SpaceRequest, node_run: NodeRun, message_id: str) -> Conversation:
    message = get_message_or_404(request.user, message_id)
    if message.node_run_id != node_run.pk:
        raise Http404
    return messages_around(node_run, message)


@require_safe
@space_view
def branch(request: SpaceRequest, run_id: str, message_id: str) -> HttpResponse:
    """Give what a message replaced when it was said again: its earlier branch, a page of it."""
    run, message = _load(request, run_id, message_id)
    found = earlier_branch(message, whole_number(request.GET.get("after")) or 0)
    return render(request, "runs/messages/_branch.html", {"run": run, "message": message, "conversation": found})


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
    context = {"run": run, "message": one_message(message), "archived": message.superseded_by_id is not None}
    return render(request, "runs/messages/_message.html", context)


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
