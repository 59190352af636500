"""Connections that other templates name are offered where one is typed; nobody learns of what they may not see."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from spaces.models import Space
from tests.factories import make_space
from workflows.models import Workflow
from workflows.panels.known_names import connection_names

PUSH = "trigger.codebase"


@pytest.fixture
def space(builder: User, viewer: User) -> Space:
    return make_space(builder=builder, viewer=viewer)


def drafted(space: Space, owner: User, *nodes: Any, **fields: Any) -> Workflow:
    number = Workflow.objects.count()
    draft = {"aime": 1, "name": f"W{number}", "nodes": list(nodes)}
    return Workflow.objects.create(
        space=space, owner=owner, slug=f"w{number}", name=f"W{number}", draft=draft, **fields
    )


def push(name: Any) -> dict[str, Any]:
    return {"key": "push", "type": PUSH, "connection": name}


def test_names_of_the_kind_are_offered_once_and_by_name(space: Space, builder: User, viewer: User) -> None:
    drafted(space, builder, push("web"), {"key": "ci", "type": "pipeline", "connection": "jenkins"})
    drafted(space, builder, push("Api"), push(" web "), push(""), push(7), push(None), {"type": PUSH}, "odd")
    drafted(space, viewer, push("secret"), visibility="personal")
    Workflow.objects.create(space=space, owner=builder, slug="empty", name="Empty", draft=[])
    assert connection_names(PUSH, space, builder) == ("Api", "web")
    assert connection_names(PUSH, space, viewer) == ("Api", "secret", "web")
    assert connection_names("pipeline", space, builder) == ("jenkins",)


def test_other_spaces_and_archived_templates_offer_nothing(space: Space, builder: User) -> None:
    archived = drafted(space, builder, push("old"))
    Workflow.objects.filter(pk=archived.pk).update(archived_at=archived.created_at)
    drafted(Space.objects.create(slug="other", name="Other"), builder, push("elsewhere"))
    assert connection_names(PUSH, space, builder) == ()


def test_panel_offers_them_to_who_may_edit(space: Space, builder: User, builder_client: Client, viewer: User) -> None:
    drafted(space, builder, push("web <1>"))
    workflow = drafted(space, builder, push("n"), {"key": "a", "type": "task"})
    address, posted = f"/s/demo/workflows/{workflow.slug}/panels/", {"document": json.dumps(workflow.draft)}
    html = builder_client.post(f"{address}push/", posted).content.decode()
    assert 'list="connection-names"' in html
    assert '<option value="web &lt;1&gt;">' in html
    assert "connection-names" not in builder_client.post(f"{address}a/", posted).content.decode()
    client = Client()
    client.force_login(viewer)
    assert "web &lt;1&gt;" not in client.post(f"{address}push/", posted).content.decode()
