"""The list of a person's spaces. A space's own page shows its runs, so it is in the runs app (`runs:space-home`)."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from spaces.models import Membership


@require_safe
@login_required
def index(request: HttpRequest) -> HttpResponse:
    """Show my spaces; with only one, go there."""
    person = request.user
    mine = Membership.objects.filter(user=person)  # type: ignore[misc]  # signed in
    memberships = list(mine.select_related("space").order_by("space__name"))
    if len(memberships) == 1:
        return redirect("runs:space-home", memberships[0].space.slug)
    return render(request, "spaces/spaces/index.html", {"memberships": memberships})
