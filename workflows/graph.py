"""The graph of a template and everything that is wrong with it. Pure; the door to topology and rules."""

from collections.abc import Collection

from workflows.publishing_rules import publishing_problems
from workflows.rules import structure_problems
from workflows.template_file.problems import Problem
from workflows.template_file.specs import Document
from workflows.topology import Graph

__all__ = ["Graph", "validate"]


def validate(
    document: Document,
    *,
    usernames: Collection[str] | None = None,
    consented: Collection[str] | None = None,
    absent_tools: Collection[str] = (),
) -> list[Problem]:
    """Return all problems, errors first. Errors block publishing, warnings do not.

    `usernames`: the members of the space, `consented`: those who agreed to be executors of this template; None leaves
    either unchecked. `absent_tools`: tool sets that this installation does not have.
    """
    graph = Graph.of(document)
    publishing = publishing_problems(document, graph, usernames, consented, absent_tools)
    found = [*structure_problems(document, graph), *publishing]
    return sorted(dict.fromkeys(found), key=lambda problem: problem.severity)
