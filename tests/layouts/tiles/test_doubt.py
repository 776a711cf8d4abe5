"""Why data is doubted is said in full where there is room, and never at the title's cost."""

from __future__ import annotations

from dataclasses import replace

from layouts.tiles import doubt
from layouts.tiles.kind import Frame
from layouts.tiles.registry import build
from tests.layouts.tiles import cases, sample
from tests.layouts.tiles.stage import context
from tests.layouts.tiles.trees import having, words

WALL = Frame(width_px=1920, height_px=1080, unit_px=76)


def test_it_names_the_score_and_the_floor_it_is_below() -> None:
    name = cases.OPTIONS["kpi"][0]["aggregate"]
    envelope = replace(sample.everything()[name], quality={"below": {"any": {"accurate": 95.0}}})
    assert doubt.choices(envelope, "vi") == ("Điểm ‘đúng’ dưới mức sàn 95%", "‘đúng’ dưới sàn 95%")
    assert doubt.choices(envelope, "en") == (
        "Score ‘accurate’ below its floor of 95%",
        "‘accurate’ below 95%",
    )
    given = {**sample.everything(), name: envelope}
    options = cases.OPTIONS["kpi"][0]
    told = []
    for title in ("Ngắn", "Một tiêu đề dài như của nhiều ô trên tường"):
        title = {"vi": title, "en": title}
        tile = build("kpi", {**options, "title": title}, WALL, given, context())
        told.append(words(having(tile, "tile-doubt")))
    assert told == ["Điểm ‘đúng’ dưới mức sàn 95%", "‘đúng’ dưới sàn 95%"]


def test_an_envelope_of_an_earlier_release_names_the_scores_without_their_floors() -> None:
    name = cases.OPTIONS["kpi"][0]["aggregate"]
    quality = {"below": {"any": ["accurate", "live"]}}
    envelope = replace(sample.everything()[name], quality=quality)
    assert doubt.choices(envelope, "vi") == ("Điểm đúng, sống dưới mức sàn",)
