"""A template's graph as a picture: SVG text, the same for the same document. Pure.

Colours and type come from the page (`css/components/picture.css`) by class names, so that it follows light and dark.
Read from top to bottom: a card is narrow, and titles stay legible there and on a phone. Positions on the canvas only
decide the order inside a row. Not here: the canvas itself, where people work.
"""

import dataclasses
import re
from collections.abc import Callable
from dataclasses import dataclass
from unicodedata import east_asian_width
from xml.sax.saxutils import escape, quoteattr

from workflows import node_types
from workflows.layout import COLUMN_WIDTH, positions
from workflows.template_file.specs import Document, NodeSpec
from workflows.topology import Graph

IconOf = Callable[[str, int], str]  # lucide name, size in pixels → svg markup

WIDTH = 320
NODE_HEIGHT = 40
ROW_GAP = 26
GAP = 12
NODE_MIN = 104
NODE_MAX = 232
EDGE_SPACE = 6
CHIP = 24
LINE_HEIGHT = 14
CHAR_WIDTH = 6.3  # of 12 px Inter on average; a CJK character takes twice that
DOT_WIDTH, DOT_HEIGHT, DOT_GAP = 26, 14, 12
_NOT_XML = re.compile("[\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class Box:
    """Where a node is drawn."""

    x: float
    y: float
    width: float
    height: float


def no_icon(name: str, size: int) -> str:
    """Draw no icon; the tint of the chip still tells the kind."""
    return ""


def picture(document: Document, *, label: str = "", icon: IconOf = no_icon) -> str:
    """Draw the graph with its titles. `label`: what it is a picture of, said by screen readers."""
    document = _once(document)
    rows = _rows(document)
    width = max(WIDTH, max((len(row) for row in rows), default=0) * (NODE_MIN + GAP) - GAP) + 2 * EDGE_SPACE
    boxes: dict[str, Box] = {}
    for number, row in enumerate(rows):
        size = min(NODE_MAX, (width - 2 * EDGE_SPACE - (len(row) - 1) * GAP) / len(row))
        left = (width - len(row) * size - (len(row) - 1) * GAP) / 2
        for place, key in enumerate(row):
            top = EDGE_SPACE + number * (NODE_HEIGHT + ROW_GAP)
            boxes[key] = Box(left + place * (size + GAP), top, size, NODE_HEIGHT)
    height = 2 * EDGE_SPACE + max(1, len(rows)) * (NODE_HEIGHT + ROW_GAP) - ROW_GAP
    parts = [_down(boxes[above], boxes[below]) for above, below in Graph.of(document).edges]
    parts += [_node(node, boxes[node.key], icon) for node in document.nodes]
    return _svg("picture", width, height, label or document.name, parts)


def thumbnail(document: Document, *, label: str = "") -> str:
    """Draw the graph as small tinted blocks from left to right, the way it lies on the canvas; titles on hovering."""
    document = _once(document)
    columns = _rows(document)
    tallest = max((len(column) for column in columns), default=1)
    height = tallest * (DOT_HEIGHT + DOT_GAP / 2) - DOT_GAP / 2 + 2
    boxes: dict[str, Box] = {}
    for number, column in enumerate(columns):
        used = len(column) * (DOT_HEIGHT + DOT_GAP / 2) - DOT_GAP / 2
        for place, key in enumerate(column):
            top = (height - used) / 2 + place * (DOT_HEIGHT + DOT_GAP / 2)
            boxes[key] = Box(1 + number * (DOT_WIDTH + DOT_GAP), top, DOT_WIDTH, DOT_HEIGHT)
    width = max(1, len(columns)) * (DOT_WIDTH + DOT_GAP) - DOT_GAP + 2
    parts = [_right(boxes[above], boxes[below]) for above, below in Graph.of(document).edges]
    parts += [_dot(node, boxes[node.key]) for node in document.nodes]
    return _svg("picture picture--small", width, height, label or document.name, parts)


def _once(document: Document) -> Document:
    """Leave one node of each key; a draft may have more."""
    return dataclasses.replace(document, nodes=tuple({node.key: node for node in document.nodes}.values()))


def _rows(document: Document) -> list[list[str]]:
    """Group the nodes by their depth; inside a row as they lie on the canvas, else as automatic layout puts them."""
    loose = dataclasses.replace(
        document, nodes=tuple(dataclasses.replace(node, position=None) for node in document.nodes)
    )
    placed, automatic = positions(document), positions(loose)
    rows: dict[int, list[str]] = {}
    for node in document.nodes:
        rows.setdefault(automatic[node.key][0] // COLUMN_WIDTH, []).append(node.key)
    return [sorted(rows[depth], key=lambda key: (placed[key][1], automatic[key][1])) for depth in sorted(rows)]


def _svg(css: str, width: float, height: float, label: str, parts: list[str]) -> str:
    size = f'viewBox="0 0 {_n(width)} {_n(height)}" width="{_n(width)}" height="{_n(height)}"'
    return (
        f'<svg class="{css}" xmlns="http://www.w3.org/2000/svg" role="img" aria-label={_attribute(label)} {size}>'
        f"<title>{_text(label)}</title>{''.join(parts)}</svg>"
    )


def _node(node: NodeSpec, box: Box, icon: IconOf) -> str:
    name, tint = _look(node)
    room = box.width - CHIP - 26 - (16 if node.confirm else 0)
    lines = _wrapped(node.title, max(4, int(room / CHAR_WIDTH)))
    first = box.y + box.height / 2 + 4 - (len(lines) - 1) * LINE_HEIGHT / 2
    words = "".join(
        f'<tspan x="{_n(box.x + CHIP + 16)}" y="{_n(first + number * LINE_HEIGHT)}">{_text(line)}</tspan>'
        for number, line in enumerate(lines)
    )
    chip = f'<rect class="picture__chip" {_place(box.x + 8, box.y + 8, CHIP, CHIP)} rx="6"/>'
    glyph = f'<g class="picture__icon" transform="translate({_n(box.x + 13)} {_n(box.y + 13)})">{icon(name, 14)}</g>'
    return (
        f'<g class="picture__node" data-kind="{tint}"><title>{_text(node.title)}</title>'
        f'<rect class="picture__box" {_place(box.x, box.y, box.width, box.height)} rx="9"/>{chip}{glyph}'
        f'<text class="picture__title">{words}</text>{_gate(box) if node.confirm else ""}</g>'
    )


def _gate(box: Box) -> str:
    """Draw the mark of a node that waits for a person."""
    x, y = box.x + box.width - 14, box.y + box.height / 2
    tick = f"M{_n(x - 3)} {_n(y)}l2.2 2.2 4-4.4"
    return f'<g class="picture__gate"><circle cx="{_n(x)}" cy="{_n(y)}" r="7"/><path d="{tick}"/></g>'


def _dot(node: NodeSpec, box: Box) -> str:
    _name, tint = _look(node)
    place = _place(box.x, box.y, box.width, box.height)
    return (
        f'<g class="picture__node" data-kind="{tint}"><title>{_text(node.title)}</title>'
        f'<rect class="picture__dot" {place} rx="4"/></g>'
    )


def _down(above: Box, below: Box) -> str:
    x1, y1 = above.x + above.width / 2, above.y + above.height
    x2, y2 = below.x + below.width / 2, below.y - 1
    middle = (y1 + y2) / 2
    curve = f"M{_n(x1)} {_n(y1)}C{_n(x1)} {_n(middle)} {_n(x2)} {_n(middle)} {_n(x2)} {_n(y2)}"
    head = f"M{_n(x2 - 3.5)} {_n(y2 - 4.5)}L{_n(x2)} {_n(y2)}L{_n(x2 + 3.5)} {_n(y2 - 4.5)}"
    return f'<path class="picture__edge" d="{curve}{head}"/>'


def _right(above: Box, below: Box) -> str:
    x1, y1 = above.x + above.width, above.y + above.height / 2
    x2, y2 = below.x, below.y + below.height / 2
    middle = (x1 + x2) / 2
    curve = f"M{_n(x1)} {_n(y1)}C{_n(middle)} {_n(y1)} {_n(middle)} {_n(y2)} {_n(x2)} {_n(y2)}"
    return f'<path class="picture__edge" d="{curve}"/>'


def _look(node: NodeSpec) -> tuple[str, str]:
    try:
        kind = node_types.get(node.type)
    except KeyError:
        return "box", "task"
    return kind.icon, kind.tint


def _wrapped(title: str, chars: int) -> list[str]:
    """Break a title into two lines at most, at spaces where it has some; what is left out is marked."""
    lines = [""]
    for word in title.split():
        joined = f"{lines[-1]} {word}".strip()
        if _width(joined) <= chars or not lines[-1]:
            lines[-1] = joined
        else:
            lines.append(word)
    shown = [lines[0], " ".join(lines[1:])] if len(lines) > 1 else _halved(lines[0], chars)
    return [_cut(line, chars) for line in shown if line]


def _halved(line: str, chars: int) -> list[str]:
    """Break a line without spaces, as Chinese titles are."""
    head = ""
    for char in line:
        if _width(head + char) > chars:
            break
        head += char
    return [head, line[len(head) :]] if any(_is_wide(char) for char in line) else [line]


def _cut(line: str, chars: int) -> str:
    if _width(line) <= chars:
        return line
    while line and _width(line) > chars - 1:
        line = line[:-1]
    return f"{line.rstrip()}…"


def _width(text: str) -> int:
    return sum(2 if _is_wide(char) else 1 for char in text)


def _is_wide(char: str) -> bool:
    return east_asian_width(char) in "WF"


def _place(x: float, y: float, width: float, height: float) -> str:
    return f'x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}"'


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _text(text: str) -> str:
    return escape(_plain(text))


def _attribute(text: str) -> str:
    return quoteattr(_plain(text))


def _plain(text: str) -> str:
    """Leave out what XML cannot hold: controls and halves of pairs."""
    return "".join(char for char in text if char >= " " and not _NOT_XML.match(char))
