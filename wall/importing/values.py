"""Values out of another product's file, checked where they are read."""

from __future__ import annotations

import math
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from wall.errors import ImportRefused

LARGEST_SIDE_PX = 16384
LONGEST = 1000.0
MOST_DISPLAYS = 1024
MOST_IN_A_ROW = 32


def whole(
    found: Mapping[str, Any], key: str, *, where: str, least: int, most: int, default: int | None
) -> int:
    """Read a whole number, also one written as text (XML); raises ImportRefused."""
    value = found.get(key)
    if value is None and default is not None:
        return default
    number: float = math.nan
    if isinstance(value, str) and len(value) <= 20:
        with suppress(ValueError):
            number = int(value)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        number = value
    # Compared before anything else: a whole number of a thousand digits is no float.
    if not least <= number <= most or number != int(number):
        raise _refusal(found, key, where, f"expected a whole number from {least} to {most}")
    return int(number)


def length(
    found: Mapping[str, Any], key: str, *, where: str, least: float = 0.0, unit: str = "metres"
) -> float | None:
    """Read a length of at most 1,000 `unit`, None when it is not said; raises ImportRefused."""
    value = found.get(key)
    if value is None:
        return None
    try:
        number = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not least <= number <= LONGEST:
        raise _refusal(found, key, where, f"expected {least:g} to {LONGEST:g} {unit}")
    return number


def table(found: Mapping[str, Any], key: str, *, where: str = "") -> Mapping[str, Any]:
    """Read an object; raises ImportRefused."""
    value = found.get(key)
    if not isinstance(value, Mapping):
        raise _refusal(found, key, where, "expected an object")
    return value


def tables(found: Mapping[str, Any], key: str, *, where: str = "") -> list[Mapping[str, Any]]:
    """Read a list of at most 1,024 objects; raises ImportRefused."""
    value = found.get(key)
    if not isinstance(value, list) or not all(isinstance(each, Mapping) for each in value):
        raise _refusal(found, key, where, "expected a list of objects")
    return few(value, f"{where}{key}")


def few(displays: list[Any], what: str) -> list[Any]:
    """Refuse more than a wall can have."""
    if len(displays) > MOST_DISPLAYS:
        raise ImportRefused(
            f"{what} holds {len(displays)} entries, expected at most {MOST_DISPLAYS}"
        )
    return displays


def words(value: Any) -> str | None:
    """Return a short name for people, None when there is none."""
    if not isinstance(value, str):
        return None
    shown = "".join(each if each.isprintable() else " " for each in value)
    return " ".join(shown.split())[:80] or None


def _refusal(found: Mapping[str, Any], key: str, where: str, expected: str) -> ImportRefused:
    if key not in found:
        return ImportRefused(f"{where}{key} is missing, {expected}")
    try:
        text = repr(found[key])
    except ValueError:  # somewhere in it, a number with more digits than Python writes
        text = "a number of thousands of digits"
    shown = text if len(text) <= 60 else text[:57] + "..."
    return ImportRefused(f"{where}{key} is {shown}, {expected}")
