"""What there is of what was promised: units, hours, entities, indicators."""

from __future__ import annotations

from datetime import timedelta

from data_access.promises import Expectation
from tests.data_access.criteria.conftest import NOW, Bench, Record
from tests.data_access.criteria.rows import stations

AIR, FOOD, REQUESTS = "environment.air", "food.safety", "feedback.requests"
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
MIDNIGHT = NOW.replace(hour=17) - DAY  # of today in Hà Nội


def test_r04_without_twelve_of_126_wards_it_reads_90_5_and_names_the_twelve(bench: Bench) -> None:
    bench.promise(FOOD, expects=Expectation(areas="all"))
    codes = sorted(bench.city.areas.codes)
    assert len(codes) == 126
    gone = codes[5:125:10]
    assert len(gone) == 12
    yesterday, today = MIDNIGHT - 2 * DAY, MIDNIGHT - DAY
    rows = [("inspections", code, code, yesterday, 3.0) for code in codes]
    rows += [("inspections", code, code, today, 3.0) for code in codes if code not in gone]
    bench.feed(FOOD, rows)
    part = bench.part(FOOD, "sufficient", "areas")
    assert part is not None
    assert (part.right, part.checked, part.score) == (114, 126, 90.5)
    assert sorted(found["id"] for found in part.evidence) == gone
    assert {found["last"] for found in part.evidence} == {"2026-11-18"}


def test_units_of_records_are_counted_alike(bench: Bench, record: Record) -> None:
    bench.promise(REQUESTS, expects=Expectation(areas=("00070", "00082")))
    bench.feed(REQUESTS, records=[record("r1", NOW, area="00070")])
    part = bench.part(REQUESTS, "sufficient", "areas")
    assert part is not None
    assert (part.score, part.evidence) == (50.0, ({"kind": "area", "id": "00082"},))


def test_hours_that_are_missing_are_counted_by_entity(bench: Bench) -> None:
    full = [("pm25", "a", "00070", NOW - HOUR * n, 1.0) for n in range(24)]
    half = [("pm25", "b", "00070", NOW - HOUR * n, 1.0) for n in range(12)]
    bench.feed(AIR, full + half)
    part = bench.part(AIR, "sufficient", "rows")
    assert part is not None
    assert (part.right, part.checked, part.score) == (36, 48, 75.0)
    assert part.evidence == ({"kind": "entity", "id": "b", "indicator": "pm25", "count": 12},)


def test_more_rows_than_promised_make_up_for_none_that_are_missing(bench: Bench) -> None:
    many = [("pm25", "a", "00070", NOW - timedelta(minutes=n), 1.0) for n in range(0, 120, 10)]
    few = [("pm25", "b", "00070", NOW, 1.0)]
    bench.feed(AIR, many + few)
    part = bench.part(AIR, "sufficient", "rows")
    assert part is not None
    assert part.right < part.checked


def test_a_station_that_went_silent_is_missing_and_one_long_gone_is_not(bench: Bench) -> None:
    rows = [("pm25", "here", "00070", NOW, 1.0)]
    rows += [("pm25", "silent", "00070", NOW - 2 * DAY, 1.0)]
    rows += [("pm25", "gone", "00070", NOW - 60 * DAY, 1.0)]
    bench.feed(AIR, rows)
    part = bench.part(AIR, "sufficient", "entities")
    assert part is not None
    assert (part.right, part.checked) == (1, 2)
    assert [found["id"] for found in part.evidence] == ["silent"]


def test_what_is_expected_by_number_or_by_name_counts(bench: Bench) -> None:
    bench.feed(AIR, stations(3, values=[1.0, 2.0, 3.0]))
    bench.promise(AIR, expects=Expectation(entities=4))
    part = bench.part(AIR, "sufficient", "entities")
    assert part is not None
    assert part.score == 75.0
    bench.promise(AIR, expects=Expectation(entities=("s0", "never")))
    part = bench.part(AIR, "sufficient", "entities")
    assert part is not None
    assert (part.score, part.evidence) == (50.0, ({"kind": "entity", "id": "never"},))


def test_of_what_is_told_only_when_it_happens_each_indicator_is_expected(bench: Bench) -> None:
    lately, long_ago = NOW - DAY, NOW - 90 * DAY
    bench.feed(
        FOOD,
        [("inspections", "00070", "00070", lately, 3.0),
         ("violations", "00070", "00070", long_ago, 1.0)],
    )  # fmt: skip
    part = bench.part(FOOD, "sufficient", "indicators")
    assert part is not None
    assert (part.score, [found["id"] for found in part.evidence]) == (50.0, ["violations"])
    bench.promise(FOOD, expects=Expectation(rows=False, areas="all"))
    assert bench.part(FOOD, "sufficient", "indicators") is None


def test_what_was_never_fed_is_none_of_anything_and_falls_short_of_nothing(bench: Bench) -> None:
    found = bench.stand(FOOD)
    assert (found["sufficient"].score, found["live"].score) == (0.0, 0.0)
    assert found["accurate"].score is None
    assert not any(each.is_short for each in found.values())
