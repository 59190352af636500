"""Every kind of failure that the code knows has its advice; what is unknown is advised on by whether it may pass."""

import inspect
from typing import get_args

import pytest

from runs.agent import errors
from runs.agent.budget import LimitKind
from runs.failures import Press, advice
from runs.transitions.attempts import PROCESS_DIED

MODEL_ERRORS = [
    kind for _name, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, errors.ModelError)
]
OTHERS = [
    "outputs_missing", "outputs_unreadable", "no_model", "internal", "input_missing", "export_failed",
    "no_export_folder", PROCESS_DIED,
]  # fmt: skip


@pytest.mark.parametrize("error", [error for error in MODEL_ERRORS if error is not errors.ModelError])
def test_fault_of_the_model_that_may_pass_is_tried_again_and_no_other(error: type[errors.ModelError]) -> None:
    found = advice(error.kind, retryable=error.transient)
    assert found.helps is error.transient
    assert found.sense not in (advice("?", retryable=True).sense, advice("?", retryable=False).sense)


@pytest.mark.parametrize("kind", [*get_args(LimitKind), *OTHERS])
def test_every_other_kind_has_words_of_its_own(kind: str) -> None:
    assert advice(kind, retryable=False).sense != advice("?", retryable=False).sense


def test_unknown_kind_is_advised_on_by_whether_it_may_pass() -> None:
    assert advice("of_a_plugin", retryable=True).press == Press.RETRY
    assert advice("of_a_plugin", retryable=False).press == Press.MESSAGE


def test_too_long_a_conversation_begins_anew_and_a_missing_input_is_mended_above() -> None:
    assert advice("context_too_long", retryable=False).press == Press.RESTART
    assert advice("input_missing", retryable=False).press == Press.UPSTREAM
