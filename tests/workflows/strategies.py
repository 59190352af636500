"""Hypothesis strategies: documents of every kind of node with texts that are hard to write, and what is no document."""

import math
from typing import Any

from hypothesis import strategies as st

from workflows.document import Document, InputSpec, Limits, NodeSpec, NotifyRule, OutputSpec, Retry, TaskConfig
from workflows.node_types import fixed_outputs
from workflows.node_types.codebase import EVENTS, CodebaseConfig
from workflows.node_types.pipeline import PipelineConfig
from workflows.node_types.schedule import MISSED, OVERLAPS, ScheduleConfig
from workflows.template_file.specs import NOTIFY_MOMENTS, VALUE_TYPES, NodeConfig, accepts

# What YAML writers get wrong: edges of lines, other line ends, signs that mean something, words that are values.
NASTY = [
    "", " ", "  two before", "two after  ", "\ttab", "tab\t", "a\tb", "a\rb", "a\r\nb\r\n", "\n", "\n\n", "a\n", "\na",
    "a\n\n\nb", "a\n\n", "  a\nb", "a\n  b\n", "a  \nb", " \n a", "a\n ", "a\x85b", "a\u2028b\u2029c", "\ufeffa",
    "a\ufeff", ": #", "a: b", "a #b", "# a", "- a", "? a", "a:", ":", "&a", "*a", "!a", "!!str a", "%YAML 1.1",
    "--- a", "---", "...", "a\n---\nb", "a\n...\nb", "[a", "{a", "a]", "{{ a }}", "{{ 需求 }}\n", "|", ">", "|-\n a",
    "'", '"', "''", '"a"', "a'b\"c", "\\", "\\n", "\\u0041", "`a`", "@a", ",", "null", "~", "true", "No", "on", "y",
    "1", "-1", "+1", "0x1F", "0o7", "1_000", "1e3", ".5", ".inf", ".nan", "12:30", "2026-01-01", "<<", "=",
    "需求到代码", "分析：\n一、二", "𠮷野家", "👩‍💻 🏳️‍🌈", "e\u0301", "\u202eabc", "\u200b", "\x7f", "\x1b[0m", "\x01",
    "\ue000", "\ufffd", "\U0010ffff", "\uffff", "z" * 300, "word " * 40,
]  # fmt: skip
LONG = ["x" * 5000, "word " * 1000, "长" * 3000, ("y" * 300 + "\n") * 5, " ".join(NASTY)]  # slow to draw and to shrink
any_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40)
texts = st.sampled_from(NASTY) | any_text | st.lists(st.sampled_from(NASTY), max_size=4).map("".join)
lines = texts.filter(lambda text: len(text.splitlines()) <= 1).map(lambda text: text[:100])
full_lines = lines.filter(lambda text: bool(text.strip()))
keys = st.from_regex(r"[a-z][a-z0-9_]{0,10}", fullmatch=True)
names = st.one_of(
    st.from_regex(r"[a-zA-Z][a-zA-Z0-9_-]{0,10}", fullmatch=True), st.sampled_from(["需求", "代码", "on", "no", "null"])
)
types = st.sampled_from(VALUE_TYPES)
points = st.none() | st.tuples(st.integers(-999_999, 999_999), st.integers(-999_999, 999_999))


def words_of(known: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    """Some of these words, in any order."""
    return st.lists(st.sampled_from(known), unique=True).map(tuple)


# --- Documents that are right ---------------------------------------------------------------------------------------
task_configs = st.builds(
    TaskConfig,
    prompt=texts,
    model=st.none() | full_lines,
    tools=words_of(("files", "links", "exports")),
    limits=st.builds(
        Limits, tool_rounds=st.integers(1, 200), seconds=st.integers(1, 86_400), tokens=st.integers(1, 10_000_000)
    ),
    retry=st.builds(Retry, st.integers(1, 10)),
)
pipeline_configs = st.builds(
    PipelineConfig,
    connection=full_lines,
    job=full_lines,
    parameters=st.dictionaries(lines, texts, max_size=3).map(lambda found: tuple(found.items())),
)
schedule_configs = st.builds(
    ScheduleConfig,
    cron=st.sampled_from(["0 9 * * 1-5", "*/5 * * * *", "0 0 1 1 *"]),
    zone=st.sampled_from(["UTC", "Asia/Shanghai"]),
    overlap=st.sampled_from(OVERLAPS),
    missed=st.sampled_from(MISSED),
)
filters = st.lists(lines, unique=True, max_size=2).map(tuple)
codebase_configs = st.builds(
    CodebaseConfig,
    connection=full_lines,
    events=words_of(EVENTS),
    branches=filters,
    paths=filters,
    authors=filters,
    labels=filters,
)
CONFIGS: dict[str, st.SearchStrategy[Any]] = {
    "task": task_configs,
    "pipeline": pipeline_configs,
    "trigger.schedule": schedule_configs,
    "trigger.codebase": codebase_configs,
}
notify_rules = st.builds(NotifyRule, full_lines, words_of(NOTIFY_MOMENTS).filter(bool))
descriptions = texts.map(lambda text: text[:5000])
output_specs = st.builds(OutputSpec, names, types, descriptions, st.booleans())


@st.composite
def input_specs(draw: Any, name: str, upstream: list[NodeSpec]) -> InputSpec:
    """An input of any kind; a reference is to an output that fits."""
    wanted = draw(types)
    sources = [(node.key, output.name) for node in upstream for output in node.outputs if accepts(wanted, output.type)]
    kind = draw(st.sampled_from(["fixed", "ask", *(["reference"] if sources else [])]))
    text = {"text": texts, "code": texts, "link": st.sampled_from(["", "https://example.org/?a=b#c: d"])}
    given = {
        "fixed": lambda: {"value": draw(text.get(wanted, st.just("")))},
        "ask": lambda: {"default": draw(text.get(wanted, st.just("")))},
        "reference": lambda: {"source": draw(st.sampled_from(sources))},
    }[kind]()
    return InputSpec(name, wanted, kind, label=draw(lines), required=draw(st.booleans()), **given)


@st.composite
def node_specs(draw: Any, key: str, kinds: tuple[str, ...], upstream: list[NodeSpec]) -> NodeSpec:
    """A node of one of the kinds."""
    kind = draw(st.sampled_from(kinds))
    config: NodeConfig = draw(CONFIGS[kind])
    fixed = fixed_outputs(kind)
    node = NodeSpec(key=key, type=kind, title=draw(lines), position=draw(points), outputs=fixed, config=config)
    if kind.startswith("trigger."):
        return node
    taken = {output.name for output in fixed}
    own = draw(st.lists(output_specs.filter(lambda spec: spec.name not in taken), max_size=3, unique_by=_name_of))
    return NodeSpec(
        key=key,
        type=kind,
        title=node.title,
        position=node.position,
        inputs=tuple(draw(input_specs(name, upstream)) for name in draw(st.lists(names, unique=True, max_size=3))),
        outputs=(*fixed, *own),
        confirm=draw(st.booleans()),
        executor=draw(full_lines),
        notify=tuple(draw(st.lists(notify_rules, max_size=2))),
        config=config,
    )


@st.composite
def documents(draw: Any, max_nodes: int = 4) -> Document:
    """A document whose parts fit: edges go downwards, references only to what is upstream."""
    found = draw(st.lists(keys, unique=True, max_size=max_nodes))
    nodes: list[NodeSpec] = []
    edges: list[tuple[str, str]] = []
    above: dict[str, set[str]] = {}
    for place, key in enumerate(found):
        parents = draw(st.lists(st.sampled_from(found[:place]), unique=True)) if place else []
        above[key] = {*parents, *(ancestor for parent in parents for ancestor in above[parent])}
        kinds = ("task", "pipeline") if parents else tuple(CONFIGS)
        nodes.append(draw(node_specs(key, kinds, [node for node in nodes if node.key in above[key]])))
        edges += [(parent, key) for parent in parents]
    return Document(
        name=draw(full_lines),
        description=draw(descriptions),
        visibility=draw(st.sampled_from(["space", "personal"])),
        nodes=tuple(draw(st.permutations(nodes))),
        edges=tuple(draw(st.permutations(edges))),
    )


def _name_of(spec: OutputSpec) -> str:
    return spec.name


# --- What is no document --------------------------------------------------------------------------------------------
broken_texts = texts | st.sampled_from(
    ["\x00", "a\x00b", "\ud800", "\udfff", "a\ud83d", "\ude00\ud83d", "%(name)s", "%"]
)
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([10**400, -(10**4000), 2**63, math.nan, math.inf, -math.inf, -0.0, 1e308])
    | st.floats()
    | broken_texts
    | st.binary(max_size=6)
)
# The words of the format in wrong places get further into the reader than random ones.
WORDS = ["aime", "name", "nodes", "edges", "key", "type", "task", "inputs", "outputs", "value", "from", "ask", "limits",
         "retry", "notify", "who", "on", "position", "tools", "prompt", "task_template",
         "pipeline", "parameters"]  # fmt: skip
json_values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(WORDS) | broken_texts, inner, max_size=4)
    ),
    max_leaves=12,
)
deep_values = st.builds(
    lambda depth, is_list: _nested(depth, is_list=is_list), st.sampled_from([25, 200, 3000]), st.booleans()
)
wrong_values = json_values | deep_values


def _nested(depth: int, *, is_list: bool) -> Any:
    value: Any = "end"
    for _ in range(depth):
        value = [value] if is_list else {"nodes": value}
    return value


@st.composite
def damaged(draw: Any, plain: Any) -> Any:
    """The plain values with one to four places replaced, removed, doubled, renamed or swapped. `plain` is changed."""
    for _ in range(draw(st.integers(1, 4))):
        owner, place = draw(_places(plain))
        match draw(st.sampled_from(["replace", "remove", "add", "rename", "swap"])):
            case "replace":
                owner[place] = draw(wrong_values)
            case "remove":
                del owner[place]
            case "add" if isinstance(owner, list):
                owner.insert(place, owner[place] if draw(st.booleans()) else draw(wrong_values))
            case "add" | "rename" if isinstance(owner, dict):
                owner[draw(st.sampled_from(WORDS) | broken_texts)] = owner.pop(place)
            case _:
                other, there = draw(_places(plain))
                if not _holds(owner[place], other) and not _holds(other[there], owner):  # else it would hold itself
                    owner[place], other[there] = other[there], owner[place]
        if not plain:
            break
    return plain


@st.composite
def _places(draw: Any, plain: Any) -> tuple[Any, Any]:
    """A container somewhere inside, and one of its keys or indices."""
    here = plain
    while True:
        place = draw(st.sampled_from(list(here) if isinstance(here, dict) else list(range(len(here)))))
        below = here[place]
        if not isinstance(below, dict | list) or not below or _depth_over(below, 30) or draw(st.booleans()):
            return here, place
        here = below


def _depth_over(value: Any, limit: int) -> bool:
    while limit and isinstance(value, dict | list) and value:
        value = next(iter(value.values())) if isinstance(value, dict) else value[0]
        limit -= 1
    return not limit


def _holds(value: Any, container: Any) -> bool:
    waiting = [value]
    while waiting:
        found = waiting.pop()
        if found is container:
            return True
        waiting.extend(found.values() if isinstance(found, dict) else found if isinstance(found, list) else ())
    return False
