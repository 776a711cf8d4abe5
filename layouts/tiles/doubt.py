"""Why data is doubted: its source is blocked, or it is below a floor of its contract, in words."""

from __future__ import annotations

from typing import Any

import language as lang
from data_access.envelope import Envelope


def words(envelope: Envelope | None, language: str, *, dataset: str | None = None) -> str:
    """Return why an envelope's data (or one dataset of it) is doubted; "" of no reason.

    A source of which nothing new is let in comes first: what is shown is the last good data. Of
    criteria below their floors the first one is named, others are counted.
    """
    failing: dict[str, Any] = {} if envelope is None else envelope.quality.get("failing", {})
    if failing and (dataset is None or dataset in failing):
        return lang.text("tiles.blocked", language)
    below: dict[str, Any] = {} if envelope is None else envelope.quality.get("below", {})
    chosen = below.values() if dataset is None else [below.get(dataset, [])]
    criteria = list(dict.fromkeys(str(criterion) for found in chosen for criterion in found))
    if not criteria:
        return ""
    what = lang.text(f"tiles.criterion.{criteria[0]}", language)
    if len(criteria) > 1:
        what = f"{what} +{len(criteria) - 1}"
    return lang.text("tiles.below", language, what=what)
