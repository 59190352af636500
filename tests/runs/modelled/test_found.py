"""What the check has found: each fault as the shortest script that shows it. They were seen to fail."""

import pytest

from tests.runs.modelled.playing import play
from tests.runs.modelled.script import MISSING, Design, Script, Step
from tests.runs.modelled.world import Stage

pytestmark = pytest.mark.django_db(transaction=True)
CHAIN = (Design("a"), Design("b", ("a",)), Design("c", ("b",)))

FOUND = {
    "turn_that_was_cancelled_before_its_consent_came_is_tried_again_with_it": Script(
        (Design("a", named=True),),
        (Step("cancel_node", "a"), Step("retry_turn", "a"), Step("give"), Step("turn", "a")),
    ),
    "done_that_keeps_everything_began_nothing_further_below": Script(
        CHAIN, (Step("turn", "a"), Step("say", "a"), Step("turn", "b"), Step("turn", "a"), Step("done", "a"))
    ),
    "turn_without_a_message_got_two_results": Script(
        (Design("a", gives="must", confirm=True, talks=False),),
        (Step("turn", "a", how=MISSING), Step("retry_turn", "a")),
    ),
}


@pytest.mark.parametrize("name", FOUND)
def test_bug(stage: Stage, name: str) -> None:
    found = play(stage, FOUND[name])
    assert found is None, str(found)
