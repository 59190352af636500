"""Static files from memory: what is served, how, and what is left to Django."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from aime_project.static_memory import MAX_BYTES, StaticMemory

SCRIPT = b"export const a = '\xe2\x86\x92';\n" * 40
HASHED = "js/a.0123456789ab.js"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    names = {"js/a.js": HASHED, "big.bin": "big.0123456789ab.bin", "plain.txt": "plain.txt", "gone.js": "gone.01.js"}
    (tmp_path / "staticfiles.json").write_text(json.dumps({"paths": names}))
    (tmp_path / "js").mkdir()
    (tmp_path / HASHED).write_bytes(SCRIPT)
    (tmp_path / f"{HASHED}.gz").write_bytes(gzip.compress(SCRIPT))
    (tmp_path / "big.0123456789ab.bin").write_bytes(b"0" * (MAX_BYTES + 1))
    (tmp_path / "plain.txt").write_text("changes")
    return tmp_path


async def ask(root: Path, path: str, *, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    sent: list[dict[str, Any]] = []

    async def django(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 299, "headers": []})
        await send({"type": "http.response.body", "body": b"of Django"})

    async def send(event: dict[str, Any]) -> None:
        sent.append(event)

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    given = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": method, "path": path, "headers": given}
    await StaticMemory(django, root=root, prefix="/static/")(scope, receive, send)
    answered = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], answered, sent[1]["body"]


async def test_hashed_file_is_served_for_ever(root: Path) -> None:
    status, headers, body = await ask(root, f"/static/{HASHED}")
    assert (status, body) == (200, SCRIPT)
    assert headers["content-type"] == "text/javascript; charset=utf-8"
    assert headers["cache-control"].endswith("immutable")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-length"] == str(len(SCRIPT))
    assert "content-encoding" not in headers


async def test_hashed_file_is_served_zipped_to_who_takes_it(root: Path) -> None:
    status, headers, body = await ask(root, f"/static/{HASHED}", accept_encoding="br, gzip")
    assert status == 200 and headers["content-encoding"] == "gzip" and headers["vary"] == "accept-encoding"
    assert gzip.decompress(body) == SCRIPT and headers["content-length"] == str(len(body))


async def test_head_has_no_body(root: Path) -> None:
    status, headers, body = await ask(root, f"/static/{HASHED}", method="HEAD")
    assert (status, body) == (200, b"") and headers["content-length"] == str(len(SCRIPT))


@pytest.mark.parametrize(
    "path",
    [
        "/static/js/a.js",  # without its hash it may change
        "/static/plain.txt",
        "/static/big.0123456789ab.bin",
        "/static/gone.01.js",
        "/static/staticfiles.json",
        "/static/../manage.py",
        f"/elsewhere/{HASHED}",
        "/s/demo/",
    ],
)
async def test_everything_else_is_left_to_django(root: Path, path: str) -> None:
    assert (await ask(root, path))[0] == 299


async def test_other_methods_and_ranges_are_left_to_django(root: Path) -> None:
    assert (await ask(root, f"/static/{HASHED}", method="POST"))[0] == 299
    assert (await ask(root, f"/static/{HASHED}", range="bytes=0-3"))[0] == 299


async def test_without_collected_files_everything_is_djangos(tmp_path: Path) -> None:
    assert (await ask(tmp_path, f"/static/{HASHED}"))[0] == 299
