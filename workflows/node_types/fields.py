"""The declarative form of a kind of node: which of its own fields are shown, and by which control. Pure.

`templates/workflows/panels/fields/<widget>.html` renders a field; the browser writes what is typed into the
document by the field's path, so a kind brings neither a template nor a script. Words are marked message ids.
"""

from dataclasses import dataclass
from typing import Any, Literal

from workflows.template_file.problems import gettext_noop

Widget = Literal[
    "line", "number", "choice", "checks", "words", "pairs", "prompt", "model", "connection", "cron", "zone"
]


@dataclass(frozen=True)
class Choice:
    """One of the words a field knows, and how a person reads it."""

    value: str
    label: str
    hint: str = ""


@dataclass(frozen=True)
class Field:
    """One control. `path`: from the node down, e.g. ("limits", "tokens"); `default`: what an absent key means.

    `group`: the heading it stands under, empty for the top of the form. `low`, `high`: of a number.
    """

    path: tuple[str, ...]
    widget: Widget
    label: str
    hint: str = ""
    default: Any = ""
    choices: tuple[Choice, ...] = ()
    group: str = ""
    low: int = 0
    high: int = 0
    required: bool = False
    placeholder: str = ""


ADVANCED = gettext_noop("Model, tools and limits")
