"""An agent task: a prompt with inputs, the tools and the limits of the agent. Pure."""

from dataclasses import dataclass, field

from workflows.node_types.base import NodeType
from workflows.node_types.fields import ADVANCED, Choice, Field
from workflows.template_file.problems import Problem, Severity, gettext_noop, one_of, phrase
from workflows.template_file.reading import Reader
from workflows.template_file.specs import NodeConfig, NodeSpec

TOOL_SETS: tuple[str, ...] = ("files", "links", "exports")
USUAL_TOOLS: tuple[str, ...] = ("files", "links")  # what acts outside has to be asked for
MAX_PROMPT_CHARS = 100_000
_WRITTEN_BY: dict[str, str] = {"file": "files", "code": "files", "link": "links"}  # output type → tool set
_TOO_MUCH: tuple[tuple[str, int, int], ...] = (
    ("tool_rounds", 1, 200),
    ("seconds", 1, 86_400),
    ("tokens", 1, 10_000_000),
)


@dataclass(frozen=True)
class Limits:
    """What one turn of the agent may use."""

    tool_rounds: int = 20
    seconds: int = 1800
    tokens: int = 200_000


@dataclass(frozen=True)
class Retry:
    """How often a turn is tried when a machine fails."""

    attempts: int = 3


@dataclass(frozen=True)
class TaskConfig(NodeConfig):
    """The task's own fields. `model` None is the space's default; a prompt or a task template, never both in a file.

    `task_template`: `slug@number`, or a slug alone for the newest version (`workflows/task_templates/`).
    """

    prompt: str = ""
    task_template: str | None = None
    model: str | None = None
    tools: tuple[str, ...] = USUAL_TOOLS
    limits: Limits = field(default_factory=Limits)
    retry: Retry = field(default_factory=Retry)

    @property
    def gives_unknown_outputs(self) -> bool:
        """Say whether a task template that was not looked up yet says what the node gives."""
        return bool(self.task_template) and not self.prompt


def split_reference(text: str) -> tuple[str, int | None]:
    """Split `slug@number`; without a number the newest version is meant. What is no number belongs to the slug."""
    slug, _at, number = text.rpartition("@")
    if slug and number.isascii() and number.isdigit() and len(number) < 10 and number[0] != "0":
        return slug, int(number)
    return text, None


def _read(reader: Reader) -> TaskConfig:
    config = TaskConfig(
        prompt=reader.text("prompt", "", max_chars=MAX_PROMPT_CHARS),
        task_template=reader.text_or_none("task_template"),
        model=reader.text_or_none("model"),
        tools=reader.texts("tools", USUAL_TOOLS),
        limits=_read_limits(reader.child("limits")),
        retry=_read_retry(reader.child("retry")),
    )
    if config.prompt and config.task_template:
        reader.report("task_template", phrase(gettext_noop("Give a prompt or a task template, not both")))
    return config


def _read_limits(reader: Reader) -> Limits:
    usual = Limits()
    values = {key: reader.integer(key, getattr(usual, key), low=low, high=high) for key, low, high in _TOO_MUCH}
    reader.close()
    return Limits(**values)


def _read_retry(reader: Reader) -> Retry:
    attempts = reader.integer("attempts", Retry().attempts, low=1, high=10)
    reader.close()
    return Retry(attempts)


def _check(node: NodeSpec, path: str) -> list[Problem]:
    config = node.config
    assert isinstance(config, TaskConfig)
    found: list[Problem] = []
    if not config.prompt.strip() and not config.task_template:
        found.append(Problem(f"{path}.prompt", phrase(gettext_noop("The task has no prompt"))))
    for index, tool in enumerate(config.tools):
        if tool not in TOOL_SETS:
            said = phrase(gettext_noop("There is no tool set %(tool)s"), tool=tool)
            found.append(Problem(f"{path}.tools[{index}]", said, hint=one_of(tool, TOOL_SETS)))
    return found + _check_outputs(node, config, path)


def _check_outputs(node: NodeSpec, config: TaskConfig, path: str) -> list[Problem]:
    found: list[Problem] = []
    warning: Severity = "warning"
    for index, output in enumerate(node.outputs):
        place = f"{path}.outputs[{index}]"
        if not output.description.strip():
            said = phrase(gettext_noop("A description tells the model what to choose; there is none"))
            found.append(Problem(f"{place}.description", said, warning))
        tool = _WRITTEN_BY.get(output.type)
        if tool and tool not in config.tools:
            said = phrase(gettext_noop("Without the tool set %(tool)s the agent cannot make this"), tool=tool)
            found.append(Problem(f"{place}.type", said, warning))
    return found


TASK = NodeType(
    key="task",
    label=gettext_noop("Agent task"),
    read=_read,
    config=TaskConfig,
    check=_check,
    texts=lambda config: [("prompt", config.prompt)],
    icon="sparkles",
    group=gettext_noop("Tasks"),
    summary=gettext_noop("An agent works on a prompt and gives results"),
    card=("prompt",),
    starter={"prompt": "", "outputs": [{"name": "result", "type": "text", "description": "The result of this task"}]},
    form=(
        Field(("prompt",), "prompt", gettext_noop("Prompt"), required=True),
        Field(("model",), "model", gettext_noop("Model"), default=None, group=ADVANCED),
        Field(
            ("tools",),
            "checks",
            gettext_noop("Tools"),
            default=USUAL_TOOLS,
            choices=(
                Choice("files", gettext_noop("Files"), gettext_noop("write and read documents and code")),
                Choice("links", gettext_noop("Links"), gettext_noop("give web addresses as results")),
                Choice("exports", gettext_noop("Exports"), gettext_noop("copy files to a folder outside of Aime")),
            ),
            group=ADVANCED,
        ),
        *(
            Field(("limits", key), "number", label, default=getattr(Limits(), key), low=low, high=high, group=ADVANCED)
            for (key, low, high), label in zip(
                _TOO_MUCH,
                (
                    gettext_noop("Most rounds of tool use"),
                    gettext_noop("Time limit, in seconds"),
                    gettext_noop("Token budget"),
                ),
                strict=True,
            )
        ),
        Field(
            ("retry", "attempts"),
            "number",
            gettext_noop("Attempts when a machine fails"),
            default=Retry().attempts,
            low=1,
            high=10,
            group=ADVANCED,
        ),
    ),
)
