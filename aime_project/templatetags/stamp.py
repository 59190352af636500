"""A loop for long tables: its block is rendered once, and each row's values are put into what came out.

`{% stamp run in rows %}<td>{{ run.title }}</td>{% given run.note %}<b>{{ run.note }}</b>{% endgiven %}{% endstamp %}`

As `{% for %}` for blocks in which a row appears only as `{{ row.attribute }}`, with or without filters, in
`{% given row.attribute %}`, the one condition on it, and in `{% include "part.html" with row=row … only %}`, whose part
may hold the same; other tags, also `{% if %}`, see the page alone. Thirty rows of
the history took 5.6 ms of processor time in a `{% for %}` and take 1.5 (ADR 0024). Values are escaped as always.
"""

import re
from collections.abc import Callable, Iterator
from operator import attrgetter
from typing import Any

from django import template
from django.template.base import FilterExpression, Node, NodeList, Parser, Token, VariableNode
from django.template.defaulttags import IfNode
from django.template.exceptions import TemplateSyntaxError
from django.template.loader_tags import IncludeNode
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

# Control characters, which neither a template nor the database's texts can hold.
VALUE, GIVEN, END = "\x00", "\x01", "\x02"
MARKS = re.compile(f"({VALUE}\\d+{VALUE}|{GIVEN}\\d+{GIVEN}|{END})")

Read = Callable[[Any], Any]
Plan = list[Any]  # texts, reads of a value, and (read, plan) of what depends on one


class ValueNode(Node):
    """Where a value of the row is put."""

    def __init__(self, number: int) -> None:
        self.number = number

    def render(self, context: template.Context) -> str:
        """Mark the place."""
        return f"{VALUE}{self.number}{VALUE}"


class GivenNode(Node):
    """What is there only for rows that have the value."""

    def __init__(self, value: FilterExpression, nodelist: NodeList) -> None:
        self.value, self.nodelist, self.number = value, nodelist, -1

    def render(self, context: template.Context) -> str:
        """Mark the place around what is inside."""
        return f"{GIVEN}{self.number}{GIVEN}{self.nodelist.render(context)}{END}"


class PartNode(Node):
    """Another file in the place of its `include`, read anew, so that the row's values in it can be marked."""

    def __init__(self, include: IncludeNode, row: str) -> None:
        path = include.template.resolve(template.Context())
        source = template.Engine.get_default().get_template(path).source
        self.nodelist = template.Template(str(source), name=path).nodelist
        self.given = {name: value for name, value in include.extra_context.items() if name != row}

    def render(self, context: template.Context) -> SafeString:
        """Render it with what the page gives it, and only that."""
        given = {name: value.resolve(context) for name, value in self.given.items()}
        return self.nodelist.render(context.new(given))


class StampNode(Node):
    """The loop."""

    def __init__(self, name: str, rows: FilterExpression, nodelist: NodeList) -> None:
        self.name, self.rows, self.nodelist = name, rows, nodelist
        self.reads: list[Read] = []
        self._mark(nodelist)

    def render(self, context: template.Context) -> SafeString:
        """Render the block once, then put in the values of each row."""
        rows = self.rows.resolve(context)
        plan = self._plan(iter(MARKS.split(self.nodelist.render(context)))) if rows else []
        found: list[str] = []
        for row in rows:
            _put(plan, row, found)
        return mark_safe("".join(found))  # noqa: S308  (texts of the template, values escaped)

    def _mark(self, nodelist: NodeList) -> None:
        """Replace the row's variables by marks."""
        for place, node in enumerate(nodelist):
            if isinstance(node, GivenNode):
                node.number = self._read(node.value)
                self._mark(node.nodelist)
            elif isinstance(node, IfNode):  # a condition of the page
                for _condition, inside in node.conditions_nodelists:
                    self._mark(inside)
            elif isinstance(node, IncludeNode):
                nodelist[place] = part = PartNode(node, self.name)
                self._mark(part.nodelist)
            elif isinstance(node, VariableNode) and self._is_row(node.filter_expression):
                nodelist[place] = ValueNode(self._read(node.filter_expression))

    def _is_row(self, value: FilterExpression) -> bool:
        return (getattr(value.var, "lookups", None) or ("",))[0] == self.name

    def _read(self, value: FilterExpression) -> int:
        """Number a way to read a value of a row."""
        if not self._is_row(value) or len(value.var.lookups) < 2:
            raise TemplateSyntaxError(f"{value.token} is no attribute of {self.name}")
        self.reads.append(
            (lambda row: value.resolve(template.Context({self.name: row})))
            if value.filters
            else attrgetter(".".join(value.var.lookups[1:]))
        )
        return len(self.reads) - 1

    def _plan(self, parts: Iterator[str]) -> Plan:
        plan: Plan = []
        for part in parts:
            if part == END:
                break
            if part.startswith(VALUE):
                plan.append(self.reads[int(part.strip(VALUE))])
            elif part.startswith(GIVEN):
                plan.append((self.reads[int(part.strip(GIVEN))], self._plan(parts)))
            elif part:
                plan.append(part)
        return plan


def _put(plan: Plan, row: Any, found: list[str]) -> None:
    for part in plan:
        if isinstance(part, str):
            found.append(part)
        elif isinstance(part, tuple):
            if part[0](row):
                _put(part[1], row, found)
        else:
            found.append(conditional_escape(part(row)))


@register.tag
def stamp(parser: Parser, token: Token) -> StampNode:
    """Read `{% stamp row in rows %}`."""
    try:
        _tag, name, _in, rows = token.split_contents()
    except ValueError:
        raise TemplateSyntaxError("{% stamp row in rows %}") from None
    nodelist = parser.parse(("endstamp",))
    parser.delete_first_token()
    return StampNode(name, parser.compile_filter(rows), nodelist)


@register.tag
def given(parser: Parser, token: Token) -> GivenNode:
    """Read `{% given row.attribute %}`."""
    try:
        _tag, value = token.split_contents()
    except ValueError:
        raise TemplateSyntaxError("{% given row.attribute %}") from None
    nodelist = parser.parse(("endgiven",))
    parser.delete_first_token()
    return GivenNode(parser.compile_filter(value), nodelist)
