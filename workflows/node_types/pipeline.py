"""A CI pipeline to start and to wait for. Pure."""

from dataclasses import dataclass
from typing import Any

from workflows.node_types.base import NodeType
from workflows.node_types.fields import Field
from workflows.template_file.problems import Problem, gettext_noop, phrase
from workflows.template_file.reading import MISSING, Reader
from workflows.template_file.specs import NodeConfig, NodeSpec, OutputSpec


@dataclass(frozen=True)
class PipelineConfig(NodeConfig):
    """`connection` by name, the job there, and its parameters, in which `{{ name }}` is an input."""

    connection: str = ""
    job: str = ""
    parameters: tuple[tuple[str, str], ...] = ()

    def to_plain(self) -> dict[str, Any]:
        """Write the parameters as a mapping."""
        plain = super().to_plain()
        if self.parameters:
            plain["parameters"] = dict(self.parameters)
        return plain


def _read(reader: Reader) -> PipelineConfig:
    return PipelineConfig(
        connection=reader.line("connection", ""),
        job=reader.line("job", ""),
        parameters=reader.pairs("parameters"),
    )


def _check(node: NodeSpec, path: str) -> list[Problem]:
    config = node.config
    assert isinstance(config, PipelineConfig)
    empty = [key for key in ("connection", "job") if not getattr(config, key).strip()]
    return [Problem(f"{path}.{key}", phrase(MISSING, key=key)) for key in empty]


PIPELINE = NodeType(
    key="pipeline",
    label=gettext_noop("CI pipeline"),
    read=_read,
    config=PipelineConfig,
    texts=lambda config: [(f"parameters.{name}", text) for name, text in config.parameters],
    fixed_outputs=(
        OutputSpec("result", "text", "How the pipeline ended"),
        OutputSpec("link", "link", "Web address of the pipeline"),
        OutputSpec("log", "file", "The pipeline's log"),
    ),
    check=_check,
    icon="workflow",
    tint="pipeline",
    group=gettext_noop("Pipelines"),
    summary=gettext_noop("Starts a CI pipeline and waits for it"),
    card=("connection", "job"),
    starter={"connection": "", "job": ""},
    form=(
        Field(
            ("connection",),
            "connection",
            gettext_noop("CI connection"),
            gettext_noop("The name of a CI connection of this space."),
            required=True,
        ),
        Field(("job",), "line", gettext_noop("Job or pipeline"), required=True),
        Field(
            ("parameters",),
            "pairs",
            gettext_noop("Parameters"),
            gettext_noop("Values may use inputs as {{ name }}."),
        ),
    ),
    not_yet=gettext_noop("Pipelines cannot be started yet"),
)
