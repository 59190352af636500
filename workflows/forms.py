"""Forms of the workflows app: they check what people send, `actions` does it."""

import json
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from spaces.text import is_storable
from workflows.models import Visibility, Workflow
from workflows.queries import possible_owners
from workflows.task_templates.actions import Words

NOTE_CHARS = 2000
NAME_CHARS = 120


class StorableText(forms.CharField):
    """Text that the database can hold, with the line ends of one kind."""

    def to_python(self, value: Any) -> Any:
        """Undo the line ends of HTML forms."""
        return (super().to_python(value) or "").replace("\r\n", "\n")

    def validate(self, value: Any) -> None:
        """Refuse halves of pairs, which no database takes; NUL is refused by Django itself."""
        super().validate(value)
        if not is_storable(value):
            raise ValidationError(_("This has a character that is not text."))


class RevisionForm(forms.Form):
    """An act on the draft that the person saw."""

    base_revision = forms.IntegerField(min_value=1, max_value=2**31 - 1)


class PublishForm(RevisionForm):
    """What a version says about itself."""

    note = StorableText(required=False, max_length=NOTE_CHARS)


class FormerDraftForm(RevisionForm):
    """The draft that was replaced, as the answer to the replacing gave it."""

    document = forms.CharField()

    def clean_document(self) -> Any:
        """Read the JSON."""
        try:
            return json.loads(self.cleaned_data["document"])
        except (ValueError, RecursionError) as error:
            raise ValidationError(_("This is not JSON.")) from error


class ImportForm(forms.Form):
    """A template file, uploaded or pasted; `choice` once the person was told what it would replace."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput({"class": "input input--file", "accept": ".yaml,.yml,.json,text/yaml"}),
    )
    text = forms.CharField(
        label=gettext_lazy("Or paste its text"),
        required=False,
        strip=False,
        widget=forms.Textarea({"class": "input input--area input--code", "rows": 12, "spellcheck": "false"}),
    )
    choice = forms.ChoiceField(required=False, choices=[(word, word) for word in ("new", "replace")])
    base_revision = forms.IntegerField(required=False)
    target = forms.CharField(required=False)


class NodeTemplateForm(forms.Form):
    """What a step is called as a task template, and who sees it."""

    name = StorableText(label=gettext_lazy("Name"), max_length=NAME_CHARS)
    description = StorableText(label=gettext_lazy("Description"), required=False, max_length=5000)
    visibility = forms.ChoiceField(label=gettext_lazy("Who may see it"), choices=Visibility.choices)

    def sentences(self) -> list[str]:
        """Say what is wrong, a line for each fault."""
        labels = {name: field.label for name, field in self.fields.items()}
        return [f"{labels[name]}: {said}" for name, faults in self.errors.items() for said in faults]

    def wanted(self) -> dict[str, Any]:
        """Give what was asked for, as the action takes it."""
        given = self.cleaned_data
        return {"words": Words(given["name"], given["description"]), "visibility": given["visibility"]}


class TransferForm(forms.Form):
    """Who is to own a template."""

    owner = forms.ModelChoiceField(
        queryset=User.objects.none(),
        label=gettext_lazy("New owner"),
        to_field_name="username",
        widget=forms.Select({"class": "input"}),
    )

    def __init__(self, workflow: Workflow, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "transfer-%s", **kwargs})
        self.fields["owner"].queryset = possible_owners(workflow)  # type: ignore[attr-defined]


class VisibilityForm(forms.Form):
    """Who may see a template."""

    visibility = forms.ChoiceField(choices=Visibility.choices)


class FavouriteForm(forms.Form):
    """Whether a template is a favourite; without the word it is not."""

    marked = forms.BooleanField(required=False)
