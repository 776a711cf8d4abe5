"""Entries of alert lists: in which order people need them."""

from __future__ import annotations

from typing import Any

from data_access.aggregates.aggregate import text
from data_access.envelope import Item, Status, Text

SHOWN = 40
ORDER: dict[Status, int] = {
    "critical": 0,
    "warning": 1,
    "caution": 2,
    "information": 3,
    "normal": 4,
}


def both_languages(words: Any) -> Text:
    """Return what a source said, in both languages; what it said in one stands for the other."""
    if not isinstance(words, dict):
        return text(str(words or ""), str(words or ""))
    any_of = next((str(said) for said in words.values() if said), "")
    return text(str(words.get("vi") or any_of), str(words.get("en") or any_of))


def ranked_items(items: list[Item], limit: int = SHOWN) -> list[Item]:
    """Return items gravest first, then newest; exercises and tests after what is actual."""
    return sorted(
        items,
        key=lambda i: (not i.get("actual", True), ORDER[i["severity"]], -i["atMs"], i["id"]),
    )[:limit]
