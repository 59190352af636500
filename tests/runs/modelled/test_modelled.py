"""The state machine against its reference model, on random graphs: whatever people and workers do, in any order.

`AIME_CHAOS_SEED=<n> AIME_CHAOS_SEQUENCES=<n> pytest tests/runs/modelled` chooses which scripts and how many;
`AIME_CHAOS_SCRIPT='<what a failure printed>' pytest tests/runs/modelled -k again` plays one again.
"""

import os

import pytest

from tests.runs.modelled.playing import play
from tests.runs.modelled.script import Script
from tests.runs.modelled.search import search, seeds
from tests.runs.modelled.world import Stage

pytestmark = pytest.mark.django_db(transaction=True)


def test_engine_follows_the_rules(stage: Stage) -> None:
    found = search(stage, seeds(many=False))
    assert found is None, str(found)


@pytest.mark.chaos
@pytest.mark.slow
def test_engine_follows_the_rules_for_long(stage: Stage) -> None:
    found = search(stage, seeds(many=True))
    assert found is None, str(found)


@pytest.mark.skipif("AIME_CHAOS_SCRIPT" not in os.environ, reason="no script to play again")
def test_script_again(stage: Stage) -> None:
    found = play(stage, Script.from_json(os.environ["AIME_CHAOS_SCRIPT"]))
    assert found is None, str(found)
