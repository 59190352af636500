"""Typed readers of environment variables.

Every setting comes through one of these. A wrong value stops the start with a message that names the variable and the
form that was expected; an unset or empty variable means the default. Values are never printed: they may be secrets.
"""

import os
import re
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import overload

from django.core.exceptions import ImproperlyConfigured

_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off"})
_PRICE = re.compile(r"[0-9]{1,4}(\.[0-9]{1,6})?")  # more than 9,999 for a million tokens is a slip of the point
_PRICE_FORM = (
    "MODEL=INPUT/OUTPUT or MODEL=INPUT/OUTPUT/CACHED, prices of a million tokens such as 1.25, at most 9999, "
    "with at most 6 decimals"
)


class ConfigurationError(ImproperlyConfigured):
    """An environment variable has a value of the wrong form."""

    def __init__(self, name: str, expected: str) -> None:
        super().__init__(f"{name}: expected {expected}.")
        self.name = name


def _raw(name: str) -> str | None:
    value = os.environ.get(name, "").strip()
    return value or None


def env_str(name: str, default: str = "") -> str:
    """Read a text."""
    return _raw(name) or default


def env_bool(name: str, default: bool) -> bool:
    """Read a switch: 1/true/yes/on or 0/false/no/off."""
    value = _raw(name)
    if value is None:
        return default
    if value.lower() in _TRUE:
        return True
    if value.lower() in _FALSE:
        return False
    raise ConfigurationError(name, "1, true, yes or on; or 0, false, no or off")


def env_int(name: str, default: int, *, minimum: int = 0, maximum: int | None = None) -> int:
    """Read a whole number within inclusive bounds."""
    value = _raw(name)
    if value is None:
        return default
    span = f"from {minimum} to {maximum}" if maximum is not None else f"of at least {minimum}"
    try:
        number = int(value)
    except ValueError:
        raise ConfigurationError(name, f"a whole number {span}") from None
    if number < minimum or (maximum is not None and number > maximum):
        raise ConfigurationError(name, f"a whole number {span}")
    return number


def env_choice(name: str, default: str, choices: Iterable[str]) -> str:
    """Read one of a few words, in any case."""
    value = (_raw(name) or default).lower()
    allowed = tuple(choices)
    if value not in allowed:
        raise ConfigurationError(name, "one of " + ", ".join(allowed))
    return value


def env_list(name: str, default: Iterable[str] = ()) -> list[str]:
    """Read a list separated by commas; empty items are dropped."""
    value = _raw(name)
    if value is None:
        return list(default)
    return [item.strip() for item in value.split(",") if item.strip()]


def env_match(name: str, default: str, pattern: str, expected: str) -> str:
    """Read a text of a form: all of it matches the pattern. `expected`: the form in words."""
    value = _raw(name) or default
    if not re.fullmatch(pattern, value):
        raise ConfigurationError(name, expected)
    return value


def env_prices(name: str) -> dict[str, tuple[Decimal, Decimal, Decimal | None]]:
    """Read `model=input/output` or `model=input/output/cached`, separated by commas: model → its prices."""
    prices: dict[str, tuple[Decimal, Decimal, Decimal | None]] = {}
    for place, item in enumerate(env_list(name), start=1):
        model, _equals, said = item.rpartition("=")
        numbers = [number.strip() for number in said.split("/")]
        model = model.strip()
        if not model or len(numbers) not in (2, 3) or not all(_PRICE.fullmatch(number) for number in numbers):
            raise ConfigurationError(f"{name}, item {place}", _PRICE_FORM)
        if model in prices:
            raise ConfigurationError(f"{name}, item {place}", "each model once")
        read, wrote, *cached = (Decimal(number) for number in numbers)
        prices[model] = (read, wrote, cached[0] if cached else None)
    return prices


@overload
def env_path(name: str, default: Path) -> Path: ...
@overload
def env_path(name: str, default: None) -> Path | None: ...
def env_path(name: str, default: Path | None) -> Path | None:
    """Read a path; relative ones count from the working directory. Links are resolved, so one place has one name."""
    value = _raw(name)
    if value is None:
        return default
    if "\0" in value:
        raise ConfigurationError(name, "a path")
    return Path(value).expanduser().resolve()


def env_url(name: str, default: str = "", *, schemes: Iterable[str] = ("http", "https")) -> str:
    """Read an address with one of the given schemes; a slash at the end is dropped."""
    value = _raw(name) or default
    if not value:
        return ""
    allowed = tuple(schemes)
    scheme, separator, rest = value.partition("://")
    if not separator or scheme.lower() not in allowed or not rest.strip("/"):
        raise ConfigurationError(name, "an address that begins with " + " or ".join(f"{item}://" for item in allowed))
    return value.rstrip("/")


def env_secret(name: str, default: str = "") -> str:
    """Read a secret from NAME, or from the file that NAME_FILE names; setting both is an error."""
    value = _raw(name)
    file_name = _raw(f"{name}_FILE")
    if value is not None and file_name is not None:
        raise ConfigurationError(name, f"either {name} or {name}_FILE, not both")
    if file_name is None:
        return value or default
    try:
        content = Path(file_name).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{name}_FILE", f"a readable text file ({type(error).__name__})") from error
    if not content:
        raise ConfigurationError(f"{name}_FILE", "a file that is not empty")
    return content
