"""A script: a graph and the steps that are done on it, as plain data that can be printed, read again and shortened.

Every step means something in every state (it may be refused or be without effect), so any part of a script is a script.
"""

import json
from dataclasses import asdict, dataclass, field, fields
from typing import Any

PERSON_ACTS = ("say", "resend", "stop", "choose", "confirm", "done", "restart", "retry_turn", "cancel_node",
               "cancel_run")  # fmt: skip
CONSENT_ACTS = ("give", "revoke")  # of the executor, for the whole template
EXECUTOR = "executor"
MISSING, LETTERS = "missing", "ABCU"
TOLD, MOMENTS = ("initiator", "admin"), ("waiting", "done", "failed")  # whom every node tells, and of what


@dataclass(frozen=True)
class Design:
    """A node as its author wrote it. `above`: its direct predecessors. `reads`: (source, is required) of its inputs.

    `gives`: "" nothing, "maybe" an optional output, "must" a required one; `kind`: of what type. `talks`: it has a
    conversation. `named`: it runs as a member who has to consent, not as the initiator.
    """

    key: str
    above: tuple[str, ...] = ()
    reads: tuple[tuple[str, bool], ...] = ()
    gives: str = ""
    confirm: bool = False
    talks: bool = True
    kind: str = "text"
    named: bool = False

    def document(self, kinds: dict[str, str]) -> dict[str, Any]:
        """Write the node as a template's document has it. `kinds`: node → the type of what it gives."""
        node: dict[str, Any] = {"key": self.key, "type": "task" if self.talks else "noop", "title": self.key}
        if self.talks:
            node["prompt"] = f"Do {self.key}."
        node["notify"] = [{"who": who, "on": list(MOMENTS)} for who in TOLD]
        if self.confirm:
            node["confirm"] = True
        if self.named:
            node["executor"] = EXECUTOR
        if self.gives:
            node["outputs"] = [
                {"name": "out", "type": self.kind, "description": "It.", "required": self.gives == "must"}
            ]
        if self.reads:
            node["inputs"] = [
                {"name": f"of_{source}", "type": kinds[source], "from": f"{source}.out", "required": is_required}
                for source, is_required in self.reads
            ]
        return node


@dataclass(frozen=True)
class Step:
    """One thing that happens. `which`: the version a person has before their eyes, "latest" or "first".

    `how`: what a turn gives, how an attempt ends, whether a person saw the "right" or the "wrong" outputs, which of
    their messages they say again, what they choose, what is done outside. `upload`: a file that comes with a message.
    `speaks`: the turn says something. `room`: the worker takes what becomes ready. `again`: what the person wants
    computed again though it could be reused. `planned`: the person saw the plan, and wants that or nothing. `both`: two
    steps at the same time.
    """

    act: str
    key: str = ""
    who: str = "builder"
    which: str = "latest"
    how: str = ""
    room: bool = False
    again: str = ""
    planned: bool = False
    upload: str = ""
    speaks: bool = False
    both: tuple["Step", ...] = ()

    @property
    def is_person(self) -> bool:
        return self.act in PERSON_ACTS or self.act in CONSENT_ACTS

    def nodes(self) -> set[str]:
        """Name the nodes it is about."""
        return {key for part in (self, *self.both) for key in (part.key, part.again)} - {""}

    def __str__(self) -> str:
        if self.both:
            return " | ".join(str(part) for part in self.both)
        usual = {f.name: f.default for f in fields(self)}
        parts = [f"{name}={value}" for name, value in vars(self).items() if name not in ("act", "key", "both")
                 and value != usual[name]]  # fmt: skip
        return " ".join([self.act, self.key, *parts]).strip()


@dataclass(frozen=True)
class Script:
    """What is done to one run."""

    designs: tuple[Design, ...]
    steps: tuple[Step, ...] = field(default=())

    def document(self) -> dict[str, Any]:
        """Write the template."""
        edges = [[above, design.key] for design in self.designs for above in design.above]
        kinds = {design.key: design.kind for design in self.designs}
        nodes = [design.document(kinds) for design in self.designs]
        return {"aime": 1, "name": "Modelled", "nodes": nodes, "edges": edges}

    def to_json(self) -> str:
        """Write the script on one line, for AIME_CHAOS_SCRIPT."""
        usual = {**vars(Design("")), **vars(Step(""))}

        def short(entry: dict[str, Any]) -> dict[str, Any]:
            kept = {name: value for name, value in entry.items() if value != usual[name]}
            return kept | ({"both": [short(part) for part in entry["both"]]} if entry.get("both") else {})

        designs, steps = ([short(asdict(item)) for item in items] for items in (self.designs, self.steps))
        return json.dumps({"designs": designs, "steps": steps})

    @classmethod
    def from_json(cls, text: str) -> "Script":
        """Read what `to_json` wrote."""
        document = json.loads(text)
        return cls(tuple(_design(item) for item in document["designs"]), tuple(map(_step, document["steps"])))

    def __str__(self) -> str:
        return "\n".join([*(f"  {design}" for design in self.designs), *(f"  {s}" for s in self.steps)])


def _design(item: dict[str, Any]) -> Design:
    reads = tuple((source, is_required) for source, is_required in item.pop("reads", ()))
    return Design(**{**item, "above": tuple(item.get("above", ())), "reads": reads})


def _step(item: dict[str, Any]) -> Step:
    return Step(**{**item, "both": tuple(map(_step, item.get("both", ())))})
