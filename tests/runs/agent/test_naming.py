"""Names of files stay inside the workspace and are stable."""

import unicodedata
from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runs.agent.naming import BadName, artifact_type, is_binary_name, is_data_name, jailed, language_suffix, told_names


@pytest.mark.parametrize(
    ("name", "stored"),
    [
        ("a.md", "a.md"),
        ("./src/./x.py".replace("/./", "/"), "src/x.py"),
        ("././a", "a"),
        ("  需求分析.md ", "需求分析.md"),
        ("Grüße.md", unicodedata.normalize("NFC", "Grüße.md")),
        ("family 👩‍💻.md", "family 👩‍💻.md"),
        ("x" * 200, "x" * 200),
    ],
)
def test_plain_name_is_kept(name: str, stored: str) -> None:
    assert jailed(name) == stored


@pytest.mark.parametrize(
    "name",
    ["", "  ", "/etc/passwd", "../a", "a/../b", "a/..", "a//b", "a/./b", "a/", "~/.ssh/id", "C:/x", "c:x", "a\\b",
     "a\nb",
     "a\x00b", "a\u202egpj.exe", "a\u2028b", "\ud800", "x" * 201, "a /b", "a/ b", "a./b", "..", "."],
)  # fmt: skip
def test_name_that_leaves_the_jail_is_refused(name: str) -> None:
    with pytest.raises(BadName):
        jailed(name)


@given(st.text(max_size=60))
def test_accepted_name_stays_inside_and_is_stable(name: str) -> None:
    try:
        stored = jailed(name)
    except BadName:
        return
    path = PurePosixPath(stored)
    assert not path.is_absolute()
    assert ".." not in path.parts
    assert stored.isprintable() or any(unicodedata.category(char) in {"Cf", "Co", "Cn", "Zs"} for char in stored)
    assert jailed(stored) == stored


@pytest.mark.parametrize(
    ("name", "kind"),
    [("a.md", "file"), ("a.TXT", "file"), ("a", "file"), ("a.json", "file"), ("a.pdf", "file"), ("x/a.PY", "code"),
     ("Dockerfile", "code"), ("a.sql", "code"), ("a.svg", "image"), ("a.PNG", "image")],
)  # fmt: skip
def test_type_follows_the_name(name: str, kind: str) -> None:
    assert artifact_type(name) == kind


def test_binary_and_data_names_are_known() -> None:
    assert is_binary_name("a.PNG")
    assert not is_binary_name("a.svg")
    assert is_data_name("api.yaml")
    assert not is_data_name("api.md")


@pytest.mark.parametrize(
    ("language", "suffix"), [("python", ".py"), ("PY", ".py"), (" ts ", ".ts"), ("c++", ".cpp"), ("klingon", ".txt")]
)
def test_language_gives_a_suffix(language: str, suffix: str) -> None:
    assert language_suffix(language) == suffix


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"plan": ("plan.md", "1"), "code": ("app.py", "2")}, {"plan": "plan.md", "code": "app.py"}),
        ({"a": ("r.md", "1"), "b": ("r.md", "2")}, {"a": "a/r.md", "b": "b/r.md"}),
        ({"a": ("r.md", "1"), "b": ("r.md", "1")}, {"a": "r.md", "b": "r.md"}),
        ({"甲": ("src/报告.md", "1"), "b": ("src/报告.md", "2")}, {"甲": "甲/src/报告.md", "b": "b/src/报告.md"}),
        (
            {"a": ("r.md", "1"), "b": ("r.md", "2"), "c": ("a/r.md", "3")},
            {"a": "a-2/r.md", "b": "b/r.md", "c": "a/r.md"},
        ),
        ({"a": ("Gru\u0308ße.md", "1"), "b": ("Grüße.md", "2")}, {"a": "a/Grüße.md", "b": "b/Grüße.md"}),
        ({"spec": ("../etc.md", "1"), "b": ("end.", "2")}, {"spec": "spec.md", "b": "b"}),
    ],
)
def test_files_of_one_name_do_not_hide_each_other(files: dict[str, tuple[str, str]], told: dict[str, str]) -> None:
    assert told_names(files) == told
    assert told_names(dict(reversed(files.items()))) == told


@given(
    st.dictionaries(
        st.sampled_from(["a", "b", "c", "甲", "a-2"]),
        st.tuples(
            st.one_of(st.sampled_from(["r.md", "a/r.md", "a-2/r.md", "x" * 200]), st.text(max_size=12)),
            st.sampled_from("123"),
        ),
    )
)
def test_every_content_is_found_under_a_name_that_tools_take(files: dict[str, tuple[str, str]]) -> None:
    told = told_names(files)
    assert all(jailed(name) == name for name in told.values())
    contents = {name: {files[given][1] for given in told if told[given] == name} for name in told.values()}
    assert all(len(found) == 1 for found in contents.values())
