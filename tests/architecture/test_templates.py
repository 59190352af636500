"""A partial declares what it needs in its first line, has one root element and is included with `only`."""

import re
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.fragments import roots
from tests.architecture.tree import files, judge, name

NEEDS = re.compile(r"\A\{# needs: .+ #\}\n")
INCLUDE = re.compile(r"\{% include [^%]*%\}")
EITHER = "is a link or a button, never both"
MANY_ROOTS = {
    "templates/components/button.html": EITHER,
    "templates/components/icon_button.html": EITHER,
    "templates/layouts/_client.html": "two lasting elements at the end of the body; nothing swaps them",
    "templates/layouts/_stylesheets.html": "links of the head, in the order of the layers",
    "templates/workflows/canvas/_head.html": "links of the head",
    "templates/workflows/versions/_head.html": "links of the head",
    "templates/runs/node_runs/_output.html": "the inside of a list item, which the caller gives",
}


def partials() -> Iterator[Path]:
    """Give the templates that others include."""
    shown = [path for path in files("templates", ".html") if path.name != "gallery.html"]
    yield from (path for path in shown if path.name.startswith("_") or path.parent.name == "components")


def test_partials_declare_their_needs() -> None:
    """Who includes one reads its first line and nothing else."""
    silent = [name(path) for path in partials() if not NEEDS.match(path.read_text(encoding="utf-8"))]
    judge(silent, {}, "Begin with {# needs: names, or “nothing” #}:")


def test_includes_pass_on_only_what_is_named() -> None:
    """Without `only` a partial uses what its first line does not say."""
    texts = {name(path): path.read_text(encoding="utf-8") for path in files("templates", ".html")}
    found = [(place, tag) for place, text in texts.items() for tag in INCLUDE.findall(text)]
    broken = [f"{place}: {tag}" for place, tag in found if not tag.endswith(" only %}")]
    judge(broken, {}, "Name what the partial needs and end with `only`:")


def test_partials_have_one_root() -> None:
    """A swap replaces one element; what lies beside it would stay or double."""
    found = {name(path): roots(path.read_text(encoding="utf-8")) for path in partials()}
    several = {place: str(tags) for place, tags in found.items() if len(tags) > 1}
    judge(several, MANY_ROOTS, "Wrap its elements in one, or list it with a reason:")
