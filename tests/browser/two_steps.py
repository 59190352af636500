"""A template of two steps for several people: a draft that waits for its confirmation, and what is made of it."""

from typing import Any

TEXT = {"type": "text", "required": True}


def two_steps(name: str, model: str) -> dict[str, Any]:
    """Write the template's document. `model`: whose scripted answers its steps get, and no run of another test."""
    return {
        "aime": 1,
        "name": name,
        "nodes": [
            {
                "key": "draft", "type": "task", "title": "Draft", "prompt": "Write a draft.", "confirm": True,
                "model": model, "outputs": [{"name": "plot", **TEXT}],
            },
            {
                "key": "finish", "type": "task", "title": "Finish", "prompt": "Finish {{ plot }}.",
                "inputs": [{"name": "plot", "type": "text", "from": "draft.plot"}],
                "model": model, "outputs": [{"name": "story", **TEXT}],
            },
        ],
        "edges": [["draft", "finish"]],
    }  # fmt: skip
