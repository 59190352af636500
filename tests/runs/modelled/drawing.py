"""Scripts drawn from a seed: a random graph, and steps that mostly fit how the run would stand by then."""

import random

from tests.runs.modelled.model import Model
from tests.runs.modelled.script import CONSENT_ACTS, EXECUTOR, MISSING, PERSON_ACTS, Design, Script, Step
from tests.runs.modelled.versions import ACTIVE, Version

STEPS = 15
NODES = 7
RACING = ("say", "resend", "stop", "choose", "confirm", "done", "restart", "retry_turn", "cancel_node", "cancel_run",
          "finish", "fail", "lose", "claim")  # fmt: skip
WORKING = ("claim", "finish", "turn", "fail", "lose", "expire", "due", "speak", "outward", "late")
PEOPLE = ("builder", "admin", "viewer", EXECUTOR)
CHOICES = {"text": ("write A", "write B", "write C"), "file": ("pick first", "pick last", "new A", "new C")}


def draw(seed: int, *, steps: int = STEPS) -> Script:
    """Draw a script; the same for the same seed."""
    luck = random.Random(seed)
    designs = _graph(luck)
    model = Model(designs)
    done: list[Step] = []
    while len(done) < steps:
        step = _step(luck, model)
        aims = [model.aim(part) for part in step.both or (step,)]
        for part, aim in zip(step.both or (step,), aims, strict=True):
            model.apply(part, aim)
        done.append(step)
    return Script(designs, tuple(done))


def _graph(luck: random.Random) -> tuple[Design, ...]:
    """Any acyclic graph: thin, dense, a chain or loose nodes."""
    count = luck.randint(1, NODES)
    density = luck.choice((0.15, 0.4, 0.7))
    confirm = luck.choice((0.0, 0.3, 0.8))
    files = luck.choice((0.0, 0.7))
    named = luck.choice((0.0, 0.0, 0.4))
    designs: list[Design] = []
    ancestors: dict[str, set[str]] = {}
    for number in range(count):
        key = f"n{number}"
        above = {d.key for d in designs if luck.random() < density}
        if designs and not above and luck.random() < 0.7:
            above = {luck.choice(designs).key}
        ancestors[key] = above.union(*(ancestors[other] for other in above))
        sources = [d.key for d in designs if d.key in ancestors[key] and d.gives]
        reads = tuple((source, luck.random() < 0.6) for source in sources if luck.random() < 0.6)
        gives = luck.choices(("", "maybe", "must"), (2, 2, 3))[0]
        designs.append(
            Design(
                key, tuple(sorted(above)), reads, gives, luck.random() < confirm, talks=luck.random() < 0.85,
                kind="file" if luck.random() < files else "text", named=luck.random() < named,
            )
        )  # fmt: skip
    return tuple(designs)


def _step(luck: random.Random, model: Model) -> Step:
    kind = luck.choices(("forward", "fitting", "any", "race"), (50, 30, 10, 10))[0]
    if kind == "forward" and (forward := _forward(luck, model)):
        return forward
    if kind == "race":
        return _race(luck, model)
    act = luck.choice(_fitting_acts(luck, model)) if kind != "any" else ("", "")
    if act == ("", ""):
        act = (luck.choice((*PERSON_ACTS, *CONSENT_ACTS, *WORKING)), luck.choice(list(model.designs)))
    return _detailed(luck, model, *act)


def _forward(luck: random.Random, model: Model) -> Step | None:
    """What brings the run on: a turn, or the right acceptance."""
    todo = []
    for key in model.designs:
        version = model.latest(key)
        if version.named and version.status in ("queued", "running") and luck.random() < 0.25:
            todo.append(("revoke", key))
        elif version.status == "queued":
            todo.append(("turn" if luck.random() < 0.7 else "claim", key))
        elif version.status == "running":
            todo.append((luck.choice(("turn", "turn", "outward", "outward", "lose", "fail", "stop")), key))
        elif version.status == "waiting" and version.waiting_for in ("confirm", "done"):
            todo.append((_at_gate(luck, model.designs[key], version), key))
        elif version.status == "retrying":
            todo.append(("due", key))
        elif version.waiting_for == "consent":
            todo.append(("give", key))
    return _detailed(luck, model, *luck.choice(todo)) if todo else None


def _at_gate(luck: random.Random, design: Design, version: Version) -> str:
    """What brings a run on at a gate: mostly the right acceptance, of what may have been chosen or asked for before."""
    if design.gives and not version.chosen and luck.random() < 0.3:
        return "choose"
    if version.questions > 1 and luck.random() < 0.25:
        return "resend"
    return "say" if luck.random() < (0.4 if version.chosen else 0.1) else version.waiting_for


def _fitting_acts(luck: random.Random, model: Model) -> list[tuple[str, str]]:
    """Acts that the state of a node invites, a few of every node."""
    found = [("cancel_run", "")] if luck.random() < 0.3 else []
    for key in model.designs:
        found += [(act, key) for act in _invited(model.designs[key], model.latest(key))]
    if model.consented and luck.random() < 0.4:
        found += [("revoke", "")] * 2
    return found or [("", "")]


def _invited(design: Design, version: Version) -> list[str]:
    choose = ["choose"] * 2 if design.gives else []
    resend = ["resend"] * 2 if version.questions > 1 else []
    if version.status == "running":
        return ["fail", "lose", "expire", "speak", "claim", "stop", "cancel_node", "restart", "finish",
                "outward", "outward"]  # fmt: skip
    if version.status in ACTIVE:
        return ["claim", "stop", "due", "late"]
    if version.waiting_for == "consent":
        return ["give", "give", "cancel_node", "restart", "say", "retry_turn", *choose]
    if version.status == "waiting":
        return ["say", "retry_turn", "restart", "cancel_node", "done", "confirm", *choose, *resend]
    if version.status == "pending":
        return ["cancel_node"]
    return ["say", "say", "restart", "restart", "retry_turn", "late", *resend]


def _race(luck: random.Random, model: Model) -> Step:
    """Two of what may happen at once, mostly on one node."""
    keys = list(model.designs)
    key = luck.choice(keys)
    invited = [act for act in _invited(model.designs[key], model.latest(key)) if act in RACING]
    parts = []
    for half in range(2):
        act = luck.choice(invited) if invited and luck.random() < 0.7 else luck.choice(RACING)
        where = key if luck.random() < 0.75 else luck.choice(keys)
        if half == 1 and luck.random() < 0.1:
            act = luck.choice(CONSENT_ACTS)  # one half only: what both lead to comes after both commits
        if act == "finish" and model.designs[where].kind == "file":
            act = "fail"  # its file and its end are two transactions
        parts.append(_detailed(luck, model, act, where))
    return Step("race", both=tuple(parts))


def _detailed(luck: random.Random, model: Model, act: str, key: str) -> Step:
    """Add who, on which version, and how."""
    how = {
        "resend": ("first", "last", "last", "left", "own"),
        "choose": CHOICES[model.designs[key].kind if key and luck.random() < 0.9 else "file"],
        "outward": ("k1", "k1", "k2", "k1 lost"),
        "finish": ("A", "A", "B", MISSING), "turn": ("A", "A", "A", "B", MISSING), "fail": ("transient", "lasting"),
        "lose": ("death", "shutdown"), "late": ("finish", "fail", "lose", "speak", "beat", "record"),
        "confirm": ("", "right", "right", "wrong"), "done": ("", "right", "right", "wrong"),
    }.get(act, ("",))  # fmt: skip
    is_person = act in PERSON_ACTS
    has_plan = act in ("confirm", "done", "restart", "retry_turn")
    return Step(
        act,
        "" if act == "cancel_run" or act in CONSENT_ACTS else key,
        who=luck.choices(PEOPLE, (8, 4, 1, 3 if key and model.designs[key].named else 0.5))[0]
        if is_person
        else "builder",
        which="first" if is_person and act != "cancel_run" and luck.random() < 0.07 else "latest",
        how=luck.choice(how),
        planned=has_plan and luck.random() < 0.3,
        again=luck.choice(list(model.designs)) if act == "done" and luck.random() < 0.3 else "",
        upload=luck.choice("ABU") if act in ("say", "resend") and luck.random() < 0.3 else "",
        speaks=act == "turn" and luck.random() < 0.3,
        room=act in ("finish", "turn") and luck.random() < 0.4,
    )
