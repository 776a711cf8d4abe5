"""ISO 8601 durations, as the city's files write cadences and periods."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator

_DURATION = re.compile(
    r"P(?!$)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?!$)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?"
)
_DURATION_S = (365.25 * 86400, 30.4375 * 86400, 7 * 86400, 86400, 3600, 60, 1)


def duration_s(text: str) -> float:
    """Return an ISO 8601 duration in seconds (a month is 30.4375 days); raises ValueError."""
    found = _DURATION.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no ISO 8601 duration such as PT5M, P1D or P1M")
    return sum(
        int(part) * unit for part, unit in zip(found.groups(), _DURATION_S, strict=True) if part
    )


def _duration(text: str) -> str:
    duration_s(text)
    return text


Duration = Annotated[str, AfterValidator(_duration)]
