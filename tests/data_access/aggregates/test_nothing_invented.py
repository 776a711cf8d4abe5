"""What is not known is no number: neither a zero, nor a comparison, nor what did not fit a list."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from data_access import observation_check
from data_access.aggregates.quality import REASONS
from data_access.aggregates.vn_aqi import vn_aqi
from data_access.model import Entity, RecordRow
from tests.conftest import ROOT
from tests.data_access.aggregates.conftest import Table

MakeRecord = Callable[..., RecordRow]
AIR, RAIN, SPEED = "environment.air", "environment.rain", "transport.speed"
REQUESTS, ALERTS, PRICES = "feedback.requests", "security.alerts", "economy.prices"
BOTTLENECKS = "city.bottlenecks"
TODAY = datetime(2026, 11, 19, 17, 0, tzinfo=UTC)  # midnight in Hanoi


def station(name: str, area: str | None = "00070") -> Entity:
    return Entity(name, name, 21.03, 105.85, area)


def month(number: int, year: int = 2026) -> datetime:
    """Return the first instant of a month in Hanoi."""
    return datetime(year, number, 1, tzinfo=UTC) - timedelta(hours=7)


# ------------------------------------------------------------------------ air


def test_an_index_is_a_whole_number_with_halves_upwards() -> None:
    assert vn_aqi({"pm25": 12.25}) == 25  # 24.5
    assert vn_aqi({"pm25": 25.24}) == 50  # 50.48
    assert vn_aqi({"pm25": 25.25}) == 51  # 50.5


def test_no_station_is_bad_only_where_one_can_be_believed(table: Table) -> None:
    at = table.ago(minutes=30)
    table.feed(AIR, [("pm25", "x", "00070", at, 90.0, "suspect")], entities=[station("x")])
    numbers = table.numbers(AIR)
    assert numbers["stations_bad"]["value"] is None
    assert numbers["stations_suspect"]["value"] == 1


def test_stations_outside_the_city_alone_are_no_data_of_it(table: Table) -> None:
    at = table.ago(minutes=30)
    table.feed(AIR, [("pm25", "x", None, at, 90.0)], entities=[station("x", None)])
    envelope = table.build(AIR)
    assert (envelope.state, envelope.payload) == ("absent", {})
    assert envelope.reason is not None
    assert envelope.reason["en"] == "the source has no data yet"


def test_the_median_index_has_the_status_of_its_band(table: Table) -> None:
    at = table.ago(minutes=30)
    rows = [("pm25", "a", "00070", at, 50.0), ("pm25", "b", "00070", at, 50.6)]  # 100 and 101
    table.feed(AIR, rows, entities=[station("a"), station("b")])
    middle = table.numbers(AIR)["aqi_median"]
    assert (middle["value"], middle["band"], middle["status"]) == (101, "poor", "caution")


# ----------------------------------------------------------------------- rain


def test_a_day_nobody_can_be_believed_about_has_no_gauges_with_rain(table: Table) -> None:
    table.feed(
        RAIN,
        [("rain_mm", "g", "00070", TODAY, 300.0, "suspect")],
        entities=[station("g")],
    )
    numbers = table.numbers(RAIN)
    assert {numbers[name]["value"] for name in ("max_day", "median_day", "gauges_wet")} == {None}


# -------------------------------------------------------------------- traffic


def test_an_exercise_on_the_road_is_listed_but_not_counted(
    table: Table, record: MakeRecord
) -> None:
    def situation(name: str, *, actual: bool) -> RecordRow:
        body = {"title": {"vi": "Tai nạn"}, "severity": "high", "actual": actual}
        return record(name, table.ago(hours=1), body=body)

    table.feed(
        "transport.situations",
        records=[situation("drill", actual=False), situation("crash", actual=True)],
    )
    envelope = table.build("transport.situations")
    items = envelope.payload["items"]["active"]
    assert [(item["id"], item["actual"]) for item in items] == [("crash", True), ("drill", False)]
    assert items[0]["title"] == {"vi": "Tai nạn", "en": "Tai nạn"}
    assert envelope.payload["numbers"]["active"]["value"] == 1


def test_the_slowest_link_leads_to_the_rows_of_its_detector(table: Table) -> None:
    first, second = list(table.city.network.links)[:2]
    made = {"slow": (first, 12.0), "fast": (second, 55.0)}
    table.feed(
        SPEED,
        [("speed_kmh", n, "00070", table.ago(minutes=5), v) for n, (_, v) in made.items()],
        entities=[
            replace(station(n), attributes={"link": link, "free_flow_kmh": 60.0})
            for n, (link, _) in made.items()
        ],
    )
    assert table.numbers(SPEED)["worst_speed"]["source"]["entity"] == "slow"


# --------------------------------------------------------------------- alerts


def test_a_grave_alert_is_not_crowded_out_by_many_newer_ones(
    table: Table, record: MakeRecord
) -> None:
    def alert(name: str, severity: str, minutes: float) -> RecordRow:
        return record(
            name,
            table.ago(minutes=minutes),
            valid_to=table.ago(hours=-3),
            body={"title": {"vi": name}, "severity": severity},
        )

    minor = [alert(f"m{n:03}", "minor", n / 10) for n in range(250)]
    table.feed(ALERTS, records=[alert("typhoon", "extreme", 600), *minor])
    envelope = table.build(ALERTS)
    assert envelope.payload["numbers"]["active"]["value"] == 251
    assert envelope.payload["numbers"]["severe"]["value"] == 1
    assert envelope.payload["items"]["active"][0]["id"] == "typhoon"


# ------------------------------------------------------------- health, prices


def test_the_year_is_compared_only_with_the_same_months_of_a_whole_year_before(
    table: Table,
) -> None:
    table.feed("health.dengue", [("cases", "HN", "city", month(n), 5.0) for n in (1, 2, 3)])
    numbers = table.numbers("health.dengue")
    assert (numbers["year_cases"]["value"], numbers["year_cases"].get("previous")) == (15.0, None)
    table.feed("health.dengue", [("cases", "HN", "city", month(n, 2025), 4.0) for n in (1, 3)])
    assert table.numbers("health.dengue")["year_cases"].get("previous") is None
    table.feed("health.dengue", [("cases", "HN", "city", month(n, 2025), 4.0) for n in (2, 9)])
    assert table.numbers("health.dengue")["year_cases"]["previous"] == 12.0


def test_a_price_index_names_its_own_month_and_stands_beside_no_other(table: Table) -> None:
    whole, rice = "Chỉ số giá tiêu dùng", "Gạo"
    table.feed(
        PRICES,
        [
            ("cpi_yoy", whole, "city", month(10), 3.5),
            ("cpi_yoy", rice, None, month(10), 9.0),
            ("cpi_mom", whole, "city", month(9), 0.4),
            ("cpi_mom", rice, None, month(9), 1.1),
        ],
    )
    envelope = table.build(PRICES)
    numbers = envelope.payload["numbers"]
    assert (numbers["cpi_yoy"]["value"], numbers["cpi_yoy"]["period"]["vi"]) == (3.5, "10/2026")
    assert (numbers["cpi_mom"]["value"], numbers["cpi_mom"]["period"]["vi"]) == (0.4, "09/2026")
    assert numbers["cpi_ytd"]["value"] is None
    (row,) = envelope.payload["tables"]["goods"]["rows"]
    assert (row["name"]["vi"], row["yoy"], row["mom"]) == (rice, 9.0, None)


def test_ministries_totals_and_levels_of_budget_are_no_provinces(table: Table) -> None:
    names = ["Hà Nội", "Bộ Y tế", "TỔNG SỐ", "Trung ương", "Vốn ngân sách NN cấp tỉnh", "Bắc Ninh"]
    rows = [
        ("investment_ytd", name, "city" if name == "Hà Nội" else None, month(10), 100.0 - n)
        for n, name in enumerate(names)
    ]
    table.feed("economy.investment", rows)
    provinces = table.build("economy.investment").payload["tables"]["provinces"]
    assert [row["name"] for row in provinces["rows"]] == ["Hà Nội", "Bắc Ninh"]
    assert provinces["total"] == 2


@pytest.mark.parametrize(
    ("cpi", "status"),
    [(3.99, "normal"), (4.0, "caution"), (4.5, "warning"), (6.0, "critical")],
)
def test_prices_are_held_against_the_ceiling_of_the_year(
    table: Table, cpi: float, status: str
) -> None:
    table.feed(PRICES, [("cpi_yoy", "Chỉ số giá tiêu dùng", "city", month(10), cpi)])
    assert table.numbers(PRICES)["cpi_yoy"]["status"] == status


# ------------------------------------------------------------------- feedback


def requests(record: MakeRecord, at: datetime, categories: dict[str, int]) -> list[RecordRow]:
    return [
        record(f"{category}-{n}", at, body={"category": category})
        for category, count in categories.items()
        for n in range(count)
    ]


def test_all_categories_are_there_and_strange_ones_count_as_other(
    table: Table, record: MakeRecord
) -> None:
    known = list(table.city.datasets[REQUESTS].categories)
    counts = {name: len(known) - n for n, name in enumerate(known)} | {"strange": 2, "": 1}
    table.feed(REQUESTS, records=requests(record, table.ago(hours=1), counts))
    rows = table.build(REQUESTS).payload["tables"]["categories"]["rows"]
    found = {row["category"]: row["open"] for row in rows}
    assert found == {name: counts[name] for name in known} | {"other": counts["other"] + 3}
    assert sum(found.values()) == table.numbers(REQUESTS)["open"]["value"]
    assert {row["category"]: row["name"]["en"] for row in rows}["other"] == "Other"


def test_nobody_is_late_before_anything_was_due(table: Table, record: MakeRecord) -> None:
    body = {"category": "waste", "expected_at": table.ago(hours=-4).isoformat()}
    table.feed(REQUESTS, records=[record("a", table.ago(hours=1), body=body)])
    on_time = table.numbers(REQUESTS)["on_time_share"]
    assert (on_time["value"], on_time["status"]) == (None, "normal")


@pytest.mark.parametrize(
    ("overdue", "share", "status"),
    [(1, 90.0, "normal"), (2, 80.0, "caution"), (4, 60.0, "warning"), (6, 40.0, "critical")],
)
def test_overdue_open_requests_count_against_the_on_time_share(
    table: Table, record: MakeRecord, overdue: int, share: float, status: str
) -> None:
    body = {"category": "waste", "expected_at": table.ago(hours=2).isoformat()}
    rows = []
    for n in range(10):
        request = record(f"r{n}", table.ago(hours=9), body=body)
        rows.append(request)
        if n >= overdue:
            at = table.ago(hours=3)
            rows.append(replace(request, status="closed", version="2", reported_at=at, valid_to=at))
    table.feed(REQUESTS, records=rows)
    on_time = table.numbers(REQUESTS)["on_time_share"]
    assert (on_time["value"], on_time["status"]) == (share, status)


# ---------------------------------------------------------------- bottlenecks


def wet_day(table: Table, mm: float, *, origin: str = "replay") -> None:
    table.feed(RAIN, [("rain_mm", "g", "00070", TODAY, mm)], entities=[station("g")], origin=origin)


def test_rain_without_requests_speaks_of_no_requests(table: Table) -> None:
    wet_day(table, 60.0)
    note = table.numbers(BOTTLENECKS)["flooding"]["note"]
    assert note == {"vi": "mưa ngày lớn nhất", "en": "heaviest rain of the day"}


def test_drainage_requests_are_counted_however_few_they_are(
    table: Table, record: MakeRecord
) -> None:
    wet_day(table, 60.0)
    known = [name for name in table.city.datasets[REQUESTS].categories if name != "drainage"]
    counts = dict.fromkeys(known, 3) | {"drainage": 1}
    table.feed(REQUESTS, records=requests(record, table.ago(hours=1), counts))
    numbers = table.numbers(BOTTLENECKS)
    assert numbers["flooding"]["note"]["en"] == "heaviest rain of the day · 1 drainage requests"
    assert numbers["urban_order"]["value"] == 9
    assert numbers["urban_order"]["status"] == "normal"  # 9 of 49


@pytest.mark.parametrize(
    ("sidewalk", "status"), [(24, "normal"), (25, "caution"), (40, "warning"), (60, "critical")]
)
def test_urban_order_is_judged_by_its_share_of_open_requests(
    table: Table, record: MakeRecord, sidewalk: int, status: str
) -> None:
    counts = {"sidewalk": sidewalk, "waste": 100 - sidewalk}
    table.feed(REQUESTS, records=requests(record, table.ago(hours=1), counts))
    order = table.numbers(BOTTLENECKS)["urban_order"]
    assert (order["value"], order["status"]) == (sidewalk, status)


def test_a_bottleneck_says_why_its_source_gives_no_number(table: Table) -> None:
    at = table.ago(minutes=30)
    table.feed(AIR, [("pm25", "x", "00070", at, 90.0, "suspect")], entities=[station("x")])
    table.feed(RAIN)
    numbers = table.numbers(BOTTLENECKS)
    for name in ("air", "flooding"):
        assert numbers[name]["value"] is None
        assert numbers[name]["note"]["en"] == "the source has no data yet", name
    assert numbers["congestion"]["note"]["en"] == "no source"


def test_each_bottleneck_says_where_its_own_number_comes_from(
    table: Table, record: MakeRecord
) -> None:
    wet_day(table, 60.0, origin="simulated")
    table.feed(
        REQUESTS,
        records=[record("a", table.ago(hours=1), body={"category": "order"})],
        origin="live",
    )
    table.feed(AIR, [("pm25", "x", "00070", table.ago(hours=1), 9.0)], entities=[station("x")])
    numbers = table.numbers(BOTTLENECKS)
    origins = {name: number.get("origin") for name, number in numbers.items()}
    assert origins == {
        "flooding": "simulated",
        "congestion": None,
        "air": "replay",
        "food_safety": None,
        "urban_order": "live",
    }
    assert table.build(BOTTLENECKS).origin == "simulated"


# -------------------------------------------------------------------- quality


def reasons_given() -> Iterator[str]:
    """Yield every reason for a refusal that is written in the data path."""
    yield from observation_check._REASONS
    for path in (ROOT / "data_access").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and _name(node.func) in REFUSING:
                yield from (
                    each.value
                    for each in node.args
                    if isinstance(each, ast.Constant)
                    and isinstance(each.value, str)
                    and each.value.isalpha()
                )


REFUSING = ("Rejected", "bad_rows", "LineFault", "CapFault", "_refuse")


def _name(called: ast.expr) -> str:
    if isinstance(called, ast.Attribute):
        return called.attr
    return called.id if isinstance(called, ast.Name) else ""


def test_every_reason_for_a_refusal_has_words() -> None:
    given = set(reasons_given())
    assert {"badRow", "draft", "closedBeforeOpened"} <= given
    assert given | {"unreadableFile"} <= set(REASONS)


def test_unheard_of_reasons_are_shown_as_they_are(table: Table) -> None:
    table.feed("health.dengue", [("cases", "HN", "city", month(9), 5.0)], rejected={"odd": 3})
    rows = table.build("data.quality").payload["tables"]["quarantine"]["rows"]
    assert rows[0]["reason"] == {"vi": "odd", "en": "odd"}
