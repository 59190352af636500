"""What holds for every run after every step, whatever the model says: the product's rules, read from two pictures."""

from collections import Counter
from typing import Any

from tests.runs.modelled.rows import Picture
from tests.runs.modelled.script import MOMENTS, TOLD, Step
from tests.runs.modelled.versions import ACTIVE, ENDED, verdict

Above = dict[str, set[str]]


def broken(before: Picture, after: Picture, step: Step, above: Above) -> list[str]:
    """Name the rules that a step broke. `above`: every node's ancestors."""
    return [*_history(before, after), *_ends(before, after, step), *_acceptance(before, after, step),
            *_begins(before, after, step, above), *_consents(before, after), *state_problems(after, above)]  # fmt: skip


def _history(before: Picture, after: Picture) -> list[str]:
    """Nothing is deleted; what has ended, and every version that was not the latest, stays as it was."""
    found = []
    tables = ("nodes", "attempts", "messages", "outputs", "reuses", "notices", "files", "effects")
    found += [f"rows of {name} were deleted" for name in tables if getattr(before, name).keys() - getattr(after, name)]
    if after.events < before.events or after.last < before.last:
        found.append("events were deleted")
    for place, row in before.attempts.items():
        if row["status"] not in ("queued", "running") and after.attempts.get(place) != row:
            found.append(f"a finished attempt changed: {row} → {after.attempts.get(place)}")
    old = {place for place, row in before.nodes.items() if not row["is_latest"]}
    for name in ("attempts", "messages", "outputs", "reuses", "files", "effects"):
        if _of(before, name, old) != _of(after, name, old):
            found.append(f"{name} of an old version changed")
    if any(after.nodes.get(place) != before.nodes[place] for place in old):
        found.append("an old version changed")
    for name in ("reuses", "files", "effects"):
        if any(getattr(after, name).get(place) != row for place, row in getattr(before, name).items()):
            found.append(f"a row of {name} changed")
    values = {place: {**row, "is_current": None} for place, row in before.outputs.items()}
    if any({**after.outputs[place], "is_current": None} != was for place, was in values.items()):
        found.append("a value of an output changed")
    said = {place: (m["text"], m["author_id"]) for place, m in before.messages.items() if m["role"] == "user"}
    if any((after.messages[p]["text"], after.messages[p]["author_id"]) != was for p, was in said.items()):
        found.append("somebody's words changed")
    texts = {place: m["text"] for place, m in before.messages.items() if m["status"] != "streaming"}
    if any(after.messages[place]["text"] != text for place, text in texts.items()):
        found.append("the text of a message that had ended changed")
    return found


def _of(picture: Picture, name: str, nodes: set[int]) -> list[dict[str, Any]]:
    return [row for row in getattr(picture, name).values() if row["node_run_id"] in nodes]


def _ends(before: Picture, after: Picture, step: Step) -> list[str]:
    """Only a person makes a version leave its end, and only a person makes new ones but by an acceptance."""
    if step.is_person or any(part.is_person for part in step.both):
        return []
    left = [row for place, row in before.nodes.items() if row["status"] in ENDED
            and after.nodes[place]["status"] != row["status"]]  # fmt: skip
    new = [a for place, a in after.attempts.items() if place not in before.attempts
           and before.nodes.get(a["node_run_id"], {}).get("status") in ENDED]  # fmt: skip
    return [f"{row['key']} left {row['status']} by {step}" for row in left] + [f"{a} began after an end" for a in new]


def _acceptance(before: Picture, after: Picture, step: Step) -> list[str]:
    """A message never confirms; who accepted first, and when, stays; a person's acceptance carries their name."""
    found = []
    parts = step.both or (step,)
    by_person = {part.key for part in parts if part.act in ("confirm", "done")}
    by_itself = {part.key for part in parts if part.act in ("finish", "turn")}
    for place, row in after.nodes.items():
        was = before.nodes.get(place, {}).get("accepted_at")
        if was is not None and (row["accepted_at"], row["accepted_by_id"]) != (
            was, before.nodes[place]["accepted_by_id"]
        ):  # fmt: skip
            found.append("a first acceptance changed")
        if was is None and row["accepted_at"] is not None:
            may = by_itself if row["accepted_by_id"] is None else by_person
            if row["key"] not in may:
                found.append(f"{row['key']} was accepted by {row['accepted_by_id']} in {step}")
    return found


def _begins(before: Picture, after: Picture, step: Step, above: Above) -> list[str]:
    """A version begins when everything above it is done: a join waits for all.

    Of two at once either may be first, and what the first made done the second may have opened again.
    """
    found = []
    done = {key for picture in ([before, after] if step.both else [after]) for key, row in picture.latest().items()
            if row["status"] == "done"}  # fmt: skip
    if step.both:
        done |= {key for key, number in after.done_at.items() if number > before.last}
    for place, row in after.nodes.items():
        was = before.nodes.get(place, {}).get("status", "pending")
        if was == "pending" and row["status"] in ("queued", "running", "failed", "waiting"):
            found += [f"{row['key']} began before {key} was done" for key in sorted(above[row["key"]] - done)]
    return found


def _consents(before: Picture, after: Picture) -> list[str]:
    """Nothing of a named executor begins to run without their consent."""
    if before.consented or after.consented:
        return []
    named = {place: row for place, row in after.nodes.items() if row["executor_id"] != after.initiator}
    running = {place for place, row in before.attempts.items() if row["status"] != "queued"}
    return [
        f"{named[a['node_run_id']]['key']} ran without consent" for place, a in after.attempts.items()
        if a["node_run_id"] in named and a["started_at"] is not None and place not in running
    ]  # fmt: skip


def state_problems(picture: Picture, above: Above) -> list[str]:
    """Say what is wrong with a run as it stands."""
    found = []
    latest = picture.latest()
    statuses = {key: row["status"] for key, row in latest.items()}
    if picture.status != verdict(statuses.values()):
        found.append(f"the run is {picture.status}, its nodes are {statuses}")
    for key, status in statuses.items():
        if status == "pending" and all(statuses[other] == "done" for other in above[key]):
            found.append(f"{key} is ready and was not begun")
    for row in picture.nodes.values():
        found += _version_problems(picture, row) + _notice_problems(picture, row)
        found += _branch_problems(picture, row) + _consent_problems(picture, row)
    numbers = Counter(row["key"] for row in picture.nodes.values())
    if any(latest.get(key, {"number": 0})["number"] != count for key, count in numbers.items()):
        found.append("the latest version of a node is not its last")
    gone = sum(message["delta_count"] for message in picture.messages.values())
    if picture.events + picture.deltas + gone != picture.last:
        found.append("a number was given out twice or not at all")
    return found


def _notice_problems(picture: Picture, row: dict[str, Any]) -> list[str]:
    """What people are told of a version says how it stands, and of the latest only; who acted is not told."""
    name = f"{row['key']} v{row['number']} ({row['status']})"
    told = [n for n in picture.notices.values() if n["node_run_id"] == row["id"] and n["settled_at"] is None]
    stands = (row["status"], row["waiting_for"])
    found = [f"{name}: {n['user_id']} is told of {n['kind']}" for n in told if (n["kind"], n["waiting_for"]) != stands]
    if told and not row["is_latest"]:
        found.append(f"{name} is history and people are told of it")
    if row["is_latest"] and row["status"] in MOMENTS and len(told) < len(TOLD) - 1:
        found.append(f"{name} told {len(told)} people")
    return found


def _branch_problems(picture: Picture, row: dict[str, Any]) -> list[str]:
    """An answer is on the branch that goes on exactly when what it answers is; the last question always is."""
    found, on_branch = [], True
    for message in sorted(picture.of("messages", row["id"]), key=lambda message: message["ordinal"]):
        is_left = message["superseded_by_id"] is not None
        if message["role"] == "user":
            on_branch = not is_left
        elif is_left == on_branch:
            found.append(
                f"{row['key']} v{row['number']}: message {message['ordinal']} is on another branch than its question"
            )
    return found if on_branch else [*found, f"{row['key']} v{row['number']}: its last question was replaced by nothing"]


def _consent_problems(picture: Picture, row: dict[str, Any]) -> list[str]:
    """What waits for a consent has none, and what is queued has one, or needs none."""
    name = f"{row['key']} v{row['number']} ({row['status']})"
    if row["waiting_for"] == "consent" and (picture.consented or row["executor_id"] == picture.initiator):
        return [f"{name} waits for a consent that it has or does not need"]
    needs = row["executor_id"] != picture.initiator and row["status"] in ("queued", "retrying")
    return [f"{name} would begin without a consent"] if needs and not picture.consented else []


LIVE = {"queued": ["queued"], "retrying": ["queued"], "running": ["running"]}


def _version_problems(picture: Picture, row: dict[str, Any]) -> list[str]:
    name = f"{row['key']} v{row['number']} ({row['status']})"
    attempts = picture.attempts_of(row["id"])
    live = [a for a in attempts if a["status"] in ("queued", "running")]
    found = []
    if [a["status"] for a in live] != LIVE.get(row["status"], []):
        found.append(f"{name} has live attempts {live}")
    if any(a["status"] == "running" and (a["lease_expires_at"] is None or a["host"] is None) for a in live):
        found.append(f"{name} runs without a lease")
    if not row["is_latest"] and (row["status"] in ACTIVE or row["status"] in ("waiting", "pending")):
        found.append(f"{name} is history and still in flight")
    if [a["number"] for a in attempts] != list(range(1, len(attempts) + 1)):
        found.append(f"{name} has attempts {[a['number'] for a in attempts]}")
    results = Counter(a["message_id"] for a in attempts if a["status"] == "succeeded")
    if row["node_type"] == "task" and any(count > 1 for count in results.values()):
        found.append(f"{name}: a turn has two results")
    running = {a["id"] for a in live if a["status"] == "running"}
    streams = [m for m in picture.messages.values() if m["node_run_id"] == row["id"] and m["status"] == "streaming"]
    if any(m["attempt_id"] not in running for m in streams):
        found.append(f"{name}: text streams without a running attempt")
    return found
