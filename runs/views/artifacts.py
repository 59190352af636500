"""Artifacts: to read, and to download. What an agent made is never trusted: text is escaped or sanitised, bytes are
sent as an attachment that no browser opens in our name."""

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from runs.access import get_artifact_or_404
from runs.archives import ARCHIVE_MAX_BYTES, zipped
from runs.artifacts import blob_content
from runs.models import Artifact, Run
from runs.pages.archive import archive_entries, archive_name
from runs.pages.artifact import artifact_view
from runs.pages.panel import artifact_row
from runs.views.loading import load_node_run, load_run
from runs.views.rendering import is_fragment
from runs.views.streaming import streamed
from spaces.access import SpaceRequest, space_view


@require_safe
@space_view
def detail(request: SpaceRequest, run_id: str, artifact_id: str) -> HttpResponse:
    """Show an artifact: Markdown rendered, other text as it is, a link with a warning."""
    run, artifact = _load(request, run_id, artifact_id)
    context = {"artifact": artifact_row(artifact), "view": artifact_view(run, artifact), "run": run}
    if is_fragment(request):
        return render(request, "runs/artifacts/_content.html", {**context, "close": True})
    home = reverse("runs:space-home", args=[request.space.slug])
    page = reverse("runs:run-detail", args=[request.space.slug, run.public_id])
    trail = [(request.space.name, home), (run.title or str(run.version.workflow), page)]
    return render(request, "runs/artifacts/detail.html", {**context, "space": request.space, "trail": trail})


@require_safe
@space_view
def content(request: SpaceRequest, run_id: str, artifact_id: str) -> HttpResponse:
    """Send the bytes to be saved."""
    artifact = _load(request, run_id, artifact_id)[1]
    if artifact.blob is None:
        raise Http404
    response = HttpResponse(bytes(artifact.blob.content), content_type="application/octet-stream")
    _saved(response, artifact.name.rsplit("/", 1)[-1])
    response["Cache-Control"] = "private, max-age=31536000, immutable"
    return response


@require_safe
@space_view
def archive(request: SpaceRequest, run_id: str) -> HttpResponseBase:
    """Send all artifacts of the run, or of the version of a node that the address names, as a zip made on the way."""
    run = load_run(request, run_id)
    key = request.GET.get("node")
    node = load_node_run(request, run_id, key, request.GET.get("version")) if key else None
    entries = archive_entries(run, node)
    if sum(entry.size_bytes for entry in entries) > ARCHIVE_MAX_BYTES:
        messages.error(request, _("That is more than 500 MiB at once. Download the artifacts node by node."))
        return redirect("runs:run-detail", request.space.slug, run.public_id)
    response = streamed(request, zipped(entries, blob_content), content_type="application/zip")
    return _saved(response, archive_name(run, node))


def _saved(response: HttpResponseBase, file_name: str) -> HttpResponseBase:
    """Make an answer a file to be saved that no browser opens in our name, whatever is in it."""
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=file_name) or "attachment"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _load(request: SpaceRequest, run_id: str, artifact_id: str) -> tuple[Run, Artifact]:
    run = load_run(request, run_id)
    artifact = get_artifact_or_404(request.user, artifact_id)
    if artifact.node_run.run_id != run.pk:
        raise Http404
    return run, artifact
