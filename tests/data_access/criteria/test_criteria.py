"""Each of the six criteria: what lowers it, by how much, and what stands behind it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from data_access.criteria.part import KEPT, Part, Use, percent, weakest
from data_access.criteria.shared import entries
from data_access.model import Entity, RecordRow
from data_access.promises import Expectation, NeverMore, PartsAgree, Plausibility, SourcesAgree
from tests.data_access.criteria.conftest import NOW, Bench, Record

AIR, FOOD, RAIN = "environment.air", "food.safety", "environment.rain"
ALERTS, INVESTMENT, REQUESTS = "security.alerts", "economy.investment", "feedback.requests"
DENGUE, EPIDEMICS = "health.dengue", "health.epidemics"
ACCIDENTS, GRDP, SPEED = "security.accidents", "economy.grdp", "transport.speed"
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
MIDNIGHT = NOW.replace(hour=17) - DAY  # of today in Hà Nội


def stations(count: int, *, values: list[float], at: datetime = NOW) -> list[tuple]:
    return [
        ("pm25", f"s{n}", "00070", at, value) for n, value in zip(range(count), values, strict=True)
    ]


def grid(count: int) -> list[Entity]:
    return [Entity(f"s{n}", f"S{n}", 21.0 + n * 0.01, 105.8, "00070") for n in range(count)]


@pytest.mark.parametrize(
    ("right", "checked", "score"),
    [(114, 126, 90.5), (126, 126, 100.0), (0, 126, 0.0), (99_999, 100_000, 99.9), (1, 10_000, 0.1)],
)
def test_a_score_is_never_rounded_to_all_or_nothing(right: int, checked: int, score: float) -> None:
    assert percent(right, checked) == score


def test_a_criterion_is_as_good_as_its_weakest_part_that_could_be_checked() -> None:
    assert weakest([Part("a", 9, 10), Part("b", 1, 2), Part("c", 0, 0)]) == 50.0
    assert weakest([Part("c", 0, 0)]) is None


def test_evidence_is_cut_and_counted() -> None:
    part = Part.of("a", 0, 999, [{"kind": "area", "id": str(n)} for n in range(999)])
    assert (len(part.evidence), part.wrong) == (KEPT, 999)


# ---------------------------------------------------------------- accurate


def test_r03_a_value_that_cannot_be_lowers_what_is_accurate(bench: Bench) -> None:
    bench.feed(AIR, stations(3, values=[20.0, 21.0, 22.0]), rejected={"outOfRange": 1})
    found = bench.stand(AIR)["accurate"]
    assert found.score == 75.0
    assert found.owner == "nong-nghiep-moi-truong"
    assert bench.part(AIR, "accurate", "range") == Part(
        "range", 3, 4, ({"kind": "reason", "id": "outOfRange", "count": 1},), 1
    )
    assert bench.stand(AIR)["clean"].score == 100.0


def test_suspect_rows_are_not_believed_and_their_station_is_named(bench: Bench) -> None:
    bench.feed(
        AIR,
        [("pm25", "s0", "00070", NOW, 20.0, "good"), ("pm25", "s1", "00070", NOW, 9.0, "suspect")],
    )
    part = bench.part(AIR, "accurate", "believed")
    assert part is not None
    assert (part.right, part.checked) == (1, 2)
    assert part.evidence == ({"kind": "entity", "id": "s1", "count": 1},)


def test_what_should_lie_in_the_city_and_does_not_is_named(bench: Bench) -> None:
    away = Entity("far", "Far", 10.8, 106.7, None)
    nowhere = Entity("lost", "Lost")
    bench.feed(AIR, stations(2, values=[1.0, 2.0]), entities=[*grid(2), away, nowhere])
    part = bench.part(AIR, "accurate", "inside")
    assert part is not None
    assert (part.right, part.checked, part.evidence[0]["id"]) == (2, 3, "far")
    bench.promise(AIR, expects=Expectation())
    assert bench.part(AIR, "accurate", "inside") is None


def test_a_record_that_lies_elsewhere_is_named_whatever_unit_it_says(
    bench: Bench, record: Record
) -> None:
    def at(name: str, lat: float, lon: float) -> RecordRow:
        geometry = {"type": "Point", "coordinates": [lon, lat]}
        return record(name, NOW, area="00070", geometry=geometry)

    here, there = at("a1", 21.0285, 105.8542), at("a2", 10.776, 106.701)  # the other in Saigon
    bench.feed(ACCIDENTS, records=[here, there, record("a3", NOW)])
    part = bench.part(ACCIDENTS, "accurate", "inside")
    assert part is not None
    assert (part.right, part.checked) == (1, 2)
    assert part.evidence == ({"kind": "record", "id": "a2", "lat": 10.776, "lon": 106.701},)
    bench.promise(ACCIDENTS, expects=Expectation())
    assert bench.part(ACCIDENTS, "accurate", "inside") is None


def test_a_value_far_from_all_around_it_stands_out(bench: Bench) -> None:
    values = [20.0 + n % 3 for n in range(12)]
    values[5] = 400.0
    bench.feed(AIR, stations(12, values=values), entities=grid(12))
    part = bench.part(AIR, "accurate", "neighbours")
    assert part is not None
    assert (part.right, part.checked) == (11, 12)
    (found,) = part.evidence
    assert (found["id"], found["value"]) == ("s5", 400.0)
    assert 20 <= found["around"] <= 22


def test_a_hot_spot_that_its_neighbours_share_does_not(bench: Bench) -> None:
    values = [20.0] * 6 + [300.0, 310.0, 320.0, 330.0, 340.0, 350.0]
    bench.feed(AIR, stations(12, values=values), entities=grid(12))
    part = bench.part(AIR, "accurate", "neighbours")
    assert part is not None
    assert part.wrong == 0


def test_with_too_few_neighbours_nothing_is_said(bench: Bench) -> None:
    bench.feed(AIR, stations(5, values=[1.0, 2.0, 3.0, 4.0, 900.0]), entities=grid(5))
    assert bench.part(AIR, "accurate", "neighbours") is None


def test_stations_that_repeat_each_other_are_clones_and_one_is_believed(bench: Bench) -> None:
    bench.promise(AIR, plausible=Plausibility(indicators=("pm25",), least=40, clone_values=4))
    rows = [
        ("pm25", name, "00070", NOW - HOUR * n, base + n)
        for name, base in (("a", 20.0), ("b", 20.0), ("c", 20.0), ("d", 31.0))
        for n in range(4)
    ]
    flat = [("pm25", name, "00070", NOW - HOUR * n, 5.0) for name in ("e", "f") for n in range(4)]
    bench.feed(AIR, rows + flat)
    part = bench.part(AIR, "accurate", "distinct")
    assert part is not None
    assert (part.right, part.checked) == (2, 4)  # flat ones may be alike by chance
    assert [(found["id"], found["like"]) for found in part.evidence] == [("b", "a"), ("c", "a")]


def test_detectors_that_repeat_each_other_are_told_where_neighbours_say_nothing(
    bench: Bench,
) -> None:
    rows = [
        ("speed_kmh", name, "00070", NOW - HOUR * n, base + n)
        for name, base in (("a", 20.0), ("b", 20.0), ("c", 160.0))
        for n in range(13)
    ]
    bench.feed(SPEED, rows, entities=grid(12))
    part = bench.part(SPEED, "accurate", "distinct")
    assert part is not None
    assert (part.right, part.checked) == (2, 3)
    assert bench.part(SPEED, "accurate", "neighbours") is None


# ---------------------------------------------------------------- sufficient


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


# ---------------------------------------------------------------- clean


def test_r05_repeated_unreadable_and_unknown_rows_are_each_counted_apart(bench: Bench) -> None:
    refused = {"duplicate": 1, "badLine": 2, "unknownArea": 4, "draft": 50}
    bench.feed(AIR, stations(4, values=[1.0, 2.0, 3.0, 4.0]), rejected=refused)
    scores = {part.name: part.score for part in bench.stand(AIR)["clean"].parts}
    assert scores == {"form": 66.7, "codes": 50.0, "once": 80.0, "spelling": 100.0}
    assert bench.stand(AIR)["clean"].score == 50.0


def test_records_of_a_category_nobody_knows_are_unclean(bench: Bench, record: Record) -> None:
    known = record("r1", NOW, body={"category": "trees"})
    strange = record("r2", NOW, body={"category": "dragons"})
    bench.feed(REQUESTS, records=[known, strange])
    part = bench.part(REQUESTS, "clean", "codes")
    assert part is not None
    assert part.score == 50.0
    assert part.evidence == ({"kind": "code", "id": "dragons", "count": 1},)


# ---------------------------------------------------------------- live


def test_r06_data_that_is_old_is_the_less_live_the_older_it_is(bench: Bench) -> None:
    bench.feed(AIR, stations(1, values=[1.0]))
    in_time = bench.stand(AIR, now=NOW + 3 * HOUR)["live"]
    assert (in_time.score, in_time.is_short) == (100.0, False)
    late = bench.stand(AIR, now=NOW + 6 * HOUR)["live"]
    assert (late.score, late.is_short) == (50.0, True)


def test_a_source_that_cannot_be_read_is_not_live(bench: Bench) -> None:
    bench.feed(AIR, stations(1, values=[1.0]))
    found = bench.stand(AIR, failing="HTTP 503")["live"]
    assert found.score == 0.0
    part = bench.part(AIR, "live", "answers", failing="HTTP 503")
    assert part is not None
    assert part.evidence == ({"kind": "failure", "id": "HTTP 503"},)


def test_hours_in_which_nothing_came_are_gaps(bench: Bench) -> None:
    hours = [0, 1, 2, 6, 7]
    bench.feed(AIR, [("pm25", "a", "00070", NOW - HOUR * n, 1.0) for n in hours])
    part = bench.part(AIR, "live", "gapless")
    assert part is not None
    assert (part.right, part.checked) == (5, 8)
    assert [found["count"] for found in part.evidence] == [3]


def test_months_are_no_gaps_for_having_different_lengths(bench: Bench) -> None:
    first = [
        datetime(2026, month, 1, tzinfo=NOW.tzinfo) - timedelta(hours=7) for month in range(2, 12)
    ]
    bench.feed(INVESTMENT, [("investment_month", "Hà Nội", "city", at, 1.0) for at in first])
    part = bench.part(INVESTMENT, "live", "gapless")
    assert part is not None
    assert part.wrong == 0


# ---------------------------------------------------------------- consistent


def test_rows_that_contradict_themselves_are_counted(bench: Bench) -> None:
    bench.feed(FOOD, [("inspections", "00070", "00070", NOW, 3.0)], rejected={"inconsistent": 1})
    assert bench.stand(FOOD)["consistent"].score == 50.0


def test_a_total_that_is_not_the_sum_of_its_parts_is_shown_beside_it(bench: Bench) -> None:
    rule = PartsAgree(rule="parts", indicator="investment_ytd", total="all", parts=("a", "b"))
    bench.promise(INVESTMENT, reconcile=(rule,))
    months = [MIDNIGHT - 60 * DAY, MIDNIGHT - 30 * DAY]
    rows = [
        ("investment_ytd", name, None, at, figure)
        for at, total in zip(months, (30.0, 35.0), strict=True)
        for name, figure in (("all", total), ("a", 10.0), ("b", 20.0))
    ]
    bench.feed(INVESTMENT, rows)
    part = bench.part(INVESTMENT, "consistent", "sums")
    assert part is not None
    assert (part.right, part.checked) == (1, 2)
    (found,) = part.evidence
    assert (found["id"], found["value"], found["told"]) == ("all", 35.0, 30.0)
    assert found["day"] == "2026-10-21"


def test_a_total_is_held_against_parts_of_an_indicator_of_their_own(bench: Bench) -> None:
    quarters = [MIDNIGHT - 180 * DAY, MIDNIGHT - 90 * DAY]
    rows = [("grdp", "_T", "city", at, 100.0) for at in quarters]
    rows += [
        ("sector_grdp", sector, "city", at, share)
        for at, trade in zip(quarters, (60.0, 55.0), strict=True)
        for sector, share in (("A", 2.0), ("BTF", 28.0), ("GTU", trade), ("D21X31", 10.0))
    ]
    bench.feed(GRDP, rows)
    part = bench.part(GRDP, "consistent", "sums")
    assert part is not None
    assert (part.right, part.checked) == (1, 2)
    (found,) = part.evidence
    assert (found["id"], found["value"], found["told"]) == ("_T", 100.0, 95.0)


def test_a_year_to_date_is_held_against_its_months(bench: Bench) -> None:
    first = [
        datetime(2026, month, 1, tzinfo=NOW.tzinfo) - timedelta(hours=7) for month in (1, 2, 3)
    ]
    rows = [("investment_month", "Hà Nội", "city", at, 10.0) for at in first]
    rows += [
        ("investment_ytd", "Hà Nội", "city", at, figure)
        for at, figure in zip(first, (10.0, 20.0, 45.0), strict=True)
    ]
    bench.feed(INVESTMENT, rows)
    part = bench.part(INVESTMENT, "consistent", "running")
    assert part is not None
    assert (part.right, part.checked) == (2, 3)
    assert part.evidence[0]["told"] == 30.0


def test_a_figure_is_held_against_its_bound(bench: Bench) -> None:
    bench.promise(
        FOOD, reconcile=(NeverMore(rule="at-most", indicator="violations", of="inspections"),)
    )
    rows = [("inspections", code, code, NOW, 3.0) for code in ("00070", "00082")]
    rows += [("violations", "00070", "00070", NOW, 3.0), ("violations", "00082", "00082", NOW, 5.0)]
    bench.feed(FOOD, rows)
    part = bench.part(FOOD, "consistent", "at_most")
    assert part is not None
    assert (part.score, part.evidence[0]["id"]) == (50.0, "00082")


def test_another_source_is_held_against_by_unit_and_day(bench: Bench) -> None:
    rule = SourcesAgree(
        rule="source", indicator="humidity", dataset=RAIN, of="rain_mm", tolerance=0.1
    )
    bench.promise(AIR, reconcile=(rule,))
    ours = [("humidity", "a", "00070", NOW, 50.0), ("humidity", "b", "00082", NOW, 50.0)]
    bench.feed(AIR, ours)
    assert bench.part(AIR, "consistent", "sources") is None
    bench.feed(RAIN, [("rain_mm", "x", "00070", NOW, 52.0), ("rain_mm", "y", "00082", NOW, 70.0)])
    part = bench.part(AIR, "consistent", "sources")
    assert part is not None
    assert (part.right, part.checked) == (1, 2)


def surveillance(bench: Bench, september: float, october: float, *, a_week: float = 35.0) -> None:
    """Feed months of the one system, and the weeks of two units of the other."""
    months = {9: september, 10: october}
    first = {month: datetime(2026, month, 1, tzinfo=NOW.tzinfo) - 7 * HOUR for month in months}
    bench.feed(DENGUE, [("cases", "HN", "city", first[m], told) for m, told in months.items()])
    monday = datetime(2026, 8, 31, tzinfo=NOW.tzinfo) - 7 * HOUR
    weeks = [
        ("dengue_cases", code, code, monday + 7 * week * DAY, a_week)
        for code in ("00070", "00082")
        for week in range(10)
    ]
    bench.feed(EPIDEMICS, weeks)


def test_counts_of_two_systems_are_held_against_each_other_by_whole_months(bench: Bench) -> None:
    surveillance(bench, 300.0, 500.0)  # of weeks: 10 a day, in all
    part = bench.part(DENGUE, "consistent", "sources")
    assert part is not None
    assert (part.right, part.checked) == (1, 2)
    (found,) = part.evidence
    assert (found["id"], found["day"]) == ("city", "2026-10-01")
    assert (found["value"], found["told"]) == (500.0, 310.0)


def test_counts_of_too_few_people_are_compared_and_not_told(bench: Bench) -> None:
    surveillance(bench, 4.0, 4.0, a_week=0.0)
    part = bench.part(DENGUE, "consistent", "sources")
    assert part is not None
    assert (part.right, part.wrong) == (0, 2)
    assert not any({"value", "told"} & each.keys() for each in part.evidence)


def test_what_is_simulated_is_not_held_against_what_is_not(bench: Bench) -> None:
    rule = SourcesAgree(rule="source", indicator="humidity", dataset=RAIN, of="rain_mm")
    bench.promise(AIR, reconcile=(rule,))
    bench.feed(AIR, [("humidity", "a", "00070", NOW, 50.0)], origin="simulated")
    bench.feed(RAIN, [("rain_mm", "x", "00070", NOW, 99.0)])
    assert bench.part(AIR, "consistent", "sources") is None
    bench.feed(AIR, [("humidity", "a", "00070", NOW, 50.0)])
    part = bench.part(AIR, "consistent", "sources")
    assert part is not None
    assert part.score == 0.0


# ---------------------------------------------------------------- shared


def test_what_the_catalogue_does_not_say_is_named(bench: Bench) -> None:
    bench.feed(AIR, stations(1, values=[1.0]))
    part = bench.part(AIR, "shared", "catalogue", shown_in=[AIR])
    assert part is not None
    missing = {found["id"] for found in part.evidence}
    assert missing == {"steward", "deputy", "phone", "licence"}
    assert part.score == 60.0
    bench.promise(AIR, phone="024 1022", licence="CC-BY-4.0", deputy="y-te", steward="y-te")
    assert all(entries(bench.city.datasets[AIR], bench.city).values())
    assert bench.stand(AIR, shown_in=[AIR])["shared"].score == 100.0


def test_r08_refusing_those_who_ask_for_shared_data_is_not_sharing(bench: Bench) -> None:
    bench.feed(RAIN, [("rain_mm", "a", "00070", NOW, 1.0)])
    asked = Use(people=2, answered=1, refused=3)
    part = bench.part(RAIN, "shared", "access", use=asked)
    assert part is not None
    assert part.score == 25.0
    bench.promise(RAIN, share="private")
    assert bench.part(RAIN, "shared", "access", use=asked) is None


def test_data_that_nobody_uses_is_not_shared(bench: Bench) -> None:
    bench.feed(AIR, stations(1, values=[1.0]))
    assert bench.stand(AIR)["shared"].score == 0.0
    assert bench.stand(AIR, use=Use(people=1, answered=1))["shared"].score == 60.0


def test_an_aggregate_that_nobody_looks_at_is_half_a_use(bench: Bench) -> None:
    bench.feed(AIR, stations(1, values=[1.0]))
    part = bench.part(AIR, "shared", "used", shown_in=[AIR], use=Use())
    assert part is not None
    assert (part.score, part.evidence) == (50.0, ({"kind": "unseen"},))
    assert not bench.stand(AIR, shown_in=[AIR], use=Use())["shared"].is_short
    seen = bench.part(AIR, "shared", "used", shown_in=[AIR], use=Use(people=3, answered=3))
    assert seen is not None
    assert (seen.score, seen.wrong) == (100.0, 0)


def test_every_criterion_of_every_dataset_has_a_standing(bench: Bench) -> None:
    for dataset in bench.city.datasets:
        assert list(bench.stand(dataset)) == [
            "accurate", "sufficient", "clean", "live", "consistent", "shared",
        ]  # fmt: skip
