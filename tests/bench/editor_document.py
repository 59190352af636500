"""A large template for the editor: parallel lanes of tasks from left to right, every value used further on."""

from typing import Any

COLUMN, ROW = 352, 208  # canvas units


def large_document(count: int) -> dict[str, Any]:
    """Write the document of a template of `count` tasks, all of them valid."""
    lanes = max(4, round(count**0.5 * 0.8))
    nodes, edges = [], []
    for number in range(count):
        column, lane = divmod(number, lanes)
        before = number - lanes
        nodes.append(_node(number, before if column else None, [column * COLUMN, lane * ROW]))
        if column:
            edges.append([f"step_{before}", f"step_{number}"])
        if column and lane and number % 4 == 0:
            edges.append([f"step_{before - 1}", f"step_{number}"])
    return {"aime": 1, "name": f"{count} steps", "nodes": nodes, "edges": edges}


def _node(number: int, before: int | None, position: list[int]) -> dict[str, Any]:
    inputs: list[dict[str, Any]] = [{"name": "topic", "type": "text", "ask": True, "default": "all of it"}]
    if before is not None:
        inputs.append({"name": "findings", "type": "file", "from": f"step_{before}.findings"})
    node: dict[str, Any] = {
        "key": f"step_{number}",
        "type": "task",
        "title": f"Step {number} of the plan",
        "position": position,
        "prompt": "Go on with {{ topic }}." + (" Begin with {{ findings }}." if before is not None else ""),
        "inputs": inputs,
        "outputs": [
            {"name": "findings", "type": "file", "description": "What was found, one Markdown document"},
            {"name": "summary", "type": "text", "description": "Three sentences", "required": False},
        ],
    }
    if number % 3 == 0:
        node["confirm"] = True
    if number % 5 == 0:
        node["notify"] = [{"who": "initiator", "on": ["failed"]}]
    return node
