"""Why data is doubted: its source fails, or it is below a floor of its contract, in words."""

from __future__ import annotations

from typing import Any

import language as lang
from data_access.envelope import Envelope


def shortest(envelope: Envelope | None, language: str, *, dataset: str | None = None) -> str:
    """Return in few words why an envelope's data (or one dataset of it) is doubted, or ""."""
    return next(reversed(choices(envelope, language, dataset=dataset)), "")


def choices(
    envelope: Envelope | None, language: str, *, dataset: str | None = None
) -> tuple[str, ...]:
    """Return it in full, then shorter, for where there is less room; nothing of no reason.

    A source of which nothing new is let in comes first: what is shown is the last good data. Of
    criteria below their floors the first one is named, others are counted.
    """
    failing: dict[str, Any] = {} if envelope is None else envelope.quality.get("failing", {})
    if failing and (dataset is None or dataset in failing):
        return (lang.text("tiles.failing", language),)
    below: dict[str, Any] = {} if envelope is None else envelope.quality.get("below", {})
    chosen = below.values() if dataset is None else [below.get(dataset, {})]
    floors: dict[str, Any] = {}
    for found in chosen:  # an envelope of an earlier release names criteria alone
        floors |= found if isinstance(found, dict) else dict.fromkeys(found)
    if not floors:
        return ()
    criterion, floor = next(iter(floors.items()))
    if floor is None:
        named = ", ".join(lang.text(f"tiles.criterion.{each}", language) for each in floors)
        return (lang.text("tiles.below.names", language, what=named),)
    told = {
        "what": lang.text(f"tiles.criterion.{criterion}", language),
        "floor": lang.number(floor, "%", decimals=0, language=language),
    }
    counted = {"others": str(len(floors) - 1), "count": str(len(floors))}
    number = "one" if len(floors) == 1 else "more"
    return tuple(
        lang.text(f"tiles.below.{number}.{length}", language, **told, **counted)
        for length in ("full", "short")
    )
