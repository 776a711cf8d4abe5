"""The figures of a published forecast, without words: what must come out again, and their hash.

Pure, and light enough for whoever only compares.
"""

from __future__ import annotations

from typing import Any

from data_access.envelope import Payload
from jobs.canonical import canonical, hash_of


def figures_of(payload: Payload) -> dict[str, Any]:
    """Return by series the next figure, and of those that are drawn every point of each line."""
    table = payload.get("tables", {}).get("series")
    rows = [] if table is None else table["rows"]
    return {
        "next": {row["id"]: row["next"] for row in rows if "next" in row},
        "lines": {
            name: {line["id"]: line["points"] for line in series["lines"]}
            for name, series in payload.get("series", {}).items()
        },
    }


def hash_of_figures(payload: Payload) -> str:
    """Return the SHA-256 of the figures."""
    return hash_of(canonical(figures_of(payload)))
