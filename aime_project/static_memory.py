"""Hashed static files from memory, in front of Django: the editor asks for about 160 small ones, and each went through
the whole middleware with seven changes of thread (1.7 ms of CPU, 3.3 ms in all; from here 0.1 ms, measured 2026-11-23).

Only names of the manifest are served, so what is served never changes and no path leads anywhere else. Everything else
(other methods, ranges, large or unknown files, a changed manifest) is Django's and servestatic's, as before.
"""

import json
import mimetypes
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

MAX_BYTES = 512 * 1024
MANIFEST = "staticfiles.json"
TEXT = ("text/", "image/svg+xml")
COMMON_HEADERS = (
    (b"cache-control", b"max-age=315360000, public, immutable"),
    (b"vary", b"accept-encoding"),
    (b"x-content-type-options", b"nosniff"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"referrer-policy", b"same-origin"),
)

Scope = dict[str, Any]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Answer = tuple[list[tuple[bytes, bytes]], bytes]


class StaticMemory:
    """An ASGI application that answers for the files it knows and hands everything else on."""

    def __init__(self, app: App, *, root: Path, prefix: str) -> None:
        self._app, self._root, self._prefix = app, root, prefix
        self._names = _hashed_names(root)
        self._answers: dict[tuple[str, bool], Answer | None] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = self._answer(scope)
        if answer is None:
            await self._app(scope, receive, send)
            return
        headers, body = answer
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

    def _answer(self, scope: Scope) -> Answer | None:
        if scope["method"] not in ("GET", "HEAD") or not scope["path"].startswith(self._prefix):
            return None
        name = scope["path"].removeprefix(self._prefix)
        given = dict(scope["headers"])
        if name not in self._names or b"range" in given:
            return None
        key = name, b"gzip" in given.get(b"accept-encoding", b"")
        if key not in self._answers:
            self._answers[key] = _read(self._root / name, zipped=key[1])
        return self._answers[key]


def _hashed_names(root: Path) -> frozenset[str]:
    """Names with a hash of the content; none where nothing was collected."""
    try:
        paths: dict[str, str] = json.loads((root / MANIFEST).read_text(encoding="utf-8"))["paths"]
    except (OSError, ValueError, KeyError):
        return frozenset()
    return frozenset(hashed for name, hashed in paths.items() if name != hashed)


def _read(path: Path, *, zipped: bool) -> Answer | None:
    packed = path.with_name(f"{path.name}.gz")
    chosen = packed if zipped and packed.is_file() else path
    try:
        if chosen.stat().st_size > MAX_BYTES:
            return None
        body = chosen.read_bytes()
    except OSError:
        return None
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    kind = "text/javascript" if path.suffix in (".js", ".mjs") else kind
    content_type = f"{kind}; charset=utf-8" if kind.startswith(TEXT) else kind
    headers = [(b"content-type", content_type.encode()), (b"content-length", str(len(body)).encode()), *COMMON_HEADERS]
    if chosen is packed:
        headers.append((b"content-encoding", b"gzip"))
    return headers, body
