"""What contradicts itself, its parts, its bounds, or what another system says of the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from data_access.city import load_city
from data_access.promises import NeverMore, PartsAgree, SourcesAgree
from tests.conftest import ROOT
from tests.data_access.criteria.conftest import NOW, Bench

AIR, FOOD, RAIN = "environment.air", "food.safety", "environment.rain"
DENGUE, EPIDEMICS = "health.dengue", "health.epidemics"
INVESTMENT, GRDP = "economy.investment", "economy.grdp"
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
Pair = tuple[float, float]
MIDNIGHT = NOW.replace(hour=17) - DAY  # of today in Hà Nội


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


def particles(*told: tuple[float, float | None, float | None]) -> list[tuple[Any, ...]]:
    """Return rows of a station: (hours ago, PM2.5, PM10), None where it tells none."""
    return [
        (name, "station", "00070", NOW - ago * HOUR, figure)
        for ago, fine, coarse in told
        for name, figure in (("pm25", fine), ("pm10", coarse))
        if figure is not None
    ]


def test_a_bound_that_is_not_told_in_some_hours_calls_no_figure_of_them_wrong(bench: Bench) -> None:
    bench.feed(AIR, particles((3, 20.0, 40.0), (2, 90.0, None), (1, 20.0, 40.0)))
    part = bench.part(AIR, "consistent", "at_most")
    assert part is not None
    assert (part.right, part.checked) == (2, 2)


def test_an_hour_above_its_bound_is_not_lost_in_a_day_that_is_below_it(bench: Bench) -> None:
    bench.feed(AIR, particles((3, 20.0, 90.0), (2, 50.0, 40.0), (1, 20.0, 90.0)))
    part = bench.part(AIR, "consistent", "at_most")
    assert part is not None
    assert (part.right, part.checked) == (2, 3)
    assert [(each["value"], each["told"]) for each in part.evidence] == [(50.0, 40.0)]


@pytest.mark.parametrize(
    ("fine", "coarse", "shown"),
    [
        (
            (60.0, 10.0),
            (50.0, 40.0),
            (60.0, 50.0),
        ),  # the highest of both
        (
            (30.0, 30.0),
            (80.0, 20.0),
            (30.0, 20.0),
        ),  # the lowest of both
    ],
)
def test_a_value_above_its_bound_is_not_lost_in_its_hour(
    bench: Bench, fine: Pair, coarse: Pair, shown: Pair
) -> None:
    rows = zip((1.1, 1.3), fine, coarse, strict=True)
    bench.feed(AIR, particles(*rows))
    part = bench.part(AIR, "consistent", "at_most")
    assert part is not None
    assert (part.right, part.checked) == (0, 1)
    assert (part.evidence[0]["value"], part.evidence[0]["told"]) == shown


@pytest.mark.parametrize(
    ("dataset", "rule"),
    [
        (name, rule)
        for name, contract in load_city(ROOT / "city").datasets.items()
        for rule in contract.reconcile
        if rule.rule == "at-most" and contract.shape == "observation"
    ],
    ids=lambda each: each if isinstance(each, str) else each.indicator,
)
def test_what_is_a_part_of_another_figure_is_never_more_in_any_dataset_of_the_city(
    bench: Bench, dataset: str, rule: NeverMore
) -> None:
    rows = [
        (name, entity, "00070", NOW, figure)
        for entity, part, whole in (("well", 2.0, 2.0), ("wrong", 3.0, 2.0))
        for name, figure in ((rule.indicator, part), (rule.of, whole))
    ]
    bench.feed(dataset, rows)
    part = bench.part(dataset, "consistent", "at_most")
    assert part is not None
    assert (part.right, part.checked) == (1, 2)
    assert [(each["id"], each["indicator"]) for each in part.evidence] == [
        ("wrong", rule.indicator)
    ]


@pytest.mark.parametrize("dataset", ["security.logins", "environment.water", "feedback.calls"])
def test_what_the_citys_own_files_tell_agrees(bench: Bench, dataset: str) -> None:
    bench.table.now = datetime(2026, 8, 1, 0, 20, tzinfo=UTC)  # when the files were true
    bench.table.feed_files(dataset)
    part = bench.part(dataset, "consistent", "at_most")
    assert part is not None
    assert part.right == part.checked > 0


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
