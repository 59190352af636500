"""What is personal does not exist for others: every address, every socket, every command, whoever asks but its owner.

The tables below are held against the URL resolver and the list of commands: an address or a command without a row
fails, and so does a row whose owner does not get through (it would prove nothing).
"""

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command, get_commands
from django.db import connections, transaction
from django.test import Client
from django.urls import get_resolver, reverse

from runs.consumers import LiveConsumer
from runs.live import hub
from runs.models import Notification, NotificationSetting, Run
from runs.uploads import Upload
from spaces.models import Membership, Role, Space
from tests.factories import document_of, make_run, make_space, make_workflow
from tests.runs.test_pictures import png
from tests.runs.turns import answer
from tests.workflows.task_templates.conftest import make_task_template
from workflows.document import from_json, to_yaml
from workflows.models import ExecutorConsent, Workflow

SECRET = "quokka"
OTHERS = ("colleague", "admin", "outsider")
LIST, WORKFLOW, TASK_TEMPLATE, RUN = "list", "workflow", "task template", "run"
OWN = "own"  # a person's own across their spaces: everybody has it, so nobody gets a 404
OWN_ACT = "own act"  # done to all of one's own; it names nothing of anybody


@dataclass(frozen=True)
class Row:
    """What an address is about, and what its owner posts or asks so that it answers."""

    about: str
    data: dict[str, Any] = field(default_factory=dict)
    query: str = ""


ACT = {"version": 1}
ADDRESSES = {
    "workflows:workflow-create": Row(LIST),
    "workflows:workflow-import": Row(LIST),
    "workflows:gallery-index": Row(LIST),
    "workflows:gallery-copy-create": Row(LIST),
    "workflows:consent-index": Row(LIST),
    "workflows:task-template-index": Row(LIST),
    "workflows:task-template-create": Row(LIST),
    "runs:space-home": Row(LIST),
    "runs:space-activity": Row(LIST),
    "runs:task-preview-create": Row(LIST),
    "runs:my-task-index": Row(LIST),
    "runs:run-index": Row(LIST),
    "runs:run-export": Row(LIST),
    "runs:run-cancellations-create": Row(LIST),
    "runs:run-comparison": Row(LIST),
    "runs:saved-filter-create": Row(LIST),
    "runs:saved-filter-deletion-create": Row(LIST),
    "runs:my-task-list": Row(OWN),
    "runs:my-task-count": Row(OWN),
    "runs:notification-index": Row(OWN),
    "runs:notification-glance": Row(OWN),
    "runs:notification-readings-create": Row(OWN_ACT),
    "runs:notification-setting-update": Row(OWN_ACT),
    "runs:notification-reading-create": Row(RUN),
    "runs:run-ticket": Row(RUN),
    "runs:run-ticket-file": Row(RUN),
    "runs:run-template-file": Row(RUN),
    "workflows:workflow-detail": Row(WORKFLOW),
    "workflows:draft-update": Row(WORKFLOW),
    "workflows:copy-create": Row(WORKFLOW),
    "workflows:version-index": Row(WORKFLOW),
    "workflows:version-detail": Row(WORKFLOW),
    "workflows:version-comparison": Row(WORKFLOW),
    "workflows:template-panel": Row(WORKFLOW),
    "workflows:node-panel": Row(WORKFLOW, {"document": json.dumps(document_of("a"))}),
    "workflows:publication-create": Row(WORKFLOW),
    "workflows:unpublication-create": Row(WORKFLOW),
    "workflows:restoration-create": Row(WORKFLOW),
    "workflows:restoration-delete": Row(WORKFLOW),
    "workflows:workflow-export": Row(WORKFLOW),
    "workflows:duplicate-create": Row(WORKFLOW),
    "workflows:archive-create": Row(WORKFLOW),
    "workflows:archive-delete": Row(WORKFLOW),
    "workflows:deletion-create": Row(WORKFLOW),
    "workflows:transfer-create": Row(WORKFLOW),
    "workflows:favourite-update": Row(WORKFLOW),
    "workflows:visibility-update": Row(WORKFLOW),
    "workflows:consent-create": Row(WORKFLOW),
    "workflows:consent-delete": Row(WORKFLOW),
    "workflows:clipping-create": Row(WORKFLOW),
    "workflows:node-template-create": Row(WORKFLOW),
    "workflows:kept-draft-restore": Row(WORKFLOW),
    "runs:run-create": Row(WORKFLOW),
    "runs:last-run-detail": Row(WORKFLOW),
    "runs:output-trial": Row(WORKFLOW),
    "workflows:task-template-detail": Row(TASK_TEMPLATE),
    "workflows:task-template-edit": Row(TASK_TEMPLATE),
    "workflows:task-template-version-detail": Row(TASK_TEMPLATE),
    "workflows:task-template-comparison": Row(TASK_TEMPLATE),
    "workflows:task-template-upgrade": Row(TASK_TEMPLATE),
    "workflows:task-template-restoration-create": Row(TASK_TEMPLATE),
    "workflows:task-template-duplicate-create": Row(TASK_TEMPLATE),
    "workflows:task-template-visibility-update": Row(TASK_TEMPLATE),
    "workflows:task-template-archive-create": Row(TASK_TEMPLATE),
    "workflows:task-template-archive-delete": Row(TASK_TEMPLATE),
    "workflows:task-template-deletion-create": Row(TASK_TEMPLATE),
    "runs:run-detail": Row(RUN),
    "runs:run-overview": Row(RUN),
    "runs:run-timeline": Row(RUN),
    "runs:node-panel": Row(RUN),
    "runs:run-cancellation-create": Row(RUN),
    "runs:message-detail": Row(RUN),
    "runs:message-branch": Row(RUN),
    "runs:message-text": Row(RUN),
    "runs:artifact-detail": Row(RUN),
    "runs:artifact-content": Row(RUN),
    "runs:artifact-preview": Row(RUN),
    "runs:artifact-comparison": Row(RUN, query="?before={artifact_id}&after={artifact_id}"),
    "runs:artifact-archive": Row(RUN),
    "runs:artifact-picture": Row(RUN),
    "runs:version-comparison": Row(RUN),
    "runs:message-index": Row(RUN),
    "runs:message-create": Row(RUN, ACT),
    "runs:confirmation-create": Row(RUN, ACT),
    "runs:completion-create": Row(RUN, ACT),
    "runs:stop-create": Row(RUN, ACT),
    "runs:restart-create": Row(RUN, ACT),
    "runs:retry-create": Row(RUN, ACT),
    "runs:node-cancellation-create": Row(RUN, ACT),
    "runs:node-plan": Row(RUN),
    "runs:rerun-choices": Row(RUN),
    "runs:output-choice-create": Row(RUN, ACT),
}
COMMANDS = {  # what each is called with on behalf of somebody: {user} is their name, {run} the run's id, {file} a file
    "export_template": ["quokka", "--space", "demo", "--user", "{user}"],
    "import_template": ["{file}", "--space", "demo", "--user", "{user}"],
    "start_run": ["quokka", "--space", "demo", "--user", "{user}"],
    "show_run": ["{run}", "--user", "{user}"],
    "cancel_run": ["{run}", "--user", "{user}"],
    "node_act": ["{run}", "a", "confirm", "--user", "{user}"],
}
NOT_ABOUT_ONE = {"fire_schedules"}  # commands of the apps that name no template and no run


@dataclass(frozen=True)
class Scene:
    """A personal template, a personal task template, and a run that waits; every text of them holds the secret."""

    workflow: Workflow
    run: Run
    values: dict[str, Any]

    def address(self, name: str, about: str) -> str:
        """Write an address of the table."""
        pattern = next(pattern for found, pattern in patterns() if found == name)
        values = self.values | {"key": "bug_triage" if "gallery" in name else "a"}
        place = reverse(name, kwargs={key: values[key] for key in pattern.converters})
        return place + ADDRESSES[name].query.format(**values)


def patterns() -> Iterator[tuple[str, Any]]:
    """Give every named address of the two apps."""
    for resolver in get_resolver().url_patterns:
        if getattr(resolver, "app_name", None) in ("workflows", "runs"):
            yield from ((f"{resolver.app_name}:{found.name}", found.pattern) for found in resolver.url_patterns)


@pytest.fixture
def space(admin: User, builder: User, outsider: User) -> Space:
    space = make_space(admin=admin, builder=builder)
    colleague = User.objects.create_user("colleague")
    Membership.objects.create(space=space, user=colleague, role=Role.BUILDER)
    return space


@pytest.fixture
def scene(space: Space, builder: User) -> Scene:
    outputs = [{"name": "file", "type": "file", "description": SECRET}]
    source = document_of("a → b", confirm=["a"], nodes={"a": {"title": SECRET, "outputs": outputs}})
    source |= {"name": f"The {SECRET} plan", "description": SECRET, "visibility": "personal"}
    workflow = make_workflow(source, space=space, owner=builder, slug=SECRET, visibility="personal")
    make_task_template(space, builder, SECRET, visibility="personal")
    run = make_run(workflow, title=f"The {SECRET} run")
    picture = png(1, 1) + SECRET.encode()
    answer(run, "a", SECRET, outputs={"file": Upload(f"{SECRET}.md", picture)})
    node = run.node_runs.get(key="a", is_latest=True)
    told = Notification.objects.create(user=builder, run=run, node_run=node, kind="waiting", waiting_for="confirm")
    values = {
        "notice": told.pk,
        "space_slug": "demo",
        "slug": SECRET,
        "number": 1,
        "run_id": run.public_id,
        "name": "file",
        "message_id": node.messages.first().public_id,  # type: ignore[union-attr]
        "artifact_id": node.artifacts.get().public_id,
    }
    return Scene(workflow, run, values)


def said(answer: Any) -> str:
    """Read an answer, also one that is streamed."""
    return str((answer.getvalue() if answer.streaming else answer.content).decode())


def browser(name: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=name))
    return client


def test_tables_have_every_address_and_every_command() -> None:
    assert {name for name, _ in patterns()} == set(ADDRESSES)
    apps = ("workflows", "runs")
    assert {name for name, app in get_commands().items() if app in apps} - NOT_ABOUT_ONE == set(COMMANDS)


@pytest.mark.parametrize("name", [name for name, row in ADDRESSES.items() if row.about not in (LIST, OWN, OWN_ACT)])
def test_address_of_what_is_personal_leads_others_nowhere(scene: Scene, name: str) -> None:
    row = ADDRESSES[name]
    address = scene.address(name, row.about)
    for headers in ({}, {"HX-Request": "true", "HX-Request-Type": "partial"}):
        for person in OTHERS:
            client = browser(person)
            answers = [client.get(address, headers=headers), client.post(address, row.data, headers=headers)]
            assert {found.status_code for found in answers} in ({404}, {404, 405}), (person, address)
            assert all(SECRET not in found.content.decode().replace(address, "") for found in answers)
    with transaction.atomic():
        owner = browser("builder")
        mine = [owner.get(address).status_code, owner.post(address, row.data).status_code]
        transaction.set_rollback(True)
    assert set(mine) - {404, 405}, f"{address} answers not even its owner: the row proves nothing"


QUERIES = ("", f"?q={SECRET}", "?personal=1", "?problems=1&unpublished=1", "?archived=1", f"?template={SECRET}")


@pytest.mark.parametrize("name", [name for name, row in ADDRESSES.items() if row.about == LIST])
def test_lists_and_forms_do_not_mention_what_is_personal(scene: Scene, name: str) -> None:
    address = scene.address(name, LIST)
    for person in ("colleague", "admin"):
        for query in (*QUERIES, f"?run={scene.run.public_id}&node=a&tab=waiting"):
            found = browser(person).get(address + query)
            assert found.status_code in (200, 302, 405)
            text = said(found).replace(f"q={SECRET}", "").replace(f'value="{SECRET}"', "")
            assert SECRET not in text.replace(f"template={SECRET}", ""), (person, address, query)
        for query in (f"?before={scene.run.public_id}", f"?after={scene.run.public_id}"):
            found = browser(person).get(address + query)
            assert found.status_code == (404 if name == "runs:run-comparison" else found.status_code)
            assert SECRET not in said(found)
        given = {"run": scene.run.public_id}
        assert SECRET not in browser(person).post(address, given).content.decode()
        scene.run.refresh_from_db()
        assert scene.run.status == "waiting"
    answers = [browser("outsider").get(address), browser("outsider").post(address)]
    assert {found.status_code for found in answers} <= {404, 405}
    assert 404 in {found.status_code for found in answers}


@pytest.mark.parametrize("name", [name for name in ADDRESSES if name.startswith("workflows:task-template-")])
def test_shared_task_template_does_not_say_which_personal_workflow_uses_it(
    scene: Scene, space: Space, builder: User, name: str
) -> None:
    make_task_template(space, builder, "Shared")
    source = scene.workflow.draft | {"nodes": [{"key": "a", "type": "task", "task_template": "shared@1"}], "edges": []}
    scene.workflow.draft = source
    scene.workflow.save(update_fields=["draft"])
    address = scene.address(name, TASK_TEMPLATE).replace(SECRET, "shared")
    for person in ("colleague", "admin"):
        text = browser(person).get(address, {"workflow": SECRET}).content.decode()
        assert SECRET not in text.replace(f"workflow={SECRET}", "")


@pytest.mark.parametrize("name", [name for name, row in ADDRESSES.items() if row.about == OWN])
def test_what_is_ones_own_holds_nothing_of_others(scene: Scene, name: str) -> None:
    address = scene.address(name, OWN)
    chosen = f"{address}?run={scene.run.public_id}&node=a"
    for person in OTHERS:
        for query in (address, f"{address}?tab=started", chosen):
            found = browser(person).get(query)
            assert (found.status_code, SECRET in found.content.decode()) == (200, False), (person, query)
    assert browser("builder").get(chosen).status_code == 200


@pytest.mark.parametrize("name", [name for name, row in ADDRESSES.items() if row.about == OWN_ACT])
def test_act_on_ones_own_touches_nothing_of_others(scene: Scene, name: str) -> None:
    for person in OTHERS:
        assert browser(person).post(scene.address(name, OWN_ACT)).status_code == 302
    assert Notification.objects.told_to(scene.run.initiator).unread().count() == 1
    assert not NotificationSetting.objects.filter(user=scene.run.initiator).exists()


def test_own_lists_find_what_is_personal_for_its_owner(scene: Scene) -> None:
    """Else the tests above would prove nothing."""
    for address in ("/tasks/", "/s/demo/tasks/", "/s/demo/runs/", "/s/demo/runs.csv", f"/s/demo/runs/?q={SECRET}+run"):
        assert f"The {SECRET} run" in said(browser("builder").get(address)), address


def test_consent_of_another_to_a_template_that_became_personal_is_not_shown(scene: Scene) -> None:
    colleague = User.objects.get(username="colleague")
    ExecutorConsent.objects.create(workflow=scene.workflow, user=colleague)
    assert SECRET not in browser("colleague").get("/s/demo/consents/").content.decode()


# --- Sockets --------------------------------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
async def test_socket_of_a_personal_run_is_closed_to_others(scene: Scene) -> None:
    try:
        for person in OTHERS:
            socket = WebsocketCommunicator(LiveConsumer.as_asgi(), f"/ws/live/?run={scene.run.public_id}")
            socket.scope["user"] = await User.objects.aget(username=person)
            await socket.connect(120)
            assert (await socket.receive_output(120))["code"] == 4404, person
        mine = WebsocketCommunicator(LiveConsumer.as_asgi(), f"/ws/live/?run={scene.run.public_id}")
        mine.scope["user"] = await User.objects.aget(username="builder")
        await mine.connect(120)
        assert (await mine.receive_output(120))["type"] == "websocket.send"
        await mine.disconnect(timeout=120)
    finally:
        await hub().stop()
        await sync_to_async(connections.close_all)()


# --- Commands -------------------------------------------------------------------------------------------------------
def called(name: str, arguments: list[str]) -> tuple[int, str]:
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command(name, *arguments, "--json", stdout=out, stderr=err)
    except CommandError as failure:
        return failure.returncode, out.getvalue() + err.getvalue()
    return 0, out.getvalue()


@pytest.mark.parametrize("name", [name for name in COMMANDS if name != "import_template"])
def test_commands_find_nothing_personal_for_others(scene: Scene, name: str) -> None:
    for person in OTHERS:
        values = {"user": person, "run": scene.run.public_id, "file": ""}
        code, text = called(name, [word.format(**values) for word in COMMANDS[name]])
        assert code == 2, (person, text)
        assert f"The {SECRET}" not in text, person
    values["user"] = "builder"
    code, text = called(name, [word.format(**values) for word in COMMANDS[name]])
    assert code == 0, text


def test_export_on_behalf_of_nobody_finds_nothing_personal(scene: Scene) -> None:
    code, text = called("export_template", ["quokka", "--space", "demo"])
    assert (code, f"The {SECRET}" in text) == (2, False)


def test_import_of_the_same_name_touches_and_mentions_nothing_personal(scene: Scene, tmp_path: Any) -> None:
    file = tmp_path / "plan.yaml"
    file.write_text(to_yaml(from_json(scene.workflow.draft | {"visibility": "space"})))
    for person in ("colleague", "admin"):
        words = [word.format(user=person, run="", file=file) for word in COMMANDS["import_template"]]
        code, text = called("import_template", words)
        assert code == 0
        assert json.loads(text)["slug"] != SECRET
    scene.workflow.refresh_from_db()
    assert scene.workflow.draft_revision == 1
