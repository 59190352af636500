"""Whom a node may run as, whether that person has consented, and whom it tells."""

from dataclasses import dataclass

from spaces.people import person_name
from workflows.models import ExecutorConsent, Workflow
from workflows.panels.fields import control_id, item_paths
from workflows.queries import members_of
from workflows.template_file.specs import EXECUTOR, INITIATOR, NOTIFY_MOMENTS, NodeSpec, NotifyRule


@dataclass(frozen=True)
class Person:
    """A member that a node may name."""

    username: str
    name: str


@dataclass(frozen=True)
class Executor:
    """Whom a node runs as. `person` is None for the initiator; `is_member` false for a name that is not known here."""

    username: str
    name: str
    is_initiator: bool
    is_member: bool
    is_me: bool
    has_consented: bool


@dataclass(frozen=True)
class RuleRow:
    """One notify rule. `moments`: every moment, and whether the rule names it."""

    key: str
    rule: NotifyRule
    index: int
    moments: tuple[tuple[str, bool], ...]
    is_known: bool

    @property
    def place(self) -> str:
        """The id of the row's element."""
        return control_id(self.key, ("notify", self.index))

    @property
    def path(self) -> dict[str, str]:
        """The paths of its fields, as `data-field` carries them."""
        return item_paths("notify", self.index, ("who", "on"))


def people_of(workflow: Workflow) -> tuple[Person, ...]:
    """List whom the document may name, by name. One query."""
    people = (Person(user.username, person_name(user)) for user in members_of(workflow))
    return tuple(sorted(people, key=lambda person: (person.name.casefold(), person.username)))


def executor_of(node: NodeSpec, workflow: Workflow, members: tuple[Person, ...], me: str) -> Executor:
    """Describe the executor of a node; at most one query, none for the initiator."""
    username = node.executor
    if username == INITIATOR:
        return Executor(INITIATOR, "", is_initiator=True, is_member=True, is_me=False, has_consented=True)
    known = {person.username: person.name for person in members}
    consents = ExecutorConsent.objects.filter(workflow=workflow, user__username=username, revoked_at__isnull=True)
    return Executor(
        username,
        known.get(username, username),
        is_initiator=False,
        is_member=username in known,
        is_me=username == me,
        has_consented=username in known and consents.exists(),
    )


def rule_rows(node: NodeSpec, members: tuple[Person, ...]) -> tuple[RuleRow, ...]:
    """Describe the notify rules of a node."""
    known = {INITIATOR, EXECUTOR, *(person.username for person in members)}
    return tuple(
        RuleRow(
            node.key, rule, index, tuple((moment, moment in rule.on) for moment in NOTIFY_MOMENTS), rule.who in known
        )
        for index, rule in enumerate(node.notify)
    )
