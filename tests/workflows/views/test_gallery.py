"""Adding a worked example to a space."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.factories import make_space
from workflows.gallery import examples
from workflows.models import Workflow

ADDRESS = "/s/demo/gallery/requirement_to_code/copies/"


def test_example_becomes_a_published_template(builder: User, builder_client: Client) -> None:
    make_space(builder=builder)
    answer = builder_client.post(ADDRESS, follow=True)
    workflow = Workflow.objects.get()
    assert workflow.live_version is not None
    html = answer.content.decode()
    assert "is now a template of this space" in html
    assert f"/s/demo/workflows/{workflow.slug}/start/" in html


def test_gallery_leaves_out_what_the_space_has(builder: User, builder_client: Client) -> None:
    make_space(builder=builder)
    builder_client.post(ADDRESS)
    html = builder_client.get("/s/demo/").content.decode()
    assert ADDRESS not in html
    assert html.count("/copies/") == len(examples()) - 1


@pytest.mark.parametrize(("role", "status"), [("viewer", 403), (None, 404)])
def test_adding_is_for_builders(viewer: User, role: str | None, status: int) -> None:
    make_space(**({role: viewer} if role else {}))  # type: ignore[arg-type]
    client = Client()
    client.force_login(viewer)
    assert client.post(ADDRESS).status_code == status
    assert not Workflow.objects.exists()


def test_unknown_example_does_not_exist(builder: User, builder_client: Client) -> None:
    make_space(builder=builder)
    assert builder_client.post("/s/demo/gallery/nothing/copies/").status_code == 404
    assert builder_client.get(ADDRESS).status_code == 405


def test_pages_show_pictures_of_every_example(builder: User, builder_client: Client) -> None:
    make_space(builder=builder)
    for address in ("/s/demo/gallery/", "/s/demo/"):
        html = builder_client.get(address).content.decode()
        assert html.count('<svg class="picture"') == len(examples())
        for found in examples():
            assert found.document.description in html
            assert all(f"<title>{node.title}</title>" in html for node in found.document.nodes)
    builder_client.post(ADDRESS)
    assert html.count("picture--small") == 0
    assert builder_client.get("/s/demo/").content.decode().count('<svg class="picture picture--small"') == 1


def test_using_one_opens_its_editor(builder: User, builder_client: Client) -> None:
    make_space(builder=builder)
    answer = builder_client.post(ADDRESS)
    assert answer["Location"] == "/s/demo/workflows/requirement-to-code/"
    answer = builder_client.post(ADDRESS, headers={"HX-Request": "true"})
    assert answer["HX-Redirect"] == "/s/demo/workflows/requirement-to-code-2/"


def test_viewer_looks_at_the_gallery_and_outsiders_find_none(viewer: User, outsider: User) -> None:
    make_space(viewer=viewer)
    for person, status in ((viewer, 200), (outsider, 404)):
        client = Client()
        client.force_login(person)
        answer = client.get("/s/demo/gallery/")
        assert answer.status_code == status
        assert "/copies/" not in answer.content.decode()
