"""Switch history: how each switch of a wall went, the newest kept, and how exact they are."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wall.switch import Switch

KEPT = 1_000  # of each wall in memory; the store keeps more
FIGURES = ("skewMs", "latencyMs")
QUANTILES = (50, 95, 99)
NOT_SHOWN = ("late", "failed", "offline", "noAnswer")

Entry = Mapping[str, Any]


def entry(switch: Switch, result: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is kept of a switch that has settled: figures, and the outputs that had trouble.

    An output that shows in time is only counted.
    """
    by = switch.asked.by if switch.asked is not None else None
    named = {
        status: [each["outputId"] for each in result["outputs"] if each["status"] == status]
        for status in NOT_SHOWN
    }
    return {
        "switchId": switch.switch_id,
        "sceneId": switch.showing[0],
        "revision": switch.showing[1],
        "layer": switch.change.name or switch.layer,
        "realm": switch.realm,
        "by": by,
        "showAtMs": result["showAtMs"],
        "skewMs": result["skewMs"],
        "promisedSkewMs": result["promisedSkewMs"],
        "latencyMs": result["latencyMs"],
        "shown": sum(each["status"] == "shown" for each in result["outputs"]),
        **{status: outputs for status, outputs in named.items() if outputs},
    }


def summary(entries: Iterable[Entry]) -> dict[str, Any]:
    """Return p50, p95, p99 and the largest of skew and latency over entries, null without any."""
    kept = list(entries)
    told: dict[str, Any] = {"count": len(kept)}
    for figure in FIGURES:
        values = sorted(each[figure] for each in kept if each[figure] is not None)
        told[figure] = {f"p{share}": quantile(values, share) for share in QUANTILES} | {
            "max": values[-1] if values else None
        }
    return told


def quantile(ordered: Sequence[float], share: float) -> float | None:
    """Return the nearest-rank percentile of ascending values."""
    if not ordered:
        return None
    return ordered[max(0, math.ceil(len(ordered) * share / 100) - 1)]
