"""The agent task from claim to outputs, through a real crew, desk and recorder; only the model is scripted."""

import asyncio
import hashlib
from typing import Any

import pytest
from django.contrib.auth.models import User

from runs.agent.errors import BadRequest, RateLimited, Refused
from runs.agent.parts import ToolUse, text_of
from runs.crew import Crew
from runs.models import Artifact, Attempt, Message, MessageDelta, OutputValue, Run, ToolCall
from runs.transitions import acts, leases
from runs.transitions.claiming import claim
from tests.fakes.model import FakeModel, calls, fails, says
from tests.runs.conftest import StartRun
from tests.runs.crews import ENDPOINT, until, work
from tests.runs.engine import accept, age, assert_sound, attempt_of, node, statuses, verdict_of

pytestmark = pytest.mark.django_db(transaction=True)
DESIGN = {"outputs": [{"name": "design", "type": "file", "description": "The final design."}]}
SUMMARY = {"outputs": [{"name": "summary", "type": "text", "description": "What was decided."}]}
TOOLS = {"tools": ["files"]}


@pytest.fixture(autouse=True)
def _model(settings: Any) -> None:
    settings.AIME_MODEL = ENDPOINT


def writes(name: str, content: str, call_id: str = "") -> Any:
    return calls("files_write", {"name": name, "content": content}, call_id=call_id)


def start_design(start: StartRun, **more: Any) -> Run:
    takes = {"inputs": [{"name": "plan", "type": "file", "from": "a.design"}]}
    return start("a → b", node_type="task", confirm=["a"], nodes={"a": {**DESIGN, **TOOLS, **more}, "b": takes})


def test_task_that_writes_a_file_waits_for_confirmation_and_gives_it_to_the_next(
    start: StartRun, builder: User
) -> None:
    run = start_design(start)
    work(writes("design.md", "# 设计 𠮷\n", "c1"), says("I wrote design.md."))
    assert statuses(run) == "a1:waiting/confirm b1:pending"
    artifact = Artifact.objects.get()
    assert (artifact.name, artifact.revision, bytes(artifact.blob.content)) == ("design.md", 1, "# 设计 𠮷\n".encode())
    call = ToolCall.objects.get()
    assert (call.call_id, call.status, artifact.tool_call) == ("c1", "done", call)
    value = OutputValue.objects.get()
    assert (value.artifact, value.sha256, value.reason) == (artifact, artifact.sha256, "The only file of this task.")
    said = list(Message.objects.filter(node_run=node(run, "a")).values_list("role", "status", "text"))
    assert said[1:] == [("assistant", "complete", ""), ("assistant", "complete", "I wrote design.md.")]
    attempt = attempt_of(run, "a")
    assert (attempt.status, attempt.input_tokens, attempt.output_tokens) == ("succeeded", 20, 10)
    accept(run, "a", by=builder.pk)
    model = work(says("Read it."))
    assert "# 设计 𠮷" in text_of(model.requests[0].messages[-1].parts)
    assert verdict_of(run) == "done"
    assert_sound(run)


def test_files_of_the_same_name_from_two_nodes_are_both_read(start: StartRun, builder: User, settings: Any) -> None:
    """The later input hid the earlier one: both were told as report.md, and the tools knew one."""
    settings.AIME_MODEL = ENDPOINT | {"context_tokens": 4000}  # two files of which the agent is shown a part
    report = {"outputs": [{"name": "report", "type": "file", "description": "It."}], **TOOLS}
    inputs = [{"name": name, "type": "file", "from": f"{key}.report"} for name, key in (("risks", "a"), ("costs", "b"))]
    nodes = {"a": report, "b": report, "c": {"inputs": inputs, **TOOLS}}
    run = start("a → b → c", node_type="task", confirm=["b"], nodes=nodes)
    work(*(call for name in ("risks", "costs") for call in (writes("report.md", "x" * 9000 + name), says("Done."))))
    accept(run, "b", by=builder.pk)
    reads = [calls("files_read", {"name": f"{name}report.md", "offset": 9000}) for name in ("risks/", "costs/", "")]
    model = work(calls("files_list", {}), *reads, says("Read."))
    asked = text_of(model.requests[0].messages[-1].parts)
    for name in ("risks", "costs"):
        assert f'file="{name}/report.md"' in asked and f"files_read, name '{name}/report.md'" in asked
    answers = ToolCall.objects.filter(message__node_run=node(run, "c")).order_by("pk").values_list("result", flat=True)
    assert answers[0] == "costs/report.md (9,005 bytes)\nrisks/report.md (9,005 bytes)"
    assert (answers[1], answers[2]) == ("risks", "costs")
    assert answers[3] == "There is no file report.md. Files: costs/report.md, risks/report.md."


def test_task_of_a_text_only_model_keeps_its_answer_as_the_file(start: StartRun) -> None:
    run = start_design(start, tools=[])
    work(says("# Design\n\nUse a queue."))
    assert bytes(Artifact.objects.get().blob.content) == b"# Design\n\nUse a queue.\n"
    assert statuses(run) == "a1:waiting/confirm b1:pending"
    assert_sound(run)


def test_task_with_two_drafts_and_a_final_that_is_not_the_last_takes_the_models_pick(start: StartRun) -> None:
    run = start_design(start)
    asked = '{"design": {"reason": "It is marked final.", "pick": "a2"}}'
    model = work(
        writes("draft-1.md", "one"),
        writes("final.md", "FINAL"),
        writes("draft-2.md", "two"),
        says("Done."),
        says(asked),
    )
    value = OutputValue.objects.get()
    assert (value.artifact.name, value.reason) == ("final.md", "It is marked final.")
    assert model.requests[-1].schema is not None
    assert node(run, "a").status == "waiting"


def test_task_whose_choice_cannot_be_read_twice_is_tried_again_and_fails_readably(start: StartRun) -> None:
    run = start_design(start, retry={"attempts": 1})
    work(writes("a.md", "1"), writes("b.md", "2"), says("Done."), says("no idea"), says("still none"))
    version = node(run, "a")
    assert (version.status, version.error_kind) == ("failed", "outputs_unreadable")
    assert "*design*" in version.error and "repair" in version.error
    assert_sound(run)


def test_task_tried_again_after_its_answer_asks_for_the_outputs_only(start: StartRun) -> None:
    run = start_design(start, retry={"attempts": 2})
    work(writes("a.md", "1"), writes("b.md", "2"), says("Done."), says("?"), says("?"))
    age(run)
    leases.requeue_due()
    model = work(says('{"design": {"reason": "Better.", "pick": "a1"}}'))
    assert len(model.requests) == 1, "the answer was whole; it is not paid for again"
    assert OutputValue.objects.get().artifact.name == "a.md"
    assert_sound(run)


def test_task_without_a_file_for_a_required_output_says_what_is_missing(start: StartRun, builder: User) -> None:
    run = start("a", node_type="task", confirm=["a"], nodes={"a": {"outputs": [
        {"name": "logo", "type": "image", "description": "The logo."}]}})  # fmt: skip
    work(says("I cannot draw."))
    assert statuses(run) == "a1:waiting/outputs"
    assert node(run, "a").error == "output *logo* found no image among 0 artifacts: The logo."


def test_task_on_a_second_turn_keeps_its_text_byte_identical(start: StartRun, builder: User) -> None:
    run = start("a", node_type="task", confirm=["a"], nodes={"a": SUMMARY})
    first = "Zwei  Leerzeichen,\nein Umbruch und 𠮷."
    work(says("Ok."), says('{"summary": {"reason": "r", "text": "Zwei  Leerzeichen,\\nein Umbruch und 𠮷."}}'))
    acts.say(run.pk, "a", 1, by=builder.pk, text="Thanks!")
    work(says("You are welcome."), says('{"summary": {"reason": "Nothing new.", "action": "keep", "text": ""}}'))
    values = list(OutputValue.objects.order_by("pk"))
    assert [value.text for value in values] == [first, first]
    assert values[0].sha256 == values[1].sha256
    assert [value.is_current for value in values] == [False, True]


def test_output_text_with_characters_that_are_no_text_is_stored_with_replacements(start: StartRun) -> None:
    start("a", node_type="task", confirm=["a"], nodes={"a": SUMMARY})
    work(says("Ok."), says('{"summary": {"reason": "r\\u0000", "text": "a\\u0000b\\ud800"}}'))
    value = OutputValue.objects.get()
    assert (value.text, value.reason) == ("a\ufffdb\ufffd", "r\ufffd")
    assert value.sha256 == hashlib.sha256(value.text.encode()).hexdigest()


def test_prompt_prefix_between_turns_and_attempts_is_byte_identical(start: StartRun, builder: User) -> None:
    run = start_design(start)
    one = work(writes("design.md", "x"), says("Done."))
    acts.say(run.pk, "a", 1, by=builder.pk, text="Shorter, please")
    two = work(writes("design.md", "y"), says("Shorter now."))
    for earlier, later in zip([*one.requests, two.requests[0]], [one.requests[1], *two.requests], strict=True):
        assert later.messages[: len(earlier.messages)] == earlier.messages
        assert later.tools == earlier.tools
    assert len(two.requests[1].messages) == 8
    assert Artifact.objects.count() == 2 and Artifact.objects.last().revision == 2


def test_provider_faults_become_visible_retries_and_then_a_readable_failure(start: StartRun, settings: Any) -> None:
    settings.AIME_TICK_S = 0.001
    run = start("a", node_type="task", nodes={"a": {"retry": {"attempts": 2}}})
    work(fails(RateLimited("The endpoint is busy.", provider_message="429", retry_after_s=9), text="half an " * 4000))
    assert statuses(run) == "a1:retrying"
    first = Attempt.objects.get(number=1)
    assert (first.status, first.error_kind, first.error_detail) == ("failed", "rate_limited", "429")
    partial = Message.objects.get(role="assistant")
    assert partial.status == "interrupted"
    assert partial.text.startswith("half an half") and ("half an " * 4000).startswith(partial.text)
    assert (attempt_of(run, "a").available_at - attempt_of(run, "a").queued_at).total_seconds() == 9
    age(run)
    leases.requeue_due()
    model = work(fails(RateLimited("The endpoint is busy.")))
    assert "half an " not in str(model.requests[0].messages), "what was interrupted is out of the context"
    assert (statuses(run), node(run, "a").error) == ("a1:failed", "The endpoint is busy.")
    assert node(run, "a").error_retryable
    assert_sound(run)


@pytest.mark.parametrize("error", [Refused("The model refused."), BadRequest("Bad request.")])
def test_provider_faults_that_last_fail_at_once(start: StartRun, error: Any) -> None:
    run = start("a", node_type="task")
    work(fails(error))
    assert (statuses(run), node(run, "a").error) == ("a1:failed", str(error))
    assert not node(run, "a").error_retryable


def test_turn_that_stops_at_a_limit_says_why(start: StartRun) -> None:
    run = start("a", node_type="task")
    work(says(""))
    assert (node(run, "a").error_kind, node(run, "a").error) == ("empty", "The model gave an empty answer.")


def test_task_without_a_model_says_what_to_configure(start: StartRun, settings: Any) -> None:
    settings.AIME_MODEL = {**ENDPOINT, "base_url": ""}
    run = start("a", node_type="task")
    work()
    assert node(run, "a").error_kind == "no_model" and "OPENAI_BASE_URL" in node(run, "a").error


def said_so_far() -> str:
    return "".join(MessageDelta.objects.order_by("seq").values_list("text", flat=True))


@pytest.mark.parametrize("act", ["cancel_node", "stop", "cancel_run"])
def test_cancel_while_the_model_streams_closes_its_stream_and_keeps_the_text(
    start: StartRun, builder: User, act: str
) -> None:
    run = start("a → b", node_type="task")
    where = (run.pk,) if act == "cancel_run" else (run.pk, "a", 1)

    async def during(crew: Crew) -> None:
        model: Any = crew.desk._models["fake"]
        await until(lambda: Message.objects.filter(status="streaming", deltas__isnull=False).exists(), crew)
        assert model.open_streams == 1
        await until(lambda: said_so_far() == "I was saying 𠮷", crew)
        await crew.desk.db(getattr(acts, act), *where, by=builder.pk)
        async with asyncio.timeout(120):
            while model.open_streams:
                await asyncio.sleep(0.01)

    work(says("I was saying 𠮷", hang=True), during=during)
    message = Message.objects.get(role="assistant")
    assert (message.text, message.status) == ("I was saying 𠮷", "stopped")
    assert statuses(run).split()[0] == ("a1:waiting/stopped" if act == "stop" else "a1:cancelled")
    assert_sound(run)


def test_stopped_text_is_in_the_context_of_the_next_turn(start: StartRun, builder: User) -> None:
    run = start("a", node_type="task")

    async def during(crew: Crew) -> None:
        await until(lambda: Message.objects.filter(status="streaming", deltas__isnull=False).exists(), crew)
        await asyncio.sleep(0.12)
        await crew.desk.db(acts.stop, run.pk, "a", 1, by=builder.pk)

    work(says("As far as I came", hang=True), during=during)
    acts.say(run.pk, "a", 1, by=builder.pk, text="Go on")
    model = work(says("And the rest."))
    assert [text_of(message.parts) for message in model.requests[0].messages[1:]] == [
        "Do a.", "As far as I came", "Go on",
    ]  # fmt: skip


def test_shutdown_while_the_model_streams_gives_the_attempt_back_uncounted(start: StartRun) -> None:
    run = start("a", node_type="task")
    model = FakeModel([says("Half", hang=True)])

    async def cut_short() -> None:
        crew = Crew()
        crew.desk._models["fake"] = model
        crew.open()
        for job in (await crew.desk.db(claim, crew.id, free=1, lease_s=6, max_parallel=0)).jobs:
            crew.start(job)
        await until(lambda: Message.objects.filter(status="streaming").exists(), crew)
        await crew.close()

    asyncio.run(cut_short())
    assert model.open_streams == 0
    assert (statuses(run), attempt_of(run, "a").quarantine) == ("a1:queued", False)
    assert Message.objects.get(role="assistant").status == "interrupted"
    work(says("Whole."))
    assert statuses(run) == "a1:done"
    assert_sound(run)


def test_repeated_calls_of_a_tool_stop_the_turn_with_a_reason(start: StartRun) -> None:
    run = start_design(start)
    same = ToolUse("", "files_list", "{}")
    work(*[says("", calls=(same,)) for _ in range(3)])
    assert node(run, "a").error_kind == "repeated"
    assert "files_list 3 times" in node(run, "a").error
