"""What the start page shows beside its form."""

from typing import Any

from django.urls import reverse

from runs.forms import StartForm
from runs.wording import node_icon
from spaces.models import Space
from workflows.models import Workflow


def start_page(space: Space, workflow: Workflow, form: StartForm) -> dict[str, Any]:
    """Give the context of the start page."""
    return {
        "space": space,
        "workflow": workflow,
        "form": form,
        "steps": [(node, *node_icon(node.type)) for node in form.document.nodes],
        "trail": [(space.name, reverse("runs:space-home", args=[space.slug]))],
    }
