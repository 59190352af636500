"""Artifacts: to read, to compare, and to download. What an agent made is never trusted: text is escaped or sanitised,
pictures are told by their bytes, everything else is sent as an attachment that no browser opens in our name."""

from typing import TypeVar

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from runs.access import get_artifact_or_404, older_revision_or_404
from runs.archives import ARCHIVE_MAX_BYTES, zipped
from runs.artifacts import blob_content
from runs.models import Artifact, Run
from runs.pages.artifacts.archive import archive_entries, archive_name
from runs.pages.artifacts.artifact import artifact_page, compared_with, revisions_of
from runs.pages.artifacts.inline import inline_changes, inline_preview
from runs.pictures import drawn_as
from runs.views.loading import load_node_run, load_run, whole_number
from runs.views.rendering import is_fragment
from runs.views.streaming import streamed
from spaces.access import SpaceRequest, space_view

R = TypeVar("R", bound=HttpResponseBase)


@require_safe
@space_view
def detail(request: SpaceRequest, run_id: str, artifact_id: str) -> HttpResponse:
    """Show an artifact, as what it is or as it is written; with `view=changes` what differs from `against`."""
    run, artifact = _load(request, run_id, artifact_id)
    revisions = revisions_of(artifact)
    other = compared_with(revisions, request.GET.get("against", "")) if request.GET.get("view") == "changes" else None
    against = get_artifact_or_404(request.user, other.public_id) if other else None
    shown = artifact_page(run, artifact, revisions, against, request.GET)
    if is_fragment(request):
        return render(request, "runs/artifacts/_content.html", {"shown": shown, "close": True})
    home = reverse("runs:space-home", args=[request.space.slug])
    page = reverse("runs:run-detail", args=[request.space.slug, run.public_id])
    trail = [(request.space.name, home), (run.title or str(run.version.workflow), page)]
    return render(request, "runs/artifacts/detail.html", {"shown": shown, "space": request.space, "trail": trail})


@require_safe
@space_view
def preview(request: SpaceRequest, run_id: str, artifact_id: str) -> HttpResponse:
    """Show the beginning of an artifact below its card; with `since` what changed after that revision of it."""
    run, artifact = _load(request, run_id, artifact_id)
    since = whole_number(request.GET.get("since"))
    if not is_fragment(request):
        return redirect("runs:artifact-detail", request.space.slug, run.public_id, artifact.public_id)
    before = older_revision_or_404(artifact, since) if since else None
    shown = inline_changes(run, artifact, before) if before else inline_preview(run, artifact)
    return render(request, "runs/artifacts/_inline.html", {"shown": shown})


@require_safe
@space_view
def content(request: SpaceRequest, run_id: str, artifact_id: str) -> HttpResponse:
    """Send the bytes to be saved."""
    return _bytes(_load(request, run_id, artifact_id)[1], "application/octet-stream")


@require_safe
@space_view
def picture(request: SpaceRequest, run_id: str, artifact_id: str) -> HttpResponse:
    """Send a picture to be drawn in a page, as what its own bytes say it is. What may not be drawn is not here."""
    artifact = _load(request, run_id, artifact_id)[1]
    kind = drawn_as(bytes(artifact.blob.content)) if artifact.blob else None
    if kind is None:
        raise Http404
    return _bytes(artifact, kind, to_save=False)


@require_safe
@space_view
def archive(request: SpaceRequest, run_id: str) -> HttpResponseBase:
    """Send all artifacts of the run, or of the version of a node that the address names, as a zip made on the way."""
    run = load_run(request, run_id)
    key = request.GET.get("node")
    node = load_node_run(request, run_id, key, request.GET.get("version")) if key else None
    entries = archive_entries(run, node)
    if not entries or sum(entry.size_bytes for entry in entries) > ARCHIVE_MAX_BYTES:
        why = _("That is more than 200 MiB at once. Download the artifacts node by node.")
        messages.error(request, why if entries else _("There are no artifacts yet."))
        return redirect("runs:run-detail", request.space.slug, run.public_id)
    response = streamed(request, zipped(entries, blob_content), content_type="application/zip")
    return _guarded(response, archive_name(run, node))


def _bytes(artifact: Artifact, content_type: str, *, to_save: bool = True) -> HttpResponse:
    """Answer with the content of an artifact; a revision never changes, so a browser may keep it for its person."""
    if artifact.blob is None:
        raise Http404
    response = HttpResponse(bytes(artifact.blob.content), content_type=content_type)
    response["Cache-Control"] = "private, max-age=31536000, immutable"
    return _guarded(response, artifact.name.rsplit("/", 1)[-1], to_save=to_save)


def _guarded(response: R, file_name: str, *, to_save: bool = True) -> R:
    """Let a browser make nothing of an answer but what its type says, and run nothing that is in it.

    `to_save`: it is a file to be saved, whatever it is.
    """
    disposition = content_disposition_header(as_attachment=to_save, filename=file_name)
    response["Content-Disposition"] = disposition or ("attachment" if to_save else "inline")
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _load(request: SpaceRequest, run_id: str, artifact_id: str) -> tuple[Run, Artifact]:
    run = load_run(request, run_id)
    artifact = get_artifact_or_404(request.user, artifact_id)
    if artifact.node_run.run_id != run.pk:
        raise Http404
    return run, artifact
