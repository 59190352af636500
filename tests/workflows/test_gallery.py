"""The worked examples: right, canonical, what the product promises, and drawn."""

import dataclasses
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workflows.texts import EXAMPLE
from workflows.document import Document, NodeSpec, from_json, parse_yaml, to_json, to_yaml
from workflows.gallery import FOLDER, Example, example, examples, path_of
from workflows.graph import Graph, validate
from workflows.pictures import picture, thumbnail

SVG = "{http://www.w3.org/2000/svg}"
ALL = pytest.mark.parametrize("shown", examples(), ids=[found.key for found in examples()])


# --- Files ----------------------------------------------------------------------------------------------------------
@ALL
def test_example_has_no_error_and_is_canonical(shown: Example) -> None:
    expected = {"weekly_digest": ["Schedules do not start runs yet; until then this workflow starts by hand only"]}
    found = validate(shown.document, usernames=[])
    assert [problem.message for problem in found] == expected.get(shown.key, [])
    assert all(problem.severity == "warning" for problem in found)
    assert to_yaml(shown.document) == path_of(shown.key).read_text("utf-8")
    assert from_json(to_json(shown.document)) == shown.document == parse_yaml(to_yaml(shown.document))


@ALL
def test_example_says_what_it_is_and_asks_in_words(shown: Example) -> None:
    document = shown.document
    assert 30 < len(document.description) <= 120
    assert all(spec.label for node in document.nodes for spec in node.inputs if spec.kind == "ask")
    assert all(node.position is not None for node in document.nodes)
    assert [node.key for node in document.nodes if node.confirm], "a person looks at something"


def test_every_file_of_the_folder_is_shown_once() -> None:
    keys = [found.key for found in examples()]
    assert sorted(keys) == sorted(path.stem for path in FOLDER.glob("*.yaml"))
    assert len(set(keys)) == len(keys) >= 6


def test_main_example_comes_first_and_has_the_steps_of_the_product() -> None:
    document = examples()[0].document
    assert document == example("requirement_to_code").document
    assert [node.key for node in document.nodes] == ["analyse", "design", "code", "review"]
    assert document.node("analyse").confirm
    assert [output.type for node in document.nodes for output in node.outputs if output.required] == ["file"] * 4


@pytest.mark.parametrize(
    ("key", "fork", "branches", "join"),
    [
        ("bug_triage", "understand", ("cause", "impact"), "answer"),
        ("test_plan", "understand", ("expected", "risks"), "plan"),
    ],
)
def test_example_has_parallel_branches_and_a_join(key: str, fork: str, branches: tuple[str, ...], join: str) -> None:
    graph = Graph.of(example(key).document)
    assert (graph.children(fork), graph.parents(join)) == (branches, branches)


def test_digest_starts_by_a_schedule() -> None:
    assert example("weekly_digest").document.nodes[0].type == "trigger.schedule"


# --- Pictures -------------------------------------------------------------------------------------------------------
def titles(svg: str) -> list[str]:
    """Read the titles of the nodes as a screen reader or a pointer finds them."""
    root = ET.fromstring(svg)
    return [node.findtext(f"{SVG}title") or "" for node in root.iter(f"{SVG}g") if node.get("class") == "picture__node"]


@ALL
def test_picture_shows_every_title_and_edge(shown: Example) -> None:
    for draw in (picture, thumbnail):
        svg = draw(shown.document, label="Steps of it")
        root = ET.fromstring(svg)
        assert sorted(titles(svg)) == sorted(node.title for node in shown.document.nodes)
        edges = [path for path in root.iter(f"{SVG}path") if path.get("class") == "picture__edge"]
        assert len(edges) == len(shown.document.edges)
        assert (root.get("role"), root.get("aria-label"), root.findtext(f"{SVG}title")) == ("img",) + (
            "Steps of it",
        ) * 2


@ALL
def test_words_of_a_picture_are_whole(shown: Example) -> None:
    root = ET.fromstring(picture(shown.document))
    for node in root.iter(f"{SVG}g"):
        if node.get("class") == "picture__node":
            lines = [line.text or "" for line in node.iter(f"{SVG}tspan")]
            assert " ".join(lines) == node.findtext(f"{SVG}title"), "no title of ours needs to be cut"


def test_nodes_of_a_picture_do_not_cover_each_other_and_lie_inside() -> None:
    for shown in examples():
        root = ET.fromstring(picture(shown.document))
        boxes = [
            tuple(float(box.get(name, "")) for name in ("x", "y", "width", "height"))
            for box in root.iter(f"{SVG}rect")
            if box.get("class") == "picture__box"
        ]
        width, height = float(root.get("width", "")), float(root.get("height", ""))
        assert all(x >= 0 and y >= 0 and x + w <= width and y + h <= height for x, y, w, h in boxes)
        for one in boxes:
            for other in boxes:
                apart = one[0] + one[2] <= other[0] or one[1] + one[3] <= other[1]
                assert one == other or apart or other[0] + other[2] <= one[0] or other[1] + other[3] <= one[1]


def test_title_is_escaped_and_a_long_one_is_cut() -> None:
    nodes = (
        NodeSpec("a", "task", '<script>"&' + "\x07"),
        NodeSpec("b", "task", "A very long title that no card of any width could ever show as a whole"),
        NodeSpec("c", "nothing.known", "把需求整理成可以测试的条目并写成一份完整文档"),
    )
    svg = picture(Document(name='"<x>', nodes=nodes, edges=(("a", "b"), ("b", "c"))))
    assert "<script>" not in svg
    assert titles(svg)[0] == '<script>"&'
    shown = [line.text or "" for line in ET.fromstring(svg).iter(f"{SVG}tspan")]
    assert shown[-2:] != [nodes[2].title] and shown[-2] + shown[-1].rstrip("…") in nodes[2].title
    assert any(line.endswith("…") for line in shown)


def test_picture_of_nothing_is_a_picture() -> None:
    for draw in (picture, thumbnail):
        assert titles(draw(Document(name="New"))) == []


def test_document_with_a_cycle_and_a_double_key_can_be_drawn() -> None:
    document = parse_yaml(EXAMPLE)
    first, second = document.nodes
    broken = dataclasses.replace(
        document, nodes=(first, second, first), edges=(("analyse", "design"), ("design", "analyse"), ("x", "y"))
    )
    assert len(titles(picture(broken))) == len(titles(thumbnail(broken))) == 2


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=20), st.text(max_size=60))
def test_any_graph_and_any_title_give_well_formed_pictures(edges: list[tuple[int, int]], title: str) -> None:
    nodes = tuple(NodeSpec(f"n{number}", "task", f"{title}{number}") for number in range(10))
    document = Document(name=title, nodes=nodes, edges=tuple((f"n{a}", f"n{b}") for a, b in edges))
    for draw in (picture, thumbnail):
        assert len(titles(draw(document))) == 10
