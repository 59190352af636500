"""Play a script on the engine and on the model, step by step; and make a script that fails as short as it can be."""

import itertools
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from tests.runs.modelled.model import Model
from tests.runs.modelled.rows import Facts, told_by_model, told_by_rows
from tests.runs.modelled.rules import broken, state_problems
from tests.runs.modelled.script import Design, Script, Step
from tests.runs.modelled.versions import Aim
from tests.runs.modelled.world import Stage, World

RACE_TRIES = 4  # a race that fails may need some luck to fail again
SHRINK_TRIES = 300


@dataclass(frozen=True)
class Failure:
    """Where the engine and the rules part. `script` ends with the step that shows it."""

    script: Script
    problems: tuple[str, ...]
    seed: int | None = None

    def __str__(self) -> str:
        seed = f"seed {self.seed}; " if self.seed is not None else ""
        problems = "\n".join(f"  ! {problem}" for problem in self.problems)
        return (
            f"{seed}{len(self.script.steps)} steps:\n{self.script}\n{problems}\nagain:\n"
            f"  AIME_CHAOS_SCRIPT='{self.script.to_json()}' pytest tests/runs/modelled -k again"
        )


def play(stage: Stage, script: Script) -> Failure | None:
    """Play a script and then its end: the run is cancelled, and nothing starts after that."""
    world = World(stage, script)
    failure = _play(world, script)
    if failure is not None:
        world.leave()
    return failure


def _play(world: World, script: Script) -> Failure | None:
    model = Model(script.designs)
    problems = [*state_problems(world.now, model.above), *differences(model, world)]
    if problems:
        return Failure(replace(script, steps=()), tuple(problems))
    for number, step in enumerate((*script.steps, Step("cancel_run"), Step("wait")), 1):
        before = world.now
        try:
            results = world.do(step)
        except Exception:
            return Failure(_until(script, number), (f"{step} raised", traceback.format_exc(limit=-4)))
        model, problems = followed(model, world, step, results)
        problems += broken(before, world.now, step, model.above)
        if problems:
            return Failure(_until(script, number), (f"after “{step}”:", *problems))
    return None


def _until(script: Script, number: int) -> Script:
    return replace(script, steps=script.steps[:number])


def followed(model: Model, world: World, step: Step, results: list[str]) -> tuple[Model, list[str]]:
    """Let the model do the step; of two at once, in the order that explains what happened, where there is one."""
    parts = step.both or (step,)
    aims = [model.aim(part) for part in parts]
    first: tuple[Model, list[str]] | None = None
    for order in itertools.permutations(range(len(parts))):
        twin = model.clone() if len(parts) > 1 else model
        wrong = _applied(twin, parts, aims, results, order) + differences(twin, world)
        if not wrong:
            return twin, []
        first = first or (twin, wrong)
    assert first is not None
    return first


def _applied(
    model: Model, parts: tuple[Step, ...], aims: list[Aim], results: list[str], order: tuple[int, ...]
) -> list[str]:
    wrong = []
    for place in order:
        expected = model.apply(parts[place], aims[place], results[place])
        if results[place] != expected:
            wrong.append(f"{parts[place]}: {results[place]}, by the rules {expected}")
    return wrong


def differences(model: Model, world: World) -> list[str]:
    """Compare every version: status, waiting for, acceptance, output, inputs, attempts, questions; verdict; stale."""
    told, due = told_by_rows(world.now), told_by_model(model)
    return [line for name in sorted(told.keys() | due.keys()) for line in _differing(name, told, due)]


def _differing(name: str, told: Facts, due: Facts) -> Iterator[str]:
    is_, should = told.get(name), due.get(name)
    if is_ == should:
        return
    if isinstance(is_, dict) and isinstance(should, dict):
        yield from (f"{name}.{k} is {is_[k]!r}, by the rules {should[k]!r}" for k in is_ if is_[k] != should[k])
    else:
        yield f"{name} is {is_!r}, by the rules {should!r}"


# --- Shrinking by replay ---------------------------------------------------------------------------------------------
def shrink(failure: Failure, replay: Callable[[Script], Failure | None]) -> Failure:
    """Leave out and simplify whatever the failure does not need; a step left out means its script is played again."""
    best, tries = failure, 0
    progress = True
    while progress and tries < SHRINK_TRIES:
        progress = False
        for candidate in _smaller(best.script):
            tries += 1
            times = RACE_TRIES if any(step.both for step in candidate.steps) else 1
            found = next((f for f in (replay(candidate) for _time in range(times)) if f is not None), None)
            if found is not None:
                best, progress = replace(found, seed=failure.seed), True
                break
            if tries >= SHRINK_TRIES:
                break
    return best


def _smaller(script: Script) -> Iterator[Script]:
    """Give scripts with less in them: fewer steps (large pieces first), fewer nodes, fewer edges, plainer steps."""
    steps, length = script.steps, len(script.steps)
    size = length // 2
    while size >= 1:
        for start in range(0, length, size):
            if start + size < length or size == 1:
                yield replace(script, steps=steps[:start] + steps[start + size :])
        size //= 2
    for design in reversed(script.designs):
        if len(script.designs) > 1:
            yield _without(script, design.key)
    for number, step in enumerate(steps):
        for plainer in _plainer(step):
            yield replace(script, steps=(*steps[:number], plainer, *steps[number + 1 :]))
    for number, design in enumerate(script.designs):
        for simpler in _simpler(design):
            yield replace(script, designs=(*script.designs[:number], simpler, *script.designs[number + 1 :]))


def _without(script: Script, key: str) -> Script:
    """Take a node out of the graph; what was below it hangs below what was above it."""
    gone = next(design for design in script.designs if design.key == key)
    left = []
    for design in script.designs:
        above = tuple(sorted({*design.above, *gone.above} - {key})) if key in design.above else design.above
        if design.key != key:
            left.append(replace(design, above=above, reads=tuple(read for read in design.reads if read[0] != key)))
    return Script(tuple(left), tuple(step for step in script.steps if key not in step.nodes()))


def _plainer(step: Step) -> Iterator[Step]:
    yield from step.both
    usual: dict[str, Any] = {
        "room": False,
        "who": "builder",
        "which": "latest",
        "again": "",
        "planned": False,
        "upload": "",
        "speaks": False,
    }
    for name, value in usual.items():
        if getattr(step, name) != value:
            yield replace(step, **{name: value})


def _simpler(design: Design) -> Iterator[Design]:
    for read in design.reads:
        yield replace(design, reads=tuple(other for other in design.reads if other != read))
    if design.confirm:
        yield replace(design, confirm=False)
    if design.named:
        yield replace(design, named=False)
    if design.kind != "text":
        yield replace(design, kind="text")
    if not design.talks:
        yield replace(design, talks=True)
