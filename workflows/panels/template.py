"""The template itself, as the inspector shows it when no node is chosen."""

from dataclasses import dataclass
from typing import Any

from workflows.asked import AskedInput, asked_inputs
from workflows.template_file.parsing import read_document
from workflows.template_file.specs import Document


@dataclass(frozen=True)
class TemplatePanel:
    """`asked`: what the start form will ask. `may_manage`: may change who sees the template."""

    document: Document
    asked: tuple[AskedInput, ...]
    may_manage: bool
    read_only: bool


def template_panel(source: Any, *, may_manage: bool, read_only: bool) -> TemplatePanel:
    """Describe a document in JSON form, finished or not."""
    document, _problems = read_document(source)
    return TemplatePanel(document, asked_inputs(document), may_manage=may_manage, read_only=read_only)
