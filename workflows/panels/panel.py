"""Everything the inspector shows of one node of a posted document.

The document is the browser's, so it may be unfinished: what is wrong in it is said beside the controls by the
editor's problem list, and the forms show what can be read. Nothing is stored.
"""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.utils.translation import gettext_noop

from workflows import node_types
from workflows.models import Workflow
from workflows.node_types.base import NodeType
from workflows.node_types.schedule import ScheduleConfig
from workflows.node_types.task import TaskConfig
from workflows.panels.bindings import InputRow, OutputRow, SourceGroup, input_rows, kind_of, output_rows, reachable
from workflows.panels.connections import Connections, connections_of
from workflows.panels.fields import FieldGroup, bound_groups, control_id
from workflows.panels.known_names import connection_names
from workflows.panels.people import Executor, Person, RuleRow, executor_of, people_of, rule_rows
from workflows.panels.schedule import SchedulePreview, schedule_preview, zone_names
from workflows.panels.task_template import TemplateUse, template_use
from workflows.task_templates.queries import task_template_catalogue, usable_templates
from workflows.task_templates.resolving import resolved
from workflows.template_file.parsing import read_document
from workflows.template_file.specs import VALUE_TYPES, Document, NodeSpec, OutputSpec
from workflows.topology import Graph

TABS: dict[str, str] = {
    "settings": gettext_noop("Settings"),
    "inputs": gettext_noop("Inputs"),
    "outputs": gettext_noop("Outputs"),
    "people": gettext_noop("Confirm & notify"),
    "last-run": gettext_noop("Last run"),
}


@dataclass(frozen=True)
class Panel:
    """One node. `fixed_outputs` are its kind's or its task template's, `outputs` its own, with their places."""

    workflow: Workflow
    node: NodeSpec
    kind: NodeType
    tabs: tuple[tuple[str, str], ...]
    tab: str
    groups: tuple[FieldGroup, ...]
    inputs: tuple[InputRow, ...]
    sources: tuple[SourceGroup, ...]
    fixed_outputs: tuple[OutputSpec, ...]
    outputs: tuple[OutputRow, ...]
    connections: Connections
    connection_names: tuple[str, ...]
    members: tuple[Person, ...]
    executor: Executor
    rules: tuple[RuleRow, ...]
    template: TemplateUse | None
    read_only: bool

    @property
    def has_few_sources(self) -> bool:
        """Say whether the picker draws icons; with hundreds of nodes they would be most of the page."""
        return len(self.sources) <= 60

    @property
    def title_place(self) -> str:
        """The id of the title's control."""
        return control_id(self.node.key, ("title",))

    @property
    def confirm_place(self) -> str:
        """The id of the switch that asks for a confirmation."""
        return control_id(self.node.key, ("confirm",))

    @property
    def executor_place(self) -> str:
        """The id of the executor's control."""
        return control_id(self.node.key, ("executor",))

    @property
    def models(self) -> tuple[str, ...]:
        """The names of the models that are offered, the default one first."""
        name = str(settings.AIME_MODEL["name"])
        return (name,) if name else ()

    @property
    def schedule(self) -> SchedulePreview | None:
        """What comes of a schedule; None for other kinds."""
        return schedule_preview(self.node.config) if isinstance(self.node.config, ScheduleConfig) else None

    @property
    def zones(self) -> tuple[str, ...]:
        """The time zones to choose from; none for a kind without one."""
        return zone_names() if isinstance(self.node.config, ScheduleConfig) else ()

    @property
    def value_types(self) -> tuple[str, ...]:
        """The types an input or output may have."""
        return VALUE_TYPES


class NotInDocument(Exception):
    """The posted document has no such node, or not of a known kind."""


@dataclass(frozen=True)
class Viewer:
    """Who looks, at which template, in which tab, and whether only to read."""

    user: User
    workflow: Workflow
    tab: str = "settings"
    read_only: bool = False


def node_panel(source: Any, key: str, viewer: Viewer) -> Panel:
    """Describe the node `key` of a document in JSON form. Raises NotInDocument. At most six queries."""
    document, _shape = read_document(source)
    index = next((place for place, node in enumerate(document.nodes) if node.key == key), None)
    kind = kind_of(document.nodes[index]) if index is not None else None
    if index is None or kind is None:
        raise NotInDocument
    cards = task_template_catalogue(viewer.workflow.space, viewer.user, document)
    seen = {card["slug"] for card in cards.values()}  # the document is the browser's: it may name what others keep
    usable = usable_templates(viewer.workflow, document)
    whole, _problems = resolved(document, {slug: known for slug, known in usable.items() if slug in seen})
    full = whole.nodes[index]
    use = template_use(document.nodes[index], full, cards) if isinstance(full.config, TaskConfig) else None
    return _panel(document, whole, index, use, viewer)


def _panel(document: Document, whole: Document, index: int, use: TemplateUse | None, viewer: Viewer) -> Panel:
    node, full = document.nodes[index], whole.nodes[index]
    kind = node_types.get(node.type)
    workflow = viewer.workflow
    graph = Graph.of(whole)
    members = people_of(workflow)
    tabs = tabs_of(kind)
    fixed = len(kind.fixed_outputs)
    is_filled = full is not node
    return Panel(
        workflow=workflow,
        node=node,
        kind=kind,
        tabs=tabs,
        tab=viewer.tab if viewer.tab in dict(tabs) else "settings",
        groups=bound_groups(kind.form, node.config, node.key),
        inputs=input_rows(node, full, whole, f"nodes[{index}]"),
        sources=reachable(whole, graph, node.key),
        fixed_outputs=full.outputs if is_filled else node.outputs[:fixed],
        outputs=() if is_filled else output_rows(node, kind),
        connections=connections_of(document, graph, node),
        connection_names=_names_for(kind, viewer),
        members=members,
        executor=executor_of(node, workflow, members, viewer.user.get_username()),
        rules=rule_rows(node, members),
        template=use,
        read_only=viewer.read_only,
    )


def _names_for(kind: NodeType, viewer: Viewer) -> tuple[str, ...]:
    """Look up what a kind with a connection offers; no query for the others, and for who changes nothing."""
    if viewer.read_only or not any(field.widget == "connection" for field in kind.form):
        return ()
    return connection_names(kind.key, viewer.workflow.space, viewer.user)


def tabs_of(kind: NodeType) -> tuple[tuple[str, str], ...]:
    """Return the tabs that a kind of node has, as (key, label)."""
    left_out = {"inputs": not kind.takes_inputs, "people": not kind.has_executor}
    return tuple((key, label) for key, label in TABS.items() if not left_out.get(key))
