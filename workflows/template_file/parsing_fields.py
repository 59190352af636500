"""Plain values → the small parts of a node: inputs, outputs, notify rules. Pure; called by `parsing.py`."""

import re

from workflows.template_file.problems import Problem, gettext_noop, phrase
from workflows.template_file.reading import Reader
from workflows.template_file.specs import (
    NAME,
    NOTIFY_MOMENTS,
    VALUE_TYPES,
    InputKind,
    InputSpec,
    NotifyRule,
    OutputSpec,
)

_SOURCE_KEYS: dict[InputKind, str] = {"fixed": "value", "reference": "from", "ask": "ask"}
_INPUT_HINTS = {"default": phrase(gettext_noop("Only an input that is asked at start has a default"))}


def read_input(reader: Reader) -> InputSpec:
    """Read an input and where its value comes from."""
    name = _read_name(reader)
    kind_of_value = reader.choice("type", VALUE_TYPES)
    label = reader.line("label", "")
    required = reader.flag("required", default=True)
    kind = _read_kind(reader)
    value, default, source = "", "", None
    if kind == "fixed":
        value = _read_value(reader, "value", kind_of_value)
    elif kind == "reference":
        source = _read_source(reader)
    elif kind == "ask":
        default = _read_value(reader, "default", kind_of_value)
    reader.close(_INPUT_HINTS)
    return InputSpec(name, kind_of_value, kind or "fixed", value, source, default, label, required)


def _read_kind(reader: Reader) -> InputKind | None:
    asked = reader.flag("ask", default=False)
    given = [kind for kind, key in _SOURCE_KEYS.items() if (asked if kind == "ask" else reader.has(key))]
    if len(given) == 1:
        return given[0]
    for key in ("value", "from", "default"):
        reader.raw(key)  # one problem is enough
    said = (
        gettext_noop("This has more than one of value, from and ask") if given else gettext_noop("This has no source")
    )
    hint = phrase(gettext_noop("give one: value, from, or ask: true"))
    reader.problems.append(Problem(reader.path, phrase(said), hint=hint))
    return None


def _read_value(reader: Reader, key: str, kind: str) -> str:
    value = reader.text(key, "")
    if value and kind in ("image", "file"):
        said = phrase(gettext_noop("%(kind)s content cannot stand in a template"), kind=kind)
        reader.report(key, said, phrase(gettext_noop("ask for it at start, or use type text")))
    elif value and kind == "link" and not value.startswith(("https://", "http://")):
        reader.report(
            key, phrase(gettext_noop("This is not a web address")), phrase(gettext_noop("begin with https://"))
        )
    return value


def _read_source(reader: Reader) -> tuple[str, str]:
    text = reader.text("from")
    node, dot, output = text.partition(".")
    if text and not (node and dot and output):
        said = phrase(gettext_noop("%(text)s does not name an output"), text=text[:80])
        reader.report("from", said, phrase(gettext_noop("write node.output")))
        return ("", "")
    return (node, output)


def read_output(reader: Reader) -> OutputSpec:
    """Read a declared output."""
    output = OutputSpec(
        name=_read_name(reader),
        type=reader.choice("type", VALUE_TYPES),
        description=reader.text("description", "", max_chars=5000),
        required=reader.flag("required", default=True),
    )
    reader.close()
    return output


def read_rule(reader: Reader) -> NotifyRule:
    """Read whom to tell, and when."""
    rule = NotifyRule(reader.line("who", max_chars=150), reader.texts("on", known=NOTIFY_MOMENTS))
    if not rule.on:
        reader.report(
            "on", phrase(gettext_noop("This names no moment")), phrase(gettext_noop("for example [waiting, failed]"))
        )
    reader.close()
    return rule


def _read_name(reader: Reader) -> str:
    said = gettext_noop("This must begin with a letter, then letters, digits, _ or -; at most 40")
    return read_word(reader, "name", NAME, said)


def read_word(reader: Reader, key: str, pattern: re.Pattern[str], msgid: str) -> str:
    """Read a key or a name that must match `pattern`; `msgid` says how it must look."""
    before = len(reader.problems)
    word = reader.text(key)
    if len(reader.problems) == before and not pattern.match(word):
        reader.report(key, phrase(msgid))
    return word
