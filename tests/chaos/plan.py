"""What a chaos test does: how much of it, the workflows it runs, what the model says. All follows from a seed.

`AIME_CHAOS=short|long` and `AIME_CHAOS_SEED=<number>` choose; the seed is printed, so a failure can be repeated (the
draws are the same; when they meet what is up to the machine). The short one always draws the same, the long one anew.
"""

import os
import random
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Intensity:
    """How much is done in one test. `gap_s`: the shortest and longest pause between two kills."""

    kills: int
    group_kills: int
    database_restarts: int
    duplicates: int
    deletes: int
    gap_s: tuple[float, float]
    forties: int  # how many runs of the large workflow are in flight at once
    branches: int
    poison_in_storm: int  # further poison runs, whose nodes are killed by others too


LONG = Intensity(
    kills=44,
    group_kills=7,
    database_restarts=5,
    duplicates=24,
    deletes=7,
    gap_s=(0.3, 6.0),
    forties=2,
    branches=6,
    poison_in_storm=1,
)
SHORT = Intensity(
    kills=10,
    group_kills=2,
    database_restarts=1,
    duplicates=6,
    deletes=2,
    gap_s=(0.3, 2.5),
    forties=1,
    branches=5,
    poison_in_storm=0,
)
SHORT_SEED = 20_261


def intensity() -> Intensity:
    """Read which one is wanted."""
    return LONG if os.environ.get("AIME_CHAOS", "short") == "long" else SHORT


def seed() -> int:
    """Read or draw the seed."""
    drawn = SHORT_SEED if intensity() is SHORT else random.SystemRandom().randrange(1, 1_000_000)
    return int(os.environ.get("AIME_CHAOS_SEED") or drawn)


# --- What the model says: one story for each model name, so that every message can be checked ------------------------
STORIES = 8
VOCABULARY = (
    "the|plan|你好|世界|𠮷野家|👩\u200d💻|naïve|e\u0301te\u0301|Grüße|需求分析|🎉|數據|**bold**|`code`|한국어|عربى|✅|line\n|"
    "next\n\n|- item|1. step|one|two|three"
)


def story(number: int, words: int) -> str:
    """Write a story: the same for the same number, with Chinese, emoji and combining marks."""
    rng = random.Random(f"story {number}")
    return " ".join(rng.choice(VOCABULARY.split("|")) for _ in range(words)).strip() + f" end {number}."


def stories(words: int = 90) -> dict[str, str]:
    """Give model name → what it answers, always."""
    return {f"story-{number}": story(number, words + 12 * number) for number in range(STORIES)}


# --- Workflows -------------------------------------------------------------------------------------------------------
Node = dict[str, Any]


def document(name: str, nodes: list[Node], edges: list[list[str]]) -> dict[str, Any]:
    return {"aime": 1, "name": name, "nodes": nodes, "edges": edges}


def task(key: str, number: int, *, confirm: bool = False, reads: str | None = None) -> Node:
    """A node that talks with the model and gives one file; `reads`: the task above whose file it takes."""
    node: Node = {
        "key": key,
        "type": "task",
        "title": key,
        "prompt": f"Write {key}." + (" From: {{ paper }}" if reads else ""),
        "model": f"story-{number % STORIES}",
        "outputs": [{"name": "paper", "type": "file", "description": "The paper"}],
        "retry": {"attempts": 10},
    }
    if reads:
        node["inputs"] = [{"name": "paper", "type": "file", "from": f"{reads}.paper"}]
    if confirm:
        node["confirm"] = True
    return node


def plain(key: str, kind: str, milliseconds: int = 0) -> Node:
    return {"key": key, "type": kind, "title": key, "milliseconds": milliseconds}


def forty(branches: int) -> dict[str, Any]:
    """Two rounds of parallel chains, each ended by a join, and a tail: 3 + 7 × branches nodes or more."""
    nodes = [plain("start", "noop")]
    edges: list[list[str]] = []
    before = "start"
    reads: str | None = None
    for half in ("l", "r"):
        ends = []
        for branch in range(branches):
            name = f"{half}{branch}"
            chain = [
                plain(f"{name}_noop", "noop"),
                task(f"{name}_task", branch + (half == "r"), reads=reads),
                plain(f"{name}_slow", "slow", 200 + 150 * branch),
                plain(f"{name}_block", "blocking", 100 + 60 * branch),
            ][: 4 if branch % 2 == 0 else 3]
            nodes += chain
            edges += [
                [a, b] for a, b in zip([before, *(n["key"] for n in chain)], (n["key"] for n in chain), strict=False)
            ]
            ends.append(chain[-1]["key"])
        join = task(f"{half}_join", 3, reads=f"{half}0_task")
        nodes.append(join)
        edges += [[end, join["key"]] for end in ends]
        before, reads = join["key"], join["key"]
    for number, kind in enumerate(("noop", "slow", "blocking", "noop")):
        nodes.append(plain(f"tail{number}", kind, 300 if kind != "noop" else 0))
        edges.append([before, f"tail{number}"])
        before = f"tail{number}"
    return document("Forty", nodes, edges)


def talk() -> dict[str, Any]:
    """Nodes that wait for people: three in a row, one beside them, and one below all."""
    nodes = [
        task("ask", 0, confirm=True),
        task("think", 1, confirm=True, reads="ask"),
        task("aside", 2, confirm=True, reads="ask"),
        task("write", 4, confirm=True, reads="think"),
        plain("pack", "slow", 300),
        task("join", 5, reads="write"),
    ]
    edges = [
        ["ask", "think"],
        ["ask", "aside"],
        ["think", "write"],
        ["write", "pack"],
        ["pack", "join"],
        ["aside", "join"],
    ]
    return document("Talk", nodes, edges)


def doomed() -> dict[str, Any]:
    """Work of every kind for a run that is cancelled in the middle."""
    nodes = [plain("start", "noop")]
    edges = []
    for branch in range(4):
        chain = [
            task(f"t{branch}", branch),
            plain(f"b{branch}", "blocking", 400),
            plain(f"s{branch}", "slow", 700),
            plain(f"n{branch}", "noop"),
        ]
        nodes += chain
        edges += [
            [a, b] for a, b in zip(["start", *(n["key"] for n in chain)], (n["key"] for n in chain), strict=False)
        ]
    return document("Doomed", nodes, edges)


POISON_NEIGHBOURS = 30


def poison() -> dict[str, Any]:
    """One node that kills its process among thirty that do not; all start at once."""
    nodes = [plain(f"innocent{number}", "slow", 900) for number in range(POISON_NEIGHBOURS)]
    return document("Poison", [*nodes, plain("deadly", "deadly", 250)], [])


def workflows(chosen: Intensity) -> list[dict[str, Any]]:
    return [forty(chosen.branches), talk(), doomed(), poison()]
