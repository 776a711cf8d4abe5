"""Pictures of outputs in the proof: where wanted, small, once a switch, for who may see them."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.wall.proof.conftest import PUBLIC, ProvenTable, outputs_of
from wall.proof.command import VerifyOrder, run_verify
from wall.proof.entries import digest
from wall.proof.thumbnail import LARGEST_BYTES

IMAGE = b"\xff\xd8\xff\xe0 a picture \xff\xd9"


@pytest.fixture
def picturing(proven: ProvenTable) -> ProvenTable:
    proven.state.keeps_thumbnails = True
    return proven


def give(table: ProvenTable, switch_id: str, image: bytes = IMAGE, **more: Any) -> None:
    text = more.get("text", base64.b64encode(image).decode())
    instants = {"takenAtMs": table.now_ms - 20, "uncertaintyMs": 20.0}
    table.left.say("thumbnail", switchId=switch_id, image=text, **instants)


def test_a_picture_of_what_is_shown_is_told_with_when_it_was_taken(picturing: ProvenTable) -> None:
    switch_id = picturing.taken("rain")["switchId"]
    render_id = picturing.render_id("rain", "left")
    picturing.give(picturing.renderer, render_id, version=2, level="internal")
    picturing.wait(3_000)
    give(picturing, switch_id)
    give(picturing, switch_id, IMAGE + b"another")
    picturing.wait(70_000)  # the picture is in the whole that is told once a minute, too
    for at_ms in (picturing.now_ms - 69_000, picturing.now_ms):
        told = outputs_of(picturing.at(at_ms, thumbnails=True))["a1"]["thumbnail"]
        assert base64.b64decode(told["image"]) == IMAGE
        assert (told["sha256"], told["switchId"]) == (digest(IMAGE), switch_id)
        assert (told["uncertaintyMs"], told["isWithheld"]) == (20.0, False)
    assert "image" not in outputs_of(picturing.at(picturing.now_ms))["a1"]["thumbnail"]
    withheld = outputs_of(picturing.at(picturing.now_ms, ceiling=PUBLIC, thumbnails=True))["a1"]
    assert withheld["thumbnail"]["isWithheld"]
    assert not {"image", "sha256"} & withheld["thumbnail"].keys()
    assert picturing.kinds().count("thumbnail") == 1
    said: list[str] = []
    assert run_verify(picturing.path, VerifyOrder(), said.append), said


def test_a_picture_goes_with_what_it_is_of(picturing: ProvenTable) -> None:
    switch_id = picturing.taken("rain")["switchId"]
    picturing.wait(3_000)
    give(picturing, switch_id)
    picturing.wait(1_000)
    picturing.taken("overview")
    give(picturing, switch_id, IMAGE + b"late")
    picturing.wait(6_000)
    assert "thumbnail" not in outputs_of(picturing.at(picturing.now_ms, thumbnails=True))["a1"]
    assert picturing.kinds().count("thumbnail") == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"image": b"GIF89a"},
        {"image": IMAGE + bytes(LARGEST_BYTES)},
        {"text": "no base64 !"},
    ],
)
def test_what_is_no_small_picture_is_refused(picturing: ProvenTable, wrong: Any) -> None:
    switch_id = picturing.taken("rain")["switchId"]
    give(picturing, switch_id, **wrong)
    assert picturing.left.last("error")["code"] == "invalidArgs"
    assert "thumbnail" not in picturing.kinds()


def test_nobody_is_asked_for_pictures_unless_the_room_wants_them(proven: ProvenTable) -> None:
    assert "thumbnail" not in proven.left.last("identified")
    give(proven, proven.taken("rain")["switchId"])
    assert proven.left.last("error")
    proven.state.keeps_thumbnails = True
    assert proven.player("a1").last("identified")["thumbnail"]["largestBytes"] == LARGEST_BYTES
