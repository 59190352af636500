"""The parts of the form of a task template: its own fields, and the rows of inputs and outputs."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy, pgettext_lazy

from workflows.document import Limits, Retry
from workflows.models import Visibility

TYPE_CHOICES = [
    ("text", gettext_lazy("Text")),
    ("code", gettext_lazy("Code")),
    ("link", gettext_lazy("Link")),
    ("image", gettext_lazy("Image")),
    ("file", gettext_lazy("File")),
]
SOURCES = [
    ("ask", gettext_lazy("Asked at start")),
    ("bind", gettext_lazy("From the workflow")),
    ("fixed", gettext_lazy("Fixed value")),
]
LIMIT_LABELS = {
    "tool_rounds": gettext_lazy("Most rounds of tool use"),
    "seconds": gettext_lazy("Time limit, in seconds"),
    "tokens": gettext_lazy("Token budget"),
}


class Lines(forms.CharField):
    """A text as it was typed, with the line ends of a file."""

    def __init__(self, rows: int, css: str = "", **kwargs: Any) -> None:
        attrs = {"class": f"input {'input--line' if rows == 1 else 'input--area'} {css}".strip(), "rows": str(rows)}
        super().__init__(strip=False, widget=forms.Textarea(attrs), **({"required": False} | kwargs))

    def to_python(self, value: Any) -> Any:
        """Undo the line ends of HTML forms."""
        return (super().to_python(value) or "").replace("\r\n", "\n")


def _line(label: Any, *, required: bool = False, **attrs: str) -> forms.CharField:
    return forms.CharField(
        label=label, required=required, max_length=120, widget=forms.TextInput({"class": "input", **attrs})
    )


def _choice(label: Any, choices: Iterable[Any], *, required: bool = True) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=required, choices=choices, widget=forms.Select({"class": "input"}))


def _number(label: Any, usual: int) -> forms.IntegerField:
    return forms.IntegerField(label=label, initial=usual, widget=forms.NumberInput({"class": "input"}))


class HeadForm(forms.Form):
    """Everything but the rows. `base`: the version that the person began with, 0 for a new template."""

    base = forms.IntegerField(widget=forms.HiddenInput, required=False)
    name = _line(gettext_lazy("Name"), required=True)
    description = Lines(2, label=gettext_lazy("Description"), max_length=5000)
    visibility = _choice(gettext_lazy("Who may see it"), Visibility.choices, required=False)
    prompt = Lines(
        10,
        "input--code",
        label=gettext_lazy("Prompt"),
        required=True,
        help_text=gettext_lazy("Write {{ name }} where the value of an input belongs."),
    )
    model = _line(gettext_lazy("Model"), placeholder=str(gettext_lazy("the space's default")))
    tools = forms.MultipleChoiceField(
        label=gettext_lazy("Tools"),
        choices=[("files", gettext_lazy("Files: write and read documents and code")),
                 ("links", gettext_lazy("Links: give web addresses as results")),
                 ("exports", gettext_lazy("Exports: copy files to a folder outside of Aime"))],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    tool_rounds = _number(LIMIT_LABELS["tool_rounds"], Limits().tool_rounds)
    seconds = _number(LIMIT_LABELS["seconds"], Limits().seconds)
    tokens = _number(LIMIT_LABELS["tokens"], Limits().tokens)
    attempts = _number(gettext_lazy("Attempts when a machine fails"), Retry().attempts)
    note = Lines(1, label=gettext_lazy("What changed"), max_length=2000)


class Row(forms.Form):
    """One input or output. Its key, in the prefix, names it while rows come and go."""

    @property
    def key(self) -> str:
        return str(self.prefix).rpartition("-")[2]

    def plain(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the row as it stands in a file."""
        raise NotImplementedError


class InputRow(Row):
    """One input: a variable of the prompt."""

    name = _line(gettext_lazy("Name"))
    type = _choice(gettext_lazy("Type"), TYPE_CHOICES)
    label = _line(gettext_lazy("Label"))
    source = _choice(pgettext_lazy("of a value", "Comes from"), SOURCES)
    value = Lines(1, label=gettext_lazy("Default or value"))
    required = forms.BooleanField(label=gettext_lazy("Required"), required=False)

    def plain(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the input as it stands in a file."""
        source, value = values.get("source"), values.get("value") or ""
        found = {"name": values.get("name", ""), "type": values.get("type") or "text"}
        if source == "ask":
            found |= {"ask": True} | ({"default": value} if value else {})
        else:
            found["value"] = value if source == "fixed" else ""
        found |= {"label": values["label"]} if values.get("label") else {}
        return found if values.get("required") else found | {"required": False}


class OutputRow(Row):
    """One output; its description is the instruction for choosing it."""

    name = _line(gettext_lazy("Name"))
    type = _choice(gettext_lazy("Type"), TYPE_CHOICES)
    description = Lines(1, label=gettext_lazy("Description"))
    required = forms.BooleanField(label=gettext_lazy("Required"), required=False)

    def plain(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the output as it stands in a file."""
        found = {"name": values.get("name", ""), "type": values.get("type") or "text"}
        found |= {"description": values["description"]} if values.get("description") else {}
        return found if values.get("required") else found | {"required": False}


ROWS: dict[str, type[Row]] = {"inputs": InputRow, "outputs": OutputRow}
