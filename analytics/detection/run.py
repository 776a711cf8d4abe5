"""The job: look at what is new, publish what stands and how good that is. Scheduled each minute.

Its only memory is what it has published (`alerts.py`); what it reads of hours it keeps in a file
that may be lost (`hours.py`).
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from analytics.calendar import is_holiday
from analytics.detection import alerts, quality
from analytics.detection.alerts import ALERTS
from analytics.detection.hours import HourFiles
from analytics.detection.labels import Label, LabelStore
from analytics.detection.look import look
from analytics.detection.plan import Plan, read_plan
from analytics.detection.quality import QUALITY
from analytics.detection.reading import Watcher
from analytics.detection.trust import trust_of
from analytics.detection.usual import DayKind
from data_access.aggregates.aggregate import NO_DATA, text
from data_access.envelope import Envelope, Payload, furthest
from data_access.errors import DataError
from data_access.finding import Ground, build_finding
from data_access.opening import read_city
from data_access.store import open_reader
from jobs.findings import FindingStore
from jobs.working import WorkFailed, Working
from permissions.database import connect_operations

HOURS_FOLDER = "detection"
STALE_MS = 15 * 60_000.0  # of what is looked for each minute
LABELLED_DAYS = 92
LABELS = {
    ALERTS: text("Bất thường", "Anomalies"),
    QUALITY: text("Chất lượng phát hiện", "Quality of detection"),
}


def work(inputs: Mapping[str, Any], working: Working) -> Mapping[str, Any]:
    """Look once and publish; returns what stands. Without a plan of the city nothing is done.

    Takes no inputs: what there is to see is in the store. Raises WorkFailed.
    """
    if inputs:
        raise WorkFailed("input", f"expected no inputs, not {', '.join(sorted(inputs))}")
    working.progress(0.1, "reading")
    try:
        return _looked(working, time.time() * 1000)
    except DataError as error:
        raise WorkFailed("data", str(error)) from error


def _looked(working: Working, now_ms: float) -> Mapping[str, Any]:
    settings = working.settings
    city = read_city(settings)
    plan = read_plan(settings.city, city)
    if plan is None:
        return {"detectors": 0}
    engine, reader = connect_operations(settings.operations_url), open_reader(settings)
    try:
        before = (FindingStore(engine).read([ALERTS]) or {}).get(ALERTS)
        with reader.snapshot() as snapshot:
            hours = HourFiles(settings.data_dir / HOURS_FOLDER)
            watcher = Watcher(snapshot, city, now_ms, hours, kind_of)
            book, detectors = look(plan, watcher, before)
            working.check()
            names = {each.id: each.name for each in plan.detector}
            labels = _labels(engine, now_ms)
            trust = trust_of(labels, plan.trust)
            told = alerts.payload(book, names, detectors, trust, plan.trust, labels=labels)
            working.publish(_envelope(ALERTS, told, plan, watcher))
            found = quality.payload(labels, names, quality.read_measured(), trust)
            working.publish(_envelope(QUALITY, found, plan, watcher))
    finally:
        reader.close()
        engine.dispose()
    working.progress(1.0, "done")
    return {
        "detectors": len(plan.detector),
        "open": [alert.id for alert in book.open],
        "ended": len(book.ended),
    }


def kind_of(day: date) -> DayKind:
    """Tell what kind of day it is, as demand knows it."""
    if is_holiday(day):
        return "holiday"
    return "weekend" if day.weekday() >= 5 else "workday"


def _labels(engine: Engine, now_ms: float) -> Sequence[Label]:
    try:
        return LabelStore(engine).all(since_ms=now_ms - LABELLED_DAYS * 86_400_000)
    except SQLAlchemyError:  # a store whose web has not started yet
        return []


def _envelope(name: str, payload: Payload, plan: Plan, watcher: Watcher) -> Envelope:
    ground = _ground(watcher, tuple(dict.fromkeys(_datasets(plan))))
    return build_finding(
        name,
        payload if ground.as_of_ms is not None else {},
        ground,
        watcher.city,
        label=LABELS[name],
        now_ms=watcher.now_ms,
        stale_after_ms=STALE_MS,
        reason=NO_DATA,
    )


def _ground(watcher: Watcher, datasets: tuple[str, ...]) -> Ground:
    """Return what the datasets of a plan are in the store: as old as the newest of them."""
    snapshot = watcher.snapshot
    current = [each for name in datasets if (each := snapshot.current(name)) is not None]
    newest = [
        watcher.glass_ms(each.dataset, at_us)
        for each in current
        if (at_us := snapshot.newest_us(each.dataset)) is not None
    ]
    return Ground(
        datasets=datasets,
        origin=furthest(each.origin for each in current),
        as_of_ms=min(watcher.now_ms, max(newest)) if newest else None,
    )


def _datasets(plan: Plan) -> list[str]:
    found = []
    for each in plan.detector:
        found += [*plan.datasets(each), *getattr(each, "causes", ())]
    return found
