"""Documents that the tests of the editor begin with."""

from typing import Any


def task(key: str, x: int, y: int, **fields: Any) -> dict[str, Any]:
    return {"key": key, "type": "task", "title": key.title(), "position": [x, y], "prompt": f"Do {key}.", **fields}


def output(name: str, kind: str = "text") -> dict[str, str]:
    return {"name": name, "type": kind, "description": f"The {name}"}


def pair(name: str = "Pair") -> dict[str, Any]:
    """Two steps, the second takes a text of the first; a third stands apart."""
    nodes = [
        task("ada", 0, 0, outputs=[output("result"), output("document", "file")]),
        task(
            "bob",
            336,
            0,
            prompt="Use {{ result }}.",
            inputs=[{"name": "result", "type": "text", "from": "ada.result"}],
            outputs=[output("verdict")],
        ),
        task("eve", 336, 200, prompt="See {{ picture }}.", inputs=[{"name": "picture", "type": "image", "ask": True}]),
    ]
    return {"aime": 1, "name": name, "nodes": nodes, "edges": [["ada", "bob"]]}
