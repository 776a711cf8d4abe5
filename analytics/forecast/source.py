"""What a declared forecast is made from: its series, their names, and the times they are played in.

Track time is the store's; *recorded* time, whose calendar counts, is what the source said; glass
time is what is shown (data_access/replay.py). Of what is played in a loop only one lap is read: a
loop repeats itself, and remembering it would look like skill.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

import numpy as np

from analytics.forecast.beside import Beside, on_grid
from analytics.forecast.declared import Declared
from analytics.forecast.fitting import Asked
from analytics.grid import SECONDS, Grid, Ints, StepName
from analytics.series import Regular, fitting, read, read_counts
from data_access.aggregates.aggregate import text
from data_access.city import City
from data_access.contracts import CITY_AREA, DatasetContract, duration_s
from data_access.envelope import Origin, Source, Text
from data_access.rain_issue import Issue, all_issues
from data_access.replay import Timeline
from data_access.rollup import DAY_US, MICRO
from data_access.store.snapshot import Snapshot

MS = 1000  # microseconds
LOOK_US = 3 * DAY_US  # back, for how often a source reports
REACH = 12  # slots an issue may be old when it is used
AXES: Mapping[str, str] = {"P1D": "day", "P7D": "day", "P1M": "month"}
WHOLE_CITY = text("toàn thành phố", "whole city")


@dataclass(frozen=True, slots=True)
class Read:
    """One series with what it is called."""

    key: str
    label: Text
    unit: str
    decimals: int
    source: Source
    series: Regular
    least: float | None
    most: float | None
    mask_below: int = 0
    target: float | None = None


@dataclass(frozen=True, slots=True)
class Stock:
    """All series of one entry, and how slots are told."""

    reads: tuple[Read, ...]
    grid: Grid
    timeline: Timeline | None
    origin: Origin
    now_ms: float
    newest_us: int | None
    beside: Beside | None = None

    @classmethod
    def of(cls, snapshot: Snapshot, city: City, what: Declared, *, now_ms: float) -> Stock:
        """Read the series of `what` as the store has them."""
        current = snapshot.current(what.dataset)
        grid = Grid(what.step, city.zone)
        if current is None:
            return cls((), grid, None, "live", now_ms, None)
        origin: Origin = "live"
        if current.origin in ("replay", "simulated"):
            origin = current.origin  # type: ignore[assignment]
        now_us = current.timeline.track(round(now_ms * MS))
        from_us = max(0, now_us - round(duration_s(what.history) * MICRO))
        if current.timeline.period_us:
            from_us = max(from_us, now_us - current.timeline.period_us)
        grid = _filled(snapshot, what, grid, now_us)
        reads = tuple(_reads(snapshot, city, what, grid, from_us=from_us, now_us=now_us))
        newest_us = snapshot.newest_us(what.dataset) if what.indicators else now_us
        beside = _beside(snapshot, what, grid, current.timeline, from_us=from_us, now_us=now_us)
        return cls(reads, grid, current.timeline, origin, now_ms, newest_us, beside)

    @property
    def is_fed(self) -> bool:
        """Tell whether anything feeds the dataset."""
        return self.timeline is not None

    @property
    def step(self) -> StepName:
        """The step of the series."""
        return self.grid.step

    @property
    def axis(self) -> str:
        """How the time axis is written."""
        return AXES.get(self.grid.step, "hour")

    @property
    def slot_ms(self) -> float:
        """How long a slot is."""
        return SECONDS[self.grid.step] * 1000

    @property
    def loop_us(self) -> int:
        """After how long what is played begins anew; 0 when it does not."""
        return 0 if self.timeline is None else self.timeline.period_us

    @property
    def as_of_ms(self) -> float | None:
        """When the newest row is on glass."""
        if self.timeline is None or self.newest_us is None:
            return None
        return min(self.now_ms, self.timeline.glass(self.newest_us) / MS)

    @property
    def source_at_ms(self) -> float | None:
        """When the newest row was recorded."""
        if self.timeline is None or self.newest_us is None:
            return None
        return self.timeline.source(self.newest_us) / MS

    def glass_ms(self, slot: int) -> float:
        """Return when a slot begins on glass."""
        at_us = self.grid.begin_us(slot)
        return (at_us if self.timeline is None else self.timeline.glass(at_us)) / MS

    def extent_ms(self, series: Regular) -> tuple[float, float]:
        """Return from when to when a series was recorded."""
        known = np.flatnonzero(np.isfinite(series.values))
        ends = (int(series.first + known[0]), int(series.first + known[-1]))
        times = [self.grid.begin_us(slot) for slot in ends]
        first, last = (
            each if self.timeline is None else self.timeline.source(each) for each in times
        )
        return first / MS, last / MS

    def days(self, slots: Ints) -> tuple[list[date], Ints]:
        """Return the day and minute of each slot on the calendar it was recorded in."""
        if self.timeline is None or not self.timeline.period_us:
            return self.grid.clock(slots)
        at = [
            datetime.fromtimestamp(
                self.timeline.source(self.grid.begin_us(slot)) / MICRO, UTC
            ).astimezone(self.grid.zone)
            for slot in slots.tolist()
        ]
        minutes = [each.hour * 60 + each.minute if self.grid.is_below_day else 0 for each in at]
        return [each.date() for each in at], np.array(minutes, np.int64)

    def panels(self, what: Declared) -> Iterator[tuple[str, dict[str, Regular], Asked]]:
        """Yield the series that share a model: the indicator, its series, and how."""
        by: dict[str, list[Read]] = {}
        for each in self.reads:
            by.setdefault(each.source.get("indicator", ""), []).append(each)
        for indicator, reads in by.items():
            asked = Asked(what.ahead, what.in_logs, reads[0].least, reads[0].most)
            yield indicator, {each.key: each.series for each in reads}, asked


def _beside(
    snapshot: Snapshot,
    what: Declared,
    grid: Grid,
    timeline: Timeline,
    *,
    from_us: int,
    now_us: int,
) -> Beside | None:
    """Return what the weather service forecast since `from_us`, moved onto the series' own track.

    The two meet on glass: what was on the wall at the same hour belongs together.
    """
    forecast = None if what.beside is None else snapshot.current(what.beside)
    if forecast is None:
        return None
    ends = [forecast.timeline.track(timeline.glass(at_us)) for at_us in (from_us, now_us)]
    issues = all_issues(snapshot, from_us=ends[0], to_us=ends[1])
    oldest_us = ends[1] - round(REACH * SECONDS[grid.step] * MICRO)
    if not issues or issues[-1].issued_us < oldest_us:
        return None  # nobody forecasts any more: the model must do without
    return on_grid([_moved(each, now_us - ends[1]) for each in issues], grid, what.ahead + REACH)


def _moved(issue: Issue, by_us: int) -> Issue:
    steps = tuple(
        replace(step, begin_us=step.begin_us + by_us, end_us=step.end_us + by_us)
        for step in issue.steps
    )
    return replace(issue, issued_us=issue.issued_us + by_us, steps=steps)


def _filled(snapshot: Snapshot, what: Declared, grid: Grid, now_us: int) -> Grid:
    """Return the grid asked for, or a coarser one where the source came to report less often."""
    if not what.indicators or not grid.is_below_day:
        return grid
    indicator = what.indicators[0]
    newest = max(snapshot.newest(what.dataset, indicator), key=lambda e: e.at_us, default=None)
    if newest is None:
        return grid
    rows = snapshot.values(
        what.dataset, indicator, newest.entity, from_us=now_us - LOOK_US, to_us=now_us
    )
    return fitting(grid, np.array([at_us for at_us, _ in rows], np.int64))


def _reads(
    snapshot: Snapshot, city: City, what: Declared, grid: Grid, *, from_us: int, now_us: int
) -> Iterator[Read]:
    contract = city.datasets[what.dataset]
    if not what.indicators:
        for place in what.places:
            found = read_counts(
                snapshot, what.dataset, grid, by=place, from_us=from_us, now_us=now_us
            )
            for name, series in sorted(found.items()):
                yield _counted(city, contract, name, series)
        return
    for indicator in what.indicators:
        defined = contract.indicators[indicator]
        target = _target(snapshot, what)
        for place in what.places:
            found = read(
                snapshot,
                what.dataset,
                indicator,
                grid,
                place=place,
                how=what.how,
                absent=0.0 if what.absent == "zero" else np.nan,
                cadence_s=contract.cadence_s,
                from_us=from_us,
            )
            names = _names(snapshot, city, what.dataset)
            for name, series in sorted(found.items()):
                source: Source = {"dataset": what.dataset, "indicator": indicator}
                if place != "city":
                    source["area" if place == "areas" else "entity"] = name
                yield Read(
                    key=indicator if place == "city" else f"{indicator}.{_slug(name)}",
                    label=_label(city, defined.name, place, name, names),
                    unit=defined.unit,
                    decimals=defined.decimals,
                    source=source,
                    series=series,
                    least=defined.min,
                    most=None if what.how == "sum" else defined.max,
                    mask_below=defined.mask_below,
                    target=target,
                )


def _counted(city: City, contract: DatasetContract, name: str, series: Regular) -> Read:
    is_city = name == CITY_AREA
    unit = None if is_city else city.areas.get(name)
    label = WHOLE_CITY if is_city else unit.title if unit is not None else text(name, name)
    return Read(
        key="records" if is_city else f"records.{_slug(name)}",
        label=contract.name if is_city else label,
        unit="",
        decimals=0,
        source={"dataset": contract.id} if is_city else {"dataset": contract.id, "area": name},
        series=series,
        least=0.0,
        most=None,
    )


def _label(city: City, indicator: Text, place: str, name: str, names: Mapping[str, Text]) -> Text:
    if place == "city":
        return indicator
    if place == "areas":
        unit = city.areas.get(name)
        return unit.title if unit is not None else text(name, name)
    return names.get(name) or text(name, name)


def _names(snapshot: Snapshot, city: City, dataset: str) -> dict[str, Text]:
    found = {
        each.entity: city.called(dataset, each.name) for each in snapshot.places(dataset).values()
    }
    links = city.network.links
    return found | {link: text(each.name, each.name) for link, each in links.items()}


def _target(snapshot: Snapshot, what: Declared) -> float | None:
    if what.target is None:
        return None
    newest = snapshot.newest(what.dataset, what.target)
    return sum(each.value for each in newest) if newest else None


def _slug(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]+", "_", name)
