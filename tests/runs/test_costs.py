"""What attempts cost: counted with their tokens by the prices of that moment, unknown where a model has none."""

from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import translation

from runs.agent.errors import Refused
from runs.agent.model import Usage
from runs.agent.parts import ToolUse
from runs.executors.base import Done, Failed, Spent
from runs.models import Attempt, MessageDelta, RunEvent
from runs.money import SUMS, Cost, amount, cost_of, summed
from runs.transitions import acts, attempts
from tests.fakes.model import Answer, fails, says
from tests.runs.conftest import StartRun
from tests.runs.crews import ENDPOINT, until, work
from tests.runs.engine import attempt_of, kinds, statuses, take_one

PRICES = {"fake": (Decimal("1.25"), Decimal(10), Decimal("0.125"))}
CALL = 10 * 1_250 + 5 * 10_000  # what the fake says that one call used, in billionths
ASKED = {"outputs": [{"name": "summary", "type": "text", "description": "What was decided."}]}
LISTING = ToolUse("c1", "files_list", "{}")
CHOSEN = '{"summary": {"reason": "r", "text": "t"}}'


@pytest.fixture(autouse=True)
def _model(settings: Any) -> None:
    settings.AIME_MODEL = ENDPOINT
    settings.AIME_MODEL_PRICES = PRICES


@pytest.mark.django_db(transaction=True)
def test_answer_and_choice_of_outputs_cost(start: StartRun) -> None:
    run = start("a", node_type="task", nodes={"a": ASKED})
    work(says("Ok."), says(CHOSEN))
    assert (attempt_of(run, "a").status, attempt_of(run, "a").cost_nanos) == ("succeeded", 2 * CALL)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("chosen", [CHOSEN, "unreadable"])
def test_pages_hear_what_the_choice_of_outputs_used(start: StartRun, chosen: str) -> None:
    """The footer of an answer lacked these tokens until the page was loaded again."""
    run = start("a", node_type="task", nodes={"a": ASKED | {"retry": {"attempts": 1}}})
    work(says("Ok."), *([says(chosen)] * (1 if chosen == CHOSEN else 2)))
    heard = kinds(run)
    assert heard.index("message.counted a") > heard.index("message.finished a complete")
    event = RunEvent.objects.get(run=run, kind="message.counted")
    assert event.message is not None and (event.message.text, event.data["m"]) == ("Ok.", event.message.public_id)


@pytest.mark.django_db(transaction=True)
def test_turn_without_outputs_has_nothing_more_to_count(start: StartRun) -> None:
    run = start("a", node_type="task")
    work(says("Ok."))
    assert "message.counted a" not in kinds(run)


@pytest.mark.django_db(transaction=True)
def test_tokens_from_a_cache_cost_their_own_price(start: StartRun) -> None:
    run = start("a", node_type="task")
    work(says("Ok.", usage=Usage(1_000, 0, cached_tokens=800)))
    assert attempt_of(run, "a").cost_nanos == 200 * 1_250 + 800 * 125


@pytest.mark.django_db(transaction=True)
def test_model_without_a_price_costs_what_nobody_knows(start: StartRun, settings: Any) -> None:
    settings.AIME_MODEL_PRICES = {"another": PRICES["fake"]}
    run = start("a", node_type="task", nodes={"a": ASKED})
    work(says("Ok."), says(CHOSEN))
    assert (attempt_of(run, "a").input_tokens, attempt_of(run, "a").cost_nanos) == (20, None)


@pytest.mark.django_db(transaction=True)
def test_model_that_is_free_costs_nothing_which_is_known(start: StartRun, settings: Any) -> None:
    settings.AIME_MODEL_PRICES = {"fake": (Decimal(0), Decimal(0), None)}
    run = start("a", node_type="task")
    work(says("Ok."))
    assert attempt_of(run, "a").cost_nanos == 0


@pytest.mark.django_db(transaction=True)
def test_later_prices_change_no_history(start: StartRun, settings: Any, builder: User) -> None:
    run = start("a", node_type="task", confirm=["a"])
    work(says("Ok."))
    settings.AIME_MODEL_PRICES = {"fake": (Decimal(9), Decimal(9), None)}
    acts.say(run.pk, "a", 1, by=builder.pk, text="Again")
    work(says("Ok."))
    costs = Attempt.objects.order_by("number").values_list("cost_nanos", flat=True)
    assert list(costs) == [CALL, 15 * 9_000]


@pytest.mark.django_db(transaction=True)
def test_stopped_turn_costs_what_was_answered_before(start: StartRun, builder: User) -> None:
    run = start("a", node_type="task", nodes={"a": {"tools": ["files"]}})

    async def stop(crew: Any) -> None:
        await until(MessageDelta.objects.exists, crew)  # of the second answer: the first is a call
        await crew.desk.db(acts.stop, run.pk, "a", 1, by=builder.pk)

    listing = Answer(calls=(LISTING,))
    work(listing, Answer("some words", hang=True), during=stop)
    assert (attempt_of(run, "a").status, attempt_of(run, "a").cost_nanos) == ("cancelled", CALL)


@pytest.mark.django_db(transaction=True)
def test_failed_turn_costs_what_was_answered_before(start: StartRun) -> None:
    run = start("a", node_type="task", nodes={"a": {"tools": ["files"]}})
    work(Answer(calls=(LISTING,)), fails(Refused()))
    assert (statuses(run), attempt_of(run, "a").cost_nanos) == ("a1:failed", CALL)


@pytest.mark.django_db
def test_cost_is_known_wholly_or_not_at_all(start: StartRun) -> None:
    run = start("a", node_type="task")
    job = take_one(run, "a")
    Attempt.objects.filter(pk=job.attempt_id).update(input_tokens=7)  # counted while the model had no price
    assert attempts.fail(job, Failed("refused", "No.", spent=Spent(10, 5, CALL)))
    assert (attempt_of(run, "a").input_tokens, attempt_of(run, "a").cost_nanos) == (17, None)


@pytest.mark.django_db
def test_end_without_a_call_leaves_the_cost_as_it_is(start: StartRun) -> None:
    run = start("a → b", node_type="task", nodes={"a": {"retry": {"attempts": 1}}})
    job = take_one(run, "a")
    Attempt.objects.filter(pk=job.attempt_id).update(input_tokens=7, cost_nanos=70)
    assert attempts.finish(job, Done())
    other = take_one(run, "b")
    assert attempts.finish(other, Done())
    assert (attempt_of(run, "a").cost_nanos, attempt_of(run, "b").cost_nanos) == (70, None)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([(10, 5, 100), (10, 5, 20)], Cost(120)),
        ([(10, 5, 100), (10, 5, None)], Cost(100, is_partial=True)),
        ([(10, 5, 100), (0, 0, None)], Cost(100)),
        ([(10, 5, None), (0, 0, None)], None),
        ([(10, 5, 0)], Cost(0)),
    ],
)
def test_sum_of_attempts_says_what_it_lacks(start: StartRun, rows: Any, expected: Cost | None) -> None:
    run = start("a", node_type="task")
    job = take_one(run, "a")
    attempts.finish(job, Done())
    Attempt.objects.all().delete()
    for number, (read, wrote, cost) in enumerate(rows, start=1):
        Attempt.objects.create(
            node_run_id=job.node_run_id, number=number, status="failed", finished_at=run.started_at,
            input_tokens=read, output_tokens=wrote, cost_nanos=cost,
        )  # fmt: skip
    assert summed(Attempt.objects.aggregate(**SUMS)) == expected
    assert cost_of(Attempt.objects.all()) == expected


@pytest.mark.parametrize(
    ("nanos", "said"),
    [
        (0, "$0.00"),
        (1, "$0.000000001"),
        (4_249_000, "$0.0042"),
        (42_000_000, "$0.042"),
        (420_000_000, "$0.42"),
        (999_999_999, "$1.00"),
        (1_234_567_890_000, "$1,234.57"),
    ],
)
def test_small_amounts_keep_the_digits_that_count(nanos: int, said: str) -> None:
    assert amount(nanos) == said


def test_amount_without_a_symbol_has_its_code_and_the_readers_number_format(settings: Any) -> None:
    settings.AIME_CURRENCY = "CHF"
    settings.LANGUAGES = [*settings.LANGUAGES, ("de", "Deutsch")]
    with translation.override("de"):
        assert amount(1_234_500_000_000) == "CHF\u00a01.234,50"
        assert Cost(4_200_000).plain == "0.0042", "programs read a point"


def test_partial_amount_says_so() -> None:
    assert str(Cost(4_200_000, is_partial=True)) == "≥\u00a0$0.0042"
    assert Cost(4_200_000, is_partial=True).document == {"amount": "0.0042", "currency": "USD", "complete": False}
