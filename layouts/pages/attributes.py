"""Names of HTML attributes with dashes, as keyword arguments."""

from __future__ import annotations

from typing import Any


def attrs(**given: object) -> dict[str, Any]:
    """Return `aria_label=…` as `{"aria-label": …}`; what is None is left out."""
    return {name.replace("_", "-"): each for name, each in given.items() if each is not None}


def freshness(as_of_ms: float | None, stale_after_ms: float) -> dict[str, Any]:
    """Return what makes `assets/ages.mjs` mark an element stale at its time; {} without data."""
    if as_of_ms is None:
        return {}
    return attrs(data_as_of_ms=as_of_ms, data_stale_after_ms=stale_after_ms)
