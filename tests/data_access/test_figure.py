"""Addresses of figures: what stands there, and nothing where there is nothing."""

from __future__ import annotations

import pytest

from data_access.figure import addresses, cell_at, figure_at, line_at, number_at

SPEED = {"label": {"vi": "Tốc độ", "en": "Speed"}, "value": 31.5, "unit": "km/h", "decimals": 0}
COLUMNS = [
    {"id": "name", "label": {"vi": "Đường", "en": "Road"}, "kind": "text"},
    {"id": "speed", "label": {"vi": "Tốc độ", "en": "Speed"}, "kind": "number", "unit": "km/h"},
]
PAYLOAD = {
    "numbers": {"mean": SPEED},
    "tables": {
        "roads": {
            "label": {"vi": "Đường"},
            "columns": COLUMNS,
            "rows": [{"name": "Láng", "speed": 12.0, "source": {"dataset": "d", "entity": "l"}}],
        }
    },
    "series": {
        "day": {
            "label": {"vi": "Ngày", "en": "Day"},
            "unit": "km/h",
            "decimals": 1,
            "lines": [{"id": "here", "label": {"vi": "đây"}, "points": [[1, 2.0], [2, None]]}],
        }
    },
}


def test_a_figure_is_found_by_its_address_or_its_name():
    assert figure_at(PAYLOAD, number_at("mean")) is SPEED
    assert figure_at(PAYLOAD, "mean") is SPEED


def test_a_cell_is_a_figure_named_by_column_and_row_with_the_rows_source():
    found = figure_at(PAYLOAD, cell_at("roads", 0, "speed"))
    assert found["label"] == {"vi": "Tốc độ · Láng", "en": "Speed · Láng"}
    assert (found["value"], found["unit"]) == (12.0, "km/h")
    assert found["source"] == {"dataset": "d", "entity": "l"}


def test_a_line_ends_at_its_newest_value():
    found = figure_at(PAYLOAD, line_at("day", "here"))
    assert (found["value"], found["atMs"]) == (2.0, 1)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "numbers",
        "numbers/none",
        "numbers/mean/more",
        "tables/roads/1/speed",
        "tables/roads/-1/speed",
        "tables/roads/0/name",
        "tables/none/0/speed",
        "tables/roads/9999999999999999999999/speed",
        "tables/roads/٣/speed",
        "series/day/none",
        "series/none/here",
        "x" * 1000,
    ],
)
def test_nothing_stands_at_other_addresses(address):
    assert figure_at(PAYLOAD, address) is None


def test_lines_are_named_where_there_are_no_figures():
    assert addresses(PAYLOAD) == ["numbers/mean"]
    assert addresses({"series": PAYLOAD["series"]}) == ["series/day/here"]
