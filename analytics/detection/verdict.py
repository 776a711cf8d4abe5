"""What a person can say of an alert, and whether it was then what it said to be.

Apart from where that is kept (`labels.py`), so that what draws an alert knows no database.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, get_args

Verdict = Literal["right", "wrong", "fault"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)


def is_right(verdict: str, sort: str) -> bool:
    """Tell whether an alert of this sort was what it said: an event, or a sensor's fault."""
    return verdict == "right" or (sort == "fault" and verdict == "fault")


def is_refuted(item: Mapping[str, Any]) -> bool:
    """Tell whether the newest word about a published alert is that it was not what it said."""
    verdict = item.get("verdict")
    return verdict in VERDICTS and not is_right(str(verdict), str(item.get("sort")))
