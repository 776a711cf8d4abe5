"""What stands at a path of parsed JSON, and what of it is a word or a number.

A path is names and positions joined by dots. Of a list `[key=word]` is the first of its objects
that says so: "sensordatavalues[value_type=P1].value"; the word may hold dots, the key is a path.
"""

from __future__ import annotations

import math
import re
from typing import Any

_CHOSEN = re.compile(r"([^.\[\]]*)\[([^=\]]+)=([^\]]*)\](?:\.|$)")


def inside(found: Any, path: str) -> Any:
    """Return what is at `path`, None when there is nothing.

    The empty path is all of it. A last name may hold dots itself: "@iot.id", "data.@odata.id".
    """
    while path != "":
        if isinstance(found, dict) and path in found:
            return found[path]
        chosen = _CHOSEN.match(path)
        if chosen is not None:
            found, path = _chosen(found, *chosen.groups()), path[chosen.end() :]
            continue
        name, _, path = path.partition(".")
        if isinstance(found, dict):
            found = found.get(name)
        elif isinstance(found, list) and name.isdecimal() and int(name) < len(found):
            found = found[int(name)]
        else:
            return None
    return found


def _chosen(found: Any, name: str, key: str, wanted: str) -> Any:
    if name:
        found = found.get(name) if isinstance(found, dict) else None
    if not isinstance(found, list):
        return None
    return next((each for each in found if word_of(inside(each, key)) == wanted), None)


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
