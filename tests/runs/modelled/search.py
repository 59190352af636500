"""Play many scripts until one fails, and make that one short."""

import os
import random

from tests.runs.modelled.drawing import draw
from tests.runs.modelled.playing import Failure, play, shrink
from tests.runs.modelled.world import Stage

USUAL, SHORT, LONG = 25, 500, 20_000
SHORT_SEED = 20_261


def seeds(*, many: bool) -> range:
    """Read or draw which scripts are played: always the same, but for the long search, which draws anew."""
    is_long = many and os.environ.get("AIME_CHAOS") == "long"
    first = random.SystemRandom().randrange(1, 1_000_000_000) if is_long else SHORT_SEED
    count = (LONG if is_long else SHORT) if many else USUAL
    first = int(os.environ.get("AIME_CHAOS_SEED") or first)
    return range(first, first + int(os.environ.get("AIME_CHAOS_SEQUENCES") or count))


def search(stage: Stage, numbers: range) -> Failure | None:
    """Play the scripts of these seeds; None when the engine followed the rules in all of them."""
    print(f"\nscripts {numbers.start} to {numbers.stop - 1}", flush=True)
    for seed in numbers:
        found = play(stage, draw(seed))
        if found is not None:
            return shrink(Failure(found.script, found.problems, seed), lambda script: play(stage, script))
    return None
