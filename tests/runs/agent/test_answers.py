"""What of an answer becomes a file when the agent wrote none."""

import pytest

from runs.agent.answers import answer_as_artifact
from runs.agent.output_plan import Candidate, OutputSpec
from runs.agent.tools.base import ArtifactWrite

FILE, CODE, TEXT = OutputSpec("design", "file"), OutputSpec("app", "code"), OutputSpec("summary", "text")
PYTHON = "Here it is:\n\n```python\nprint('你好')\n```\nHave fun."


def test_answer_becomes_the_file_that_nobody_wrote() -> None:
    assert answer_as_artifact(" # Design\n你好\n\n", [TEXT, FILE]) == ArtifactWrite(
        "file", "design.md", "# Design\n你好\n".encode()
    )


@pytest.mark.parametrize("fence", ["```markdown", "```md", "```", "~~~"])
def test_document_in_a_fence_loses_it(fence: str) -> None:
    write = answer_as_artifact(f"{fence}\n# Design\n{fence[:3]}\n", [FILE])
    assert write is not None
    assert write.content == b"# Design\n"


def test_only_block_of_code_becomes_the_code_output() -> None:
    expected = ArtifactWrite("code", "app.py", "print('你好')\n".encode())
    assert answer_as_artifact(PYTHON, [CODE]) == answer_as_artifact(PYTHON, [FILE, CODE]) == expected
    assert answer_as_artifact("```\nx = 1\n```", [CODE]) == ArtifactWrite("code", "app.txt", b"x = 1\n")


def test_block_of_words_is_the_file_when_both_are_wanted() -> None:
    write = answer_as_artifact("```markdown\n# A\n```", [CODE, FILE])
    assert write == ArtifactWrite("file", "design.md", b"# A\n")


@pytest.mark.parametrize(
    ("text", "specs", "existing"),
    [
        ("", [FILE], []),
        ("  \n", [FILE], []),
        ("words", [TEXT], []),
        ("words", [FILE], [Candidate("1", "file", "a.md")]),
        ("words without a block", [CODE], []),
        (PYTHON + PYTHON, [CODE], []),
        (PYTHON, [CODE], [Candidate("1", "code", "a.py")]),
    ],
)
def test_nothing_is_kept_where_nothing_is_to_be_filled(
    text: str, specs: list[OutputSpec], existing: list[Candidate]
) -> None:
    assert answer_as_artifact(text, specs, existing) is None


def test_file_of_another_type_does_not_fill_the_output() -> None:
    assert answer_as_artifact("words", [FILE], [Candidate("1", "code", "a.py")]) is not None
