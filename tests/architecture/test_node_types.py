"""Every node type of the template file either has an executor or says that it cannot run yet; never neither or both."""

from runs.executors import _SPECS, executor_spec, has_executor
from tests.architecture.tree import ROOT, judge
from workflows import node_types

KEYS = node_types.keys()


def test_every_node_type_runs_or_says_not_yet() -> None:
    """A type that is neither would be published and then stand still."""
    silent = [key for key in KEYS if not has_executor(key) and not node_types.get(key).not_yet]
    judge(silent, {}, "Add the executor to runs/executors/__init__.py, or set not_yet in workflows/node_types:")


def test_no_runnable_node_type_says_not_yet() -> None:
    """Publishing would refuse what can run."""
    wrong = [key for key in KEYS if has_executor(key) and node_types.get(key).not_yet]
    judge(wrong, {}, "Remove not_yet from the node type:")


def test_only_triggers_start_by_hand_only() -> None:
    """A step that only a person starts would never be reached, and a trigger that cannot run has nothing to start."""
    kinds = [node_types.get(key) for key in KEYS]
    wrong = [kind.key for kind in kinds if kind.only_by_hand and (kind.not_yet or not kind.is_trigger)]
    judge(wrong, {}, "Keep only_by_hand to triggers that have an executor:")


def test_pipelines_alone_cannot_run_yet() -> None:
    """The list of what is not there shrinks; nothing is added to it unseen."""
    missing = {key for key in KEYS if not has_executor(key)}
    assert missing == {"pipeline"}, "CI pipelines come with connections; every other node type has its executor"


def test_every_executor_is_of_a_known_node_type() -> None:
    """An executor that no template can name is dead code, or its key has a typing error."""
    judge(set(_SPECS) - set(KEYS), {}, "Register the node type, or remove the executor:")


def test_the_modules_of_built_in_executors_exist() -> None:
    """Their paths are texts, resolved on first use; a wrong one would show in the first run only."""
    paths = [executor_spec(key).path for key in KEYS if has_executor(key)]
    files = [ROOT / (path.rsplit(".", 1)[0].replace(".", "/") + ".py") for path in paths if path.startswith("runs.")]
    assert files, "no built-in executor found"
    judge([str(file) for file in files if not file.is_file()], {}, "Correct the path in runs/executors/__init__.py:")
