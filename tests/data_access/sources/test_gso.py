"""Monthly tables of the statistics office: an index column, Vietnamese headings, revisions."""

from __future__ import annotations

from pathlib import Path

import pytest

from data_access.city import City
from data_access.contract_check import check
from data_access.errors import SourceWrongFormat
from data_access.model import Batch
from data_access.sources import registry
from tests.conftest import SMALL_LAKE
from tests.data_access.sources.conftest import Reader, joined, reasons, values


def _publications(city: City, lake: Path) -> list[Batch]:
    contract = city.datasets["economy.investment"]
    return list(registry.read(contract.source.files(lake), contract=contract, city=city))


def test_each_publication_is_a_batch_oldest_first(city: City) -> None:
    first, second = _publications(city, SMALL_LAKE)
    assert values(first, entity="Hà Nội", indicator="investment_ytd") == {
        "2025-01-01 00:00": 5126.1
    }
    assert values(second, entity="Hà Nội", indicator="investment_ytd") == {"2025-02-01 00:00": 9095}


def test_last_month_given_again_revises_last_month(city: City) -> None:
    first, second = _publications(city, SMALL_LAKE)
    where = {"entity": "Hà Nội", "indicator": "investment_month"}
    assert values(first, **where, quality="estimated") == {"2025-01-01 00:00": 5126.1}
    assert values(second, **where, quality="good") == {"2025-01-01 00:00": 4494}
    assert values(second, **where, quality="estimated") == {"2025-02-01 00:00": 4601}


def test_the_city_s_own_row_is_of_the_city(city: City) -> None:
    frame = joined(_publications(city, SMALL_LAKE)).observations
    assert frame is not None
    assert set(frame.loc[frame["entity"] == "Hà Nội", "area"]) == {"city"}
    assert set(frame.loc[frame["entity"] != "Hà Nội", "area"]) == {None}


def test_what_is_no_date_or_number_is_refused_and_a_blank_is_absent(city: City) -> None:
    batch = joined(_publications(city, SMALL_LAKE))
    assert reasons(batch) == {
        "investment_2025.csv:8": "badTime",
        "investment_2025.csv:5": "notANumber",
    }
    assert values(batch, entity="Hoà Bình", indicator="plan_share") == {"2025-02-01 00:00": 9}


def test_prices_come_in_one_batch_with_a_byte_order_mark(read_small: Reader, city: City) -> None:
    batch = read_small("economy.prices")
    where = {"entity": "CHỈ SỐ GIÁ TIÊU DÙNG", "indicator": "cpi_yoy"}
    assert values(batch, **where) == {"2025-01-01 00:00": 3.63, "2025-02-01 00:00": 2.91}
    quoted = values(batch, entity="May mặc, mũ nón và giày dép")
    assert quoted == {"2025-02-01 00:00": 1.12}
    good = check(
        batch, city.datasets["economy.prices"], now=batch.observations["observed_at"].max()
    )
    assert [(each.reason, each.source_ref) for each in good.rejected] == [
        ("outOfRange", "prices_2025.csv:6#cpi_yoy · Lương thực · 2024-12-31T17:00Z")
    ]


def test_other_headings_and_dates_are_a_matter_of_options(read_file: Reader) -> None:
    batch = read_file(
        "economy.prices",
        "Nhóm hàng,So cùng kỳ,Ngày công bố\nLương thực,1.5,29/06/2026\n",
        name_column="Nhóm hàng",
        date_column="Ngày công bố",
        date_format="%d/%m/%Y",
        columns={"cpi_yoy": "So cùng kỳ"},
    )
    assert values(batch) == {"2026-06-01 00:00": 1.5}


def test_a_table_without_the_columns_says_which_are_missing(read_file: Reader) -> None:
    with pytest.raises(SourceWrongFormat, match="no E-Total-M"):
        read_file("economy.investment", "Phân Loại,Date\nHà Nội,2025-01-29\n")


@pytest.mark.real_files
def test_the_real_investment_of_2024_sums_to_the_year(real_data: Path, city: City) -> None:
    publications = _publications(city, real_data)
    assert len(publications) == 158
    ytd = values(joined(publications), entity="Hà Nội", indicator="investment_ytd")
    assert ytd["2024-12-01 00:00"] == pytest.approx(72289, abs=1)
    share = values(joined(publications), entity="Hà Nội", indicator="plan_share")
    assert share["2024-12-01 00:00"] == pytest.approx(87.3, abs=0.1)
    contract = city.datasets["economy.investment"]
    for batch in publications:
        assert batch.observations is not None
        good = check(batch, contract, now=batch.observations["observed_at"].max())
        assert good.rejected == []


@pytest.mark.real_files
def test_the_real_prices_pass_their_contract(real_data: Path, city: City) -> None:
    contract = city.datasets["economy.prices"]
    batch = joined(
        list(registry.read(contract.source.files(real_data), contract=contract, city=city))
    )
    assert batch.observations is not None
    good = check(batch, contract, now=batch.observations["observed_at"].max())
    assert [each.reason for each in good.rejected] == []
    cpi = values(batch, entity="CHỈ SỐ GIÁ TIÊU DÙNG", indicator="cpi_yoy")
    assert cpi["2025-02-01 00:00"] == pytest.approx(2.91, abs=0.01)
