"""A look at a real store: what is found is published, read back, and ends when it is over."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analytics.detection import look as looking
from analytics.detection.alerts import ALERTS, payload
from analytics.detection.hours import HourFiles
from analytics.detection.look import look
from analytics.detection.plan import Plan, read_plan
from analytics.detection.reading import Watcher
from analytics.detection.run import kind_of
from analytics.detection.track import HOUR_US, Track
from analytics.detection.trust import Trust
from analytics.detection.usual import Profile
from analytics.precision import Precision
from benchmarks.detection_replay import weekday_kind
from data_access.classification import Classification
from data_access.envelope import Envelope
from data_access.model import Entity, RecordRow
from tests.conftest import ROOT
from tests.data_access.aggregates.conftest import Table

CALLS = "feedback.calls"
DRAINAGE = "Nhánh 1/Thoát nước - ngập"
WASTE = "Nhánh 1/Rác thải - vệ sinh"
WEEK, MICROSECOND = timedelta(weeks=1), timedelta(microseconds=1)


@pytest.fixture
def plan(table: Table) -> Plan:
    found = read_plan(ROOT / "city", table.city)
    assert found is not None
    return found


def ring(
    table: Table,
    *,
    surge: int = 0,
    until: datetime | None = None,
    days: int = 15,
    every: timedelta | None = None,
) -> None:
    """Feed calls by half hour up to `until`; of the last hour `surge` more about drainage.

    `every`: as many more of the same hour so often before.
    """
    until = until or table.now
    rows: list[tuple[Any, ...]] = []
    at = until - timedelta(days=days)
    while at <= until:
        hour = (at + timedelta(hours=7)).hour
        count = 4 if 7 <= hour < 19 else 1
        ago = until - at if every is None else (until - at) % every
        more = surge if ago < timedelta(hours=1) else 0
        rows += [("calls", DRAINAGE, None, at, float(count + more)),
                 ("calls", WASTE, None, at, float(count))]  # fmt: skip
        at += timedelta(minutes=30)
    table.feed(CALLS, rows)


def looked(
    table: Table,
    plan: Plan,
    before: Envelope | None = None,
    *,
    folder: Path | None = None,
    trust: Mapping[str, Trust] | None = None,
    lap: timedelta | None = None,
) -> Envelope:
    """Look, and return the envelope as it is read back; `lap`: calls are played in such a loop."""
    with table.reader.snapshot() as snapshot:
        if lap is not None:
            calls = snapshot._current[CALLS]
            line = replace(calls.timeline, mode="window", period_us=lap // MICROSECOND)
            snapshot._current[CALLS] = replace(calls, timeline=line)
        now_ms = table.now.timestamp() * 1000
        watcher = Watcher(snapshot, table.city, now_ms, HourFiles(folder), weekday_kind)
        book, rows = look(plan, watcher, before)
    names = {each.id: each.name for each in plan.detector}
    said = payload(book, names, rows, trust or {}, plan.trust)
    empty = {"vi": "", "en": ""}
    made = Envelope("live", ALERTS, 1, empty, "ok", now_ms, now_ms, None, 1.0, "a", empty, (),
                    "simulated", Classification(), payload=said)  # fmt: skip
    return Envelope.decode(made.encode())


def events(envelope: Envelope) -> list[Any]:
    return list(envelope.payload["items"]["active"])


def test_a_surge_is_found_kept_and_over_when_calls_are_as_usual(table: Table, plan: Plan) -> None:
    ring(table, surge=20)
    first = looked(table, plan)
    table.now += timedelta(minutes=1)
    second = looked(table, plan, first)  # nothing new: nothing changes
    table.now += timedelta(hours=3)
    ring(table, days=0, until=table.now)
    for _ in range(6):
        table.now += timedelta(minutes=30)
        ring(table, days=0, until=table.now)
    third = looked(table, plan, second)

    assert [item["detector"] for item in events(first)] == ["calls"]
    assert "Thoát nước - ngập" in events(first)[0]["title"]["vi"]
    assert "thường lệ" in events(first)[0]["detail"]["vi"]
    assert events(second) == events(first)
    assert events(third) == []
    assert [item["id"] for item in third.payload["items"]["ended"]] == [events(first)[0]["id"]]


def test_what_is_played_again_is_not_usual_for_having_been_played_before(
    table: Table, plan: Plan, tmp_path: Path
) -> None:
    ring(table, surge=20, days=27, every=WEEK)

    assert events(looked(table, plan, folder=tmp_path)) == []  # so it really is every Friday
    assert [each["detector"] for each in events(looked(table, plan, lap=WEEK))] == ["calls"]
    kept = looked(table, plan, folder=tmp_path, lap=WEEK)  # what was read before the loop was known
    assert [each["detector"] for each in events(kept)] == ["calls"]


def test_a_day_that_is_played_again_is_of_the_kind_it_was_recorded_as(table: Table) -> None:
    recorded, playing = date(2026, 2, 17), date(2026, 11, 17)  # the first day of Tết, a Tuesday
    begin = datetime.combine(playing, datetime.min.time(), table.city.zone)
    ahead_us = (playing - recorded) // MICROSECOND
    first_us = int(begin.timestamp()) * 1_000_000
    hours = Track(first_us, HOUR_US, ("s",), np.ones((24, 1)))
    played = Profile(
        hours, table.city.zone, kind_of, recorded_us=lambda at_us: at_us - ahead_us
    ).at(first_us + 9 * HOUR_US)
    live = Profile(hours, table.city.zone, kind_of).at(first_us + 9 * HOUR_US)

    assert (played.basis, live.basis) == ("weekend", "workday")  # without a holiday before it


def test_what_a_muted_detector_finds_is_on_no_wall_and_stays_the_same_alert(
    table: Table, plan: Plan
) -> None:
    ring(table, surge=20)
    first = looked(table, plan)
    table.now += timedelta(minutes=1)
    wrong = Trust(Precision(2, 12), muted_ms=1.0)
    muted = looked(table, plan, first, trust={"calls": wrong})
    again = looked(table, plan, muted)

    assert events(muted) == []
    assert muted.payload["numbers"]["events"]["value"] == 0
    assert [item["id"] for item in muted.payload["items"]["muted"]] == [events(first)[0]["id"]]
    row = next(r for r in muted.payload["tables"]["detectors"]["rows"] if r["id"] == "calls")
    assert (row["judged"], row["right"], row["mutedMs"]) == (12, 2, 1.0)
    assert events(again) == events(first)


def test_a_store_with_nothing_in_it_is_looked_at_in_peace(table: Table, plan: Plan) -> None:
    assert events(looked(table, plan)) == []


def test_what_was_read_of_hours_is_kept_and_gives_the_same(
    table: Table, plan: Plan, tmp_path: Path
) -> None:
    ring(table, surge=20)
    kept = tmp_path / "hours"

    first = looked(table, plan, folder=kept)
    assert list(kept.glob("*.npz"))
    again = looked(table, plan, folder=kept)
    for path in kept.glob("*.npz"):
        path.write_bytes(b"no numbers")
    broken = looked(table, plan, folder=kept)

    assert events(first) == events(again) == events(broken)


def test_a_detector_that_fails_stops_no_other(
    table: Table, plan: Plan, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    ring(table, surge=20)
    find: Callable[..., Any] = looking.find

    def failing(options: Any, state: Any) -> Any:
        if options.kind == "outbreak" or options.id == "speed.faults":
            raise ValueError("broken")
        return find(options, state)

    table.feed("transport.speed", [("speed_kmh", "d1", None, table.now, 30.0)],
               entities=[Entity("d1", "d1")])  # fmt: skip
    monkeypatch.setattr(looking, "find", failing)
    with caplog.at_level(logging.CRITICAL, looking.__name__):
        said = looked(table, plan)

    assert [item["detector"] for item in events(said)] == ["calls"]


def test_jams_have_their_causes_from_what_was_told_of_near(
    table: Table, plan: Plan, record: Callable[..., RecordRow]
) -> None:
    """Three detectors of one road slow down by day; an accident was told of there."""
    now = table.now.replace(tzinfo=UTC)
    link = next(iter(table.city.network.links.values()))
    lat, lon = (link.start.lat + link.end.lat) / 2, (link.start.lon + link.end.lon) / 2
    rows: list[tuple[Any, ...]] = []
    for minutes in range(0, 9 * 1440, 15):
        at = now - timedelta(minutes=minutes)
        slow = minutes <= 45
        for number in range(3):
            speed = (8.0 if slow else 45.0) + (minutes // 15 * 7 + number * 3) % 5
            rows.append(("speed_kmh", f"d{number}", "00070", at, speed))
    places = [
        Entity(f"d{n}", f"d{n}", lat=lat + n * 1e-3, lon=lon, area="00070",
               attributes={"link": link.id, "free_flow_kmh": 50.0})
        for n in range(3)
    ]  # fmt: skip
    table.feed("transport.speed", rows, entities=places)
    crash = record(
        "acc",
        now - timedelta(minutes=44),
        geometry={"type": "Point", "coordinates": [lon, lat]},
        body={"title": {"vi": "Tai nạn giao thông", "en": "Accident"}},
    )
    table.feed("transport.situations", records=[crash])

    found = events(looked(table, plan))

    assert [item["detector"] for item in found] == ["congestion"]
    assert found[0]["title"]["vi"] == f"Ùn tắc bất thường {link.name}"
    assert "Tai nạn giao thông, cách" in found[0]["causes"][0]["vi"]
    assert found[0]["line"]["points"]
