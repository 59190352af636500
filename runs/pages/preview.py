"""What a task would tell its agent, before there is a run: its variables, and the messages with example values.

The texts are made by the code that makes those of a run. Not here: what is wrong with the form it comes from.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

from django.utils.translation import gettext as _

from runs.agent.prompt import PromptInput
from runs.conversation import opening_with, system_text
from spaces.models import Space
from workflows import placeholders
from workflows.document import InputSpec, NodeSpec
from workflows.task_templates.content import read_content
from workflows.task_templates.forms import TaskForm
from workflows.template_file.specs import NAME

State = Literal["declared", "missing", "unused", "odd"]
EXAMPLE_LINK = "https://example.org/"


@dataclass(frozen=True)
class Variable:
    """A name in the prompt or among the inputs. `odd`: it stands in braces and can be no name."""

    name: str
    state: State
    type: str = ""
    value: str = ""


@dataclass(frozen=True)
class Preview:
    """`message`: the first message. `system`: what stands before it."""

    variables: tuple[Variable, ...]
    message: str
    system: str
    has_examples: bool


def preview(space: Space, form: TaskForm, title: str) -> Preview:
    """Render what is in the form now, as far as it can be read."""
    node, _problems = read_content(form.plain())
    named = tuple({spec.name: spec for spec in node.inputs if NAME.match(spec.name)}.values())
    shown = replace(node, title=title or _("Task"), inputs=named)
    config: Any = shown.config
    values = [_example(spec) for spec in named]
    return Preview(
        variables=tuple(_variables(shown)),
        message=opening_with(shown, values) if config.prompt.strip() else "",
        system=system_text(space, shown),
        has_examples=any(not _own_value(spec) for spec in named),
    )


def _variables(node: NodeSpec) -> Iterator[Variable]:
    config: Any = node.config
    inputs = {spec.name: spec for spec in node.inputs}
    used = placeholders.find(config.prompt)
    for name in used:
        yield _declared(inputs[name], "declared") if name in inputs else Variable(name, "missing")
    yield from (_declared(spec, "unused") for name, spec in inputs.items() if name not in used)
    yield from (Variable(word, "odd") for word in placeholders.find_odd(config.prompt))


def _declared(spec: InputSpec, state: State) -> Variable:
    return Variable(spec.name, state, spec.type, _own_value(spec))


def _own_value(spec: InputSpec) -> str:
    return spec.default if spec.kind == "ask" else spec.value


def _example(spec: InputSpec) -> PromptInput:
    """Give an input its own value, else an example of its type; only a person's own short words stand in a sentence."""
    value, kind = _own_value(spec), spec.type
    if kind == "link":
        return PromptInput(spec.name, "link", url=value or EXAMPLE_LINK)
    if kind == "image":
        return PromptInput(spec.name, "image", artifact_name=f"{spec.name}.png")
    text = value or _("(an example value of %(name)s)") % {"name": spec.label or spec.name}
    if kind == "file":
        return PromptInput(spec.name, "file", text=text, artifact_name=f"{spec.name}.md")
    trusted = spec.kind == "ask" or bool(value)
    return PromptInput(spec.name, "code" if kind == "code" else "text", text=text, trusted=trusted)
