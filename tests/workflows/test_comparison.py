"""The difference of two documents."""

from copy import deepcopy
from typing import Any

from tests.workflows.texts import EXAMPLE
from workflows.comparison import Change, compare
from workflows.document import from_json, parse_yaml, to_json

BEFORE = parse_yaml(EXAMPLE)


def plain() -> dict[str, Any]:
    return deepcopy(to_json(BEFORE))


def test_same_documents_do_not_differ() -> None:
    assert not compare(BEFORE, parse_yaml(EXAMPLE))


def test_fields_are_compared_by_their_names() -> None:
    after = plain()
    after["nodes"][1]["title"] = "Design"
    after["nodes"][1]["inputs"][1]["value"] = "two pages"
    after["nodes"][0]["limits"] = {"seconds": 60}
    found = compare(BEFORE, from_json(after))
    assert found.changed == {
        "analyse": (Change("limits", None, {"seconds": 60}),),
        "design": (
            Change("title", "Technical design", "Design"),
            Change("inputs.style.value", "one page", "two pages"),
        ),
    }
    assert not found.added
    assert not found.moved


def test_nodes_and_edges_come_and_go() -> None:
    after = plain()
    after["nodes"][1] = {"key": "code", "type": "task", "prompt": "Code."}
    after["edges"] = [["analyse", "code"]]
    after["description"] = "Other."
    found = compare(BEFORE, from_json(after))
    assert (found.added, found.removed, found.changed) == (("code",), ("design",), {})
    assert (found.edges_added, found.edges_removed) == ((("analyse", "code"),), (("analyse", "design"),))
    assert found.document == (Change("description", "From a requirement to reviewed code.", "Other."),)


def test_moving_a_node_is_not_changing_it() -> None:
    after = plain()
    after["nodes"][0]["position"] = [8, 8]
    found = compare(BEFORE, from_json(after))
    assert found.moved == ("analyse",)
    assert found.changed == {}
    assert found


def test_another_order_is_a_change() -> None:
    after = plain()
    after["nodes"][0]["outputs"].reverse()
    (change,) = compare(BEFORE, from_json(after)).changed["analyse"]
    assert change.path == "outputs"
