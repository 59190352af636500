"""Play many scripts until one fails, and make that one short."""

from tests.runs.modelled.drawing import draw
from tests.runs.modelled.playing import Failure, play, shrink
from tests.runs.modelled.world import Stage


def search(stage: Stage, seeds: range) -> Failure | None:
    """Play the scripts of these seeds; None when the engine followed the rules in all of them."""
    for seed in seeds:
        found = play(stage, draw(seed))
        if found is not None:
            return shrink(Failure(found.script, found.problems, seed), lambda script: play(stage, script))
    return None
