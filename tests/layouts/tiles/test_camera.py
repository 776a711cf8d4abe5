"""R37: a camera's tile says how sure its counts are, and holds neither address nor secret."""

from __future__ import annotations

from dataclasses import replace

from data_access.envelope import Envelope
from layouts.tiles.kind import Frame
from layouts.tiles.registry import build
from layouts.tiles.tree import plain
from tests.layouts.tiles import cases, sample
from tests.layouts.tiles.stage import context
from tests.layouts.tiles.trees import having, words

WALL = Frame(width_px=1280, height_px=720, unit_px=40, language="en")


WIDE = replace(WALL, width_px=2400)


def _built(camera: str, given: dict[str, Envelope | None]) -> object:
    return build("camera", {"camera": camera}, WALL, given, context())


def test_counts_stand_beside_the_picture_and_low_confidence_is_marked() -> None:
    given = dict(sample.everything())
    sure, unsure = _built("CAM-N16", given), _built("CAM-N22", given)
    assert "queue 320 m" in words(having(sure, "camera-counts")).replace("\xa0", " ")
    assert "low confidence" not in words(having(sure, "camera-counts"))
    assert "low confidence" in words(having(unsure, "camera-counts"))
    assert having(having(unsure, "camera-counts"), "t-mark-caution")


def test_only_the_word_of_a_doubted_count_has_the_colour_of_caution() -> None:
    wide = replace(WALL, width_px=2400)
    tree = build("camera", {"camera": "CAM-N22"}, wide, dict(sample.everything()), context())
    (warned,) = having(tree, "ink-caution")
    assert words([warned]).strip() == "Low confidence"


def test_the_tile_names_its_camera_and_no_address() -> None:
    tree = _built("CAM-N16", dict(sample.everything()))
    (stage,) = having(tree, "camera-stage")
    assert stage["props"]["data-camera"] == "transport.cameras/CAM-N16"
    assert not stage["props"].get("children")
    assert "://" not in str(plain(tree))


def test_without_a_name_it_is_the_camera_with_the_longest_queue() -> None:
    given = dict(sample.everything())
    tree = build("camera", {}, WALL, given, context())
    counts = given["transport.cameras"]
    assert counts is not None
    worst = counts.payload["tables"]["cameras"]["rows"][0]["source"]["entity"]
    (stage,) = having(tree, "camera-stage")
    assert stage["props"]["data-camera"] == f"transport.cameras/{worst}"
    nothing = build("camera", {}, WALL, {"transport.cameras": None}, context())
    assert len(words(nothing)) > 20  # why there is none


def test_a_realm_of_the_past_shows_no_picture_of_now() -> None:
    given = dict(sample.everything())
    seen = given["city.pictures"]
    assert seen is not None
    absent = cases.STATES["absent"](seen)
    assert absent is not None
    no_past = {"vi": "chỉ nói về lúc này", "en": "tells only of now"}
    given["city.pictures"] = replace(absent, reason=no_past)
    tree = _built("CAM-N16", given)
    assert not having(tree, "camera-stage")
    assert "only of now" in words(having(tree, "camera-none"))
    assert having(tree, "camera-counts")


def test_in_a_wide_tile_counts_stand_beside_the_picture_one_below_another() -> None:
    tree = build("camera", {"camera": "CAM-N22"}, WIDE, sample.everything(), context())
    lines = [words([line]) for line in having(having(tree, "camera-counts"), "t-line")]
    assert lines[0] == "Low confidence"
    assert len(lines) == 5
