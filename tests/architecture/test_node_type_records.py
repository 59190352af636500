"""A kind of node is its record: palette, card, inspector and validation read it, and nothing else knows the kind."""

import re
from typing import Any

from lucide import IconDoesNotExist, _load_icon

from tests.architecture.tree import ROOT, files, judge, name
from workflows import node_types
from workflows.node_types.base import NodeType
from workflows.template_file.problems import Problem
from workflows.template_file.reading import Reader

KINDS = [node_types.get(key) for key in node_types.keys()]  # noqa: SIM118 (a module, not a mapping)
BUILT_IN = ("task", "trigger.schedule", "trigger.codebase", "pipeline")
TINTS = set(re.findall(r"data-kind='(\w+)'", (ROOT / "static/css/components/icon-chip.css").read_text()))
NAMED_ELSEWHERE = {
    "runs/executors/__init__.py": "the registry of executors",
    "runs/wording.py": "icons of the run page, from before the record had them",
}


def config(kind: NodeType) -> Any:
    """Read a new node of the kind."""
    problems: list[Problem] = []
    read = kind.read(Reader(dict(kind.starter), "", problems))
    assert not problems, f"the starter of {kind.key} is not a node: {problems}"
    return read


def test_every_kind_can_be_shown() -> None:
    """A palette item without a word, a known icon or a tint is a hole in the page."""
    broken = {kind.key for key in BUILT_IN if not all(((kind := node_types.get(key)).label, kind.summary, kind.group))}
    broken |= {kind.key for kind in KINDS if kind.tint not in TINTS}
    for kind in KINDS:
        try:
            _load_icon(kind.icon)
        except IconDoesNotExist:
            broken.add(kind.key)
    judge(broken, {}, "Give label, summary, group, a lucide icon and a tint of icon-chip.css:")


def test_cards_show_fields_of_the_config() -> None:
    """A misspelt name would leave the line empty."""
    judge(
        [kind.key for kind in KINDS if not all(hasattr(config(kind), part) for part in kind.card)], {}, "Correct card:"
    )


def test_no_other_module_names_a_kind() -> None:
    """Adding a kind touches its module, one registry line and its executor; pages ask the record."""
    code = [p for app in ("workflows", "runs") for p in files(app, ".py") if "node_types" not in p.parts]
    words = {f'"{key}"' for key in BUILT_IN if "." in key}
    broken = [name(path) for path in code if any(word in path.read_text(encoding="utf-8") for word in words)]
    judge(broken, NAMED_ELSEWHERE, "Ask the NodeType record (add a field to it) instead of comparing keys:")
