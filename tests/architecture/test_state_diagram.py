"""The drawn state machine is the one that runs."""

from runs.states import ATTEMPT_TRANSITIONS, NODE_TERMINAL, NODE_TRANSITIONS, AttemptStatus, NodeStatus
from tests.tools.state_diagram import PAGE, page


def test_the_page_is_current() -> None:
    """It is generated; a change of runs/states.py changes it."""
    assert PAGE.read_text(encoding="utf-8") == page(), "Run `python -m tests.tools.state_diagram` and commit the page."


def test_every_status_has_its_transitions() -> None:
    """A status that the table forgets could never be left."""
    assert set(NODE_TRANSITIONS) == set(NodeStatus), "Complete NODE_TRANSITIONS in runs/states.py"
    assert set(ATTEMPT_TRANSITIONS) == set(AttemptStatus), "Complete ATTEMPT_TRANSITIONS in runs/states.py"


def test_terminal_statuses_are_left_by_a_new_turn_only() -> None:
    """Nothing that has ended becomes another ending."""
    wrong = [status for status in NODE_TERMINAL if not NODE_TRANSITIONS[status] <= {NodeStatus.QUEUED}]
    assert not wrong, f"A person's act queues a turn; nothing else follows {wrong}"
