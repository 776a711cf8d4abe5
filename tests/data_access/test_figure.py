"""Addresses of figures: what stands there, and nothing where there is nothing."""

from __future__ import annotations

import pytest

from data_access.figure import addresses, cell_at, figure_at, item_at, item_of, line_at, number_at

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
    "items": {
        "active": [
            {
                "id": "jam-1",
                "title": {"vi": "Ùn tắc", "en": "Jam"},
                "line": {"unit": "km/h", "decimals": 0, "points": [[1, 9.0], [2, 8.0], [3, None]]},
                "source": {"dataset": "d", "entity": "l"},
            },
            {"id": "storm", "title": {"vi": "Giông"}, "atMs": 7},
        ]
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


def test_an_alert_is_its_newest_value_in_whichever_list_it_stands():
    found = figure_at(PAYLOAD, item_at("jam-1"))
    assert (found["value"], found["atMs"], found["unit"]) == (8.0, 2, "km/h")
    assert (found["label"]["en"], found["source"]) == ("Jam", {"dataset": "d", "entity": "l"})
    ended = {**PAYLOAD, "items": {"ended": PAYLOAD["items"]["active"]}}
    assert figure_at(ended, item_at("jam-1")) == found
    assert item_of(PAYLOAD, item_at("storm"))["title"] == {"vi": "Giông"}
    without_a_course = figure_at(PAYLOAD, item_at("storm"))
    assert (without_a_course["value"], without_a_course["atMs"]) == (None, 7)
    assert figure_at(PAYLOAD, item_at("none")) is None
