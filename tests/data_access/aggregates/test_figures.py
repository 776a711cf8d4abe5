"""What the figures of the five groups mean, on stores filled by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from data_access.aggregates.aggregate import text
from data_access.aggregates.parts import held_to, number
from data_access.limits import Limit
from data_access.model import Entity, RecordRow
from tests.data_access.aggregates.conftest import NOW, Table
from tests.data_access.aggregates.filled import AIR, RAIN, SPEED, MakeRecord, station

REQUESTS, ALERTS, LOGINS = "feedback.requests", "security.alerts", "security.logins"


@pytest.mark.parametrize(
    ("figure", "status"),
    [
        (None, "normal"),
        (9.9, "normal"),
        (10, "caution"),
        (19.9, "caution"),
        (20, "warning"),
        (35, "critical"),
        (99, "critical"),
    ],
)
def test_a_threshold_belongs_to_the_worse_status(figure: float | None, status: str) -> None:
    limit = Limit(caution=10, warning=20, critical=35)
    assert number(text("Tỷ lệ", "Share"), figure, "%", limit=limit)["status"] == status


def test_a_series_is_drawn_with_the_target_of_its_figures_and_none_without() -> None:
    held = Limit(caution=40, targets={"2026": 50})
    label = text("chỉ tiêu năm 2026", "target of 2026")
    assert held_to(held, year=2026) == [{"label": label, "value": 50, "status": "caution"}]
    assert held_to(held, year=2025) == held_to(Limit()) == []


def months(last: tuple[int, int], figures: list[float]) -> list[tuple[datetime, float]]:
    year, month = last
    number = year * 12 + month - 1
    made = []
    for back, figure in enumerate(reversed(figures)):
        y, m = divmod(number - back, 12)
        made.append((datetime(y, m + 1, 1, tzinfo=UTC) - timedelta(hours=7), figure))
    return made


def dengue(table: Table, newest: float) -> dict[str, Any]:
    of_october = [100.0, 120.0, 80.0, 110.0, 90.0]  # mean 100, deviation 15.8
    figures: list[float] = []
    for october in of_october:
        figures += [10.0] * 11 + [october]
    figures += [10.0] * 11 + [newest]
    rows = [("cases", "HN", "city", at, v) for at, v in months((2026, 10), figures)]
    table.feed("health.dengue", rows)
    return table.numbers("health.dengue")


@pytest.mark.parametrize(
    ("cases", "status"), [(100.0, "normal"), (131.0, "caution"), (132.0, "warning")]
)
def test_an_epidemic_is_above_the_mean_of_five_years_and_two_deviations(
    table: Table, cases: float, status: str
) -> None:
    numbers = dengue(table, cases)
    assert numbers["expected"]["value"] == 100.0
    assert numbers["month_cases"]["target"] == 131.6
    assert numbers["month_cases"]["status"] == status
    assert numbers["month_cases"]["previous"] == 90.0
    assert numbers["month_cases"]["period"]["vi"] == "10/2026"


def test_without_five_years_nothing_is_expected(table: Table) -> None:
    rows = [("cases", "HN", "city", at, v) for at, v in months((2026, 10), [5.0] * 30)]
    table.feed("health.dengue", rows)
    assert table.numbers("health.dengue")["expected"]["value"] is None
    assert table.numbers("health.dengue")["month_cases"]["status"] == "normal"


def test_disbursement_is_held_against_plan_and_same_period(table: Table) -> None:
    figures = {"investment_ytd": 60_000.0, "investment_month": 4_000.0, "plan_share": 55.0}
    rows = []
    for indicator, figure in figures.items():
        for at, value in months((2026, 10), [figure * 0.8] + [1.0] * 11 + [figure]):
            rows.append((indicator, "Hà Nội", "city", at, value))
    table.feed("economy.investment", rows)
    numbers = table.numbers("economy.investment")
    assert (numbers["ytd"]["value"], numbers["ytd"]["previous"]) == (60_000.0, 48_000.0)
    assert numbers["plan_share"]["target"] == 83.3
    assert numbers["plan_share"]["status"] in ("warning", "critical")


def test_exercises_and_tests_are_listed_but_counted_by_nobody(
    table: Table, record: MakeRecord
) -> None:
    def alert(name: str, *, actual: bool, severity: str, **more: Any) -> RecordRow:
        body = {
            "title": {"vi": name},
            "severity": severity,
            "actual": actual,
            "category": ["met"],
        }
        return record(name, table.ago(hours=1), valid_to=table.ago(hours=-3), body=body, **more)

    table.feed(
        ALERTS,
        records=[
            alert("drill", actual=False, severity="extreme"),
            alert("rain", actual=True, severity="moderate"),
            alert("storm", actual=True, severity="severe"),
            alert("old", actual=True, severity="severe", status="replaced"),
        ],
    )
    envelope = table.build(ALERTS)
    items = envelope.payload["items"]["active"]
    assert [(item["id"], item["actual"]) for item in items] == [
        ("storm", True),
        ("rain", True),
        ("drill", False),
    ]
    assert items[0]["title"] == {"vi": "storm", "en": "storm"}
    assert table.numbers(ALERTS)["active"]["value"] == 2
    assert table.numbers(ALERTS)["severe"]["value"] == 1


@pytest.mark.parametrize(
    ("headline", "vi"),
    [
        ({"en": "Flash flood watch until noon"}, "Theo dõi lũ quét"),
        ({"vi": "Lũ quét đến trưa", "en": "Flash flood watch until noon"}, "Lũ quét đến trưa"),
    ],
)
def test_an_alert_without_a_headline_in_a_language_is_called_by_its_event(
    table: Table, record: MakeRecord, headline: dict[str, str], vi: str
) -> None:
    body = {"title": headline, "event": {"en": "FLASH FLOOD WATCH"}, "severity": "severe"}
    table.feed(ALERTS, records=[record("a", table.ago(hours=1), body=body)])
    (item,) = table.build(ALERTS).payload["items"]["active"]
    assert item["title"] == {"vi": vi, "en": "Flash flood watch until noon"}


def test_a_station_is_called_as_people_here_write_it(table: Table) -> None:
    at = table.ago(minutes=9)
    entity = Entity("Ba Dinh, Hanoi", "Ba Dinh", 21.03, 105.84, "00004")
    table.feed(AIR, [("pm25", "Ba Dinh, Hanoi", "00004", at, 90.0)], entities=[entity])
    payload = table.build(AIR).payload
    (row,) = payload["tables"]["stations"]["rows"]
    called = {"vi": "Ba Đình", "en": "Ba Đình"}
    assert payload["numbers"]["aqi"]["note"] == row["name"] == called
    assert row["area"] == {"vi": "Phường Ba Đình", "en": "Ba Đình ward"}


def test_an_alert_leaves_the_list_when_it_expires(table: Table, record: MakeRecord) -> None:
    body = {"title": {"vi": "Mưa to"}}
    alert = record("a", table.ago(hours=1), valid_to=table.ago(hours=-1), body=body)
    table.feed(ALERTS, records=[alert])
    assert table.numbers(ALERTS)["active"]["value"] == 1
    table.now += timedelta(hours=1)
    assert table.numbers(ALERTS)["active"]["value"] == 0


def test_failed_log_ins_are_held_against_a_usual_hour(table: Table) -> None:
    rows = [
        (indicator, "host", None, table.ago(hours=hour, minutes=1), figure)
        for hour in range(24)
        for indicator, figure in (
            ("failed_logins", 40.0 if hour == 0 else 10.0),
            ("accepted_logins", 2.0),
            ("events", 70.0),
        )
    ]
    table.feed(LOGINS, rows)
    numbers = table.numbers(LOGINS)
    assert numbers["failed_1h"]["value"] == 40.0
    assert numbers["ratio"]["value"] == 4.0
    assert numbers["ratio"]["status"] == "warning"
    told = numbers["events_1h"]
    assert (told["value"], told["source"]["indicator"]) == (70.0, "events")


def test_what_no_log_tells_of_is_no_zero(table: Table) -> None:
    table.feed(LOGINS, [("accepted_logins", "host", None, table.now, 3.0)])
    numbers = table.numbers(LOGINS)
    assert [numbers[name]["value"] for name in ("failed_1h", "ratio", "events_1h")] == [None] * 3


def test_requests_are_counted_aged_and_held_against_their_due_time(
    table: Table, record: MakeRecord
) -> None:
    def request(
        name: str,
        opened_h: float,
        *,
        due_h: float | None = None,
        closed_h: float | None = None,
        area: str = "00070",
        category: str = "waste",
    ) -> list[RecordRow]:
        due = None if due_h is None else table.ago(hours=due_h).isoformat()
        body = {"category": category, "expected_at": due}
        first = record(name, table.ago(hours=opened_h), area=area, body=body)
        if closed_h is None:
            return [first]
        at = table.ago(hours=closed_h)
        closing = replace(
            first, status="closed", version=at.isoformat(), reported_at=at, valid_to=at
        )
        return [first, closing]

    table.feed(
        REQUESTS,
        records=[
            *request("in time", 50, due_h=20, closed_h=30),
            *request("late", 50, due_h=40, closed_h=30, category="trees"),
            *request("overdue", 100, due_h=1, area="00004"),
            *request("not yet due", 10, due_h=-10),
            *request("no due time", 200),
        ],
    )
    envelope = table.build(REQUESTS)
    numbers = envelope.payload["numbers"]
    assert {n: numbers[n]["value"] for n in ("open", "closed", "closed_share")} == {
        "open": 3,
        "closed": 2,
        "closed_share": 40.0,
    }
    assert numbers["on_time_share"]["value"] == pytest.approx(33.3, abs=0.1)
    assert numbers["median_age_h"]["value"] == 100.0
    assert numbers["median_hours_to_close"]["value"] == 20.0
    ages = envelope.payload["tables"]["ages"]["rows"]
    assert [row["count"] for row in ages] == [1, 0, 1, 1, 0]
    categories = {
        row["category"]: (row["open"], row["closed"])
        for row in envelope.payload["tables"]["categories"]["rows"]
    }
    assert categories == {"waste": (3, 1), "trees": (0, 1)}
    areas = envelope.payload["maps"]["areas"]["values"]
    assert (areas["00070"]["value"], areas["00004"]["value"]) == (2, 1)


def test_quality_counts_what_was_refused_with_reason_and_owner(table: Table) -> None:
    table.feed(
        "health.dengue",
        [("cases", "HN", "city", table.ago(days=3), 5.0)],
        rejected={"outOfRange": 3, "badTime": 1},
    )
    table.feed(SPEED, [("speed_kmh", "a", "00070", table.ago(hours=2), 5.0)])
    envelope = table.build("data.quality")
    numbers = {name: n["value"] for name, n in envelope.payload["numbers"].items()}
    assert numbers == {
        "datasets_ok": 1,
        "datasets_stale": 1,
        "datasets_absent": len(table.city.datasets) - 2,
        "rows_accepted": 2,
        "rows_quarantined": 4,
    }
    refusals = envelope.payload["tables"]["quarantine"]["rows"]
    assert [(row["count"], row["owner"]["vi"]) for row in refusals] == [
        (3, "Sở Y tế"),
        (1, "Sở Y tế"),
    ]
    assert envelope.payload["tables"]["datasets"]["rows"][0]["state_id"] == "stale"


def test_bottlenecks_without_a_source_say_so_and_have_no_number(table: Table) -> None:
    table.feed(AIR, [("pm25", "x", "00070", table.ago(minutes=9), 90.0)], entities=[station("x")])
    envelope = table.build("city.bottlenecks")
    numbers = envelope.payload["numbers"]
    assert set(numbers) == {"flooding", "congestion", "air", "food_safety", "urban_order"}
    for name, figure in numbers.items():
        if name == "air":
            assert figure["value"] == 157
            assert figure["owner"] == "nong-nghiep-moi-truong"
        else:
            assert figure["value"] is None, name
            assert figure["note"]["en"] == "no source"
    assert envelope.as_of_ms == table.ago(minutes=9).timestamp() * 1000


def test_behind_urban_order_stand_just_the_open_requests_it_counts(
    table: Table, record: MakeRecord
) -> None:
    kinds = ("sidewalk", "order", "waste", "drainage")
    table.feed(
        REQUESTS,
        records=[
            record(f"r{n}", table.ago(hours=n), body={"category": kind})
            for n, kind in enumerate(kinds)
        ]
        + [record("done", table.ago(hours=1), status="closed", body={"category": kinds[0]})],
    )
    figure = table.numbers("city.bottlenecks")["urban_order"]
    rows = table.reader.source_rows(**figure["source"])
    names = table.city.bottleneck_requests.urban_order
    assert {row["body"]["category"] for row in rows} <= set(names)
    assert {row["value"] for row in rows} == {"open"}
    assert len(rows) == figure["value"] > 0


def test_bottlenecks_turn_stale_with_the_first_of_what_they_are_made_of(table: Table) -> None:
    table.feed(AIR, [("pm25", "x", "00070", table.ago(hours=2), 9.0)], entities=[station("x")])
    today = datetime(2026, 11, 19, 17, 0, tzinfo=UTC)
    table.feed(RAIN, [("rain_mm", "g", "00070", today, 1.0)], entities=[station("g")])
    air = table.build(AIR)
    envelope = table.build("city.bottlenecks")
    assert (envelope.as_of_ms, envelope.stale_after_ms) == (air.as_of_ms, air.stale_after_ms)


def test_the_clock_of_these_tests_is_what_it_seems() -> None:
    assert NOW.isoformat() == "2026-11-20T03:00:00+00:00"
