"""The page of forecasts: every series with its errors beside the baselines', and its model card."""

from __future__ import annotations

from callbacks.desk import Desk
from data_access.classification import Classification
from language import text
from tests.pages.answerable import tell
from tests.pages.browse import Client, nodes, words
from tests.pages.test_catalogue import classify, grid
from tests.pages.test_passport import ask

PAGE = "/data/forecasts"


def test_r17_the_list_has_each_methods_error_and_says_where_the_model_lost(
    operator: Client, reach: Desk
) -> None:
    tell(reach)
    rows = {row["id"]: row for row in grid(operator.page(PAGE))}
    air, calls = rows["air/pm25"], rows["calls/calls"]
    assert (air["mase_words"], air["mase_naive_words"]) == ("0,73", "0,87")
    assert air["coverage80_words"] == "81%"
    assert "mô hình học máy" in air["method"]
    assert "mô hình học máy" not in calls["method"]
    assert rows["water"]["method"] == text("pages.forecasts.not_yet", "vi")


def test_r17_a_card_says_what_made_it_from_what_and_how_well(operator: Client, reach: Desk) -> None:
    tell(reach)
    told = operator.page(f"{PAGE}?forecast=calls&series=calls")
    said = words(told)
    assert "mô hình học máy không hơn cách đơn giản này" in said
    assert "94,6%" in said
    assert [each for each in nodes(told) if each["type"] == "Graph"]
    assert "79,6%" in said  # as it came, beside what the back-test promised
    assert "gấp 1,04 lần kiểm định" in said
    assert "đến 8: ×0,97" in said
    assert "đến hạn" in said  # why it was learned when it was
    assert "3f9c3f9c3f9c" in said


def test_r57_the_passport_of_what_is_forecast_is_a_tap_away_from_its_card(
    operator: Client, reach: Desk
) -> None:
    tell(reach)
    told = operator.page(f"{PAGE}?forecast=air&series=pm25")
    (mark,) = [key for each in nodes(told) if (key := each["props"].get("data-passport"))]
    said = words(ask(operator, mark))
    assert "Tính lại và đối chiếu" in said
    assert "mô hình học máy" in said.lower()
    assert [each for each in nodes(told) if each["type"] == "Dialog"]


def test_a_series_that_is_none_leads_to_the_list(operator: Client, reach: Desk) -> None:
    tell(reach)
    assert grid(operator.page(f"{PAGE}?forecast=air&series=<script>"))


def test_what_is_above_a_ceiling_is_neither_listed_nor_shown(viewer: Client, reach: Desk) -> None:
    tell(reach)
    hidden = Classification("restricted", frozenset({"police"}))
    classify(reach, "environment.air", classification=hidden, share="shared")
    assert "air/pm25" not in {row["id"] for row in grid(viewer.page(PAGE))}
    told = viewer.page(f"{PAGE}?forecast=air&series=pm25")
    assert "HistGradientBoosting" not in words(told)
