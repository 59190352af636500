"""The task template of a node: which one it uses, what it brings, and which others could be chosen."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workflows.node_types.task import TaskConfig, split_reference
from workflows.template_file.specs import NodeSpec


@dataclass(frozen=True)
class TemplateChoice:
    """A task template that a node may use. `reference`: as the document names it, with the number."""

    reference: str
    name: str
    description: str


@dataclass(frozen=True)
class TemplateUse:
    """`choices`: the newest version of each. The rest is of the chosen one; `reference` is empty without one.

    `is_found`: false for a reference that leads nowhere. `prompt`: the version's. `newest`: what to pin instead, empty
    when the node has it already.
    """

    choices: tuple[TemplateChoice, ...]
    reference: str = ""
    slug: str = ""
    number: int = 0
    name: str = ""
    is_found: bool = False
    prompt: str = ""
    newest: str = ""
    newest_number: int = 0


def template_use(node: NodeSpec, full: NodeSpec, cards: Mapping[str, Mapping[str, Any]]) -> TemplateUse:
    """Describe the task template of a task. `full`: the node with it put in; `cards`: those that the person may see."""
    choices = tuple(
        TemplateChoice(reference, card["name"], card["description"])
        for reference, card in cards.items()
        if card["number"] == card["newest"]
    )
    assert isinstance(node.config, TaskConfig)
    reference = node.config.task_template or ""
    if not reference:
        return TemplateUse(choices)
    slug, number = split_reference(reference)
    card = next((card for card in cards.values() if card["slug"] == slug and number in (None, card["number"])), None)
    if card is None or full is node or not isinstance(full.config, TaskConfig):
        return TemplateUse(choices, reference, slug, number or 0, slug)
    is_old = card["newest"] > card["number"]
    return TemplateUse(
        choices,
        reference=reference,
        slug=slug,
        number=card["number"],
        name=card["name"],
        is_found=True,
        prompt=full.config.prompt,
        newest=f"{slug}@{card['newest']}" if is_old else "",
        newest_number=card["newest"],
    )
