"""Which outputs are settled without asking the model."""

import pytest

from runs.agent.output_plan import (
    Candidate,
    Choice,
    OutputSpec,
    accepts,
    describe,
    latest_revisions,
    plan_choice,
    with_choices,
)

DESIGN = OutputSpec("design", "file", "The design document")
FILES = [Candidate(str(n), "file", f"{n}.md") for n in range(5)]


def test_one_candidate_is_settled_without_a_question() -> None:
    plan = plan_choice([DESIGN], FILES[:1])
    assert plan.decided == (Choice("design", "0", reason="The only file of this task."),)
    assert (plan.open, plan.missing) == ((), ())


def test_several_candidates_are_never_settled_by_age() -> None:
    plan = plan_choice([DESIGN], FILES)
    assert plan.decided == ()
    assert plan.open[0].candidates == tuple(FILES)


def test_required_output_without_candidate_is_missing() -> None:
    other = [Candidate("1", "code", "a.py"), Candidate("2", "link", "x")]
    (missing,) = plan_choice([DESIGN], other).missing
    assert missing.message == "output *design* found no file among 2 artifacts: The design document"
    (missing,) = plan_choice([OutputSpec("app", "code")], FILES[:1]).missing
    assert missing.message == "output *app* found no code file among 1 artifact"


def test_optional_output_without_candidate_is_empty() -> None:
    plan = plan_choice([OutputSpec("photo", "image", required=False)], FILES)
    assert plan.decided == (Choice("photo", reason="This task made no image."),)
    assert plan.missing == ()


def test_text_is_always_asked_for() -> None:
    assert plan_choice([OutputSpec("summary", "text")], []).open[0].candidates == ()


def test_latest_revision_of_each_name_counts() -> None:
    one, two = Candidate("1", "file", "a.md", 1), Candidate("2", "file", "a.md", 2)
    other, link = Candidate("3", "file", "b.md", 1), Candidate("4", "link", "a.md")
    assert latest_revisions([two, other, one, link]) == (two, other, link)
    assert plan_choice([DESIGN], [one, two]).decided[0].candidate_id == "2"


@pytest.mark.parametrize(
    ("wanted", "kind", "name", "fits"),
    [
        ("file", "file", "a.md", True), ("file", "code", "a.py", False), ("code", "code", "a.py", True),
        ("code", "file", "api.yaml", True), ("code", "file", "a.md", False), ("link", "link", "x", True),
        ("image", "image", "a.png", True), ("image", "file", "a.pdf", False), ("file", "link", "x", False),
    ],
)  # fmt: skip
def test_types_that_fit(wanted: str, kind: str, name: str, fits: bool) -> None:
    assert accepts(wanted, kind, name) is fits


def test_answered_choices_join_the_settled_ones() -> None:
    specs = [DESIGN, OutputSpec("summary", "text"), OutputSpec("more", "file", required=False), OutputSpec("x", "link")]
    plan = plan_choice(specs, FILES)
    choices, missing = with_choices(
        plan, [Choice("design", reason="Only drafts."), Choice("summary", text="s"), Choice("more")]
    )
    assert [choice.output for choice in choices] == ["summary", "more"]
    assert [problem.message for problem in missing] == [
        "output *x* found no link among 5 artifacts",
        "output *design* found no file among 5 artifacts: Only drafts.",
    ]


def test_candidate_is_described_in_a_line() -> None:
    assert describe(Candidate("1", "file", "a.md", 3, size_bytes=1234)) == "a.md (file, 1,234 bytes, revision 3)"
    assert describe(Candidate("1", "link", "Spec", excerpt="https://x")) == "Spec (link)"
    assert describe(Candidate("1", "code", "a.py")) == "a.py (code file, 0 bytes)"
