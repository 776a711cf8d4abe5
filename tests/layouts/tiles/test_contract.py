"""What holds for every tile kind of the registry, in every state its data can be in."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import orjson
import pytest

from layouts.tiles.kind import Frame
from layouts.tiles.registry import TileError, build, describe, kinds, read_options
from layouts.tiles.tree import plain
from tests.layouts.tiles import cases, sample
from tests.layouts.tiles.stage import context
from tests.layouts.tiles.trees import having, nodes, words

WALL = Frame(width_px=1920, height_px=1080, unit_px=76)
LOW = Frame(width_px=1920, height_px=540, unit_px=76)
SPANNING = Frame(
    width_px=3846,
    height_px=2166,
    unit_px=76,
    seams_x_px=((1920.0, 1926.0),),
    seams_y_px=((1080.0, 1086.0),),
)
CONSOLE = Frame(width_px=420, height_px=300, unit_px=16, detail="console", language="en")
TINY = Frame(width_px=60, height_px=40, unit_px=76)
FRAMES = {"wall": WALL, "low": LOW, "spanning": SPANNING, "console": CONSOLE, "tiny": TINY}
USES = [(kind, index) for kind, uses in cases.OPTIONS.items() for index in range(len(uses))]
DATA_USES = [use for use in USES if use[0] not in ("clock", "text")]


def built(use: tuple[str, int], state: str, frame: Frame = WALL) -> Any:
    kind, index = use
    return build(kind, cases.OPTIONS[kind][index], frame, cases.envelopes(state), context())


def test_every_kind_has_a_case() -> None:
    assert set(cases.OPTIONS) == set(kinds())


@pytest.mark.parametrize("frame", FRAMES.values(), ids=FRAMES)
@pytest.mark.parametrize("state", cases.STATES)
@pytest.mark.parametrize("use", USES, ids=str)
def test_a_tile_always_renders_as_plain_json(
    use: tuple[str, int], state: str, frame: Frame
) -> None:
    tree = plain(built(use, state, frame))

    assert orjson.loads(orjson.dumps(tree)) == tree
    root = tree["props"]
    assert (tree["namespace"], tree["type"]) == ("dash_html_components", "Section")
    assert root["className"].startswith(f"tile tile-{use[0]} ")
    assert root["style"]["--u"] == f"{frame.unit_px:g}px"
    assert words(tree).strip() or use[0] == "clock"


@pytest.mark.parametrize("state", ["never written", "absent", "wrong payload", "no payload"])
@pytest.mark.parametrize("use", DATA_USES, ids=str)
def test_a_tile_without_data_gives_a_reason_and_no_figure(use: tuple[str, int], state: str) -> None:
    tree = built(use, state)

    assert having(tree, "t-reason-words")
    assert not having(tree, "t-digits")
    body = words(having(tree, "tile-body"))
    assert not re.search(r"\d", body), body


@pytest.mark.parametrize("use", DATA_USES, ids=str)
def test_an_absent_tile_names_who_is_responsible(use: tuple[str, int]) -> None:
    kind, index = use
    options = cases.OPTIONS[kind][index]
    envelope = cases.envelopes("absent")[needs_of(kind, options)]

    owner = words(having(built(use, "absent"), "t-reason-owner"))

    assert envelope is not None
    assert envelope.owner_label["vi"].rsplit(" ", 1)[-1] in owner


@pytest.mark.parametrize("use", DATA_USES, ids=str)
def test_a_tile_says_how_old_and_whose_its_data_is(use: tuple[str, int]) -> None:
    kind, index = use
    envelope = sample.everything()[needs_of(kind, cases.OPTIONS[kind][index])]

    root = plain(built(use, "fresh"))["props"]

    assert root["data-as-of-ms"] == envelope.as_of_ms
    assert root["data-stale-after-ms"] == envelope.stale_after_ms
    assert root["data-origin"] == envelope.origin
    ages = having(built(use, "fresh"), "ioc-age")
    assert {age["props"]["data-at-ms"] for age in ages} == {envelope.as_of_ms}
    assert having(built(use, "fresh"), "tile-stale")


@pytest.mark.parametrize(
    ("origin", "vi", "en"),
    [
        ("simulated", "Mô phỏng", "Simulated"),
        ("replay", "Phát lại 13/03/2012", "Replay 13 Mar 2012"),
    ],
)
def test_a_tile_that_is_not_live_says_so(origin: Any, vi: str, en: str) -> None:
    given = {name: replace(each, origin=origin) for name, each in sample.everything().items()}
    for language, expected in (("vi", vi), ("en", en)):
        frame = replace(WALL, language=language)
        options = cases.OPTIONS["kpi"][0]
        assert (
            words(having(build("kpi", options, frame, given, context()), "tile-origin")) == expected
        )


@pytest.mark.parametrize("use", DATA_USES, ids=str)
def test_a_tile_of_data_below_its_floor_is_paler_and_says_by_what(use: tuple[str, int]) -> None:
    kind, index = use
    envelope = cases.envelopes("below")[needs_of(kind, cases.OPTIONS[kind][index])]
    assert envelope is not None
    tree = built(use, "below")
    if not envelope.quality["below"]:
        assert not having(tree, "is-doubtful")
        return
    assert having(tree, "is-doubtful")
    said = words([plain(tree)])
    assert "Điểm ‘đủ’ và 1 điểm khác dưới mức sàn" in said or "2 điểm dưới mức sàn" in said
    assert not having(built(use, "fresh"), "is-doubtful")


def test_a_live_tile_has_no_origin_mark() -> None:
    given = {name: replace(each, origin="live") for name, each in sample.everything().items()}
    tree = build("kpi", cases.OPTIONS["kpi"][0], WALL, given, context())
    assert not having(tree, "tile-origin")


@pytest.mark.parametrize("use", USES, ids=str)
def test_local_ids_are_unique_and_short(use: tuple[str, int]) -> None:
    ids = [node["props"]["id"] for node in nodes(built(use, "fresh")) if "id" in node["props"]]

    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"[a-z0-9-]{1,8}", each) for each in ids)


@pytest.mark.parametrize("use", USES, ids=str)
def test_the_same_data_gives_the_same_tree(use: tuple[str, int]) -> None:
    assert plain(built(use, "fresh")) == plain(built(use, "fresh"))


@pytest.mark.parametrize("state", ["fresh", "ten times too much"])
def test_tiles_leave_their_data_as_it_was(state: str) -> None:
    given = cases.envelopes(state)
    before = {name: repr(envelope) for name, envelope in given.items()}
    for use in USES:
        built(use, state)

    assert {name: repr(envelope) for name, envelope in given.items()} == before


@pytest.mark.parametrize("kind", kinds())
def test_unknown_options_are_refused_by_name(kind: str) -> None:
    with pytest.raises(TileError, match="surprise"):
        read_options(kind, {**cases.OPTIONS[kind][0], "surprise": 1})


def test_an_unknown_kind_is_refused_by_name() -> None:
    with pytest.raises(TileError, match="'gauge', expected one of alerts, anomalies, bars"):
        read_options("gauge", {})


def test_kinds_are_described_with_their_options() -> None:
    described = {each["kind"]: each for each in describe()}

    assert set(described) == set(kinds())
    for each in described.values():
        assert set(each["name"]) == {"vi", "en"}
        assert each["optionsSchema"]["additionalProperties"] is False
        assert "title" in each["optionsSchema"]["properties"]
    assert orjson.loads(orjson.dumps(describe())) == describe()


def test_geometry_never_travels_in_a_tree_but_for_points_of_records() -> None:
    for index, options in enumerate(cases.OPTIONS["map"]):
        body = orjson.dumps(plain(built(("map", index), "fresh")))
        is_of_records = options["aggregate"] in ("environment.land", "transport.vehicles")
        assert (b'"coordinates"' in body) is is_of_records
        assert b"Polygon" not in body
        assert b'"url":"/geometry/' in body


def needs_of(kind: str, options: Any) -> str:
    found, checked = read_options(kind, options)
    return found.needs(checked)[0]
