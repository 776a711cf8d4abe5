"""What stands at a path of parsed JSON, and what of it is a word or a number."""

from __future__ import annotations

import math
from typing import Any


def inside(found: Any, path: str) -> Any:
    """Return what is at `path` (names and positions joined by dots), None when there is nothing.

    The empty path is all of it. A last name may hold dots itself: "@iot.id", "data.@odata.id".
    """
    while path != "":
        if isinstance(found, dict) and path in found:
            return found[path]
        name, _, path = path.partition(".")
        if isinstance(found, dict):
            found = found.get(name)
        elif isinstance(found, list) and name.isdecimal() and int(name) < len(found):
            found = found[int(name)]
        else:
            return None
    return found


def word_of(found: Any) -> str | None:
    """Return a code or name as text, None for what is none."""
    if isinstance(found, bool) or not isinstance(found, str | int):
        return None
    return str(found).strip() or None


def number_of(found: Any) -> float | None:
    """Return a finite number, also from a text of one; None for what is none."""
    if isinstance(found, bool) or not isinstance(found, int | float | str):
        return None
    try:
        number = float(found)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None
