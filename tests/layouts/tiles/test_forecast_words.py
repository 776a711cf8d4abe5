"""A forecast tells a leader how far it was wrong, without a term of statistics."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from analytics.forecast import words
from layouts.tiles.forecast import told_errors, told_method
from layouts.tiles.kind import Frame
from layouts.tiles.measure import whole_clauses
from layouts.tiles.registry import build
from tests.layouts.tiles.sample import everything
from tests.layouts.tiles.stage import context
from tests.layouts.tiles.trees import having
from tests.layouts.tiles.trees import words as words_of

ROW: dict[str, Any] = {
    "method": words.MODELLED,
    "lost": None,
    "naive": words.YESTERDAY,
    "is_naive": False,
    "mase": 1.13,
    "mase_naive": 2.58,
    "error": 3.31,
    "error_unit": "km/h",
    "coverage80": 81.2,
}


@pytest.mark.parametrize(
    ("changed", "vi", "en"),
    [
        (
            {},
            "Sai số trung bình 3,3 km/h, ít hơn 56% so với lấy như ngày trước",
            "Mean error 3.3 km/h, 56% less than as the day before",
        ),
        (
            {"mase": 2.84},
            "Sai số trung bình 3,3 km/h, nhiều hơn 10% so với lấy như ngày trước",
            "Mean error 3.3 km/h, 10% more than as the day before",
        ),
        ({"is_naive": True}, "Sai số trung bình 3,3 km/h", "Mean error 3.3 km/h"),
        ({"mase": None}, "Sai số trung bình 3,3 km/h", "Mean error 3.3 km/h"),
        ({"error": 0.044}, "Sai số trung bình 0,04 km/h", "Mean error 0.04 km/h"),
        (
            {"mase": None, "error": 5.7, "error_even": 12.2, "error_unit": "%"},
            "Sai số trung bình 5,7%, chia đều theo ngày thì sai 12,2%",
            "Mean error 5.7%, spread evenly by day 12.2%",
        ),
    ],
)
def test_r17_the_measured_error_is_told_in_words_a_leader_reads(
    changed: dict[str, Any], vi: str, en: str
) -> None:
    for language, expected in (("vi", vi), ("en", en)):
        told = told_errors(ROW | changed, language).replace("\N{NO-BREAK SPACE}", " ")
        assert told.startswith(expected)
        assert "MASE" not in told


def test_r17_where_a_simple_rule_is_no_worse_than_the_model_the_tile_says_so() -> None:
    told = told_method({"method": words.HOURS, "lost": words.NO_BETTER}, "vi")
    assert told == ("Trung bình cùng giờ các tuần qua; mô hình học máy không hơn cách đơn giản này")


def test_what_was_never_tested_says_so_and_tells_no_error() -> None:
    assert told_errors({"error": None}, "vi") == "Chuỗi còn ngắn, chưa kiểm định được"


SAID = "Trung bình cùng giờ các ngày qua; mô hình học máy không hơn cách đơn giản này"


def test_what_a_line_does_not_hold_is_left_out_by_whole_clauses() -> None:
    assert whole_clauses(SAID, 80.0, 0.8, lines=1) == [SAID]
    assert whole_clauses(SAID, 20.0, 0.8, lines=1) == ["Trung bình cùng giờ các ngày qua"]
    assert " ".join(whole_clauses(SAID, 20.0, 0.8, lines=2)) == SAID


def test_what_has_no_clause_to_leave_out_is_cut() -> None:
    (line,) = whole_clauses("Trung bình cùng giờ các ngày qua", 5.0, 0.8, lines=1)
    assert line.endswith("…")


@pytest.mark.parametrize("width_px", range(800, 2400, 100))
def test_no_sentence_of_a_forecast_ends_in_the_middle(width_px: int) -> None:
    sample = everything()["forecast.air"]
    table = sample.payload["tables"]["series"]
    told = {"method": words.HOURS, "lost": words.NO_BETTER, "naive": words.YESTERDAY,
            "is_naive": False, "error": 3.3, "coverage80": 81.2}  # fmt: skip
    rows = [{**row, **told} for row in table["rows"]]
    tables = {**sample.payload["tables"], "series": {**table, "rows": rows}}
    given = replace(sample, payload={**sample.payload, "tables": tables})
    frame = Frame(width_px=width_px, height_px=1000, unit_px=76, language="en")
    options = {"aggregate": "forecast.air", "series": "pm25"}
    tile = build("forecast", options, frame, {"forecast.air": given}, context())
    said = words_of(having(tile, "t-forecast-told"))
    assert ("80%" in said) == ("of the time" in said)
