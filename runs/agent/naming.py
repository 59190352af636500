"""Names of artifacts: what a model may call a file, and which type of artifact a name makes.

The one rule: a name that passed `jailed` can be joined to a folder, put into a zip and shown on a page.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Mapping
from itertools import count
from pathlib import PurePosixPath
from typing import Literal

ArtifactType = Literal["file", "code", "image", "link"]

MAX_NAME_CHARS = 200


def _table(text: str) -> dict[str, str]:
    return dict(pair.split("=", 1) for pair in text.split())


CODE_SUFFIXES = _table(
    """
    bash=.sh c=.c cpp=.cpp csharp=.cs css=.css dart=.dart dockerfile=.dockerfile diff=.diff elixir=.ex go=.go
    graphql=.graphql haskell=.hs html=.html java=.java javascript=.js jsx=.jsx json=.json kotlin=.kt lua=.lua
    patch=.patch perl=.pl php=.php powershell=.ps1 proto=.proto python=.py r=.r ruby=.rb rust=.rs scala=.scala
    scss=.scss sql=.sql svelte=.svelte swift=.swift terraform=.tf toml=.toml tsx=.tsx typescript=.ts vue=.vue xml=.xml
    yaml=.yaml
    """
)
LANGUAGE_ALIASES = _table(
    """
    c#=csharp c++=cpp cs=csharp golang=go hcl=terraform js=javascript kt=kotlin py=python python3=python rb=ruby
    rs=rust sh=bash shell=bash ts=typescript yml=yaml zsh=bash
    """
)
DATA_SUFFIXES = frozenset({".json", ".toml", ".xml", ".yaml", ".yml", ".ini", ".cfg", ".env", ".csv"})
IMAGE_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg", ".bmp", ".avif"})
BINARY_SUFFIXES = (IMAGE_SUFFIXES - {".svg"}) | {
    ".pdf", ".zip", ".gz", ".tar", ".7z", ".docx", ".xlsx", ".pptx", ".exe", ".so", ".dll", ".jar", ".mp3", ".mp4",
}  # fmt: skip
_CODE = (
    frozenset(CODE_SUFFIXES.values()) | {".cc", ".h", ".hpp", ".htm", ".mjs", ".cjs", ".kts", ".pyi", ".ipynb"}
) - (DATA_SUFFIXES)
_CODE_NAMES = frozenset({"dockerfile", "makefile", "jenkinsfile", "rakefile", "gemfile"})
# Explicit direction marks can make "gpj.exe" look like "exe.jpg"; joiners (U+200D) stay, emoji need them.
_DECEPTIVE = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


class BadName(ValueError):
    """The name cannot be an artifact's name; the text says why, for a model or a person."""


def jailed(name: str) -> str:
    """Return the NFC form of a relative name with "/" between folders. Raises BadName."""
    name = unicodedata.normalize("NFC", name.strip())
    while name.startswith("./"):
        name = name[2:]
    if not name:
        raise BadName("the name is empty")
    if len(name) > MAX_NAME_CHARS:
        raise BadName(f"the name has {len(name)} characters; at most {MAX_NAME_CHARS} are allowed")
    if any(is_hidden(char) for char in name):
        raise BadName("the name holds control characters")
    if "\\" in name:
        raise BadName('the name holds "\\"; use "/" between folders')
    if name.startswith(("/", "~")) or (len(name) > 1 and name[1] == ":"):
        raise BadName("the name must be relative")
    for segment in name.split("/"):
        if segment in {"", ".", ".."}:
            raise BadName(f'the name must not hold the folder "{segment}"')
        if segment != segment.strip() or segment.endswith("."):
            raise BadName("a folder or file name must not begin or end with a space nor end with a dot")
    return name


def told_names(files: Mapping[str, tuple[str, str]]) -> dict[str, str]:
    """Give each input's file the name under which an agent finds it: input → (file name, hash) becomes input → name.

    A name stays as it is while it means one content. Where it means several, none of them may hide another: each goes
    into a folder named as its input. Equal files give equal names, whatever their order.
    """
    plain = {given: _usable(name, given) for given, (name, _hash) in files.items()}
    contents: dict[str, set[str]] = defaultdict(set)
    for given, name in plain.items():
        contents[name].add(files[given][1])
    told = {given: name for given, name in plain.items() if len(contents[name]) == 1}
    for given in sorted(plain.keys() - told.keys()):
        folders = (given if number == 1 else f"{given}-{number}" for number in count(1))
        names = (_in_folder(folder, plain[given]) for folder in folders)
        told[given] = next(name for name in names if name not in told.values())
    return told


def _usable(name: str, given: str) -> str:
    """Give a file that a person named a name that tools take: as it is read, else that of its input."""
    try:
        return jailed(name)
    except BadName:
        suffix = PurePosixPath(name).suffix
        return f"{given}{suffix}" if suffix[1:].isalnum() and len(suffix) < 12 else given


def _in_folder(folder: str, name: str) -> str:
    """Put a name into a folder; of one that gets too long the end is kept, which tells what it is."""
    room = MAX_NAME_CHARS - len(folder) - 1
    return f"{folder}/{name[-room:].lstrip('/ .')}"


def is_hidden(char: str) -> bool:
    """Whether a character of a name is not seen, or makes the others look like something else."""
    return unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"} or char in _DECEPTIVE


def artifact_type(name: str) -> ArtifactType:
    """Which type a file of this name is: image, code, or file (markdown, text, data and everything else)."""
    path = PurePosixPath(name.lower())
    if path.suffix in IMAGE_SUFFIXES:
        return "image"
    if path.suffix in _CODE or path.name in _CODE_NAMES:
        return "code"
    return "file"


def is_binary_name(name: str) -> bool:
    """Whether a file of this name cannot be written as text."""
    return PurePosixPath(name.lower()).suffix in BINARY_SUFFIXES


def is_data_name(name: str) -> bool:
    """Whether a file of this name is structured text, which a `code` output accepts as well."""
    return PurePosixPath(name.lower()).suffix in DATA_SUFFIXES


def language_suffix(language: str) -> str:
    """The file suffix for the language of a fenced block; ".txt" when it is not known."""
    language = language.strip().lower()
    return CODE_SUFFIXES.get(LANGUAGE_ALIASES.get(language, language), ".txt")
