"""What a node gives: its declared outputs, the artifacts that can fill them, and what is left to decide.

Pure. Where there is nothing to decide nothing is asked; several candidates are always the model's choice
(`outputs.py`), never the newest by itself (product.md section 2).

    ChoiceError         one answer of the model could not be read; the text names every error, for the repair
    OutputsUnreadable   nor could the answer after the repair; trying the turn's end again may help
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from runs.agent.model import Usage
from runs.agent.naming import is_data_name

OutputType = Literal["text", "code", "link", "image", "file"]
CandidateType = Literal["code", "link", "image", "file"]

_PLURALS = {"file": "files", "code": "code files", "image": "images", "link": "links"}


@dataclass(frozen=True, slots=True)
class OutputSpec:
    """A declared output; `previous` is the text of the last turn's text output."""

    name: str
    type: OutputType
    description: str = ""
    required: bool = True
    previous: str | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """An artifact revision. `excerpt` is the beginning of its text, or a link's address."""

    id: str
    type: CandidateType
    name: str
    revision: int = 1
    excerpt: str = ""
    size_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Choice:
    """What an output got: a candidate, a text, or neither (an optional output that nothing matches)."""

    output: str
    candidate_id: str | None = None
    text: str | None = None
    keep: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Missing:
    """A required output without a value, and why in a sentence for people."""

    output: str
    message: str


@dataclass(frozen=True, slots=True)
class OpenOutput:
    """An output to ask about; `candidates` is empty for a text."""

    spec: OutputSpec
    candidates: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True)
class ChoicePlan:
    """What is settled without the model, what is to be asked, what cannot be filled. `artifacts` counts all seen."""

    decided: tuple[Choice, ...]
    open: tuple[OpenOutput, ...]
    missing: tuple[Missing, ...]
    artifacts: int


class ChoiceError(ValueError):
    """The answer cannot be read; the text names every error."""


class OutputsUnreadable(Exception):
    """The model's choice of outputs could not be read, also after one repair."""

    def __init__(self, plan: ChoicePlan, problem: str, usage: Usage) -> None:
        self.plan, self.usage = plan, usage
        names = ", ".join(f"*{item.spec.name}*" for item in plan.open)
        noun = "output" if len(plan.open) == 1 else "outputs"
        self.message = f"The model's answer for the {noun} {names} could not be used, also after one repair: {problem}"
        super().__init__(self.message)


def plan_choice(specs: Sequence[OutputSpec], candidates: Iterable[Candidate]) -> ChoicePlan:
    """Sort the outputs into settled, open and missing. Only the latest revision of each name counts."""
    latest = latest_revisions(candidates)
    decided: list[Choice] = []
    to_ask: list[OpenOutput] = []
    missing: list[Missing] = []
    for spec in specs:
        fitting = tuple(candidate for candidate in latest if accepts(spec.type, candidate.type, candidate.name))
        if spec.type == "text":
            to_ask.append(OpenOutput(spec))
        elif len(fitting) > 1:
            to_ask.append(OpenOutput(spec, fitting))
        elif fitting:
            decided.append(Choice(spec.name, fitting[0].id, reason=f"The only {_singular(spec.type)} of this task."))
        elif spec.required:
            missing.append(Missing(spec.name, missing_message(spec, len(latest))))
        else:
            decided.append(Choice(spec.name, reason=f"This task made no {_singular(spec.type)}."))
    return ChoicePlan(tuple(decided), tuple(to_ask), tuple(missing), len(latest))


def latest_revisions(candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """The latest revision of each (type, name), in the order in which the names first came."""
    latest: dict[tuple[str, str], Candidate] = {}
    for candidate in candidates:
        key = (candidate.type, candidate.name)
        if key not in latest or candidate.revision > latest[key].revision:
            latest[key] = candidate
    return tuple(latest.values())


def accepts(output_type: str, artifact_type: str, name: str) -> bool:
    """Whether an artifact can fill an output: its own type; a code output also takes data files (YAML, JSON …)."""
    if output_type == "code" and artifact_type == "file":
        return is_data_name(name)
    return output_type == artifact_type


def missing_message(spec: OutputSpec, artifacts: int, reason: str = "") -> str:
    """`output *design* found no file among 2 artifacts: …`, with the reason or else the description."""
    counted = "1 artifact" if artifacts == 1 else f"{artifacts} artifacts"
    why = reason.strip() or spec.description.strip()
    return f"output *{spec.name}* found no {_singular(spec.type)} among {counted}{f': {why}' if why else ''}"


def with_choices(plan: ChoicePlan, answered: Sequence[Choice]) -> tuple[tuple[Choice, ...], tuple[Missing, ...]]:
    """Join what was settled and what the model answered; required outputs that stayed empty are missing."""
    missing = list(plan.missing)
    choices = list(plan.decided)
    specs = {item.spec.name: item.spec for item in plan.open}
    for choice in answered:
        spec = specs[choice.output]
        empty = choice.candidate_id is None and not (choice.text or "").strip()
        if empty and spec.required:
            missing.append(Missing(spec.name, missing_message(spec, plan.artifacts, choice.reason)))
        else:
            choices.append(choice)
    return tuple(choices), tuple(missing)


def _singular(output_type: str) -> str:
    return "code file" if output_type == "code" else output_type


def describe(candidate: Candidate) -> str:
    """One line about a candidate, for a question or a list."""
    size = "" if candidate.type == "link" else f", {candidate.size_bytes:,} bytes"
    revised = f", revision {candidate.revision}" if candidate.revision > 1 else ""
    return f"{candidate.name} ({_PLURALS[candidate.type].removesuffix('s')}{size}{revised})"
