"""Write docs/state-machine.md from runs/states.py and runs/possible_acts.py. The page is never edited by hand.

Run `python -m tests.tools.state_diagram`.
"""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import get_args

from runs import possible_acts, states

PAGE = Path(__file__).resolve().parents[2] / "docs" / "state-machine.md"
INTRODUCTION = """\
# State machine

Generated from `runs/states.py` and `runs/possible_acts.py` by `python -m tests.tools.state_diagram`; a test keeps it
equal. Only `runs/transitions` writes a status: by compare-and-set, with an event in the same transaction.
"""
NODE = """\
A node version in `waiting` waits for one of:
{waiting}.
All but `pipeline` wait for a person. Nothing sets `skipped` yet; it is reserved for conditions. Leaving `done`,
`failed` or `cancelled` is a person's act, and only the latest version of a node can.
"""
ACTS = """\
Which acts the latest version of a node takes (`runs/possible_acts.py`); what refuses and what offers ask the same.
*accept* is confirm or done. *say* and *retry_turn* need a conversation that has begun, *retry_turn* a last turn without
its answer, and *accept* every required output.
"""
ATTEMPT = """\
An attempt is one try at one turn. Its number is the fencing token of its node version; once terminal it never changes.
A lost one (its process died, or shut down) is followed by the next.
"""
RUN = """\
A run has no transitions of its own. Its status is the verdict of `runs/scheduling.py` over the latest node versions,
stored in the transaction that changed one of them. The first row that fits decides.

| if any node version is | the run is |
|---|---|
| {active} | `running` |
| `waiting` | `waiting` |
| `failed` | `failed` |
| `cancelled` | `cancelled` |
| (else) | `done` |

A pending node is ready when all its ancestors are done. A join below a failed or cancelled node stays pending.
"""


def words(statuses: frozenset[StrEnum] | list[StrEnum]) -> str:
    """List statuses in the order of their enumeration."""
    order = list(type(next(iter(statuses)))) if statuses else []
    return ", ".join(f"`{status.value}`" for status in order if status in statuses)


def machine(transitions: Mapping[StrEnum, frozenset[StrEnum]], first: StrEnum, terminal: frozenset[StrEnum]) -> str:
    """Draw one machine and list it."""
    order = list(transitions)
    lines = ["```mermaid", "stateDiagram-v2", f"    [*] --> {first.value}"]
    for source in order:
        lines += [f"    {source.value} --> {to.value}" for to in order if to in transitions[source]]
    lines += [
        f"    {status.value} --> [*]" for status in order if not transitions[status] and _reached(status, transitions)
    ]
    lines += ["```", "", "| from | to | terminal |", "|---|---|---|"]
    for status in order:
        lines.append(
            f"| `{status.value}` | {words(transitions[status]) or '–'} | {'yes' if status in terminal else ''} |"
        )
    return "\n".join(lines) + "\n"


def acts() -> str:
    """List which acts a version takes whose conversation has begun and whose last turn has no answer."""
    names = get_args(possible_acts.Act)
    lines = [f"| a version in | {' | '.join(names)} |", "|---" * (len(names) + 1) + "|"]
    talk = possible_acts.Talk(question=1, ran=True)
    for status in (status for status in states.NodeStatus if states.NODE_TRANSITIONS[status]):
        for why in states.WaitingFor if status == states.NodeStatus.WAITING else [""]:
            stand = possible_acts.Stand(status, why, talk)
            taken = ["yes" if possible_acts.takes(act, stand) else "" for act in names]
            lines.append(f"| `{status}`{f' for `{why}`' if why else ''} | {' | '.join(taken)} |")
    return "\n".join(lines) + "\n"


def page() -> str:
    """Give the whole page."""
    parts = [
        INTRODUCTION,
        "## Node version\n",
        NODE.format(waiting=words(list(states.WaitingFor))),
        machine(states.NODE_TRANSITIONS, states.NodeStatus.PENDING, states.NODE_TERMINAL),
        "## Acts\n",
        ACTS,
        acts(),
        "## Attempt\n",
        ATTEMPT,
        machine(states.ATTEMPT_TRANSITIONS, states.AttemptStatus.QUEUED, states.ATTEMPT_TERMINAL),
        "## Run\n",
        RUN.format(active=words(states.NODE_ACTIVE)),
    ]
    return "\n".join(parts)


def _reached(status: StrEnum, transitions: Mapping[StrEnum, frozenset[StrEnum]]) -> bool:
    return any(status in targets for targets in transitions.values())


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
