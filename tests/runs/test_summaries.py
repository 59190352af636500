"""A conversation that outgrows the model's context, through a real crew and desk; only the model is scripted."""

from typing import Any

import pytest
from django.contrib.auth.models import User

from runs.actions.chat import say
from runs.agent.errors import ContextTooLong
from runs.agent.parts import text_of
from runs.models import Attempt, Message, Run
from tests.fakes.model import FakeModel, fails, says
from tests.runs.conftest import StartRun
from tests.runs.crews import ENDPOINT, work
from tests.runs.engine import assert_sound, kinds, node, statuses

pytestmark = pytest.mark.django_db(transaction=True)
WINDOW = 2048
LONG = "填满上下文的话。" * 81  # about 650 tokens


@pytest.fixture(autouse=True)
def _model(settings: Any) -> None:
    settings.AIME_MODEL = ENDPOINT | {"context_tokens": WINDOW}


@pytest.fixture
def run(start: StartRun) -> Run:
    """A run whose node has answered its task at length."""
    run = start("a", node_type="task", confirm=["a"], nodes={"a": {"tools": [], "limits": {"tokens": 50_000}}})
    work(says(f"First answer. {LONG}"))
    return run


def ask(run: Run, by: User, text: str, *script: Any) -> FakeModel:
    """Say something and let it be answered."""
    say(node_run=node(run, "a"), by=by, text=text)
    return work(*script)


def fill(run: Run, by: User) -> FakeModel:
    """Talk until the next turn needs a summary, and have that turn."""
    ask(run, by, "second", says(f"Second answer. {LONG}"))
    return ask(run, by, "third", says("They greeted, then filled."), says("Third answer."))


def sent(model: FakeModel, number: int = -1) -> list[tuple[str, str]]:
    return [(message.role, text_of(message.parts)) for message in model.requests[number].messages]


def summary_of(run: Run) -> Message:
    return Message.objects.filter(node_run__run=run, role="summary").latest("ordinal")


def test_full_context_is_summarised_by_the_model_and_said_so(run: Run, builder: User) -> None:
    model = fill(run, builder)
    asked = sent(model, 0)[1][1]
    assert "First answer." in asked and "second" in asked and "Second answer." in asked and "third" not in asked
    summary = summary_of(run)
    assert (summary.text, summary.status, summary.author) == ("They greeted, then filled.", "complete", None)
    assert (summary.covers_first, summary.covers_last, summary.covers_turns) == (2, 4, 2)
    roles = [role for role, _text in sent(model)]
    assert roles == ["system", "user", "assistant", "user"]
    assert sent(model)[1][1] == "Do a.", "the task stays word for word"
    assert sent(model)[2][1].startswith("Summary of the earlier part of this conversation, 2 turns")
    assert "They greeted, then filled." in sent(model)[2][1]
    assert sent(model)[3][1] == "third"
    assert "message.added a" in kinds(run)
    assert statuses(run) == "a1:waiting/confirm"
    assert_sound(run)


def test_nothing_that_was_said_is_lost_by_a_summary(run: Run, builder: User) -> None:
    before = list(Message.objects.filter(node_run__run=run).values_list("public_id", "text"))
    fill(run, builder)
    after = list(Message.objects.filter(node_run__run=run).order_by("ordinal").values_list("public_id", "text"))
    assert after[: len(before)] == before
    assert not Message.objects.exclude(superseded_by=None).exists()


def test_what_a_summary_cost_counts_with_the_turn(run: Run, builder: User) -> None:
    fill(run, builder)
    attempt = Attempt.objects.latest("pk")
    assert (attempt.input_tokens, attempt.output_tokens) == (20, 10), "two calls of ten and five"
    assert attempt.context_tokens == 15, "how full it is says the answer, not the summary"


def test_later_turns_send_the_summary_and_do_not_write_it_again(run: Run, builder: User) -> None:
    fill(run, builder)
    model = ask(run, builder, "fourth", says("Fourth answer."))
    assert len(model.requests) == 1
    assert [text for _role, text in sent(model)][3:] == ["third", "Third answer.", "fourth"]


def test_next_summary_includes_the_one_before(run: Run, builder: User) -> None:
    fill(run, builder)
    ask(run, builder, "fourth", says(f"Fourth answer. {LONG}"))
    ask(run, builder, "fifth", says(f"Fifth answer. {LONG}"))
    model = ask(run, builder, "sixth", says("All of it so far."), says("Sixth answer."))
    assert "The summary so far:" in sent(model, 0)[1][1] and "They greeted, then filled." in sent(model, 0)[1][1]
    summary = summary_of(run)
    assert summary.covers_first == 2 and summary.covers_turns == 5
    texts = [text for _role, text in sent(model)]
    assert not any("They greeted" in text for text in texts), "only the newest one is sent"
    assert any("All of it so far." in text for text in texts)
    assert_sound(run)


def test_message_said_again_inside_what_was_summarised_leaves_the_summary_behind(run: Run, builder: User) -> None:
    fill(run, builder)
    second = Message.objects.get(node_run__run=run, text="second")
    say(node_run=node(run, "a"), by=builder, text="second, shorter", instead_of=second.public_id)
    model = work(says("Good."))
    texts = [text for _role, text in sent(model)]
    assert texts[-1] == "second, shorter" and texts[2].startswith("First answer.")
    assert not any("They greeted" in text for text in texts)
    assert summary_of(run).superseded_by is not None


def test_endpoint_that_finds_it_too_long_gets_a_summary_once(run: Run, builder: User) -> None:
    model = ask(run, builder, "second", fails(ContextTooLong()), says("Short."), says("Second answer."))
    assert len(model.requests) == 3
    assert sent(model)[2][1].endswith("Short.") and sent(model)[-1] == ("user", "second")
    assert Message.objects.get(node_run__run=run, text="Second answer.").status == "complete"
    assert statuses(run) == "a1:waiting/confirm"
    assert_sound(run)


def test_conversation_too_long_even_then_fails_with_that_reason(run: Run, builder: User) -> None:
    ask(run, builder, "second", fails(ContextTooLong()), says("Short."), fails(ContextTooLong()))
    assert (node(run, "a").status, node(run, "a").error_kind) == ("failed", "context_too_long")
    assert_sound(run)


def test_single_turn_that_is_too_long_fails_without_a_summary(start: StartRun) -> None:
    run = start("a", node_type="task", confirm=["a"])
    model = work(fails(ContextTooLong()))
    assert len(model.requests) == 1
    assert node(run, "a").error_kind == "context_too_long"


def test_what_does_not_fit_into_one_question_is_read_piece_by_piece(run: Run, builder: User) -> None:
    words = "Words that fill the context, many of them. "
    ask(run, builder, "second", says(f"Second answer begins. {words * 80} Second answer ends."))
    model = ask(run, builder, "third", says("One."), says("Two."), says("All."), says("Third answer."))
    questions = [sent(model, number)[1][1] for number in range(3)]
    assert "First answer." in questions[0] and "Second answer begins." in questions[1]
    assert "Two." in questions[2] and "Second answer ends." in questions[2]
    assert summary_of(run).text == "All."
    assert Attempt.objects.latest("pk").input_tokens == 40


def test_empty_summary_fails_the_turn_and_stores_nothing(run: Run, builder: User) -> None:
    ask(run, builder, "second", says(f"Second answer. {LONG}"))
    say(node_run=node(run, "a"), by=builder, text="third")
    work(says("  "))
    assert node(run, "a").error_kind == "no_summary"
    assert not Message.objects.filter(role="summary").exists()
    assert_sound(run)
