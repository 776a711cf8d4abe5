"""A labelled replay of rules over several sources: how many warnings are right, and how late.

A store is filled hour by hour as sources would fill it; at every half hour the room's own look is
taken at it, with the rules of `city/detection.toml` and the detectors they go by. Speeds are not
told: `benchmarks.detection` plays jams. What is put in: `detection_happenings.py`.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import numpy as np
import pandas as pd

from analytics.detection.alerts import ALERTS, payload
from analytics.detection.book import Alert
from analytics.detection.hours import HourFiles
from analytics.detection.look import look
from analytics.detection.plan import Plan, read_plan
from analytics.detection.reading import Watcher
from analytics.detection.together import Together
from analytics.detection.track import DAY_US
from analytics.precision import Precision
from benchmarks.arguments import common
from benchmarks.detection import CITY, Judged, judge, told_of
from benchmarks.detection_cases import WEATHER, hours_told
from benchmarks.detection_happenings import (
    HALF_HOUR_US,
    NAMES,
    PLAYED_DAYS,
    RAIN,
    START_US,
    USUAL_DAYS,
    Happenings,
)
from benchmarks.detection_replay import weekday_kind
from benchmarks.figures import Report, Table, publish, verdict
from data_access.city import City, load_city
from data_access.classification import Classification
from data_access.contracts import CITY_AREA
from data_access.envelope import LIVE, Envelope
from data_access.model import OBSERVATION_COLUMNS
from data_access.records import Played
from data_access.replay import Timeline
from data_access.rows import Rows
from data_access.store import Change, StoreReader, StoreWriter, open_engine
from data_access.store.engine import migrate

SEEDS = (301, 302, 303, 304, 305)  # nothing was ever set by what they give
LEAST_PRECISION, LEAST_RECALL = 80.0, 70.0
QUIET_PM25 = 35.0  # where no lake tells how dusty it was


class Room:
    """A store in a folder, filled as time goes on, and the look that is taken at it."""

    def __init__(self, folder: Path, city: City, plan: Plan) -> None:
        self._city, self._plan = city, plan
        url = f"sqlite:///{folder / 'observations.sqlite'}"
        engine = open_engine(url)
        migrate(engine)
        masks = {name: contract.masks for name, contract in city.datasets.items()}
        self._writer = StoreWriter(engine, city.zone)
        self._reader = StoreReader(open_engine(url, read_only=True), masks)
        self._hours = HourFiles(folder / "hours")
        self._before: Envelope | None = None
        self.alerts: dict[str, Alert] = {}

    def fill(self, told: Happenings, after_us: int, until_us: int) -> None:
        """Write what is told after an instant, up to another."""
        records = [(d, r) for d, r in told.records
                   if after_us < r.reported_at.timestamp() * 1e6 <= until_us]  # fmt: skip
        for dataset in {*told.rows, *(name for name, _ in told.records)}:
            late_us = DAY_US if dataset == RAIN else 0  # a day's rain is known when it is over
            rows = told.rows.get(dataset, ())
            due = [row for row in rows if after_us < row[0] + late_us <= until_us]
            played = [Played(record) for name, record in records if name == dataset]
            if not due and not played:
                continue
            stream = self._writer.open_stream(LIVE, dataset, origin=LIVE, place="/replay")
            change = Change(
                rows=_rows(due) if due else None,
                played=played,
                entities=told.entities.get(dataset, []),
                timeline=Timeline.live(),
            )
            self._writer.apply(stream.id, change, now_us=until_us)

    def look(self, now_us: int) -> None:
        """Look as the room does, and keep what stands."""
        now_ms = now_us / 1000
        with self._reader.snapshot() as snapshot:
            watcher = Watcher(snapshot, self._city, now_ms, self._hours, weekday_kind)
            book, rows = look(self._plan, watcher, self._before)
        names = {each.id: each.name for each in self._plan.detector}
        empty = {"vi": "", "en": ""}
        self._before = Envelope(
            LIVE, ALERTS, 1, empty, "ok", now_ms, now_ms, None, 1.0, "a", empty, (), "simulated",
            Classification(), payload=payload(book, names, rows, {}, self._plan.trust),
        )  # fmt: skip
        for alert in (*book.open, *book.ended[:50]):
            self.alerts[alert.id] = alert

    def close(self) -> None:
        """Let go of the store."""
        self._writer.close()
        self._reader.close()


@contextmanager
def room(city: City, plan: Plan) -> Iterator[Room]:
    """Open a room in a folder that goes with it."""
    with tempfile.TemporaryDirectory() as folder:
        opened = Room(Path(folder), city, plan)
        try:
            yield opened
        finally:
            opened.close()


def rules_of(plan: Plan) -> Plan:
    """Return the rules over several sources, what they go by, and who is held to be faulty."""
    kept = [
        each
        for each in plan.detector
        if each.kind in ("together", "rain", "level", "congestion", "fault")
    ]
    return plan.model_copy(update={"detector": tuple(kept)})


def play(plan: Plan, city: City, told: Happenings) -> list[Alert]:
    """Return the warnings of every rule that there would have been."""
    first_us = START_US + USUAL_DAYS * DAY_US
    rules = {each.id for each in plan.detector if isinstance(each, Together)}
    with room(city, plan) as opened:
        opened.fill(told, 0, first_us)
        for now_us in range(first_us, first_us + PLAYED_DAYS * DAY_US, HALF_HOUR_US):
            opened.fill(told, now_us - HALF_HOUR_US, now_us)
            opened.look(now_us)
        return [each for each in opened.alerts.values() if each.detector in rules]


def judged(told: Happenings, alerts: Sequence[Alert]) -> dict[str, Judged]:
    """Hold the warnings of each rule against what was put in for it.

    What calls of the whole city bear out is about its place alone.
    """
    of: dict[str, Judged] = {}
    for rule, truths in told.truths.items():
        mine = [_placed(each) for each in alerts if each.detector == rule]
        of[rule] = judge(truths, mine)["event"]
    return of


def main() -> None:
    """Replay, print, and keep the figures when asked."""
    parser = common(argparse.ArgumentParser(description=__doc__))
    parser.add_argument("--seeds", type=int, nargs="+", default=list(SEEDS))
    chosen = parser.parse_args()
    city = load_city(CITY)
    whole = read_plan(CITY, city)
    assert whole is not None  # noqa: S101
    plan, began_s = rules_of(whole), time.perf_counter()
    totals = dict.fromkeys(NAMES, Judged())
    for seed in chosen.seeds:
        told = Happenings(city, np.random.default_rng(seed), _dust(chosen.lake, seed))
        for rule, found in judged(told, play(plan, city, told)).items():
            totals[rule] += found
    publish(_report(totals, chosen.seeds, time.perf_counter() - began_s), write=chosen.write)


def _dust(lake: Path | None, seed: int) -> np.ndarray:
    hours = (USUAL_DAYS + PLAYED_DAYS) * 24
    paths = [] if lake is None else sorted(lake.glob(WEATHER))[:1]
    if not paths:
        return np.full(hours, QUIET_PM25)
    values, _ = hours_told(paths[0], "PM25")
    first = 24 * int(np.random.default_rng(seed).integers((len(values) - hours) // 24))
    return np.nan_to_num(values[first : first + hours], nan=QUIET_PM25)


def _placed(alert: Alert) -> Alert:
    placed = tuple(each for each in alert.subjects if each != CITY_AREA)
    return replace(alert, subjects=placed or alert.subjects)


def _rows(due: Sequence[tuple[int, str, str, str | None, float]]) -> Rows:
    told = [
        (indicator, entity, area, datetime.fromtimestamp(at_us / 1e6, UTC), value, "good", "f:1")
        for at_us, indicator, entity, area, value in due
    ]
    frame = pd.DataFrame(told, columns=list(OBSERVATION_COLUMNS))
    frame["observed_at"] = frame["observed_at"].astype("datetime64[us, UTC]")
    return Rows.of(frame)


def _report(totals: dict[str, Judged], seeds: Sequence[int], took_s: float) -> Report:
    rows = []
    for rule, one in totals.items():
        right, found = Precision(one.right, one.alerts), Precision(one.found, one.put_in)
        rows.append(
            (
                NAMES[rule]["en"], rule, str(one.put_in), str(one.found),
                f"{one.alerts - one.right} of {one.alerts}", told_of(right), told_of(found),
                f"{median(one.delays_min):.0f}" if one.delays_min else "–",
                verdict(LEAST_PRECISION, right.share or 0.0),
                verdict(LEAST_RECALL, found.share or 0.0),
            )
        )  # fmt: skip
    return Report(
        name="detection_together",
        title="Warnings by rule over several sources: a labelled replay",
        how=f"""Floods, bad air with patients and trouble on roads are put into {PLAYED_DAYS} days
        of a quiet city a seed, each with some of its rule's signs (at least two), and every day one
        sign alone; all is written into a store and the room looks at it every half hour, with the
        rules of city/detection.toml. Seeds {", ".join(map(str, seeds))}; no threshold was set by
        any. Wrong is every warning that is not about something put in, chance that two signs meet
        included, and every second one about one event. Delay is from the beginning of what was put
        in to the warning, median of those found. In brackets 95 % (Wilson).""",
        tables=[
            Table(
                ("put in", "rule", "times", "found", "wrong warnings", "precision", "recall",
                 "delay, min", f"precision {LEAST_PRECISION:.0f} %",
                 f"recall {LEAST_RECALL:.0f} %"),
                rows,
            )
        ],
        notes=[
            """Dust is Hanoi's of 2023 (real), all else is drawn at rates of our own (a demo). Rain
            gauges tell a day when it is over; speeds are not told.""",
            f"Played in {took_s:.0f} s.",
        ],
    )  # fmt: skip


if __name__ == "__main__":
    main()
