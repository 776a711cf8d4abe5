"""Data below a floor of its contract: by which of the six criteria, in words."""

from __future__ import annotations

from typing import Any

import language as lang
from data_access.envelope import Envelope


def words(envelope: Envelope | None, language: str, *, dataset: str | None = None) -> str:
    """Return by what an envelope's data (or one dataset of it) is below its floors; "" by nothing.

    The first criterion is named, others are counted.
    """
    below: dict[str, Any] = {} if envelope is None else envelope.quality.get("below", {})
    chosen = below.values() if dataset is None else [below.get(dataset, [])]
    criteria = list(dict.fromkeys(str(criterion) for found in chosen for criterion in found))
    if not criteria:
        return ""
    what = lang.text(f"tiles.criterion.{criteria[0]}", language)
    if len(criteria) > 1:
        what = f"{what} +{len(criteria) - 1}"
    return lang.text("tiles.below", language, what=what)
