"""Running the tool calls of one turn: argument checks, errors as results, and the watch over repeats.

Nothing here raises but cancellation and ToolBroken: whatever else goes wrong with a call is said to the model, which
may do better.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from runs.agent.parts import ToolUse
from runs.agent.tools.base import Effect, Outward, Tool, ToolBroken, ToolFailed, ToolOutcome
from runs.agent.workspace import Workspace

logger = logging.getLogger(__name__)

MAX_RESULT_CHARS = 60_000  # a result is paid for again with every later call of the conversation
MAX_SAME = 3  # the same call with the same result; llm.md section 3 saw small models do this for ever
_REPEAT_NOTE = "\n\n[You made this same call before, with the same result. Do not repeat it; go on or answer.]"


class BadArguments(ValueError):
    """The arguments of a call do not fit the tool's schema."""


class ToolRunner:
    """The tools of one turn and what was called so far."""

    def __init__(self, tools: Iterable[Tool], workspace: Workspace) -> None:
        self._tools = {tool.spec.name: tool for tool in tools}
        self._workspace = workspace
        self._seen: Counter[tuple[str, str, str]] = Counter()
        self.repeating = False

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._tools)

    async def run(self, use: ToolUse, *, timeout_s: float | None) -> tuple[ToolOutcome, bool]:
        """Return the outcome, and whether the same call gave the same result too often."""
        outcome = await self._outcome(use, timeout_s)
        key = (use.name, _canonical(use.arguments), outcome.text)
        self._seen[key] += 1
        if len(outcome.text) > MAX_RESULT_CHARS:
            cut = f"{outcome.text[:MAX_RESULT_CHARS]}\n\n[cut: {len(outcome.text):,} characters]"
            outcome = replace(outcome, text=cut)
        self.repeating = self._seen[key] > 1
        if self.repeating:
            outcome = replace(outcome, text=outcome.text + _REPEAT_NOTE)
        return outcome, self._seen[key] >= MAX_SAME

    async def _outcome(self, use: ToolUse, timeout_s: float | None) -> ToolOutcome:
        tool = self._tools.get(use.name)
        if tool is None:
            known = ", ".join(self._tools) or "none"
            return ToolOutcome(f"There is no tool {use.name}. Tools: {known}.", is_error=True)
        try:
            arguments = read_arguments(use.arguments, tool.spec.parameters)
            effect = await tool.effect(arguments, self._workspace) if isinstance(tool, Outward) else None
            if effect is not None and (told := self._workspace.effects.get(effect.key)) is not None:
                return ToolOutcome(told)
            async with asyncio.timeout(timeout_s):
                outcome = await tool.run(arguments, self._workspace)
            return outcome if effect is None or outcome.is_error else self._noted(outcome, effect)
        except (BadArguments, ToolFailed) as error:
            return ToolOutcome(str(error), is_error=True)
        except ToolBroken:
            raise
        except TimeoutError:
            return ToolOutcome("The tool did not finish in the time left for this turn.", is_error=True)
        except Exception as error:
            logger.exception("tool %s failed", use.name)
            return ToolOutcome(f"The tool failed: {type(error).__name__}: {error}", is_error=True)

    def _noted(self, outcome: ToolOutcome, effect: Effect) -> ToolOutcome:
        self._workspace.effects[effect.key] = outcome.text
        return replace(outcome, effect=outcome.effect or effect)


def read_arguments(text: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    """Parse and check a call's arguments. Raises BadArguments with words for the model."""
    try:
        arguments = json.loads(text.strip() or "{}", strict=False)
    except (ValueError, RecursionError) as error:
        raise BadArguments(f"The arguments are not valid JSON: {error}. Send the call again.") from None
    if not isinstance(arguments, dict):
        raise BadArguments("The arguments must be a JSON object.")
    wrong = best_match(Draft202012Validator(schema).iter_errors(arguments))
    if wrong is not None:
        place = ".".join(str(step) for step in wrong.absolute_path)
        message = wrong.message if len(wrong.message) <= 300 else wrong.message[:300] + "…"
        raise BadArguments(f"Invalid arguments{f' at {place}' if place else ''}: {message}.")
    return arguments


def _canonical(arguments: str) -> str:
    try:
        return json.dumps(json.loads(arguments or "{}", strict=False), sort_keys=True)
    except (ValueError, RecursionError):
        return arguments
