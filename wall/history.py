"""Switch history: how each switch of a wall went, the newest kept, and how exact they are."""

from __future__ import annotations

import math
from array import array
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

import orjson

from wall.protocol import encode_to_keep

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


class History:
    """The newest switches of one wall.

    Entries lie here encoded: as dicts they were most of what a controller grows by in its first
    hours. Their figures stand beside them, for percentiles are asked for far more often.
    """

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self._encoded: deque[bytes] = deque(maxlen=KEPT)
        self._figures = {name: array("d") for name in FIGURES}  # NaN: not known
        for each in entries:
            self.add(each)

    def __len__(self) -> int:
        return len(self._encoded)

    def add(self, entry: Entry) -> None:
        """Keep one more switch; the oldest goes when there are 1,000."""
        self._encoded.append(encode_to_keep(entry))
        for name, figures in self._figures.items():
            figures.append(math.nan if entry.get(name) is None else entry[name])
            if len(figures) > KEPT:
                del figures[0]

    def newest(self, count: int) -> list[orjson.Fragment]:
        """Return so many entries as JSON, newest first."""
        return [orjson.Fragment(each) for each in islice(reversed(self._encoded), count)]

    def summary(self) -> dict[str, Any]:
        """Return p50, p95, p99 and the largest of skew and latency, null without any."""
        told: dict[str, Any] = {"count": len(self)}
        for name, figures in self._figures.items():
            values = sorted(each for each in figures if not math.isnan(each))
            told[name] = {f"p{share}": quantile(values, share) for share in QUANTILES} | {
                "max": values[-1] if values else None
            }
        return told


def quantile(ordered: Sequence[float], share: float) -> float | None:
    """Return the nearest-rank percentile of ascending values."""
    if not ordered:
        return None
    return ordered[max(0, math.ceil(len(ordered) * share / 100) - 1)]
