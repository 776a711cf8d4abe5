"""R33 to R36: indicators from statistics, disbursement, business, budget, in numbers that agree."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest

from data_access.aggregates.business import SECTORS
from tests.data_access.aggregates.conftest import Table

GRDP, PROJECTS, BUSINESS, BUDGET = (
    "economy.grdp", "economy.projects", "economy.business", "economy.budget",
)  # fmt: skip


def rows(table: Table, aggregate: str, name: str) -> list[dict[str, Any]]:
    """Return the rows of a table."""
    found = table.build(aggregate).payload["tables"][name]
    assert found["total"] == len(found["rows"])
    return list(found["rows"])


def test_r33_an_sdmx_csv_makes_a_card_with_value_unit_period_year_on_year_and_target(
    table: Table,
) -> None:
    table.feed_files(GRDP)
    growth = table.numbers(GRDP)["grdp_growth"]
    assert (growth["value"], growth["unit"], growth["period"]["vi"]) == (8.2, "%", "Quý III/2025")
    assert growth["previous"] == 6.5
    assert (growth["target"], growth["targetLabel"]["en"]) == (8.5, "target of 2025")
    size = table.numbers(GRDP)["grdp"]
    assert (size["value"], size["unit"], size["previous"]) == (400_000, "tỷ đồng", 360_000)
    services, agriculture = rows(table, GRDP, "sectors")
    assert (services["share"], services["growth"]) == (70.0, 8.7)
    assert agriculture["growth"] is None  # said to be missing


def test_r33_a_city_without_targets_has_figures_that_are_neither_good_nor_bad(
    table: Table,
) -> None:
    table.without_limits()
    table.feed_files(GRDP)
    growth = table.numbers(GRDP)["grdp_growth"]
    assert growth["status"] == "normal"
    assert "target" not in growth


def test_r34_investors_and_their_projects_add_up_to_the_city(table: Table) -> None:
    at = datetime(2026, 9, 30, 17, tzinfo=UTC)
    values: list[tuple[Any, ...]] = []
    records = []
    for n in range(40):
        plan = 1_000.000001 * (n + 1)
        for name, figure in (
            ("year_plan", plan), ("planned", plan * 0.8), ("disbursed", plan * (n % 9) / 9),
        ):  # fmt: skip
            values.append((name, f"p{n}", "00070", at, round(figure, 6)))
        records.append(_project(table, f"p{n}", at, investor=f"Ban số {n % 3}"))
    table.feed(PROJECTS, values, records=records)
    numbers, tables = table.numbers(PROJECTS), table.build(PROJECTS).payload["tables"]
    investors = tables["investors"]["rows"]
    assert len(investors) == 3
    for column in ("year_plan", "disbursed"):
        whole = _dong(numbers[column]["value"])
        assert sum(_dong(row[column]) for row in investors) == whole
        assert sum(_dong(row[column]) for row in tables["funds"]["rows"]) == whole
        for row in investors:
            parts = tables[row["table"]]["rows"]
            assert parts[-1]["name"]["en"] == "Other projects"
            assert sum(_dong(part[column]) for part in parts) == _dong(row[column])
            assert tables[row["table"]]["source"]["categories"] == [row["name"]["vi"]]
    last = table.build(PROJECTS).payload["series"]["curve"]["lines"][0]["points"][-1][1]
    assert last == numbers["disbursed"]["value"]


def test_r34_a_project_without_a_figure_is_left_out_and_counted(table: Table) -> None:
    table.feed_files(PROJECTS)
    share = table.numbers(PROJECTS)["share"]
    assert share["note"]["en"] == "1 without figures left out"
    assert table.numbers(PROJECTS)["year_plan"]["value"] == 200.0005  # 7003 is not among them
    late = rows(table, PROJECTS, "late")
    assert [row["name"]["vi"] for row in late] == ["Trường tiểu học thử"]
    assert late[0]["behind"] == 50.0


def test_r35_the_map_and_the_table_agree_on_a_sector(table: Table) -> None:
    table.feed_files(BUSINESS)
    sectors = {row["section"]: row for row in rows(table, BUSINESS, "sectors")}
    maps = table.build(SECTORS).payload["maps"]
    assert set(maps) == {"areas.f", "areas.g", "areas.j"}
    for section, row in sectors.items():
        of_units = maps[f"areas.{section}"]["values"]
        assert sum(each["value"] for each in of_units.values()) == row["firms_new"]
    assert maps["areas.g"]["values"] == {
        "00004": {"value": 25.0, "band": "some"},
        "00070": {"value": 34.0, "band": "many"},
    }
    whole = table.build(BUSINESS).payload["maps"]["areas"]["values"]
    assert sum(each["value"] for each in whole.values()) == 34 + 12 + 25 + 8
    assert table.numbers(BUSINESS)["firms_new"]["value"] == 79
    assert table.numbers(BUSINESS)["new_ytd"]["value"] == 109


def test_r36_the_line_to_date_equals_the_table_to_the_dong(table: Table) -> None:
    table.feed_files(BUDGET)
    payload = table.build(BUDGET).payload
    for side in ("revenue", "expenditure"):
        items = payload["tables"][side]["rows"]
        line = payload["series"][side]["lines"][0]["points"]
        booked = _dong(payload["numbers"][side]["value"])
        assert sum(_dong(row["booked"]) for row in items) == _dong(line[-1][1]) == booked
    # 204.000,123456 - 1.200,5 + 33.150,000001 triệu đồng
    assert _dong(payload["numbers"]["revenue"]["value"]) == 235_949_623_457
    taxes = {row["name"]["vi"]: row for row in payload["tables"]["revenue"]["rows"]}
    assert taxes["Lệ phí trước bạ"]["estimate"] == 8_300.0
    assert payload["numbers"]["revenue_day"]["period"]["vi"] == "04/11/2025"


def test_r36_the_pace_of_revenue_is_held_against_the_year(table: Table) -> None:
    day = datetime(2026, 6, 30, 3, tzinfo=UTC)  # half of the year
    table.feed(
        BUDGET,
        [
            ("revenue_estimate", "thuế", None, datetime(2025, 12, 31, 17, tzinfo=UTC), 1000.0),
            ("revenue", "thuế", None, day, 340.0),
        ],
    )
    share = table.numbers(BUDGET)["revenue_share"]
    assert (share["value"], share["target"], share["status"]) == (34.0, 49.6, "warning")


def test_r36_another_years_estimate_is_not_this_years(table: Table) -> None:
    begins = {year: datetime(year - 1, 12, 31, 17, tzinfo=UTC) for year in (2026, 2027)}
    told = [
        ("revenue_estimate", "thuế", None, begins[2026], 1000.0),
        ("revenue_estimate", "thuế", None, datetime(2026, 7, 1, tzinfo=UTC), 1200.0),  # revised
        ("revenue", "thuế", None, datetime(2026, 12, 20, 3, tzinfo=UTC), 900.0),
    ]
    table.feed(BUDGET, [*told, ("revenue_estimate", "thuế", None, begins[2027], 1500.0)])
    assert table.numbers(BUDGET)["revenue_share"]["value"] == 75.0
    table.feed(BUDGET, [("revenue", "phí", None, datetime(2027, 1, 4, 3, tzinfo=UTC), 15.0)])
    assert table.numbers(BUDGET)["revenue_share"]["value"] == 1.0


def test_r36_an_estimate_that_is_decided_the_month_before_is_the_years(table: Table) -> None:
    decided = datetime(2026, 12, 8, 3, tzinfo=UTC)
    table.feed(
        BUDGET,
        [
            ("revenue_estimate", "thuế", None, datetime(2025, 12, 8, 3, tzinfo=UTC), 1000.0),
            ("revenue_estimate", "thuế", None, decided, 1500.0),
            ("revenue", "thuế", None, datetime(2026, 12, 20, 3, tzinfo=UTC), 900.0),
        ],
    )
    assert table.numbers(BUDGET)["revenue_share"]["value"] == 90.0
    table.feed(BUDGET, [("revenue", "thuế", None, datetime(2027, 1, 4, 3, tzinfo=UTC), 15.0)])
    assert table.numbers(BUDGET)["revenue_share"]["value"] == 1.0


def test_r36_a_year_without_an_estimate_has_no_share(table: Table) -> None:
    table.feed(
        BUDGET,
        [
            ("revenue_estimate", "thuế", None, datetime(2025, 12, 31, 17, tzinfo=UTC), 1000.0),
            ("revenue", "thuế", None, datetime(2027, 1, 4, 3, tzinfo=UTC), 15.0),
        ],
    )
    numbers = table.numbers(BUDGET)
    assert numbers["revenue_share"]["value"] is None
    assert "target" not in numbers["revenue"]


def test_r36_nothing_booked_is_no_budget(table: Table) -> None:
    table.feed(BUDGET, [("revenue_estimate", "thuế", None, table.ago(days=9), 1000.0)])
    assert table.build(BUDGET).state == "absent"


def _dong(billions: float) -> int:
    """Return tỷ đồng in đồng, exactly what is shown."""
    return round(Fraction(str(billions)) * 10**9)


def _project(table: Table, code: str, at: datetime, *, investor: str) -> Any:
    from data_access.model import RecordRow

    return RecordRow(
        record_id=code,
        version=at.isoformat(),
        status="open",
        reported_at=at,
        valid_from=at - timedelta(days=300),
        valid_to=None,
        area="00070",
        geometry=None,
        body={"category": investor, "fund": "Ngân sách Thành phố", "title": {"vi": code}},
        source_ref=f"f#{code}",
    )


@pytest.mark.parametrize("dataset", [GRDP, PROJECTS, BUSINESS, BUDGET])
def test_figures_lead_to_the_rows_they_are_made_of(table: Table, dataset: str) -> None:
    table.feed_files(dataset)
    for number in table.numbers(dataset).values():
        source = number["source"]
        assert table.reader.source_rows(
            source["dataset"], indicator=source["indicator"], area=source.get("area")
        )
