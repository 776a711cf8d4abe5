"""Tiles of a run of a twin: what they say of its fit, and of ground where no water stands."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from dash import html

from data_access.envelope import Envelope
from layouts.tiles.kind import Frame
from layouts.tiles.registry import build
from tests.layouts.tiles.sample import everything
from tests.layouts.tiles.stage import context
from tests.layouts.tiles.trees import having, nodes, words

FRAME = Frame(width_px=1920, height_px=1080, unit_px=40, language="vi")


def units(length: str) -> float:
    """Return the units of a length as tiles write it."""
    return float(re.findall(r"[\d.]+", length)[-1])


def drawn(kind: str, envelope: Envelope, **options: Any) -> html.Section:
    return build(kind, options, FRAME, {envelope.aggregate: envelope}, context())


@pytest.mark.parametrize(
    ("fit", "said"),
    [
        ({"state": "uncalibrated"}, "Mô phỏng chưa hiệu chỉnh"),
        ({"state": "calibrated", "seen": [{"origin": "live"}]}, "Mô phỏng đã hiệu chỉnh"),
        ({"state": "calibrated"}, "Mô phỏng đã hiệu chỉnh"),
        ({"state": "calibrated", "seen": [{"origin": "live"}, {"origin": "simulated"}]},
         "Hiệu chỉnh theo số liệu mô phỏng"),
        (None, "Mô phỏng chưa hiệu chỉnh"),
    ],
)  # fmt: skip
def test_what_a_simulator_made_up_calibrates_nothing_unsaid(fit: Any, said: str) -> None:
    sample = everything()["twin.latest.traffic"]
    run = {**sample.quality["twin"], "fit": fit}
    told = replace(sample, quality={**sample.quality, "twin": run})
    assert said in words(drawn("twin_traffic", told))


def test_runs_beside_each_other_tell_what_is_to_be_doubted_of_each_and_of_their_bases() -> None:
    one = everything()["twin.latest.traffic"]
    limits = [{"vi": "9 chuyến bị bỏ", "en": "9 trips dropped"}]
    rows = [{**row, "base": row["base"] + 5} for row in one.payload["tables"]["kpis"]["rows"]]
    payload: Any = {**one.payload, "tables": {"kpis": {**one.payload["tables"]["kpis"],
                                                       "rows": rows}}}  # fmt: skip
    run = {**one.quality["twin"], "limits": limits, "invented": []}
    other = replace(one, payload=payload, quality={**one.quality, "twin": run})

    def said(*runs: Envelope) -> str:
        named = {f"twin.run.{n}": replace(each, aggregate=f"twin.run.{n}")
                 for n, each in enumerate(runs)}  # fmt: skip
        options = {"runs": [str(n) for n in range(len(runs))]}
        frame = replace(FRAME, width_px=3840)
        return words(build("scenarios", options, frame, named, context()))

    both = said(replace(one, quality={**one.quality, "twin": {**run, "limits": []}}), other)
    assert "9 chuyến bị bỏ" in both
    assert "Các phương án không cùng hiện trạng" in both
    assert "không cùng hiện trạng" not in said(one, one)


def test_a_city_without_flood_is_a_map_of_dry_ground_and_no_gap_in_the_data() -> None:
    sample = everything()["twin.latest.drainage"]
    depth = sample.payload["maps"]["depth"]
    dry = {feature: {"value": 0.0, "band": "dry"} for feature in depth["values"]}
    steps = {feature: [0.0] * len(depth["frames"]["minutes"]) for feature in dry}
    calm: Any = {**depth, "values": dry, "worst": [], "frames": {**depth["frames"],
                                                                 "values": steps}}  # fmt: skip
    payload: Any = {**sample.payload, "maps": {"depth": calm}}
    tile = drawn("flood_depth", replace(sample, payload=payload), show="map")
    entries = [words([each]) for each in having(tile, "t-legend-entry")]
    assert next(each for each in entries if "Không ngập" in each).endswith(str(len(dry)))
    assert not [each for each in entries if "Không có" in each and "liệu" in each]
    (hideout,) = (n["props"]["hideout"] for n in nodes(tile) if "frames" in
                  (n["props"].get("hideout") or {}))  # fmt: skip
    assert set("".join(hideout["frames"]["steps"])) == {"0"}


def test_streets_that_nobody_knows_are_told_in_the_legend_of_their_map() -> None:
    sample = everything()["twin.latest.traffic"]

    def legend(invented: int) -> str:
        entry = {**context().geometry["links"], "invented": invented}
        layers = {sample.payload["maps"]["speed"]["layer"]: entry}
        told = replace(sample, quality={**sample.quality, "layers": layers})
        return words(having(drawn("twin_traffic", told, show="map"), "map-note"))

    assert "Nét đứt: đường giả định" in legend(330)
    assert "giả định" not in legend(0)


@pytest.mark.parametrize(("kind", "of"), [("twin_traffic", "traffic"), ("flood_depth", "drainage")])
def test_r50_wards_are_told_with_their_difference_the_one_worse_off_on_top(
    kind: str, of: str
) -> None:
    sample = everything()[f"twin.latest.{of}"]
    (table,) = (name for name in sample.payload["tables"] if name.startswith("wards."))
    tile = drawn(kind, sample, show="wards")
    rows = [each for each in having(tile, "t-row") if not having([each], "t-row-head")]
    shown = sample.payload["tables"][table]["rows"][: len(rows)]
    assert len(rows) > 8
    for row, ward in zip(rows, shown, strict=True):
        assert ward["name"]["vi"] in words([row])
    marks = [node["props"].get("data-figure") for node in nodes([rows[0]])]
    assert f"twin.latest.{of}:tables/{table}/0/delta" in marks
    verdicts = {name for row in rows for name in ("is-worse", "is-same") if having([row], name)}
    assert verdicts == {"is-worse"}  # of 26 the first are
    assert "chưa hiệu chỉnh" in words(tile)


def test_wards_give_up_their_interval_before_their_names_and_say_how_many_are_left() -> None:
    sample = everything()["twin.latest.traffic"]

    def told(width_px: int) -> str:
        frame = replace(FRAME, width_px=width_px)
        given = {sample.aggregate: sample}
        return words(build("twin_traffic", {"show": "wards"}, frame, given, context()))

    assert "Khoảng 95%" in told(1920)
    narrow = told(600)
    assert "Khoảng 95%" not in narrow
    assert "Chênh lệch" in narrow
    assert "và 16 mục khác" in narrow


def test_r50_five_wards_and_more_are_told_on_a_panel_of_a_small_wall() -> None:
    sample = everything()["twin.latest.traffic"]
    frame = replace(FRAME, width_px=25 * 40, height_px=14 * 40)
    given = {sample.aggregate: sample}
    tile = build("twin_traffic", {"show": "wards"}, frame, given, context())
    rows = [each for each in having(tile, "t-row") if not having([each], "t-row-head")]
    assert len(rows) >= 5
    assert len(having(tile, "t-row-head")) == 2
    names = [row["name"]["vi"] for row in sample.payload["tables"]["wards.meanSpeed"]["rows"]]
    assert all(name in words([each]) for each, name in zip(rows, names, strict=False))
    assert f"và {26 - len(rows)} mục khác" in words(tile)


def test_the_name_of_a_figure_of_wards_is_whole_over_columns_that_are_too_narrow_for_it() -> None:
    sample = everything()["twin.latest.traffic"]
    frame = replace(FRAME, width_px=25 * 40, height_px=18 * 40)
    given = {sample.aggregate: sample}
    tile = build("twin_traffic", {"show": "wards"}, frame, given, context())
    label = sample.payload["tables"]["wards.meanSpeed"]["label"]["vi"]
    heads = having(tile, "t-row-head")
    assert len(heads) == 3
    assert label in words([heads[0]])
    assert "…" not in words(heads)


def test_wards_of_a_figure_that_is_asked_for_are_shown_and_of_a_run_without_any_a_reason() -> None:
    sample = everything()["twin.latest.traffic"]
    tables = {**sample.payload["tables"]}
    (name,) = (each for each in tables if each.startswith("wards."))
    other = {**tables[name], "label": {"vi": "Giờ xe mất đi", "en": "Hours lost"}}
    told = replace(sample, payload={**sample.payload, "tables": {**tables, "wards.loss": other}})
    assert "Giờ xe mất đi" in words(drawn("twin_traffic", told, show="wards", kpis=["loss"]))
    assert "Giờ xe mất đi" not in words(drawn("twin_traffic", told, show="wards"))
    none: Any = {key: each for key, each in tables.items() if key != name}
    bare = replace(sample, payload={**sample.payload, "tables": none})
    assert having(drawn("twin_traffic", bare, show="wards"), "t-reason")


@pytest.mark.parametrize(("kind", "of"), [("twin_traffic", "traffic"), ("flood_depth", "drainage")])
def test_on_a_narrow_panel_the_legend_leaves_the_map_most_of_its_room(kind: str, of: str) -> None:
    sample = everything()[f"twin.latest.{of}"]
    name = "speed" if of == "traffic" else "depth"
    layer = sample.payload["maps"][name]
    used = sorted({each["band"] for each in layer["values"].values()})[:2]
    few = {key: each for key, each in layer["values"].items() if each["band"] in used}
    told: Any = {**layer, "values": few, "worst": []}
    sample = replace(sample, payload={**sample.payload, "maps": {name: told}})

    def shares(height_u: float) -> tuple[float, set[str]]:
        frame = replace(FRAME, width_px=14 * 40, height_px=round(height_u * 40))
        given = {sample.aggregate: sample}
        tile = build(kind, {"show": "map"}, frame, given, context())
        (drawn,) = having(tile, "twin-map")
        (ground,) = having(drawn, "map-ground")
        of_map, of_all = (each["props"]["style"]["height"] for each in (ground, drawn))
        named = {words([each]) for each in having(tile, "t-legend-entry")}
        return units(of_map) / units(of_all), named

    for height_u in (20, 26, 34):
        share, named = shares(height_u)
        assert share > 0.5, height_u
        assert len(named) >= len(used), height_u  # what is on the map is in its legend


@pytest.mark.parametrize(
    ("kind", "of", "what"),
    [
        ("twin_traffic", "traffic", "thay đổi tốc độ"),
        ("flood_depth", "drainage", "độ sâu ngập"),
    ],
)
def test_a_map_of_a_run_says_what_it_shows_beside_what_was_asked(
    kind: str, of: str, what: str
) -> None:
    tile = drawn(kind, everything()[f"twin.latest.{of}"], show="map")
    assert what in words(having(tile, "tile-unit"))


def test_a_title_that_takes_the_whole_width_is_not_set_smaller_for_what_a_map_shows() -> None:
    sample = everything()["twin.latest.traffic"]
    run = {**sample.quality["twin"], "title": {"vi": "Cấm đường trong một giờ tối " * 3}}
    told = replace(sample, quality={**sample.quality, "twin": run})
    assert not having(drawn("twin_traffic", told, show="map"), "tile-unit")
