"""Tables people made: headings found by name, units and periods where they stand, and refusals."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from data_access.errors import SourceWrongFormat
from data_access.model import Batch
from data_access.sources import registry
from tests.data_access.sources.conftest import Reader, home, joined, values


def _rows(batch: Batch, **where: object) -> list[tuple[str, float, str]]:
    assert batch.observations is not None
    frame = batch.observations
    for column, wanted in where.items():
        frame = frame[frame[column] == wanted]
    local = frame["observed_at"].dt.tz_convert("Asia/Ho_Chi_Minh").dt.strftime("%Y-%m")
    return list(zip(local, frame["value"], frame["quality"], strict=True))


def test_a_heading_over_several_rows_is_found_in_any_sheet_with_its_period(
    read_small: Reader,
) -> None:
    batch = read_small("statistics.budget", "*.xlsx")
    assert _rows(batch, indicator="revenue", area="city") == [
        ("2026-06", 1850.5, "good"),
        ("2026-07", 1900, "estimated"),
    ]
    assert _rows(batch, indicator="revenue_ytd", area="city") == [("2026-07", 13100.25, "good")]
    assert _rows(batch, indicator="revenue_yoy", area="city") == [("2026-07", 7.5, "good")]


def test_names_and_numbers_are_read_as_people_here_write_them(read_small: Reader) -> None:
    batch = read_small("statistics.budget", "*.xlsx")
    assert _rows(batch, indicator="revenue", area="20242") == [
        ("2026-06", 400, "good"),
        ("2026-07", 410.5, "estimated"),  # "410,5" as text
    ]
    assert _rows(batch, indicator="revenue_ytd", area="20263") == [("2026-07", 1234.5, "good")]
    assert batch.observations is not None
    assert "Ghi chú" not in str(set(batch.observations["entity"]))  # where the table ends


def test_units_of_headings_and_of_the_table_become_the_contract_s(read_small: Reader) -> None:
    old = read_small("statistics.budget", "*06.xls")  # "Triệu đồng" above the table
    assert _rows(old, indicator="revenue_ytd", area="city") == [("2026-06", 11200, "good")]
    assert _rows(old, indicator="revenue_yoy", area="city") == [
        ("2026-06", 5.1, "good")
    ]  # per cent
    page = read_small("statistics.budget", "*05*")  # a unit in each heading
    assert _rows(page, indicator="revenue") == [
        ("2026-04", 1650, "good"),
        ("2026-05", 1690.5, "estimated"),
    ]


def test_a_later_table_revises_an_earlier_one(read_small: Reader) -> None:
    batch = read_small("statistics.budget")
    june = [
        row[1:] for row in _rows(batch, indicator="revenue", area="city") if row[0] == "2026-06"
    ]
    assert june == [(1800, "estimated"), (1850.5, "good")]


def test_what_is_refused_is_named_by_sheet_and_row(read_small: Reader) -> None:
    assert {each.source_ref: each.reason for each in read_small("statistics.budget").rejected} == {
        "budget_05.html.xls#table 1:4": "unknownUnit",  # "(°C)"
        "budget_06.xls#Thu:5": "notANumber",
        "budget_07.xlsx#1.Thu NS:11": "notANumber",  # "#REF!"
    }


def test_a_row_becomes_a_record_with_numbers_in_the_options_unit(read_small: Reader) -> None:
    batch = read_small("statistics.projects")
    first, second, _ = batch.records
    assert (first.record_id, first.status, first.area) == ("DA-001", "open", "20242")
    assert (first.body["plan"], first.body["disbursed"]) == (1500, 745.2505)
    assert first.valid_to == datetime(2026, 12, 30, 17, tzinfo=UTC)
    assert second.area == "20263"  # by its code
    assert (second.valid_to, second.body["flags"]) == (None, ["endsBeforeStart"])
    refused = sorted((each.source_ref, each.reason) for each in batch.rejected)
    assert refused == [
        ("projects.csv:4", "endsBeforeStart"),
        ("projects.csv:5", "emptyKey"),
        ("projects.csv:6", "badTime"),
        ("projects.csv:6", "noTime"),
    ]


LONG = (
    "Báo cáo\nChỉ tiêu;Đơn vị;Tháng 5/2026;Tháng 6/2026\n"
    "Thu trong tháng;tỷ đồng;1.700;1.800,5\nThu luỹ kế;tỷ đồng;-;11.200\nDân số;người;1;2\n"
)


def _long(**more: Any) -> dict[str, Any]:
    return {
        "columns": {},
        "indicator": "Chỉ tiêu",
        "indicators": {"Thu trong tháng": "revenue", "Thu lũy kế": "revenue_ytd"},
        "values": "{period}",
        "entity_columns": [],
        "period_in": None,
        **more,
    }


def test_indicators_may_stand_below_each_other_and_periods_beside(read_file: Reader) -> None:
    batch = read_file("statistics.budget", LONG, **_long())
    assert _rows(batch, indicator="revenue") == [
        ("2026-05", 1700, "good"),
        ("2026-06", 1800.5, "good"),
    ]
    assert _rows(batch, indicator="revenue_ytd") == [("2026-06", 11200, "good")]
    assert not batch.rejected  # what has no indicator is passed over


def test_days_may_stand_in_a_column(read_file: Reader) -> None:
    text = "Ngày,Thu\n01/07/2026,10\n32/07/2026,11\n02/07/2026,12\n"
    options = {"columns": {"revenue": "Thu"}, "time": "Ngày", "period_in": None}
    batch = read_file("statistics.budget", text, **options, entity_columns=[])
    assert values(batch) == {"2026-07-01 00:00": 10, "2026-07-02 00:00": 12}
    assert [each.reason for each in batch.rejected] == ["badTime"]


@pytest.mark.parametrize(
    "heading", ["Thực hiện", "THỰC HIỆN", "  Thực   hiện ", "Thực hiện (tỷ đồng)"]
)
def test_spaces_case_and_units_make_no_difference(read_file: Reader, heading: str) -> None:
    text = f"Quận;{heading};Ghi\nHoà Vang;5;x\n"
    batch = read_file(
        "statistics.budget",
        text,
        columns={"revenue": "Thực hiện"},
        entity="Quận",
        entity_columns=[],
        period_in="file",
        name="thu thang tháng 7 năm 2026.csv",
    )
    assert _rows(batch, area="20320") == [("2026-07", 5, "good")]  # Hòa Vang


def test_a_table_of_no_period_says_so(read_file: Reader) -> None:
    text = "Quận;Thu\nHòa Vang;5\n"
    batch = read_file(
        "statistics.budget", text, columns={"revenue": "Thu"}, entity="Quận", entity_columns=[]
    )
    assert batch.observations is None
    assert [each.reason for each in batch.rejected] == ["noTime", "noTime"]


def test_sheets_may_be_named_by_a_pattern(read_small: Reader, read_file: Reader) -> None:
    book = (home("statistics.budget")[1] / "sheets" / "budget_07.xlsx").read_bytes()
    assert read_file("statistics.budget", book, sheets="*thu*").observations is not None
    with pytest.raises(SourceWrongFormat, match="no table with the headings"):
        read_file("statistics.budget", book, sheets="chi")


def test_a_table_without_the_headings_shows_what_it_has(read_file: Reader) -> None:
    with pytest.raises(SourceWrongFormat, match=r"the first row: Tên; Số"):
        read_file("statistics.budget", "Tên;Số\nA;1\n")


# ---------------------------------------------------------------- real files


@pytest.mark.real_files
def test_the_office_s_workbooks_say_what_its_parsed_tables_say(real_data: Path) -> None:
    city, _ = home("economy.investment")
    contract = city.datasets["economy.investment"]
    folder = real_data / "socioeconomic" / "unlicensed"
    parsed = joined(list(registry.read([folder / "gso_vdt.csv.gz"], contract=contract, city=city)))
    options = {
        "sheets": ["*VDT*", "*VĐT NSNN"],
        "columns": {
            "investment_month": [
                "Thực hiện {period}",
                {"heading": "Ước tính {period}", "quality": "estimated"},
            ]
        },
        "entity_columns": [1, 2],
        "city_names": ["Hà Nội"],
    }
    source = replace(contract.source, format="sheet", options=options)
    contract = replace(contract, source=source)
    found: dict[str, float] = {}
    for path in sorted(folder.glob("gso_report_*.xlsx")):
        batch = joined(list(registry.read([path], contract=contract, city=city)))
        assert not batch.rejected
        found |= values(batch, area="city")
    assert sorted(month[:7] for month in found) == ["2024-11", "2024-12", "2025-01", "2025-02"]
    theirs = values(parsed, area="city", indicator="investment_month")
    assert found["2025-01-01 00:00"] == 4494.013
    assert {month: theirs[month] for month in found} == pytest.approx(found)


@pytest.mark.real_files
def test_consumer_prices_of_a_real_workbook(real_data: Path) -> None:
    city, _ = home("economy.prices")
    contract = city.datasets["economy.prices"]
    options = {
        "columns": {"cpi_yoy": {"heading": "*Tháng 02 năm 2024", "offset": -100}},
        "entity_columns": [1, 2, 3],
        "period_in": "title",
        "sheets": "*CPI",
    }
    contract = replace(contract, source=replace(contract.source, format="sheet", options=options))
    path = real_data / "socioeconomic/unlicensed/gso_report_2025-02-28-Bieu-T2.2025-1.xlsx"
    batch = joined(list(registry.read([path], contract=contract, city=city)))
    total = values(batch, entity="CHỈ SỐ GIÁ TIÊU DÙNG")
    assert total == {"2025-02-01 00:00": pytest.approx(2.913, abs=0.001)}
    assert len(values(batch, entity="Lương thực")) == 1
