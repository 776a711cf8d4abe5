"""Outbreaks: the city above what five years lead to expect, and wards where cases gather.

The threshold is that of `health.epidemics` (mean of the same week of five years and two standard
deviations, data_access/aggregates/expected.py), which tells of single units. Here the city is told
of, and clusters that no unit's border shows (`scan.py`). Of too few people no count is told
(data_access/masking.py): neither of a unit, nor of a cluster from which one would follow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from analytics.detection.finding import Finding, Line, both, listed, text, written
from analytics.detection.options import DetectorOptions, Positive, Share
from analytics.detection.scan import Cluster, scan
from analytics.detection.track import Spot
from data_access.aggregates.expected import YEARS, Expected, expected
from data_access.contracts import CITY_AREA
from data_access.envelope import Status, Text
from data_access.masking import is_small

GRAVE_TIMES = 3.0  # of its threshold, or of what was expected of a cluster: warning, not caution


class Outbreak(DetectorOptions):
    """Options of `outbreak`; the indicator is cases of a week by unit."""

    kind: Literal["outbreak"]
    most_p: Share = 0.01
    least_risk: Positive = 1.5
    least_cases: Annotated[int, Field(ge=3)] = 8
    runs: Annotated[int, Field(ge=99, le=9999)] = 999


@dataclass(frozen=True)
class Week:
    """Cases of the newest week, told by units of the city.

    `before`: the city's cases of the same week, one to five years before; `usual`: what earlier
    weeks lead to expect of each unit, in any measure (it is scaled).
    """

    at_us: int
    name: Text  # of the week
    disease: Text
    city: float | None
    before: Sequence[float | None]
    units: Mapping[str, float]
    usual: Mapping[str, float]
    spots: Mapping[str, Spot]
    mask_below: int = 0
    course: Sequence[tuple[float, float | None]] = ()  # the city's weeks, (time in µs, cases)


def find(options: Outbreak, week: Week) -> list[Finding]:
    """Return the city above its threshold, and clusters of units."""
    found = _city(options, week)
    placed = [
        (code, spot.lat, spot.lon)
        for code, spot in sorted(week.spots.items())
        if spot.lat is not None and spot.lon is not None
    ]
    if week.units and placed:
        codes = [code for code, _, _ in placed]
        clusters = scan(
            [week.units.get(code, 0.0) for code in codes],
            [week.usual.get(code, 0.0) for code in codes],
            [(lat, lon) for _, lat, lon in placed],
            runs=options.runs,
            most_p=options.most_p,
            least_cases=options.least_cases,
        )
        found += [
            _cluster(options, week, cluster, [codes[at] for at in cluster.units])
            for cluster in clusters
            if cluster.risk >= options.least_risk
        ]
    return found


def _city(options: Outbreak, week: Week) -> list[Finding]:
    here = expected(week.before)
    if here is None or week.city is None or is_small(week.city, week.mask_below):
        return []
    if week.city < options.least_cases or week.city <= here.threshold:
        return []
    return [
        Finding(
            detector=options.id,
            sort="event",
            kind="epidemic",
            subjects=(CITY_AREA,),
            severity=_grave(week.city / here.threshold if here.threshold else GRAVE_TIMES),
            began_us=week.at_us,
            seen_us=week.at_us,
            title=text(
                f"{week.disease['vi']} vượt ngưỡng dịch toàn thành phố",
                f"{week.disease['en']} above the epidemic threshold, city-wide",
            ),
            evidence=(_threshold(week, here),),
            line=Line("ca", 0, tuple(week.course)),
        )
    ]


def _threshold(week: Week, here: Expected) -> Text:
    low, high = here.span
    return both(
        "{cases} ca trong "
        + week.name["vi"]
        + f", dự kiến {low} – {high} ({YEARS} năm + 2 độ lệch)",
        "{cases} cases in " + week.name["en"] + f", {low} – {high} expected ({YEARS} years + 2 SD)",
        cases=written(week.city or 0.0),
    )


def _cluster(options: Outbreak, week: Week, cluster: Cluster, codes: list[str]) -> Finding:
    names = [week.spots[code].name for code in codes]
    strongest = max(codes, key=lambda code: (week.units.get(code, 0.0), code))
    at = week.spots[strongest]
    vi, en = listed(names)
    told: list[Text] = []
    risk = written(cluster.risk, 1)
    if not any(is_small(week.units.get(code, 0.0), week.mask_below) for code in codes):
        told.append(
            both(
                "{cases} ca, gấp {risk} lần dự kiến của các nơi này",
                "{cases} cases, {risk}x what is expected of these places",
                cases=written(cluster.cases),
                risk=risk,
            )
        )
    else:
        told.append(
            both(
                "gấp {risk} lần dự kiến của các nơi này (số ca nhỏ không nêu)",
                "{risk}x what is expected of these places (small counts not told)",
                risk=risk,
            )
        )
    told.append(
        both(
            "quét không gian Kulldorff, p = {p}",
            "Kulldorff spatial scan, p = {p}",
            p=written(cluster.p, 3),
        )
    )
    return Finding(
        detector=options.id,
        sort="event",
        kind="cluster",
        subjects=(strongest, *(code for code in codes if code != strongest)),
        severity=_grave(cluster.risk),
        began_us=week.at_us,
        seen_us=week.at_us,
        title=text(
            f"Cụm ca {week.disease['vi']} tại {vi}", f"Cluster of {week.disease['en']}, {en}"
        ),
        evidence=tuple(told),
        area=strongest,
        place=text(at.name, at.name),
        spot=at.position,
    )


def _grave(times: float) -> Status:
    return "warning" if times >= GRAVE_TIMES else "caution"
