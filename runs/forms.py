"""Forms of the runs app: what is asked when a run starts, and what comes with an act on a node."""

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from runs.history.filters import RunFilter
from runs.models.saved_filter import NAME_CHARS, QUERY_CHARS
from runs.start_inputs import Given, wrong_values
from runs.uploads import MIB, Upload, refusal, too_many
from workflows.asked import AskedInput, asked_inputs
from workflows.document import Document

KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
PUBLIC_ID = re.compile(r"[0-9A-Za-z]{1,26}")
SHORT_CHARS = 80  # a default of one short line asks for such a line; the field grows all the same


class PlainText(forms.CharField):
    """A text as it was typed: spaces stay, and line ends are the same whether a browser or htmx sent them."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(strip=False, **kwargs)

    def to_python(self, value: Any) -> Any:
        """Undo the line ends of HTML forms."""
        return (super().to_python(value) or "").replace("\r\n", "\n")


class StartForm(forms.Form):
    """One field for each question of a template; `given` is what `start_run` takes."""

    def __init__(self, document: Document, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "start-%s", **kwargs})
        self.document = document
        self.asked = asked_inputs(document, timezone.now())
        for question in self.asked:
            self.fields[question.name] = _field(question)

    def clean(self) -> dict[str, Any] | None:
        """Hold the values to the same rules as the command line does."""
        cleaned = super().clean() or {}
        for name, problem in wrong_values(self.document, self.given(cleaned)).items():
            self.add_error(name, ValidationError(problem))
        return cleaned

    def given(self, cleaned: Mapping[str, Any]) -> dict[str, Given]:
        """Give the values in the form of `start_run`: texts and uploads; an upload left out is not given."""
        found: dict[str, Given] = {}
        for question in self.asked:
            value = cleaned.get(question.name)
            if question.type in ("file", "image"):
                if value:
                    found[question.name] = Upload(value.name, value.read())
                    value.seek(0)
            elif value is not None:
                found[question.name] = value
        return found


def _field(question: AskedInput) -> forms.Field:
    """Make the field of a question."""
    common: dict[str, Any] = {
        "label": (_(question.label) if question.of_trigger else question.label) or question.name,
        "required": question.required,
        "initial": question.default,
    }
    uploaded: dict[str, Any] = {**common, "allow_empty_file": True, "help_text": _limit(), "validators": [_taken]}
    match question.type:
        case "file":
            return forms.FileField(widget=forms.FileInput({"class": "input input--file"}), **uploaded)
        case "image":
            attrs = {"class": "input input--file", "accept": "image/*"}
            return forms.FileField(widget=forms.FileInput(attrs), **uploaded)
        case "link":
            attrs = {"class": "input", "inputmode": "url", "placeholder": "https://"}
            return forms.CharField(widget=forms.URLInput(attrs), **common)
        case "code":
            attrs = {"class": "input input--area input--code", "rows": "10", "spellcheck": "false"}
            return PlainText(widget=forms.Textarea(attrs), **common)
        case _:
            is_line = 0 < len(question.default) < SHORT_CHARS and "\n" not in question.default
            short = is_line or question.of_trigger
            attrs = {"class": f"input {'input--line' if short else 'input--area'}", "rows": "1" if short else "8"}
            return PlainText(widget=forms.Textarea(attrs), **common)


def _taken(file: "UploadedFile[bytes]") -> None:
    """Refuse what name and size already tell, before anybody reads a large file into memory."""
    if refused := refusal(file.name or "", file.size or 0):
        raise ValidationError(refused)


def _limit() -> str:
    return _("At most %(size)d MiB.") % {"size": settings.AIME_UPLOAD["max_bytes"] // MIB}


class ActForm(forms.Form):
    """What every act on a node carries: the node version that the person saw."""

    version = forms.IntegerField(min_value=1)


class KeysField(forms.Field):
    """Node keys: one name in the form, any number of values."""

    widget = forms.SelectMultiple

    def to_python(self, value: Any) -> frozenset[str]:
        """Keep what can be a node's key."""
        keys = frozenset(value or ())
        if not all(KEY.fullmatch(key) for key in keys):
            raise ValidationError(_("This is not a node's key."))
        return keys


class NamesField(forms.Field):
    """Public ids: one name in the form, any number of values."""

    widget = forms.SelectMultiple

    def to_python(self, value: Any) -> list[str]:
        """Keep what can be a public id."""
        return [text for text in value or [] if PUBLIC_ID.fullmatch(text)]


class ManyFiles(forms.FileInput):
    """A file field of which several may be chosen."""

    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """Give all files of that name."""
        return files.getlist(name) if hasattr(files, "getlist") else files.get(name)


class PlanForm(ActForm):
    """An act carries the digest of the plan that the person saw, and what of it they want computed again."""

    plan = forms.RegexField(r"\A([0-9a-f]{64})?\Z", required=False, empty_value="")
    again = KeysField(required=False)


class AcceptForm(PlanForm):
    """An acceptance carries the hash of the outputs that the person saw (empty where there are none)."""

    outputs = forms.RegexField(r"\A([0-9a-f]{64})?\Z", required=False, empty_value="")


class OutputForm(ActForm):
    """What a person wants as an output: an artifact, a text or link, or a file; one of them."""

    artifact = forms.CharField(required=False, max_length=26)
    text = PlainText(required=False)
    file = forms.FileField(required=False, allow_empty_file=True, validators=[_taken])


class FilesField(forms.FileField):
    """Any number of files under one name. Those that are too large are refused before anybody reads them."""

    widget = ManyFiles

    def clean(self, data: Any, initial: Any = None) -> list[Upload]:
        """Give the files with their content; refuse with a sentence for each that is not taken."""
        files = [file for file in data or [] if file]
        refusals = [too_many(len(files)), *(refusal(file.name, file.size) for file in files)]
        if any(refusals):
            raise ValidationError(" ".join(filter(None, refusals)))
        return [Upload(file.name, file.read()) for file in files]


class MessageForm(ActForm):
    """A message, kept exactly as it was written, with its files.

    `instead_of`: the message that it replaces; `keep`: the files of that one that come along.
    """

    text = PlainText(required=False)
    uploads = FilesField(required=False)
    instead_of = forms.RegexField(r"\A[0-9A-Za-z]{0,26}\Z", required=False, empty_value="")
    keep = NamesField(required=False)

    def clean(self) -> dict[str, Any]:
        """Refuse a message that says nothing and brings nothing."""
        said = super().clean() or {}
        if not self.errors and not (said["text"].strip() or said["uploads"] or said["keep"]):
            raise ValidationError(_("Write a message first."))
        return said


class SavedFilterForm(forms.Form):
    """A filter of the history and its name. `query` is read as an address is: what makes no sense there is dropped."""

    name = forms.CharField(max_length=NAME_CHARS, error_messages={"required": gettext_lazy("A filter needs a name.")})
    query = forms.CharField(
        max_length=QUERY_CHARS, error_messages={"required": gettext_lazy("Filter by something before you save it.")}
    )

    def clean_query(self) -> str:
        """Keep only what a filter says."""
        question = RunFilter.of(QueryDict(self.cleaned_data["query"])).address()
        if not question:
            raise ValidationError(_("Filter by something before you save it."))
        return question[:QUERY_CHARS]
