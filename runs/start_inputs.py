"""The values a person gives when a run starts, checked against what its template asks for.

`name` answers every node that asks under that name, `node.name` only that node (and wins there); a trigger asks for
its outputs in the same way. Every problem is found before anything is refused. Touches no database. Not here: which
files are taken (`runs/uploads.py`), storing them (`runs/actions/runs.py`).
"""

import difflib
import hashlib
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from runs.agent.addresses import BadAddress, checked_url
from runs.uploads import Upload, is_picture, refusal
from runs.wording import address_fault
from spaces.text import is_storable
from workflows.asked import asked_values
from workflows.document import Document, InputSpec

TEXT_MAX_CHARS = 1_000_000
MARKDOWN_SIGNS = " \t#*->"
TITLE_CHARS = 80


Given = str | Upload
Entries = dict[str, dict[str, dict[str, Any]]]


def check_inputs(document: Document, given: Mapping[str, Given]) -> tuple[Entries, list[str]]:
    """Sort the given values to the nodes that ask for them: (node key → input name → entry, problems).

    An entry is {"type", "value", "sha256"}, or {"type", "name", "blob", "sha256"} for an upload. What is not given is
    left to the template's default, which an empty optional text clears; a required input without either is a problem.
    """
    asked = {value.place: value for value in asked_values(document)}
    names = {value.name for value in asked.values()}
    problems = [_unknown(name, [*names, *asked]) for name in given if name not in names and name not in asked]
    entries, wrong = _sorted(document, given)
    return entries, [*problems, *wrong.values()]


def wrong_values(document: Document, given: Mapping[str, Given]) -> dict[str, str]:
    """Say what is wrong with the given values: name → problem."""
    return {name: problem for name, problem in _sorted(document, given)[1].items() if name in given}


def _sorted(document: Document, given: Mapping[str, Given]) -> tuple[Entries, dict[str, str]]:
    wrong: dict[str, str] = {}
    entries: Entries = {}
    for asked in asked_values(document):
        spec = asked.spec
        name = asked.place if asked.place in given else asked.name
        value = given.get(name)
        if value is None or (value == "" and not spec.required and not spec.default):
            if spec.required and not spec.default:
                wrong[asked.name] = _("%(name)s is required.") % {"name": asked.name}
            continue
        problem = _problem(name, spec, value)
        if problem:
            wrong[name] = problem
        else:
            entries.setdefault(asked.node, {})[spec.name] = _entry(spec.type, value)
    return entries, wrong


def title_of(document: Document, entries: Entries) -> str:
    """Name a run: the first words of its first text, else of the event's title, else the template's name."""
    asked = asked_values(document)
    named = [value for value in asked if value.spec.type == "text" and not value.of_trigger]
    named += [value for value in asked if value.of_trigger and value.spec.name == "title"]
    texts = (entries.get(value.node, {}).get(value.spec.name, {}).get("value", "") for value in named)
    for text in texts:
        lines = (" ".join(line.strip(MARKDOWN_SIGNS).split()) for line in text.splitlines())
        first = next(filter(None, lines), "")
        if first:
            return first if len(first) <= TITLE_CHARS else _shortened(first)
    return document.name


def _shortened(line: str) -> str:
    head = line[: TITLE_CHARS - 1]
    words, _space, cut = head.rpartition(" ")
    return f"{words if words and len(cut) < 20 else head}…"


def _problem(name: str, spec: InputSpec, value: Given) -> str:
    if spec.type in ("file", "image"):
        return _upload_problem(name, spec.type, value)
    if isinstance(value, Upload):
        return _("%(name)s is a %(type)s; it cannot be a file.") % {"name": name, "type": spec.type}
    if not is_storable(value):
        return _("%(name)s is not valid text (it holds NUL or half characters).") % {"name": name}
    if len(value) > TEXT_MAX_CHARS:
        return _("%(name)s is longer than %(limit)s characters.") % {"name": name, "limit": f"{TEXT_MAX_CHARS:,}"}
    if not value.strip():
        return _("%(name)s is required.") % {"name": name} if spec.required else ""
    return _link_problem(name, value) if spec.type == "link" else ""


def _link_problem(name: str, value: str) -> str:
    try:
        checked_url(value)
    except BadAddress as error:
        why = address_fault(error.fault)
        return _("%(name)s must be a web link (http:// or https://). %(why)s") % {"name": name, "why": why}
    return ""


def _upload_problem(name: str, kind: str, value: Given) -> str:
    if not isinstance(value, Upload):
        return _("%(name)s must be a file.") % {"name": name}
    if not value.name:
        return _("%(name)s needs a file with a name.") % {"name": name}
    if kind == "image" and not is_picture(value.content):
        return _("%(name)s must be a picture (PNG, JPEG, GIF or WebP).") % {"name": name}
    refused = refusal(value.name, len(value.content), value.content)
    return f"{name}: {refused}" if refused else ""


def _entry(type_: str, value: Given) -> dict[str, Any]:
    if isinstance(value, Upload):
        return {"type": type_, "name": value.name[:200], "blob": value.sha256, "sha256": value.sha256}
    text = value.strip() if type_ == "link" else value
    return {"type": type_, "value": text, "sha256": hashlib.sha256(text.encode()).hexdigest()}


def _unknown(name: str, known: list[str]) -> str:
    problem = _("The template asks for no input “%(name)s”") % {"name": name}
    near = difflib.get_close_matches(name, known, n=1)
    if near:
        return problem + " " + _("(did you mean “%(word)s”?).") % {"word": near[0]}
    names = sorted(word for word in known if "." not in word)
    return problem + (" " + _("(it asks for: %(words)s).") % {"words": ", ".join(names)} if names else ".")
