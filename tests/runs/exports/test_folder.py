"""The folder of exports: what may get into it, where, and what is never touched there. On a real disk."""

import errno
import os
import stat
import threading
import time
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from runs.agent.workspace import ExportBroken, NotExported
from runs.exports.folder import ExportFolder

BELOW = ("space", "run", "design-v1")


def always() -> bool:
    return True


def put(root: Path, name: str = "design.md", content: bytes = b"one", may_appear: Any = always) -> str:
    return ExportFolder(root).write(BELOW, name, content, may_appear=may_appear)


def files(root: Path) -> dict[str, bytes]:
    """Everything that lies in the folder, hidden or not, by its path."""
    found = (path for path in root.rglob("*") if path.is_symlink() or not path.is_dir())
    return {str(path.relative_to(root)): b"->" if path.is_symlink() else path.read_bytes() for path in found}


def test_file_lies_at_its_own_place_with_the_rights_of_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        place = put(tmp_path, "docs/设计.md", "# 𠮷\n".encode())
    finally:
        os.umask(before)
    assert place == "space/run/design-v1/docs/设计.md"
    assert files(tmp_path) == {place: "# 𠮷\n".encode()}
    assert stat.S_IMODE((tmp_path / place).stat().st_mode) == 0o640
    assert stat.S_IMODE((tmp_path / "space").stat().st_mode) == 0o750


def test_same_bytes_are_found_again_and_not_written_again(tmp_path: Path) -> None:
    first = put(tmp_path)
    inode, changed = (tmp_path / first).stat().st_ino, (tmp_path / first).stat().st_mtime_ns
    assert put(tmp_path) == first
    assert ((tmp_path / first).stat().st_ino, (tmp_path / first).stat().st_mtime_ns) == (inode, changed)
    assert list(files(tmp_path)) == [first]


def test_other_bytes_are_numbered_and_never_replace_what_was_given_out(tmp_path: Path) -> None:
    places = [put(tmp_path, content=content) for content in (b"one", b"two", b"three", b"two", b"one")]
    assert [place.rpartition("/")[2] for place in places] == [
        "design.md", "design (2).md", "design (3).md", "design (2).md", "design.md",
    ]  # fmt: skip
    assert sorted(files(tmp_path).values()) == [b"one", b"three", b"two"]


@pytest.mark.parametrize(
    "name",
    ["../out.md", "a/../../out.md", "/etc/passwd", "//server/share", "C:/out.md", "..", ".", "...", " ", "a/./b",
     "a\\..\\b", "con", "NUL.txt", "aux/x", "com1.log", 'a<b>:"|?*.md', "a.", "a ", "x\x1f.md", "\u202egpj.exe", "~/x"],
)  # fmt: skip
def test_no_name_leaves_the_place_of_its_node_version(tmp_path: Path, name: str) -> None:
    (tmp_path / "exports").mkdir()
    place = put(tmp_path / "exports", name)
    assert list(files(tmp_path)) == [f"exports/{place}"]
    assert place.startswith("space/run/design-v1/")
    segments = place.split("/")[3:]
    assert not any(part in ("", ".", "..") or part.lower().partition(".")[0] in ("con", "nul", "aux", "com1")
                   for part in segments)  # fmt: skip


def test_name_that_no_disk_takes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotExported, match="too long"):
        put(tmp_path, "a" * 98 + "/" + "😀" * 100)
    assert files(tmp_path) == {}


def test_no_file_is_hidden_or_taken_for_one_that_is_being_written(tmp_path: Path) -> None:
    assert put(tmp_path, ".aime-0123/.profile") == "space/run/design-v1/aime-0123/profile"


def test_names_that_differ_in_case_or_composition_only_get_different_files(tmp_path: Path) -> None:
    names = ["Design.md", "design.md", "DESIGN.MD", "Ä.md", unicodedata.normalize("NFD", "ä.md")]
    places = [put(tmp_path, name, name.encode()) for name in names]
    folded = [unicodedata.normalize("NFC", place).casefold() for place in places]
    assert len(set(folded)) == len(names), places
    assert put(tmp_path, "Docs/a.md")
    with pytest.raises(NotExported, match="Docs"):
        put(tmp_path, "docs/b.md")


def test_a_file_is_no_folder_and_a_folder_no_file(tmp_path: Path) -> None:
    put(tmp_path, "a", b"file")
    with pytest.raises(NotExported, match="no folder"):
        put(tmp_path, "a/b.md")
    put(tmp_path, "docs/x.md")
    assert put(tmp_path, "docs", b"a file") == "space/run/design-v1/docs (2)"


@pytest.mark.parametrize("planted", ["space", "space/run", "space/run/design-v1"])
def test_planted_link_in_the_place_itself_is_not_followed(tmp_path: Path, planted: str) -> None:
    root, elsewhere = tmp_path / "exports", tmp_path / "elsewhere"
    (root / planted).parent.mkdir(parents=True)
    elsewhere.mkdir()
    (root / planted).symlink_to(elsewhere)
    with pytest.raises(ExportBroken, match="follows no links"):
        put(root)
    assert list(elsewhere.iterdir()) == []


def test_planted_link_under_the_name_is_left_as_it_is(tmp_path: Path) -> None:
    root, secret = tmp_path / "exports", tmp_path / "secret"
    secret.write_bytes(b"one")
    place = root.joinpath(*BELOW)
    place.mkdir(parents=True)
    (place / "design.md").symlink_to(secret)
    (place / "docs").symlink_to(tmp_path)
    assert put(root).endswith("design (2).md"), "the same bytes behind a link are not ours"
    assert secret.read_bytes() == b"one" and (place / "design.md").is_symlink()
    with pytest.raises(NotExported, match="no folder"):
        put(root, "docs/x.md")
    assert not (tmp_path / "x.md").exists()


def test_pipe_under_the_name_holds_nobody_up(tmp_path: Path) -> None:
    place = tmp_path.joinpath(*BELOW)
    place.mkdir(parents=True)
    os.mkfifo(place / "design.md")
    assert put(tmp_path).endswith("design (2).md")


def test_attempt_that_was_lost_meanwhile_leaves_nothing(tmp_path: Path) -> None:
    seen: list[dict[str, bytes]] = []

    def lost() -> bool:
        seen.append(files(tmp_path))
        return False

    with pytest.raises(NotExported, match="ended meanwhile"):
        put(tmp_path, may_appear=lost)
    ((name, content),) = seen[0].items()
    assert content == b"one" and "/.aime-" in name, "asked last: only the name was missing"
    assert files(tmp_path) == {}


def test_what_a_dead_process_left_half_written_goes_and_what_is_being_written_stays(tmp_path: Path) -> None:
    place = tmp_path.joinpath(*BELOW)
    place.mkdir(parents=True)
    for name, age_s in ((".aime-old", 7200), (".aime-young", 10)):
        (place / name).write_bytes(b"half")
        os.utime(place / name, (time.time() - age_s,) * 2)
    put(tmp_path)
    assert sorted(path.name for path in place.iterdir()) == [".aime-young", "design.md"]


def test_two_at_once_with_one_content_make_one_file_and_with_two_make_two(tmp_path: Path) -> None:
    gate = threading.Barrier(8)
    places: list[str] = []

    def write(content: bytes) -> None:
        def at_once() -> bool:
            gate.wait(10)
            return True

        places.append(put(tmp_path, content=content, may_appear=at_once))

    threads = [threading.Thread(target=write, args=(b"AB"[n % 2 :][:1],)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(places) == 8 and len(set(places)) == 2
    assert sorted(files(tmp_path).values()) == [b"A", b"B"]


def test_file_system_without_hard_links_gets_the_file_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_link(*_names: Any, **_options: Any) -> None:
        raise OSError(errno.EOPNOTSUPP, "Operation not supported")

    monkeypatch.setattr(os, "link", no_link)
    assert files(tmp_path) | {put(tmp_path): b"one"} == files(tmp_path)


@pytest.mark.parametrize(
    ("code", "words", "transient"),
    [(errno.ENOSPC, "full", True), (errno.EDQUOT, "full", True), (errno.EROFS, "may not write", False),
     (errno.EACCES, "may not write", False), (errno.EIO, "cannot be written", True)],
)  # fmt: skip
def test_disk_that_takes_nothing_breaks_the_turn_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, words: str, transient: bool
) -> None:
    def fails(_file: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", fails)
    tmp_path.joinpath(*BELOW).mkdir(parents=True)
    with pytest.raises(ExportBroken, match=words) as broken:
        put(tmp_path)
    assert (broken.value.transient, errno.errorcode[code] in broken.value.detail) == (transient, True)
    assert files(tmp_path) == {}


def test_folder_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(ExportBroken, match="does not exist; is it mounted"):
        put(tmp_path / "unmounted")
    assert list(tmp_path.iterdir()) == []
