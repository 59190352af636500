"""Who may see a run, and who may act on it. Views, sockets, downloads and commands all load through here.

What a person may not see does not exist for them (`Http404`); what they see but may not do is `ActForbidden`.
A node acts with its executor's credentials, so speaking to it is acting as that person: only the run's initiator,
that node's executor and the space's admins act (the product's decisions, section 1), as long as they are members
who may start runs. Whom a node tells that it waits may confirm, and nothing else. Not here: whether an act fits the
state (`runs/transitions/acts.py`).
"""

from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from django.db.models import Model, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from runs.errors import ActForbidden
from runs.graphs import version_graph
from runs.models import Artifact, Message, NodeRun, Run
from runs.states import WaitingFor
from spaces.models import ROLE_PERMISSIONS, Membership, Permission
from spaces.text import is_storable
from workflows.document import NodeSpec
from workflows.models import Visibility, Workflow
from workflows.template_file.specs import EXECUTOR, INITIATOR

M = TypeVar("M", bound=Model)
RUN_RELATIONS = ("space", "version__workflow", "initiator", "sequence")


class Gate(Protocol):
    """What of a node version decides who may act on it: a `NodeRun`, or a row with these columns."""

    @property
    def executor_id(self) -> int: ...
    @property
    def waiting_for(self) -> str: ...


@dataclass(frozen=True)
class Standing:
    """What one person may do in one run. `role` is None where they are no member of its space."""

    user_id: int
    role: str | None
    initiator_id: int
    username: str = ""

    def permits(self, permission: str) -> bool:
        """Say whether their role in the space includes `permission`."""
        return self.role is not None and permission in ROLE_PERMISSIONS[self.role]

    @property
    def may_cancel_run(self) -> bool:
        """Say whether they may cancel the whole run: its initiator and the space's admins."""
        is_initiator = self.user_id == self.initiator_id
        return self.permits(Permission.ADMIN) or (is_initiator and self.permits(Permission.START))

    def may_act_on(self, node_run: Gate) -> bool:
        """Say whether they may say, stop, confirm, restart … in this node."""
        is_executor = self.user_id == node_run.executor_id
        return self.may_cancel_run or (is_executor and self.permits(Permission.START))

    def may_confirm(self, node_run: Gate, spec: NodeSpec) -> bool:
        """Say whether they may confirm this node: whoever may act on it, and whom it tells that it waits."""
        return self.may_act_on(node_run) or (self.permits(Permission.START) and self.username in told_to_wait(spec))

    def may_consent(self, node_run: Gate) -> bool:
        """Say whether it is their consent that this node waits for; nobody gives another's."""
        return self.user_id == node_run.executor_id and self.permits(Permission.VIEW)

    def is_asked(self, node_run: Gate, spec: NodeSpec) -> bool:
        """Say whether they may do what a waiting node waits for."""
        match node_run.waiting_for:
            case WaitingFor.CONSENT:
                return self.may_consent(node_run)
            case WaitingFor.CONFIRM:
                return self.may_confirm(node_run, spec)
            case WaitingFor.PIPELINE:
                return False
            case _:
                return self.may_act_on(node_run)


def told_to_wait(spec: NodeSpec) -> frozenset[str]:
    """Name the members whom a node tells that it waits, by username; the initiator and the executor act anyway."""
    return frozenset(rule.who for rule in spec.notify if "waiting" in rule.on) - {INITIATOR, EXECUTOR}


def standing(user: Any, run: Run) -> Standing:
    """Find what `user` may do in a run, in one query."""
    role = Membership.objects.filter(space_id=run.space_id, user_id=user.pk, user__is_active=True)
    return Standing(user.pk, role.values_list("role", flat=True).first(), run.initiator_id, user.get_username())


def get_run_or_404(user: Any, public_id: str) -> Run:
    """Load a run that `user` may see, with its space, template version, initiator and the number of its last event.

    Whatever is read of the run afterwards is as it was at that number, or newer.
    """
    return _get_or_404(Run.objects.visible_to(user).select_related(*RUN_RELATIONS), public_id=public_id)


def get_node_run_or_404(user: Any, public_id: str, key: str, number: int | None = None) -> NodeRun:
    """Load a version of a node (the latest by default) of a run that `user` may see."""
    return node_run_of_or_404(get_run_or_404(user, public_id), key, number)


def node_run_of_or_404(run: Run, key: str, number: int | None = None) -> NodeRun:
    """Load a version of a node (the latest by default) of a run that was loaded with permission."""
    versions = NodeRun.objects.select_related("executor", "accepted_by")
    which = {"is_latest": True} if number is None else {"number": number}
    node_run = _get_or_404(versions, run=run, key=key, **which)
    node_run.run = run
    return node_run


def get_message_or_404(user: Any, public_id: str) -> Message:
    """Load a message of a run that `user` may see."""
    messages = Message.objects.select_related("author", "node_run__run")
    return _get_or_404(messages, public_id=public_id, node_run__run__in=Run.objects.visible_to(user))


def get_artifact_or_404(user: Any, public_id: str) -> Artifact:
    """Load an artifact, with its content, of a run that `user` may see."""
    artifacts = Artifact.objects.select_related("blob", "node_run__run")
    return _get_or_404(artifacts, public_id=public_id, node_run__run__in=Run.objects.visible_to(user))


def older_revision_or_404(artifact: Artifact, revision: int) -> Artifact:
    """Load an older revision, with its content, of an artifact that was loaded with permission."""
    older = Artifact.objects.select_related("blob").filter(revision__lt=artifact.revision)
    return _get_or_404(older, node_run=artifact.node_run_id, name=artifact.name, revision=revision)


def require_node_act(user: Any, node_run: NodeRun) -> None:
    """Refuse (`ActForbidden`) a person who may only watch this node."""
    if not standing(user, node_run.run).may_act_on(node_run):
        raise ActForbidden(
            _("Only the run's initiator, the node's executor and the space's admins may do this; you may watch.")
        )


def require_confirm(user: Any, node_run: NodeRun) -> None:
    """Refuse (`ActForbidden`) a person who may not confirm this node."""
    spec = version_graph(node_run.run.version_id).specs[node_run.key]
    if not standing(user, node_run.run).may_confirm(node_run, spec):
        raise ActForbidden(
            _("Only the run's initiator, the node's executor, those it tells and the space's admins may confirm it.")
        )


def require_cancel_run(user: Any, run: Run) -> None:
    """Refuse (`ActForbidden`) a person who may not cancel the whole run."""
    if not standing(user, run).may_cancel_run:
        raise ActForbidden(_("Only the run's initiator and the space's admins may cancel it."))


def require_start(user: Any, workflow: Workflow) -> None:
    """Refuse (`ActForbidden`) a person who may not start this template."""
    membership = Membership.objects.filter(space_id=workflow.space_id, user_id=user.pk, user__is_active=True).first()
    if membership is None or not membership.permits(Permission.START):
        raise ActForbidden(_("You may not start runs in this space."))
    if workflow.visibility == Visibility.PERSONAL and workflow.owner_id != user.pk:
        raise ActForbidden(_("A personal template is started by its owner only."))


def _get_or_404(rows: QuerySet[M], **names: Any) -> M:
    """Load one row; what the database cannot even be asked for (NUL in an address) is not there either."""
    if not all(is_storable(name) for name in names.values() if isinstance(name, str)):
        raise Http404
    return get_object_or_404(rows, **names)
