"""A codebase trigger: which events of which repository connection start a run. Pure."""

from dataclasses import dataclass

from workflows.node_types.base import NodeType
from workflows.node_types.fields import Choice, Field
from workflows.template_file.problems import Problem, gettext_noop, phrase
from workflows.template_file.reading import MISSING, Reader
from workflows.template_file.specs import NodeConfig, NodeSpec, OutputSpec

EVENTS: tuple[str, ...] = ("push", "pull_opened", "pull_updated", "pull_merged", "comment", "tag")

_FILTERS = gettext_noop("Filters")
_GLOBS = gettext_noop("One pattern a line, with * and **. Empty lets everything through.")
_NAMES = gettext_noop("One a line. Empty lets everything through.")


@dataclass(frozen=True)
class CodebaseConfig(NodeConfig):
    """`connection` by name; empty filters let everything through; branches and paths are globs."""

    connection: str = ""
    events: tuple[str, ...] = ("push",)
    branches: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()


def _read(reader: Reader) -> CodebaseConfig:
    return CodebaseConfig(
        connection=reader.line("connection", ""),
        events=reader.texts("events", ("push",), known=EVENTS),
        branches=reader.texts("branches"),
        paths=reader.texts("paths"),
        authors=reader.texts("authors"),
        labels=reader.texts("labels"),
    )


def _check(node: NodeSpec, path: str) -> list[Problem]:
    config = node.config
    assert isinstance(config, CodebaseConfig)
    found: list[Problem] = []
    if not config.connection.strip():
        found.append(Problem(f"{path}.connection", phrase(MISSING, key="connection")))
    if not config.events:
        said = phrase(gettext_noop("No event starts a run"))
        found.append(Problem(f"{path}.events", said, hint=phrase(gettext_noop("choose at least one"))))
    return found


CODEBASE = NodeType(
    key="trigger.codebase",
    label=gettext_noop("Codebase event"),
    read=_read,
    config=CodebaseConfig,
    fixed_outputs=(
        OutputSpec("repository", "text", gettext_noop("Full name of the repository")),
        OutputSpec("branch", "text", gettext_noop("The branch of the event")),
        OutputSpec("commit", "text", gettext_noop("The commit's full hash")),
        OutputSpec("author", "text", gettext_noop("Who caused the event")),
        OutputSpec("title", "text", gettext_noop("Title of the pull request, or first line of the commit message")),
        OutputSpec("link", "link", gettext_noop("Web address of the event")),
        OutputSpec("changed_files", "text", gettext_noop("Changed paths, one a line"), required=False),
        OutputSpec("diff", "code", gettext_noop("The change as a unified diff"), required=False),
    ),
    check=_check,
    is_trigger=True,
    icon="git-branch",
    tint="trigger",
    group=gettext_noop("Triggers"),
    summary=gettext_noop("Starts the workflow when code changes"),
    card=("connection", "events"),
    starter={"connection": ""},
    form=(
        Field(
            ("connection",),
            "connection",
            gettext_noop("Repository connection"),
            gettext_noop("The name of a repository connection of this space."),
            required=True,
        ),
        Field(
            ("events",),
            "checks",
            gettext_noop("Events"),
            default=("push",),
            choices=(
                Choice("push", gettext_noop("Push")),
                Choice("pull_opened", gettext_noop("Pull request opened")),
                Choice("pull_updated", gettext_noop("Pull request updated")),
                Choice("pull_merged", gettext_noop("Pull request merged")),
                Choice("comment", gettext_noop("Comment")),
                Choice("tag", gettext_noop("Tag")),
            ),
        ),
        Field(
            ("branches",), "words", gettext_noop("Only branches"), _GLOBS, placeholder="main\nrelease/*", group=_FILTERS
        ),
        Field(("paths",), "words", gettext_noop("Only paths"), _GLOBS, placeholder="src/**", group=_FILTERS),
        Field(("authors",), "words", gettext_noop("Only authors"), _NAMES, group=_FILTERS),
        Field(("labels",), "words", gettext_noop("Only labels"), _NAMES, group=_FILTERS),
    ),
    takes_inputs=False,
    has_own_outputs=False,
    has_executor=False,
    only_by_hand=gettext_noop("Codebase events do not start runs yet; until then this workflow starts by hand only"),
)
