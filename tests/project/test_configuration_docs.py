"""docs/configuration.md describes exactly the variables that the settings read."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_every_variable_is_documented_and_none_is_invented() -> None:
    read = set(re.findall(r'env_[a-z]+\(\s*"(\w+)"', (ROOT / "aime_project" / "settings.py").read_text()))
    told = re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "docs" / "configuration.md").read_text(), re.MULTILINE)
    assert read, "the settings read something"
    assert set(told) == read, "docs/configuration.md and aime_project/settings.py differ"
    assert len(told) == len(set(told)), "a variable is described twice"
