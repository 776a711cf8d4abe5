"""What is put into a quiet city for rules over several sources: floods, bad air, road trouble.

Around every event some of a rule's signs are told of, at least two; every day shows one sign alone,
of which nothing may be said. What is quiet is chance: requests, reports and false sights of cameras
of any ward, calls of any half hour, dust as it really was. Rates and shapes are ours (a demo).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np

from analytics.detection.scene import km
from analytics.detection.track import DAY_US, HOUR_US, MINUTE_US
from benchmarks.detection_replay import ZONE
from benchmarks.injection import Truth
from data_access.areas import Unit
from data_access.city import City
from data_access.contracts import CITY_AREA
from data_access.model import Entity, RecordRow
from data_access.simulator.water import STATIONS

RAIN, WATER, CALLS, AIR, VISITS = (
    "environment.rain", "environment.water", "feedback.calls", "environment.air", "health.capacity",
)  # fmt: skip
SITUATIONS, CAMERAS, REQUESTS = (
    "transport.situations", "transport.camera_events", "feedback.requests",
)  # fmt: skip
START_US = round(datetime(2026, 3, 2, tzinfo=ZONE).timestamp()) * 1_000_000  # Monday
USUAL_DAYS, PLAYED_DAYS = 8, 7
GAUGES, AIR_STATIONS, HOSPITALS = 12, 12, 8
TOPIC = "Nhánh 1/Thoát nước - ngập"
HALF_HOUR_US = 30 * MINUTE_US
A_DAY = {  # of the whole city, when nothing happens
    (REQUESTS, "drainage"): 12.0, (REQUESTS, "environment"): 12.0, (REQUESTS, "transport"): 18.0,
    (SITUATIONS, "Accident"): 6.0, (SITUATIONS, "EnvironmentalObstruction"): 0.3,
    (CAMERAS, "crash"): 4.0, (CAMERAS, "queue"): 12.0, (CAMERAS, "flood"): 2.0,
}  # fmt: skip
CALLS_AN_HOUR, VISITS_AN_HOUR = 6.0, 9.0  # by day
SHARE_TOLD = 0.7  # of its signs, about an event
REACH_KM = {"flooding": 3.0, "air-health": 5.0, "road-trouble": 1.5}
Row = tuple[int, str, str, str | None, float]  # at, indicator, entity, area, value


@dataclass
class Happenings:
    """Everything that is told in one playing, and the labels."""

    city: City
    draw: np.random.Generator
    dust: np.ndarray  # PM2.5 by the hour, as it was
    rows: dict[str, list[Row]] = field(default_factory=dict)
    records: list[tuple[str, RecordRow]] = field(default_factory=list)
    entities: dict[str, list[Entity]] = field(default_factory=dict)
    truths: dict[str, list[Truth]] = field(default_factory=dict)  # by rule
    _units: list[Unit] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Tell of a quiet city, then of what happens in it."""
        self._units = list(self.city.areas)
        hours = (USUAL_DAYS + PLAYED_DAYS) * 24
        self._rain = self._placed(RAIN, _spread(self._units, GAUGES))
        self._air = self._placed(AIR, _spread(self._units, AIR_STATIONS))
        self._hospitals = self._placed(VISITS, _spread(self._units, HOSPITALS))
        self._levels = [
            Entity(s.id, s.name, lat=s.lat, lon=s.lon, area=self.city.areas.at(s.lat, s.lon))
            for s in STATIONS
        ]
        self.entities[WATER] = self._levels
        clock = np.arange(hours) % 24
        day = np.clip(np.sin((clock - 5) / 16 * np.pi), 0.15, None)
        self.pm25 = self.dust[:hours, None] * self.draw.lognormal(0, 0.12, (hours, AIR_STATIONS))
        self.visits = self.draw.poisson(VISITS_AN_HOUR * day[:, None], (hours, HOSPITALS))
        self.calls = self.draw.poisson(np.repeat(CALLS_AN_HOUR * day, 2) / 2).astype(float)
        wander = np.cumsum(self.draw.normal(0, 0.001, (hours, 1)), axis=0)
        self.levels = wander + self.draw.normal(0, 0.005, (hours, len(STATIONS)))
        self.levels += [s.level_m for s in STATIONS]
        days = USUAL_DAYS + PLAYED_DAYS
        wet = self.draw.random(days) < 0.3
        light = np.where(wet, self.draw.gamma(0.8, 6.0, days), 0.0)
        self.rain = light[:, None] * self.draw.lognormal(0, 0.3, (days, GAUGES))
        self._chance(days)
        for number in range(PLAYED_DAYS):
            at_us = START_US + (USUAL_DAYS + number) * DAY_US
            self._flood(at_us + self._minutes(0, 5))
            self._bad_air(at_us + self._minutes(6, 9))
            for part in range(3):
                self._trouble(at_us + self._minutes(6 + 5 * part, 9 + 5 * part))
            self._decoys(at_us)
        self._tell()

    def about(self, rule: str, unit: Unit) -> set[str]:
        """Return the units an alert about something in `unit` may be of."""
        near = REACH_KM[rule]
        return {u.code for u in self._units if km(u.lat, u.lon, unit.lat, unit.lon) <= near} | {
            unit.code
        }

    # ------------------------------------------------------------ what happens

    def _flood(self, at_us: int) -> None:
        unit, told = self._unit(), self._told(6)
        last_us = at_us + int(self.draw.integers(4, 9)) * HOUR_US
        units = self.about("flooding", unit)
        if told[0]:  # what gauges of rain have of a day comes when it is over
            near = _nearest(self._rain, unit, 2)
            self.rain[_day(at_us), near] += self.draw.uniform(60, 130, len(near))
            units |= {str(self._rain[n].area) for n in near}
        if told[1]:
            near = _nearest(self._levels, unit, 3)
            first, last = _hour(at_us), _hour(last_us)
            rise = np.minimum(np.arange(1, last - first + 1) / 3, 1.0)[:, None]
            felt = self.draw.uniform(0.5, 1.0) * np.array([1.0, 0.8, 0.6])[: len(near)]
            self.levels[first:last, near] += rise * felt
            units |= {str(self._levels[n].area) for n in near}
        self._records(SITUATIONS, "EnvironmentalObstruction", unit, at_us, 1, told[2])
        self._records(CAMERAS, "flood", unit, at_us, 2, told[3])
        self._records(REQUESTS, "drainage", unit, at_us, 6, told[4])
        if told[5]:
            self._calls_more(at_us, last_us)
            units.add(CITY_AREA)
        self._label("flooding", units, at_us, last_us)

    def _bad_air(self, at_us: int) -> None:
        hospital = int(self.draw.integers(HOSPITALS))
        unit = next(u for u in self._units if u.code == self._hospitals[hospital].area)
        last_us = at_us + int(self.draw.integers(8, 14)) * HOUR_US
        dusty, told = _nearest(self._air, unit, 3), self._told(2, least=1)
        self.pm25[_hour(at_us) : _hour(last_us), dusty] += self.draw.uniform(110, 200)
        if told[0]:
            self._visits_more(hospital, at_us + 2 * HOUR_US, last_us)
        near = next(u for u in self._units if u.code == self._air[dusty[0]].area)
        self._records(REQUESTS, "environment", near, at_us, 7, told[1])
        units = self.about("air-health", unit) | {str(self._air[n].area) for n in dusty}
        self._label("air-health", units, at_us, last_us)

    def _trouble(self, at_us: int) -> None:
        unit, told = self._unit(), self._told(3)
        self._records(SITUATIONS, "Accident", unit, at_us, 1, told[0])
        self._records(CAMERAS, "crash", unit, at_us, 1, told[1])
        self._records(REQUESTS, "transport", unit, at_us, 5, told[2])
        self._label("road-trouble", self.about("road-trouble", unit), at_us, at_us + 2 * HOUR_US)

    def _decoys(self, at_us: int) -> None:
        """Show signs alone: of these nothing may be said."""
        begin_us = at_us + self._minutes(2, 20)
        which = int(self.draw.integers(5))
        if which == 0:
            self._records(REQUESTS, "drainage", self._unit(), begin_us, 5, True)
        elif which == 1:
            self._calls_more(begin_us, begin_us + 3 * HOUR_US)
        elif which == 2:
            self._records(CAMERAS, "flood", self._unit(), begin_us, 3, True)
        elif which == 3:
            self._visits_more(int(self.draw.integers(HOSPITALS)), begin_us, begin_us + 6 * HOUR_US)
        else:
            self.levels[_hour(begin_us) : _hour(begin_us) + 5, int(self.draw.integers(9))] += 0.6

    def _calls_more(self, from_us: int, to_us: int) -> None:
        first, last = ((each - START_US) // HALF_HOUR_US for each in (from_us, to_us))
        self.calls[first:last] += self.draw.poisson(self.draw.uniform(7, 15), last - first)

    def _visits_more(self, hospital: int, from_us: int, to_us: int) -> None:
        steps = slice(_hour(from_us), _hour(to_us))
        more = self.draw.uniform(1.7, 2.6)
        self.visits[steps, hospital] = np.round(self.visits[steps, hospital] * more)

    # ------------------------------------------------------------ what is told

    def _chance(self, days: int) -> None:
        for (dataset, category), rate in A_DAY.items():
            for at in self.draw.uniform(0, days, self.draw.poisson(rate * days)):
                sure = float(self.draw.uniform(0.3, 0.8))
                self._record(dataset, category, self._unit(), START_US + round(at * DAY_US), sure)

    def _records(
        self, dataset: str, category: str, unit: Unit, at_us: int, count: int, is_told: bool
    ) -> None:
        for _ in range(count if is_told else 0):
            later = at_us + self._minutes(0, 3)
            self._record(dataset, category, unit, later, float(self.draw.uniform(0.62, 0.98)))

    def _record(self, dataset: str, category: str, unit: Unit, at_us: int, sure: float) -> None:
        at = datetime.fromtimestamp(at_us / 1e6, UTC)
        named = f"r{len(self.records)}"
        body = {"category": category, "class": category, "confidence": sure,
                "title": {"vi": category, "en": category}}  # fmt: skip
        self.records.append(
            (dataset, RecordRow(named, at.isoformat(), "open", at, at, None, unit.code, None, body,
                                f"f#{named}"))
        )  # fmt: skip

    def _tell(self) -> None:
        hours = START_US + np.arange(len(self.levels)) * HOUR_US
        self.rows = {
            WATER: _rows("water_level", self._levels, hours, self.levels, 3),
            AIR: _rows("pm25", self._air, hours, self.pm25, 1),
            VISITS: _rows("emergency_visits", self._hospitals, hours, self.visits, 0),
            RAIN: _rows("rain_mm", self._rain, START_US + np.arange(len(self.rain)) * DAY_US,
                        self.rain, 1),
            CALLS: [(START_US + at * HALF_HOUR_US, "calls", TOPIC, None, float(count))
                    for at, count in enumerate(self.calls)],
        }  # fmt: skip

    def _label(self, rule: str, units: set[str], from_us: int, to_us: int) -> None:
        truth = Truth(rule, False, tuple(sorted(units)), from_us, to_us)
        self.truths.setdefault(rule, []).append(truth)

    def _told(self, signs: int, *, least: int = 2) -> list[bool]:
        """Return which signs of an event are told of: some, but so many at least."""
        told = self.draw.random(signs) < SHARE_TOLD
        told[self.draw.permutation(signs)[:least]] = True
        return [bool(each) for each in told]

    def _unit(self) -> Unit:
        return self._units[int(self.draw.integers(len(self._units)))]

    def _minutes(self, from_h: float, to_h: float) -> int:
        return int(self.draw.integers(round(from_h * 60), round(to_h * 60))) * MINUTE_US

    def _placed(self, dataset: str, units: Sequence[Unit]) -> list[Entity]:
        made = [Entity(f"{dataset}-{u.code}", u.name, lat=u.lat, lon=u.lon, area=u.code)
                for u in units]  # fmt: skip
        self.entities[dataset] = made
        return made


def _spread(units: Sequence[Unit], count: int) -> list[Unit]:
    """Return units far from each other, the first in the middle of the city."""
    chosen = [units[0]]
    while len(chosen) < count:
        chosen.append(max(units, key=lambda u: min(km(u.lat, u.lon, c.lat, c.lon) for c in chosen)))
    return chosen


def _nearest(entities: Sequence[Entity], unit: Unit, most: int) -> list[int]:
    away = [km(e.lat or 0.0, e.lon or 0.0, unit.lat, unit.lon) for e in entities]
    return sorted(range(len(entities)), key=away.__getitem__)[:most]


def _rows(
    indicator: str, entities: Sequence[Entity], times: np.ndarray, values: np.ndarray, decimals: int
) -> list[Row]:
    return [
        (int(at), indicator, each.entity, each.area, round(float(one), decimals))
        for at, row in zip(times, values, strict=True)
        for each, one in zip(entities, row, strict=True)
    ]


def _hour(at_us: int) -> int:
    """Return the first hour that is told of after an instant."""
    return int(-(-(at_us - START_US) // HOUR_US))


def _day(at_us: int) -> int:
    return int((at_us - START_US) // DAY_US)


NAMES: Mapping[str, Mapping[str, str]] = {
    "flooding": {"vi": "Ngập", "en": "floods"},
    "air-health": {"vi": "Không khí xấu và người bệnh", "en": "bad air with patients"},
    "road-trouble": {"vi": "Sự cố trên đường", "en": "trouble on roads"},
}
