"""A conversation as text, cut in the middle."""

from runs.agent.model import ChatMessage
from runs.agent.parts import Picture, Text, ToolResult, ToolUse
from runs.agent.transcript import cut_middle, transcript


def test_everyone_is_heard_but_the_system() -> None:
    talk = [
        ChatMessage("system", (Text("role"),)),
        ChatMessage("user", (Text(" ask "), Picture("a.png", "image/png", "1", 1, 85))),
        ChatMessage("assistant", (ToolUse("1", "files_write", "{" + "x" * 900 + "}"),)),
        ChatMessage("tool", (ToolResult("1", "files_write", "y" * 900),)),
        ChatMessage("assistant", (Text("done"),)),
    ]
    text = transcript(talk, 10_000)
    assert text.startswith("user: ask\n\n(image a.png)\n\n(called files_write {xxx")
    assert text.endswith("assistant: done")
    assert text.count("x") + text.count("y") < 700


def test_middle_is_cut_and_said_so() -> None:
    text = cut_middle("a" * 100 + "b" * 100, 90)
    assert text == "a" * 30 + "\n[… 110 characters left out …]\n" + "b" * 60
    assert cut_middle("abc", 3) == "abc"
    assert cut_middle("abc", 0) == "\n[… 3 characters left out …]\n"
