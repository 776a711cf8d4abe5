"""Partitions that a lake had and has no more: since when, and which are away for good. Pure.

What is away for a while is being written anew, or not mounted; a lake that has nothing at all any
more is not asked about any one of them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

TABLE = ""  # in the state, no partition's name: which table it is of
_SINCE = "@"  # between how a partition was, and since when it is away (s since 1970)


@dataclass(frozen=True, slots=True)
class Absence:
    """What is away."""

    away: Mapping[str, str]  # to be kept in the state
    gone: tuple[str, ...]  # for good


def prints(state: Mapping[str, Any]) -> dict[str, str]:
    """Return how the partitions of a state were when they were read."""
    return {ref: str(was).partition(_SINCE)[0] for ref, was in state.items() if ref != TABLE}


def absence(
    state: Mapping[str, Any], there: Collection[str], *, now_s: float, after_s: float
) -> Absence:
    """Return which partitions of a state are away now, and which have been for `after_s`."""
    away: dict[str, str] = {}
    gone: list[str] = []
    for ref, was in state.items():
        if ref == TABLE or ref in there:
            continue
        mark, _, since = str(was).partition(_SINCE)
        if since and now_s - float(since) >= after_s:
            gone.append(ref)
        away[ref] = was if since else f"{mark}{_SINCE}{now_s:.0f}"
    return Absence(away, tuple(sorted(gone)))
