"""The form of a task template: fields, rows of inputs and outputs, and what is wrong with them, next to the field.

The content is read by the code that reads template files (`content.py`), so the form refuses what a file could not
hold and nothing else. Rows are named by the hidden values of `inputs` and `outputs`, in their order.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from django import forms
from django.http import QueryDict
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from workflows.document import Limits, NodeSpec, Problem, Retry
from workflows.node_types.task import TOOL_SETS
from workflows.task_templates.content import content_problems, plain_content, read_content
from workflows.task_templates.form_parts import LIMIT_LABELS, ROWS, HeadForm, InputRow, OutputRow, Row
from workflows.template_file.problems import errors

ROW_PATH = re.compile(r"(inputs|outputs)\[(\d+)\](?:\.(\w+))?\Z")
F = TypeVar("F", bound=forms.Form)
SETTINGS = ("model", "tools", "attempts", *LIMIT_LABELS)
VALUE_KEYS = {"default": "value", "ask": "source", "from": "source"}  # key of the file → field of a row


class TaskForm:
    """The whole form: `head`, `inputs` and `outputs`. Bound to what was posted, or filled and not yet judged.

    After `is_valid` it has `content`, and each field its errors.
    """

    def __init__(self, head: forms.Form, inputs: Sequence[Row], outputs: Sequence[Row]) -> None:
        self.head = head
        self.rows = {"inputs": inputs, "outputs": outputs}
        self.content: NodeSpec | None = None

    @property
    def inputs(self) -> Sequence[Row]:
        return self.rows["inputs"]

    @property
    def outputs(self) -> Sequence[Row]:
        return self.rows["outputs"]

    @property
    def error_count(self) -> int:
        """Count the fields that have to be mended."""
        forms_ = [self.head, *self.inputs, *self.outputs]
        return sum(len(form.errors) for form in forms_ if form.is_bound)

    @property
    def has_errors_in_settings(self) -> bool:
        """Say whether something has to be mended in the part that is folded away."""
        return self.head.is_bound and any(name in self.head.errors for name in SETTINGS)

    def is_valid(self) -> bool:
        """Judge what was posted, and put what is wrong next to its field."""
        parts = [self.head, *self.inputs, *self.outputs]
        fine = not sum(len(part.errors) for part in parts)
        self.content, problems = read_content(self.plain())
        if not problems:
            problems = errors(content_problems(self.content))
        for problem in problems:
            self._report(problem)
        for row in self.inputs:
            if row.cleaned_data.get("source") == "fixed" and not row.cleaned_data.get("value"):
                row.add_error("value", _("Write the value, or let it come from elsewhere."))
                fine = False
        return fine and not problems

    def plain(self) -> dict[str, Any]:
        """Return the content as it stands in a file, as far as it can be read."""
        values = _values(self.head)
        usual = {"limits": Limits(), "retry": Retry()}
        plain: dict[str, Any] = {"prompt": values.get("prompt") or ""}
        plain |= {kind: [row.plain(_values(row)) for row in rows] for kind, rows in self.rows.items()}
        plain["model"] = (values.get("model") or "").strip() or None
        plain["tools"] = [tool for tool in TOOL_SETS if tool in (values.get("tools") or ())]
        for group, keys in (("limits", LIMIT_LABELS), ("retry", ("attempts",))):
            plain[group] = {key: _whole(values.get(key), getattr(usual[group], key)) for key in keys}
        return plain

    def _report(self, problem: Problem) -> None:
        row = ROW_PATH.match(problem.path)
        form: forms.Form = self.head
        field = problem.path.rpartition(".")[2].partition("[")[0]
        if row:
            form = self.rows[row[1]][int(row[2])]
            field = VALUE_KEYS.get(row[3] or "name", row[3] or "name")
        said = problem.said.render(_)
        hint = problem.hint.render(_) if problem.hint else ""
        if field not in form.errors:
            form.add_error(field if field in form.fields else None, capfirst(f"{said} ({hint})" if hint else said))


def posted_form(data: QueryDict) -> TaskForm:
    """Make the form that judges what was posted."""
    rows = {kind: [make(data, prefix=f"{kind}-{key}") for key in _keys(data, kind)] for kind, make in ROWS.items()}
    return TaskForm(HeadForm(data), rows["inputs"], rows["outputs"])


def draft_form(data: QueryDict) -> TaskForm:
    """Make the form that shows what was posted and says nothing about it."""
    rows = {
        kind: [_unjudged(make(data, prefix=f"{kind}-{key}")) for key in _keys(data, kind)]
        for kind, make in ROWS.items()
    }
    return TaskForm(_unjudged(HeadForm(data)), rows["inputs"], rows["outputs"])


def filled_form(content: Mapping[str, Any], **head: Any) -> TaskForm:
    """Make the form of a content as it is stored. `head`: name, description, visibility, base, note."""
    node, _problems = read_content(content)
    config: Any = node.config
    first: dict[str, Any] = {
        "prompt": config.prompt,
        "model": config.model or "",
        "tools": list(config.tools),
        "attempts": config.retry.attempts,
        **{key: getattr(config.limits, key) for key in LIMIT_LABELS},
        **head,
    }
    plain = plain_content(node)
    inputs = [
        _row(InputRow, "inputs", index, _input_values(item)) for index, item in enumerate(plain.get("inputs", ()))
    ]
    outputs = [
        _row(OutputRow, "outputs", index, {**item, "required": item.get("required", True)})
        for index, item in enumerate(plain.get("outputs", ()))
    ]
    return TaskForm(HeadForm(initial=first), inputs, outputs)


def edited(data: QueryDict, act: str) -> QueryDict:
    """Return what was posted, changed: `add-inputs`, `remove-outputs:3`, `declare:name`, `rebase:4` (the version)."""
    changed = data.copy()
    verb, _colon, what = act.partition(":")
    if verb in ("add-inputs", "add-outputs", "declare"):
        kind = "inputs" if verb == "declare" else verb.removeprefix("add-")
        key = str(max((int(key) for key in _keys(data, kind)), default=-1) + 1)
        changed.appendlist(kind, key)
        changed[f"{kind}-{key}-required"] = "on"
        if verb == "declare":
            changed[f"{kind}-{key}-name"] = what[:40]
    elif verb in ("remove-inputs", "remove-outputs"):
        kind = verb.removeprefix("remove-")
        changed.setlist(kind, [key for key in _keys(data, kind) if key != what])
    elif verb == "rebase":
        changed["base"] = what
    return changed


def _keys(data: QueryDict, kind: str) -> list[str]:
    """Return the names of the rows, each once."""
    given = [key for key in data.getlist(kind) if key.isascii() and key.isdigit() and len(key) < 6]
    return list(dict.fromkeys(given))[:100]


def _values(form: forms.Form) -> dict[str, Any]:
    """Return what a form holds: what is clean, else what it began with."""
    if not form.is_bound:
        return {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    form.is_valid()
    return form.cleaned_data


def _unjudged(form: F) -> F:
    """Return a form that shows what the bound one was given, without its errors."""
    shown = {
        name: field.widget.value_from_datadict(form.data, {}, form.add_prefix(name))
        for name, field in form.fields.items()
    }
    texts = {name: value.replace("\r\n", "\n") if isinstance(value, str) else value for name, value in shown.items()}
    return type(form)(initial=texts, prefix=form.prefix)


def _row(make: type[Row], kind: str, index: int, values: Mapping[str, Any]) -> Row:
    return make(initial=dict(values), prefix=f"{kind}-{index}")


def _input_values(plain: Mapping[str, Any]) -> dict[str, Any]:
    source = "ask" if plain.get("ask") else "fixed" if plain.get("value") else "bind"
    value = plain.get("default" if source == "ask" else "value", "")
    return {**plain, "source": source, "value": value, "required": plain.get("required", True)}


def _whole(value: Any, usual: int) -> Any:
    """Return a number as a file would hold it; what is none is judged by its field."""
    try:
        return int(value)
    except (TypeError, ValueError):
        return usual
