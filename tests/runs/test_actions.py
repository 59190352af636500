"""Starting a run with what is asked, and the acts of people on it: who, when, and what the wrong one says."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from runs.actions import nodes
from runs.actions.chat import say
from runs.actions.runs import cancel_run, start_run
from runs.artifacts import blob_content
from runs.errors import ActForbidden, ActRefused, InvalidInputs
from runs.models import Attempt, Message, NodeRun, Run, RunEvent
from runs.start_inputs import TEXT_MAX_CHARS
from runs.transitions.outputs import outputs_sha256
from runs.uploads import UPLOAD_MAX_BYTES, Upload
from spaces.models import Space
from tests.factories import make_run, make_space, make_workflow
from tests.runs.turns import answer, fail, status_of, take
from workflows.models import Workflow

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 8


def asks(name: str, type_: str = "text", **more: Any) -> dict[str, Any]:
    return {"name": name, "type": type_, "ask": True, **more}


@pytest.fixture
def space(admin: User, builder: User, viewer: User) -> Space:
    return make_space(admin=admin, builder=builder, viewer=viewer)


@pytest.fixture
def run(space: Space, builder: User) -> Run:
    return make_run(make_workflow("a → b", space=space, owner=builder, confirm=["a"]))


def asking(space: Space, owner: User, *inputs: dict[str, Any], **other: Any) -> Workflow:
    return make_workflow("a → b", space=space, owner=owner, nodes={"a": {"inputs": list(inputs)}, **other})


def latest(run: Run, key: str = "a") -> NodeRun:
    return NodeRun.objects.select_related("run").get(run=run, key=key, is_latest=True)


# --- start ------------------------------------------------------------------------------------------------------------
def test_started_run_has_its_first_node_queued_and_its_event(space: Space, builder: User) -> None:
    workflow = make_workflow("a → b; a → c", space=space, owner=builder)
    run = make_run(workflow)
    assert (run.status, run.visibility, run.title) == ("running", "space", workflow.name)
    assert [status_of(run, key) for key in "abc"] == ["queued", "pending", "pending"]
    assert Attempt.objects.filter(node_run__run=run).count() == 1
    assert RunEvent.objects.filter(run=run, kind="run.started", actor=builder).exists()
    assert list(RunEvent.objects.filter(run=run).values_list("seq", flat=True)) == [1, 2, 3]


def test_answers_go_to_every_node_that_asks_and_the_exact_one_wins(space: Space, builder: User) -> None:
    workflow = asking(space, builder, asks("goal"), b={"inputs": [asks("goal")]})
    run = make_run(workflow, inputs={"goal": "all", "b.goal": "only b"})
    assert {key: entry["goal"]["value"] for key, entry in run.inputs.items()} == {"a": "all", "b": "only b"}
    assert latest(run).inputs["goal"]["value"] == "all"


def test_default_stands_in_and_optional_may_be_left_out(space: Space, builder: User) -> None:
    workflow = asking(space, builder, asks("style", default="short"), asks("note", required=False))
    run = make_run(workflow, inputs={"note": ""})
    assert run.inputs == {}
    assert {name: entry["value"] for name, entry in latest(run).inputs.items()} == {"style": "short", "note": ""}


@pytest.mark.parametrize("type_", ["text", "code", "link"])
def test_empty_answer_clears_the_default_of_an_optional_text(space: Space, builder: User, type_: str) -> None:
    workflow = asking(space, builder, asks("style", type_, default="https://example.org", required=False))
    assert latest(make_run(workflow)).inputs["style"]["value"] == "https://example.org"
    assert latest(make_run(workflow, inputs={"style": ""})).inputs["style"]["value"] == ""


def test_upload_is_stored_once_under_its_hash(space: Space, builder: User) -> None:
    workflow = asking(space, builder, asks("spec", "file"), asks("more", "file"), asks("shot", "image"))
    upload = Upload("规格.bin", b"\x00\xff binary")
    run = make_run(workflow, inputs={"spec": upload, "more": upload, "shot": Upload("s.png", PNG)})
    entry = latest(run).inputs["spec"]
    assert (entry["type"], entry["name"], entry["blob"], entry["sha256"]) == (
        "file",
        "规格.bin",
        upload.sha256,
        upload.sha256,
    )
    assert blob_content(entry["blob"]) == upload.content


@pytest.mark.parametrize(
    ("type_", "value", "words"),
    [
        ("text", "", "required"),
        ("text", " \n ", "required"),
        ("text", "a\x00b", "not valid text"),
        ("text", "a\ud800b", "not valid text"),
        ("text", "x" * (TEXT_MAX_CHARS + 1), "longer than"),
        ("text", Upload("a.txt", b"x"), "cannot be a file"),
        ("code", Upload("a.py", b"x"), "cannot be a file"),
        ("link", "javascript:alert(1)", "web link"),
        ("link", "http://", "web link"),
        ("link", "https://a b", "web link"),
        ("link", "http://[::1", "web link"),
        ("file", "text", "must be a file"),
        ("file", Upload("", b"x"), "needs a file with a name"),
        ("file", Upload("big", bytes(UPLOAD_MAX_BYTES + 1)), "20 MiB"),
        ("file", Upload("empty.md", b""), "is empty"),
        ("file", Upload("run.exe", b"MZ"), "type .exe are not taken"),
        ("file", Upload("../up.md", b"x"), "rename it"),
        ("file", Upload("shot.png", b"text"), "not the picture"),
        ("image", Upload("a.png", b"not a picture"), "must be a picture"),
        ("image", Upload("a.webp", b"RIFF____WAVE"), "must be a picture"),
    ],
)
def test_value_that_does_not_fit_is_refused(space: Space, builder: User, type_: str, value: Any, words: str) -> None:
    workflow = asking(space, builder, asks("given", type_))
    with pytest.raises(InvalidInputs) as refused:
        make_run(workflow, inputs={"given": value})
    (problem,) = refused.value.problems
    assert "given" in problem
    assert words in problem
    assert not Run.objects.exists()


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        ("link", "https://example.org/a?b=c"),
        ("file", Upload("full", bytes(UPLOAD_MAX_BYTES))),
        ("image", Upload("a.webp", b"RIFF____WEBPVP8 ")),
        ("code", "print(1)\n"),
        ("text", "x" * TEXT_MAX_CHARS),
    ],
)
def test_value_that_just_fits_is_taken(space: Space, builder: User, type_: str, value: Any) -> None:
    run = make_run(asking(space, builder, asks("given", type_)), inputs={"given": value})
    assert run.inputs["a"]["given"]["type"] == type_


def test_every_problem_is_told_at_once_and_a_misspelt_name_gets_a_suggestion(space: Space, builder: User) -> None:
    workflow = asking(space, builder, asks("requirement"), asks("link", "link"))
    with pytest.raises(InvalidInputs) as refused:
        make_run(workflow, inputs={"requirment": "x", "link": "ftp://x", "zzz": "x"})
    told = "\n".join(refused.value.problems)
    assert len(refused.value.problems) == 4
    assert "did you mean “requirement”?" in told
    assert "it asks for: link, requirement" in told
    assert "requirement is required" in told
    assert "link must be a web link" in told


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Build a login page", "Build a login page"),
        ("\n\n# Login\n\nwith everything", "Login"),
        ("做一个登录页面。", "做一个登录页面。"),
        ("字" * 200, "字" * 79 + "…"),
        ("word " * 40, ("word " * 40)[:78].rpartition(" ")[0] + "…"),
    ],
)
def test_run_is_named_by_the_first_words_of_its_first_text(space: Space, builder: User, text: str, title: str) -> None:
    workflow = asking(space, builder, asks("goal"))
    assert make_run(workflow, inputs={"goal": text}).title == title
    assert make_run(workflow, inputs={"goal": text}, title=" Mine ").title == "Mine"


def test_title_that_no_database_can_hold_is_refused(space: Space, builder: User) -> None:
    with pytest.raises(InvalidInputs):
        make_run(make_workflow("a", space=space, owner=builder), title="a\x00b")


def test_archived_template_and_nodes_without_executor_are_refused(space: Space, builder: User) -> None:
    archived = make_workflow("a", space=space, owner=builder)
    archived.archived_at = timezone.now()
    archived.save(update_fields=["archived_at"])
    with pytest.raises(ActRefused, match="archived"):
        make_run(archived)
    build = {"key": "t", "title": "T", "type": "pipeline", "connection": "ci", "job": "all"}
    document = {"aime": 1, "name": "Nightly", "nodes": [build]}
    with pytest.raises(ActRefused, match="type pipeline"):
        make_run(make_workflow(document, space=space, owner=builder))
    assert not Run.objects.exists()


def test_viewers_outsiders_and_others_of_a_personal_template_start_nothing(
    space: Space, admin: User, builder: User, viewer: User, outsider: User
) -> None:
    shared = make_workflow("a", space=space, owner=builder)
    personal = make_workflow("a", space=space, owner=builder, visibility="personal")
    for user, workflow in ((viewer, shared), (outsider, shared), (admin, personal)):
        with pytest.raises(ActForbidden):
            make_run(workflow, by=user)
    assert make_run(personal).visibility == "personal"


def test_later_change_of_the_template_does_not_touch_the_run(space: Space, builder: User, run: Run) -> None:
    Workflow.objects.update(visibility="personal")
    run.refresh_from_db()
    assert run.visibility == "space"


# --- acts -------------------------------------------------------------------------------------------------------------
def test_people_who_only_watch_may_do_nothing(run: Run, viewer: User, outsider: User) -> None:
    node = latest(run)
    for user in (viewer, outsider):
        for act in (nodes.stop, nodes.confirm, nodes.done, nodes.restart, nodes.retry_turn, nodes.cancel_node):
            with pytest.raises(ActForbidden):
                act(node_run=node, by=user)
        with pytest.raises(ActForbidden):
            say(node_run=node, by=user, text="Hello")
        with pytest.raises(ActForbidden):
            cancel_run(run=run, by=user)
    assert status_of(run, "a") == "queued"


def test_confirm_accepts_for_the_person_and_starts_what_follows(run: Run, admin: User) -> None:
    answer(run, "a")
    assert status_of(run, "b") == "pending"
    nodes.confirm(node_run=latest(run), by=admin)
    assert (status_of(run, "a"), status_of(run, "b")) == ("done", "queued")
    assert latest(run).accepted_by == admin


def test_confirm_of_outputs_that_changed_meanwhile_is_refused(space: Space, builder: User) -> None:
    outputs = {"a": {"outputs": [{"name": "note", "type": "text", "description": "A note"}]}}
    run = make_run(make_workflow("a", space=space, owner=builder, confirm=["a"], nodes=outputs))
    answer(run, "a", outputs={"note": "one"})
    seen = outputs_sha256(latest(run).pk)
    say(node_run=latest(run), by=builder, text="Again")
    answer(run, "a", outputs={"note": "two"})
    with pytest.raises(ActRefused, match="changed"):
        nodes.confirm(node_run=latest(run), by=builder, outputs=seen)
    nodes.confirm(node_run=latest(run), by=builder, outputs=outputs_sha256(latest(run).pk))


def test_message_never_confirms_and_is_refused_while_the_agent_works(run: Run, builder: User) -> None:
    with pytest.raises(ActRefused, match="stop it first"):
        say(node_run=latest(run), by=builder, text="Hello")
    answer(run, "a")
    message = say(node_run=latest(run), by=builder, text="Looks good, confirm!")
    assert (message.author, message.text) == (builder, "Looks good, confirm!")
    assert (status_of(run, "a"), status_of(run, "b")) == ("queued", "pending")


@pytest.mark.parametrize("text", ["", "  \n", "a\x00", "\ud800"])
def test_message_that_says_nothing_or_is_not_text_is_refused(run: Run, builder: User, text: str) -> None:
    answer(run, "a")
    count = Message.objects.count()
    with pytest.raises(ActRefused):
        say(node_run=latest(run), by=builder, text=text)
    assert Message.objects.count() == count


def test_stop_then_say_goes_on(run: Run, builder: User) -> None:
    take(run, "a")
    nodes.stop(node_run=latest(run), by=builder)
    assert latest(run).waiting_for == "stopped"
    say(node_run=latest(run), by=builder, text="Go on")
    assert status_of(run, "a") == "queued"


def test_old_version_is_history(run: Run, builder: User) -> None:
    answer(run, "a")
    old = latest(run)
    assert nodes.restart(node_run=old, by=builder) == 2
    for act in (nodes.confirm, nodes.restart, nodes.cancel_node):
        with pytest.raises(ActRefused, match="history"):
            act(node_run=old, by=builder)


def test_done_belongs_to_a_reopened_node_and_confirm_to_a_new_one(run: Run, builder: User) -> None:
    answer(run, "a")
    with pytest.raises(ActRefused, match="confirm"):
        nodes.done(node_run=latest(run), by=builder)
    nodes.confirm(node_run=latest(run), by=builder)
    say(node_run=latest(run), by=builder, text="One more thing")
    answer(run, "a")
    with pytest.raises(ActRefused, match="done"):
        nodes.confirm(node_run=latest(run), by=builder)
    nodes.done(node_run=latest(run), by=builder)
    assert status_of(run, "a") == "done"


def test_failed_turn_is_tried_again_in_the_same_version(run: Run, builder: User) -> None:
    fail(run, "a")
    assert Run.objects.get(pk=run.pk).status == "failed"
    nodes.retry_turn(node_run=latest(run), by=builder)
    assert (status_of(run, "a"), latest(run).number) == ("queued", 1)


def test_cancelled_run_starts_nothing_and_says_who(run: Run, builder: User) -> None:
    cancel_run(run=run, by=builder)
    assert (run.status, run.cancelled_by) == ("cancelled", builder)
    assert not Attempt.objects.filter(status__in=["queued", "running"]).exists()
    with pytest.raises(ActRefused, match="already ended"):
        cancel_run(run=run, by=builder)


def test_cancelled_node_is_cancelled_alone(space: Space, builder: User) -> None:
    run = make_run(make_workflow("a; b", space=space, owner=builder))
    nodes.cancel_node(node_run=latest(run), by=builder)
    assert (status_of(run, "a"), status_of(run, "b")) == ("cancelled", "queued")
    with pytest.raises(ActRefused):
        nodes.cancel_node(node_run=latest(run), by=builder)


def test_start_takes_the_version_it_is_given(space: Space, builder: User) -> None:
    workflow = make_workflow("a", space=space, owner=builder)
    assert workflow.live_version is not None
    assert start_run(version=workflow.live_version, by=builder, inputs={}).version == workflow.live_version
