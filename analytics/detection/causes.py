"""What may be the cause: what was told of near in place, and at the time it began or just before.

Candidates, never more: nearness is no proof, and they are called so on glass. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence

from analytics.detection.finding import both, written
from analytics.detection.scene import Happening, Scene, km
from analytics.detection.track import HOUR_US, MINUTE_US
from data_access.envelope import Text

AFTER_US = 20 * MINUTE_US  # told of so much later than it was felt
BEFORE_US = 2 * HOUR_US  # what ended so long before, or began so long before without an end
MOST = 3


def told_of(
    scene: Scene, entities: Sequence[str], began_us: int, *, reach_km: float
) -> list[tuple[float, int]]:
    """Return (km away, place among the scene's happenings) of what may be the cause."""
    spots = [spot for entity in entities if (spot := scene.spots.get(entity)) is not None]
    found = []
    for at, each in enumerate(scene.happenings):
        if not _is_in_time(each, began_us):
            continue
        away = [
            km(spot.lat, spot.lon, each.lat, each.lon)
            for spot in spots
            if spot.lat is not None and spot.lon is not None
        ]
        nearest = min(away, default=float("inf"))
        if nearest <= reach_km:
            found.append((nearest, at))
    return found


def causes(scene: Scene, entities: Sequence[str], began_us: int, *, reach_km: float) -> list[Text]:
    """Return the candidates, nearest first, each with its distance."""
    found: dict[tuple[str, str], tuple[float, Happening]] = {}
    for nearest, at in told_of(scene, entities, began_us, reach_km=reach_km):
        each = scene.happenings[at]
        key = each.kind, each.name["vi"]
        if nearest < found.get(key, (float("inf"), each))[0]:
            found[key] = nearest, each
    ordered = sorted(found.values(), key=lambda pair: (pair[0], pair[1].from_us))
    return [
        both(
            each.name["vi"].replace("{", "(").replace("}", ")") + ", cách {m} m",
            each.name["en"].replace("{", "(").replace("}", ")") + ", {m} m away",
            m=written(round(away * 1000, -1)),
        )
        for away, each in ordered[:MOST]
    ]


def _is_in_time(each: Happening, began_us: int) -> bool:
    if each.from_us > began_us + AFTER_US:
        return False
    until_us = each.from_us + BEFORE_US if each.to_us is None else each.to_us
    return until_us >= began_us
