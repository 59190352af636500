"""Loading spaces with permission: outsiders get 404, members below the need 403."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.test import RequestFactory

from spaces.access import SpaceRequest, get_space_or_404, may, space_view
from spaces.models import Permission, Space
from tests.factories import make_space

pytestmark = pytest.mark.django_db


@pytest.fixture
def space(admin: User, builder: User, viewer: User) -> Space:
    make_space("other", admin=admin)
    return make_space("demo", admin=admin, builder=builder, viewer=viewer)


ALLOWED = {
    "admin": set(Permission),
    "builder": {Permission.VIEW, Permission.START, Permission.EDIT},
    "viewer": {Permission.VIEW},
}


@pytest.mark.parametrize("need", Permission)
@pytest.mark.parametrize("name", ALLOWED)
def test_role_decides(space: Space, name: str, need: Permission) -> None:
    user = User.objects.get(username=name)
    assert may(user, space, need) is (need in ALLOWED[name])
    if need in ALLOWED[name]:
        assert get_space_or_404(user, "demo", need=need) == space
    else:
        with pytest.raises(PermissionDenied):
            get_space_or_404(user, "demo", need=need)


@pytest.mark.parametrize("need", Permission)
def test_space_does_not_exist_for_others(space: Space, outsider: User, builder: User, need: Permission) -> None:
    for user, slug in ((outsider, "demo"), (AnonymousUser(), "demo"), (builder, "other"), (builder, "gone")):
        with pytest.raises(Http404):
            get_space_or_404(user, slug, need=need)
    assert not may(outsider, space, need)
    assert not may(AnonymousUser(), space, need)


@space_view
def seen(request: SpaceRequest, run_id: str) -> HttpResponse:
    return HttpResponse(f"{request.space.slug} {request.membership.role} {run_id}")


@space_view(need=Permission.EDIT)
def edited(request: SpaceRequest) -> HttpResponse:
    return HttpResponse("edited")


def call(view: Any, user: Any, rf: RequestFactory, slug: str = "demo", **kwargs: str) -> HttpResponse:
    request = rf.get("/s/demo/")
    request.user = user
    response: HttpResponse = view(request, space_slug=slug, **kwargs)
    return response


def test_view_gets_the_space_and_not_its_slug(space: Space, viewer: User, rf: RequestFactory) -> None:
    assert call(seen, viewer, rf, run_id="7").content == b"demo viewer 7"


def test_view_needs_the_permission(space: Space, viewer: User, builder: User, rf: RequestFactory) -> None:
    assert call(edited, builder, rf).content == b"edited"
    with pytest.raises(PermissionDenied):
        call(edited, viewer, rf)


def test_outsider_gets_404_and_strangers_sign_in(space: Space, outsider: User, rf: RequestFactory) -> None:
    for view, kwargs in ((seen, {"run_id": "7"}), (edited, {})):
        with pytest.raises(Http404):
            call(view, outsider, rf, **kwargs)
        response = call(view, AnonymousUser(), rf, **kwargs)
        assert (response.status_code, response["Location"]) == (302, "/accounts/login/?next=/s/demo/")
