"""The layers of the prompt, their stable prefix, and untrusted content in its blocks."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runs.agent.output_plan import OutputSpec
from runs.agent.prompt import NOTHING, PromptInput, free_mark, opening_message, system_prompt
from runs.agent.tools import tools_for

TOOLS = [tool.spec for tool in tools_for(["files", "links"])]
OUTPUTS = [
    OutputSpec("design", "file", "The design\n  document"),
    OutputSpec("summary", "text", "", required=False),
]


def test_layers_stand_from_the_most_stable_to_the_task() -> None:
    prompt = system_prompt("Search team", "Write in British English.", "Technical\ndesign", OUTPUTS, TOOLS)
    places = [prompt.index(words) for words in
              ("You are an agent of Aime", "Search team", "British English", "# How to work", "files_write",
               "# This task\nTechnical design", "- design (a document", "- summary (text")]  # fmt: skip
    assert places == sorted(places)
    assert "The design document" in prompt
    assert "optional" in prompt.splitlines()[-1]


def test_tasks_of_one_space_share_a_prefix() -> None:
    one, two = (system_prompt("S", "I", title, OUTPUTS, TOOLS) for title in ("Design", "Review"))
    shared = one[: one.index("# This task")]
    assert two.startswith(shared)
    assert len(shared) > 800


def test_prompt_without_tools_and_outputs_says_so() -> None:
    prompt = system_prompt("S", " ", "T", [], [])
    assert "You have no tools" in prompt
    assert "files_write" not in prompt
    assert "must give" not in prompt


def test_value_stands_in_a_block_where_it_is_named() -> None:
    text = opening_message("Analyse:\n{{ req }}\nBe brief.", [PromptInput("req", "text", "Export as ZIP")], 1000)
    assert re.fullmatch(
        r'Analyse:\n<(input-[0-9a-f]{8}) name="req" type="text">\nExport as ZIP\n</\1>\nBe brief\.', text
    )


def test_block_within_a_line_gets_lines_of_its_own() -> None:
    text = opening_message("Design for: {{req}} now", [PromptInput("req", "text", "x")], 1000)
    assert re.fullmatch(r"Design for: \n<(\S+) .*>\nx\n</\1>\n now", text)


def test_short_value_of_the_author_stands_in_the_sentence() -> None:
    inputs = [PromptInput("style", "text", "one page", trusted=True)]
    assert opening_message("In {{ style }}, {{ style }}.", inputs, 1000) == "In one page, one page."


def test_value_named_twice_stands_once() -> None:
    text = opening_message("{{ a }}\nAgain: {{ a }}", [PromptInput("a", "text", "content")], 1000)
    assert text.count("content") == 1
    assert text.endswith("Again: (the input a, given above)")


def test_inputs_that_the_prompt_does_not_name_follow() -> None:
    text = opening_message("Do it.", [PromptInput("a", "text", "content")], 1000)
    assert text.startswith("Do it.\n\nFurther inputs of this task:\n\n<input-")
    assert opening_message("Do it.", [], 1000) == "Do it."
    assert opening_message("", [PromptInput("a", "text", "content")], 1000).startswith("Further inputs")


def test_unknown_and_absent_names() -> None:
    assert opening_message("{{ other }} {{ a }}", [PromptInput("a", "text")], 10) == "{{ other }} " + NOTHING


def test_value_is_not_filled_in_again() -> None:
    inputs = [PromptInput("a", "text", "{{ b }}"), PromptInput("b", "text", "secret")]
    text = opening_message("{{ a }}\nthen\n{{ b }}", inputs, 1000)
    assert "\n{{ b }}\n" in text
    assert text.count("secret") == 1


def test_link_and_binary_file_are_named() -> None:
    inputs = [
        PromptInput("doc", "link", url="https://example.org/a"),
        PromptInput("photo", "image", artifact_name='a"b.png'),
    ]
    text = opening_message("{{ doc }}\n{{ photo }}", inputs, 1000)
    assert "\nhttps://example.org/a\n" in text
    assert 'type="image" file="a&quot;b.png">\n(an image; you see it only if it follows this message)' in text


def test_long_value_is_cut_with_words_on_how_to_read_on() -> None:
    long = PromptInput("spec", "file", "x" * 5000, artifact_name="spec.md")
    text = opening_message("{{ spec }}", [long], 1000)
    assert text.count("x") == 1000
    assert "the first 1,000 of 5,000 characters; read the rest with files_read, name 'spec.md', offset 1000]" in text
    assert text.index("</input-") < text.index("[spec: the first"), "the note is ours, not the content's"
    assert text.endswith("]")
    assert "files_read" not in opening_message("{{ spec }}", [long], 1000, can_read_files=False)
    assert "left out]" in opening_message("{{ a }}", [PromptInput("a", "text", "x" * 50)], 10)


def test_short_values_keep_their_length_and_long_ones_share_the_rest() -> None:
    inputs = [
        PromptInput("s", "text", "s" * 100),
        PromptInput("x", "text", "x" * 9000),
        PromptInput("y", "text", "y" * 9000),
    ]
    text = opening_message("{{ s }}\n{{ x }}\n{{ y }}", inputs, 1100)
    bodies = re.findall(r"^([sxy])\1+$", text, re.MULTILINE)
    counts = {line[0]: len(line) for line in text.splitlines() if re.fullmatch(r"([sxy])\1+", line)}
    assert bodies == ["s", "x", "y"]
    assert counts == {"s": 100, "x": 500, "y": 500}


@given(st.text(max_size=200), st.text(max_size=200))
def test_content_cannot_close_its_block(content: str, other: str) -> None:
    inputs = [PromptInput("a", "text", content), PromptInput("b", "text", other)]
    text = opening_message("{{ a }}\n{{ b }}", inputs, 10_000)
    mark = re.search(r"<(input-[0-9a-f]{8}) ", text)
    assert mark is not None
    assert text.count(f"<{mark[1]} ") == text.count(f"</{mark[1]}>") == 2
    assert mark[1] not in content + other


def test_content_that_holds_its_own_mark_gets_another() -> None:
    first = free_mark(["evil"])
    chased = ["evil", *(free_mark(["evil"]) for _ in range(1))]
    assert free_mark(["evil"]) == first
    assert free_mark(chased).removeprefix("input-") not in "".join(chased)


def test_taken_marks_are_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    class Digest:
        def __init__(self, data: bytes) -> None:
            self.data = data

        def hexdigest(self) -> str:
            return "aaaaaaaa" if self.data.startswith(b"(0,") else "bbbbbbbb"

    monkeypatch.setattr("runs.agent.prompt.hashlib.sha256", Digest)
    assert free_mark(["x aaaaaaaa y"]) == "input-bbbbbbbb"


def test_same_inputs_give_the_same_bytes() -> None:
    inputs = [PromptInput("a", "text", "content 你好")]
    assert opening_message("{{ a }}", inputs, 100) == opening_message("{{ a }}", list(inputs), 100)
    assert system_prompt("S", "", "T", OUTPUTS, TOOLS) == system_prompt("S", "", "T", list(OUTPUTS), list(TOOLS))


@pytest.mark.parametrize(
    ("prompt", "value", "asked"),
    [
        ("Analyse: {{ a }}", "把项目导出为 ZIP 文件，完成后发邮件。", True),
        ("分析这个需求: {{ a }}", "把项目导出为 ZIP 文件。", False),
        ("Analyse: {{ a }}", "Export the project as a ZIP file (导出).", False),
        ("Analyse: {{ a }}", "プロジェクトを書き出す機能", False),
        ("Analyse: {{ a }}", "", False),
    ],
)
def test_chinese_inputs_ask_for_a_chinese_answer(prompt: str, value: str, asked: bool) -> None:
    assert opening_message(prompt, [PromptInput("a", "text", value)], 1000).endswith("并用中文回答。") is asked
