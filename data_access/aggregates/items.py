"""Entries of alert lists: in which order people need them."""

from __future__ import annotations

from data_access.envelope import Item, Status

SHOWN = 40
ORDER: dict[Status, int] = {
    "critical": 0,
    "warning": 1,
    "caution": 2,
    "information": 3,
    "normal": 4,
}


def ranked_items(items: list[Item], limit: int = SHOWN) -> list[Item]:
    """Return items gravest first, then newest; exercises and tests after what is actual."""
    return sorted(
        items,
        key=lambda i: (not i.get("actual", True), ORDER[i["severity"]], -i["atMs"], i["id"]),
    )[:limit]
