"""Scores beside the data path: measured as data changes and as time passes, kept by the hour."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from data_access.criteria import live
from data_access.promises import CRITERIA
from data_access.simulator.fhir_report import lines, strata
from data_access.store import scores
from data_access.store.scores import Shortfall
from language import say
from tests.data_access.feed.conftest import Room

OpenRoom = Callable[..., Room]
AIR, RAIN, PRICES = "environment.air", "environment.rain", "economy.prices"
EPIDEMICS = "health.epidemics"


def score(room: Room, dataset: str, criterion: str) -> float | None:
    rows = room.read("data.scores").payload["tables"]["datasets"]["rows"]
    (row,) = [row for row in rows if row["dataset"] == dataset]
    found: float | None = row[criterion]
    return found


def shortfalls(room: Room) -> list[Shortfall]:
    with room.store().snapshot() as snapshot:
        return scores.open_shortfalls(snapshot)


def air(room: Room) -> Path:
    return room.lake / "environment" / "air_hours.csv"


def scored(room: Room, *, step_s: float = 6.0, steps: int = 4) -> None:
    """Let everything be measured and shown."""
    room.settle()
    for _ in range(steps):
        room.tick(step_s)


def test_every_dataset_has_its_six_scores_and_their_parts(open_room: OpenRoom) -> None:
    room = open_room()
    scored(room, steps=12)
    rows = room.read("data.scores").payload["tables"]["datasets"]["rows"]
    assert {row["dataset"] for row in rows} == set(room.city.datasets)
    with room.store().snapshot() as snapshot:
        found = scores.findings(snapshot)
        kept = scores.newest(snapshot)
    for row in rows:
        for criterion in CRITERIA:
            parts = [f for f in found if (f.dataset, f.criterion) == (row["dataset"], criterion)]
            assert bool(parts) is (row[criterion] is not None)
            assert kept.get((row["dataset"], criterion)) == row[criterion]


def test_r03_pm25_of_minus_five_is_quarantined_the_score_falls_and_the_owner_is_named(
    open_room: OpenRoom,
) -> None:
    room = open_room(AIR)
    scored(room)
    before = score(room, AIR, "accurate")
    with air(room).open("a", encoding="utf-8") as file:
        at = "2026-05-14 05:07:00+00:00"
        file.write(f'aqiin,"Ho Guom, Hanoi, Ha Noi, Vietnam",{at},pm25,-5.0,µg/m³,valid\n')
    room.play(1)
    scored(room)
    with room.store().snapshot() as snapshot:
        (row,) = [r for r in snapshot.refused(AIR, 50) if '"pm25"' in r["row"]]
        (part,) = [f for f in scores.findings(snapshot, AIR) if f.part == "range"]
    assert (row["reason"], row["owner"]) == ("outOfRange", "nong-nghiep-moi-truong")
    assert "expected 0 to 1000" in say(row["detail"], "en")
    assert "cần từ 0 đến 1000" in say(row["detail"], "vi")
    reasons = {found["id"]: found["count"] for found in part.evidence}
    assert reasons["outOfRange"] == 2
    after = score(room, AIR, "accurate")
    assert before is not None
    assert after is not None
    assert part.right / part.checked < 16 / 19
    (item,) = [
        i
        for i in room.read("data.overdue").payload["items"]["overdue"]
        if i["id"] == f"{AIR}/accurate"
    ]
    assert item["place"]["vi"] == "Sở Nông nghiệp và Môi trường"


def test_r04_twelve_wards_that_said_nothing_are_listed_and_the_score_is_90_5(
    open_room: OpenRoom,
) -> None:
    room = open_room(EPIDEMICS)
    zone, codes = room.city.zone, sorted(room.city.areas.codes)
    gone, week = codes[5:125:10], timedelta(days=7)
    first = datetime(2026, 11, 2, tzinfo=zone)
    told = [
        strata(
            "Measure/weekly-dengue",
            first + at * week,
            first + (at + 1) * week,
            {code: 7 for code in codes if at == 0 or code not in gone},
            by="ward",
            told=first + (at + 1) * week,
        )
        for at in range(2)
    ]
    (room.lake / "health" / "epidemics.ndjson").write_bytes(lines(told))
    scored(room)
    room.tick(8 * 86_400)  # the week is over
    scored(room)
    assert (len(codes), len(gone)) == (126, 12)
    assert score(room, EPIDEMICS, "sufficient") == 90.5
    with room.store().snapshot() as snapshot:
        (part,) = [each for each in scores.findings(snapshot, EPIDEMICS) if each.part == "areas"]
    assert [each["id"] for each in part.evidence] == gone


def test_r05_text_that_is_not_composed_is_mended_and_told(open_room: OpenRoom) -> None:
    room = open_room(PRICES)
    scored(room)
    assert score(room, PRICES, "clean") == 100.0
    path = room.lake / "socioeconomic" / "prices_2025.csv"
    path.write_text(unicodedata.normalize("NFD", path.read_text("utf-8")), "utf-8")
    room.play(1)
    scored(room)
    assert room.read(PRICES).payload["tables"]["goods"]["rows"]
    with room.store().snapshot() as snapshot:
        (part,) = [f for f in scores.findings(snapshot, PRICES) if f.part == "spelling"]
    assert part.right < part.checked
    assert (score(room, PRICES, "clean") or 100.0) < 100.0


def test_r06_a_stopped_feed_turns_pale_its_owner_has_it_overdue_and_it_comes_back(
    open_room: OpenRoom,
) -> None:
    room = open_room(RAIN)
    scored(room)
    before = room.read(RAIN)
    assert "live" not in before.quality.get("below", {}).get(RAIN, [])
    path = room.lake / "environment" / "rain_2021.xls"
    content = path.read_bytes()
    path.unlink()
    room.play(1)
    scored(room)
    pale = room.read(RAIN)
    assert "live" in pale.quality["below"][RAIN]
    assert pale.as_of_ms == before.as_of_ms
    (since,) = [each.since_us for each in shortfalls(room) if each.criterion == "live"]
    rows = room.read("data.overdue").payload["tables"]["overdue"]["rows"]
    assert ("xay-dung", RAIN, "live") in {
        (r["agency"], r["dataset"], r["criterion_id"]) for r in rows
    }

    room.restart()
    scored(room)
    assert "live" in room.read(RAIN).quality["below"][RAIN]
    path.write_bytes(content)
    room.play(1)
    scored(room)
    assert "live" not in room.read(RAIN).quality.get("below", {}).get(RAIN, [])
    assert since not in [each.since_us for each in shortfalls(room)]


def test_a_value_is_kept_for_each_hour_and_the_last_of_an_hour_counts(open_room: OpenRoom) -> None:
    room = open_room(PRICES)
    scored(room)
    for _ in range(3):
        room.tick(3600)
        scored(room)
    hour = int(room.now_s // 3600)
    with room.store().snapshot() as snapshot:
        found = scores.history(snapshot, PRICES, since_hour=hour - 10)
    assert [at for at, _ in found["clean"]] == [hour - 3, hour - 2, hour - 1, hour]


def test_what_cannot_be_measured_stops_neither_the_feed_nor_other_scores(
    open_room: OpenRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = open_room(AIR, RAIN)
    original = live.window

    def broken(subject: live.Subject) -> tuple[int, int, int, int]:
        if subject.contract.id == AIR:
            raise ZeroDivisionError
        return original(subject)

    monkeypatch.setattr(live, "window", broken)
    scored(room)
    assert score(room, AIR, "clean") is None
    assert score(room, RAIN, "clean") is not None
    assert room.read(AIR).state == "ok"


def test_a_quiet_hour_writes_no_score_again(open_room: OpenRoom) -> None:
    room = open_room(PRICES)
    scored(room, steps=20)
    written: list[int] = []
    keep = room.feed._scoring._writer.keep_scores
    room.feed._scoring._writer.keep_scores = lambda *a, **k: (written.append(1), keep(*a, **k))[1]  # type: ignore[method-assign]
    for _ in range(10):
        room.tick(60)
    assert written == []
