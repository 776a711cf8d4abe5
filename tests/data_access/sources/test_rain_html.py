"""Rain gauges: an HTML table in UTF-16 named .xls, with gauges at fault."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path

import pytest

from data_access.city import City
from data_access.contract_check import check
from data_access.errors import SourceWrongFormat
from data_access.model import Batch
from data_access.quarantine import identity
from data_access.sources import registry
from tests.conftest import SMALL_LAKE
from tests.data_access.sources.conftest import Reader, joined, reasons, values

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def _page(*rows: str) -> str:
    return f"<table><tr><th>Ngày</th>{rows[0]}</tr>{''.join(rows[1:])}</table>"


def _row(day: str, *cells: str) -> str:
    return f"<tr><td>{day}</td>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _checked(batch: Batch, city: City, *, allowed: Collection[str] = ()) -> Batch:
    return check(batch, city.datasets["environment.rain"], now=NOW, allowed=allowed)


def test_the_small_file_is_utf16_html_named_xls() -> None:
    content = (SMALL_LAKE / "environment" / "rain_2021.xls").read_bytes()
    assert content.startswith(b"\xff\xfe<\0d\0i\0v\0")


def test_days_are_day_first_and_in_order_whatever_the_rows_are(read_small: Reader) -> None:
    frame = read_small("environment.rain").observations
    assert frame is not None
    assert frame["observed_at"].is_monotonic_increasing
    assert values(read_small("environment.rain"), entity="Ba Đình") == {
        "2021-09-23 00:00": 2.6,
        "2021-09-24 00:00": 92.1,
        "2021-09-25 00:00": 12.5,  # written with a comma
    }


def test_a_blank_is_no_report_not_zero(read_small: Reader) -> None:
    assert "2021-09-23 00:00" not in values(read_small("environment.rain"), entity="Hoàn Kiếm")


def test_a_heading_that_comes_twice_is_two_gauges_in_one_unit(read_small: Reader) -> None:
    gauges = {each.entity: each.area for each in read_small("environment.rain").entities}
    assert gauges["Thanh Liệt"] == gauges["Thanh Liệt#2"] == "00643"
    assert gauges["Xã Gia Lâm"] == "00565"  # a heading across lines
    assert gauges["Trạm lạ"] is None


def test_a_gauge_far_above_those_around_is_refused_and_doubted_on_the_days_beside(
    read_small: Reader, city: City
) -> None:
    batch = _checked(read_small("environment.rain"), city)
    (refused,) = [each for each in batch.rejected if each.reason == "implausible"]
    assert refused.detail.startswith("Thanh Liệt on 23/09/2021: 839.4 mm")
    assert batch.observations is not None
    doubted = batch.observations[batch.observations["quality"] == "suspect"]
    assert set(doubted["entity"]) == {"Thanh Liệt"}
    assert len(doubted) == 2


def test_somebody_answers_for_one_gauge_of_a_day_and_for_no_other(
    read_file: Reader, city: City
) -> None:
    heads = "<th>Ba Đình</th><th>Ngọc Hà</th><th>Giảng Võ</th><th>Cửa Nam</th>"
    days = _row("01/05/2026", "400", "380", "1", "2"), _row("02/05/2026", "3", "4", "1", "2")
    batch = read_file("environment.rain", _page(heads, *days))
    first, second = _checked(batch, city).rejected
    assert first.source_ref != second.source_ref  # two cells of one line
    assert first.source_ref.startswith("file.dat:2#rain_mm")
    let_in = _checked(batch, city, allowed={identity(first.row)})
    assert [each.row for each in let_in.rejected] == [second.row]
    assert let_in.observations is not None
    quality = {(row.entity, row.value): row.quality for row in let_in.observations.itertuples()}
    assert quality["Ba Đình", 400.0] == quality["Ba Đình", 3.0] == "good"
    assert quality["Ngọc Hà", 4.0] == "suspect"
    assert ("Ngọc Hà", 380.0) not in quality


def test_a_real_cloudburst_that_others_saw_too_is_believed(read_small: Reader) -> None:
    found = values(read_small("environment.rain"), entity="Hoàn Kiếm")
    assert found["2021-09-30 00:00"] == 421.3


def test_two_gauges_at_fault_do_not_vouch_for_each_other(read_file: Reader, city: City) -> None:
    heads = "<th>Ba Đình</th><th>Ngọc Hà</th><th>Giảng Võ</th><th>Cửa Nam</th>"
    batch = read_file("environment.rain", _page(heads, _row("01/05/2026", "400", "380", "1", "2")))
    refused = _checked(batch, city).rejected
    assert [each.reason for each in refused] == ["implausible", "implausible"]


def test_a_downpour_that_nobody_else_reported_is_not_believed(
    read_file: Reader, city: City
) -> None:
    heads = "<th>Ba Đình</th><th>Ngọc Hà</th>"
    batch = read_file("environment.rain", _page(heads, _row("01/05/2026", "300", "&nbsp;")))
    assert [each.reason for each in _checked(batch, city).rejected] == ["implausible"]


def test_bad_rows_and_cells_are_refused_and_sums_are_passed_over(
    read_small: Reader, city: City
) -> None:
    assert reasons(_checked(read_small("environment.rain"), city)) == {
        "rain_2021.xls:3#rain_mm · Thanh Liệt · 2021-09-22T17:00Z": "implausible",
        "rain_2021.xls:4": "notANumber",
        "rain_2021.xls:6": "badTime",  # 31 February
        "rain_2021.xls:7": "badRow",
    }


def test_utf8_works_too_and_other_formats_of_days(read_file: Reader) -> None:
    page = _page("<th>Ba Đình</th>", _row("2026-05-01", "5.5"))
    batch = read_file("environment.rain", page, date_format="%Y-%m-%d")
    assert values(batch) == {"2026-05-01 00:00": 5.5}


def test_a_real_workbook_is_refused_by_name(read_file: Reader) -> None:
    with pytest.raises(SourceWrongFormat, match="binary Excel workbook"):
        read_file("environment.rain", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")


def test_a_year_without_a_day_is_refused(read_file: Reader) -> None:
    with pytest.raises(SourceWrongFormat, match="without a single day"):
        read_file("environment.rain", _page("<th>Ba Đình</th>", _row("Tổng", "1")))


@pytest.mark.real_files
def test_the_real_years_lose_their_faults_and_nothing_else(real_data: Path, city: City) -> None:
    contract = city.datasets["environment.rain"]
    files = contract.source.files(real_data)
    assert len(files) == 2
    read = joined(list(registry.read(files, contract=contract, city=city)))
    batch = check(read, contract, now=NOW)
    assert read.observations is not None
    assert batch.observations is not None
    assert len({each.entity for each in batch.entities}) == 49
    assert {each.reason for each in batch.rejected} == {"implausible"}
    assert 8 <= len(batch.rejected) <= 25
    assert len(batch.observations) == len(read.observations) - len(batch.rejected)
    assert batch.observations["value"].max() < 250
    heavy = batch.observations[batch.observations["value"] > 150]
    assert "Yên Sở" in set(heavy["entity"])  # 24 September 2021 rained 179 mm there
    everything = {identity(each.row) for each in batch.rejected}
    believed = check(read, contract, now=NOW, allowed=everything)
    assert not believed.rejected
