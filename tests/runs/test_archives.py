"""Archives: names that stay inside whatever they are unpacked to, content that is not held as a whole."""

import io
import re
import tracemalloc
import zipfile
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runs.archives import PIECE_BYTES, Entry, Names, safe_path, zipped

AT = datetime(2026, 5, 4, 3, 2, 2, tzinfo=UTC)
HOSTILE = [
    "../../etc/passwd", "/etc/passwd", "C:\\Windows\\system32\\x.dll", "..\\..\\x", "~/x", "a/../../b", "", ".", "..",
    "/", "con", "NUL.txt", "com1.md", "a\x00b", "a\nb", "x\u202egpj.exe", "a?*<>|:\"b", " . ", "ends.", "dir /x. ",
    "\ud800", "长" * 300 + ".md", "a/" * 60 + "b", "-rf", "$(id)", "`x`",
]  # fmt: skip
DEVICES = {"con", "prn", "aux", "nul", *(f"{name}{n}" for name in ("com", "lpt") for n in range(10))}


def assert_safe(path: str) -> None:
    assert path and not path.startswith("/") and "\\" not in path
    assert not re.search(r'[<>:"|?*\x00-\x1f\x7f\u202a-\u202e]', path)
    for part in path.split("/"):
        assert part not in ("", ".", "..") and part == part.strip(" ") and not part.endswith(".")
        assert part.split(".")[0].lower() not in DEVICES
        assert len(part) <= 100


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_name_becomes_a_plain_one(name: str) -> None:
    assert_safe(safe_path(name))


@given(st.text())
def test_any_text_becomes_a_safe_path_that_stays_itself(name: str) -> None:
    path = safe_path(name)
    assert_safe(path)
    assert safe_path(path) == path


@given(st.lists(st.text(st.sampled_from("aA./\\ é\u0301ß"), max_size=6), max_size=12))
def test_no_two_files_fall_on_one_another(names: list[str]) -> None:
    """Neither on a file system that ignores case, nor with a file where another needs a folder."""
    taken = Names()
    found = [taken.free(name) for name in names]
    folded = [path.casefold() for path in found]
    assert len(set(folded)) == len(found)
    folders = {"/".join(path.split("/")[:n]) for path in folded for n in range(1, path.count("/") + 1)}
    assert not folders & set(folded)


def test_same_names_are_numbered_before_their_suffix() -> None:
    names = Names()
    found = [names.free(name) for name in ("plan.md", "Plan.md", "plan.md", "plan.md/x")]
    assert found[:3] == ["plan.md", "Plan (2).md", "plan (3).md"]
    assert found[3] == "plan (4).md/x"


def unpacked(entries: list[Entry], blobs: dict[str, bytes]) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(b"".join(zipped(entries, blobs.__getitem__))))


def test_archive_is_read_by_others_with_names_times_and_content() -> None:
    entries = [
        Entry("分析.md", AT, sha256="a"),
        Entry("../x.png", AT, sha256="b"),
        Entry("links.txt", AT, text="https://x"),
    ]
    archive = unpacked(entries, {"a": "内容".encode(), "b": b"\x89PNG"})
    assert archive.testzip() is None
    assert {info.filename: archive.read(info) for info in archive.infolist()} == {
        "分析.md": "内容".encode(), "x.png": b"\x89PNG", "links.txt": b"https://x",
    }  # fmt: skip
    first, picture, _links = archive.infolist()
    assert first.date_time == (2026, 5, 4, 3, 2, 2)
    assert (first.compress_type, picture.compress_type) == (zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED)
    assert not any(info.external_attr >> 16 & 0o111 for info in archive.infolist()), "nothing is executable"


def test_empty_file_and_no_file_at_all() -> None:
    assert unpacked([Entry("e", AT, text="")], {}).read("e") == b""
    assert unpacked([], {}).namelist() == []


def test_content_is_loaded_one_at_a_time_and_sent_before_the_next() -> None:
    loaded: list[str] = []

    def load(sha256: str) -> bytes:
        loaded.append(sha256)
        return bytes(range(256)) * 4096  # 1 MiB

    pieces = zipped([Entry(f"{n}.zip", AT, sha256=str(n)) for n in range(40)], load)
    tracemalloc.start()
    sizes = [len(next(pieces))]
    assert loaded == ["0"], "the second is not loaded before the first is sent"
    sizes += [len(piece) for piece in pieces]
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert sum(sizes) > 40 * 2**20
    assert max(sizes) < 3 * PIECE_BYTES
    assert peak < 6 * 2**20, "of 40 MiB no more than one artifact and what is made of it are held"
