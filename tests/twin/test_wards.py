"""What a run changes ward by ward: the order of figures and of wards, for pages, tiles, paper."""

from __future__ import annotations

from tests.twin.hand_made import kpi
from twin.wards import by_figure, tables

AREAS = {
    "00001": [kpi("speed", 20.0, 19.5, wide=1.0, better="up"), kpi("loss", 5.0, 6.0, wide=0.5)],
    "00002": [kpi("speed", 20.0, 18.0, wide=1.0, better="up"), kpi("loss", 5.0, 9.0, wide=0.5)],
    "00003": [kpi("speed", 20.0, 21.0, wide=2.0, better="up"), kpi("loss", 5.0, 4.0, wide=0.5)],
}


def test_what_tells_most_is_first_and_who_is_harmed_most_on_top() -> None:
    found = by_figure(AREAS)
    assert list(found) == ["loss", "speed"]  # three wards are told apart by it, by speed one
    assert [code for code, _ in found["loss"]] == ["00002", "00001", "00003"]
    assert [code for code, _ in found["speed"]] == ["00002", "00001", "00003"]


def test_a_figure_some_wards_lack_is_told_of_the_others() -> None:
    found = by_figure({**AREAS, "00004": [], "00005": [kpi("reach", 3.0, 4.0)]})
    assert [code for code, _ in found["reach"]] == ["00005"]
    assert len(found["loss"]) == 3
    assert by_figure({}) == {}


def test_tiles_read_wards_by_name_with_difference_and_interval() -> None:
    made = tables(AREAS, {"00002": {"vi": "Phường Ba Đình", "en": "Ba Đình ward"}})
    assert list(made) == ["wards.loss", "wards.speed"]
    rows = made["wards.loss"]["rows"]
    assert rows[0]["name"]["vi"] == "Phường Ba Đình"
    assert rows[1]["name"]["vi"] == "00001"  # a unit the city does not know is not left out
    assert (rows[0]["delta"], rows[0]["low"], rows[0]["high"]) == (4.0, 3.5, 4.5)
