from __future__ import annotations

from typing import Any

import orjson
import pytest

from tests.wall.table import FullTable, Seat, Table
from wall.effects import WallRecord
from wall.store import Kept

PUBLIC = {"level": "public", "compartments": []}
INTERNAL = {"level": "internal", "compartments": []}


def mask(
    full: FullTable, ceiling: dict[str, Any] = PUBLIC, name: str = "guests", **more: Any
) -> str:
    args = {"wallId": "north", "maskId": name, "ceiling": ceiling, **more}
    return full.web.ask("wall.mask", args)


def unmask(full: FullTable, name: str = "guests") -> str:
    return full.web.ask("wall.unmask", {"wallId": "north", "maskId": name})


def confirm(table: Table, *seats: Seat, after_ms: float = 20.0, name: str = "guests") -> None:
    for seat in seats:
        seat.say("masked", maskId=name, maskedAtMs=table.now_ms + after_ms)


def secret(full: FullTable) -> str:
    """Let an internal content come to a tile of the scene on air; return its render."""
    render_id = full.render_id("overview", "left")
    full.give(full.renderer, render_id, version=2, level="internal")
    return render_id


def words(frame: dict[str, Any]) -> bytes:
    return orjson.dumps(frame)


def test_a_mask_is_answered_when_all_outputs_have_confirmed(full: FullTable) -> None:
    request_id = mask(full)
    assert full.left.last("mask") == {"maskId": "guests", "ceiling": PUBLIC}
    confirm(full, full.left)
    assert full.web.answer(request_id) is None
    confirm(full, full.right, after_ms=30.0)
    assert full.web.result(request_id)["outputs"] == [
        {"outputId": "a1", "status": "masked", "tookMs": 20.0},
        {"outputId": "a2", "status": "masked", "tookMs": 30.0},
    ]


def test_who_does_not_confirm_is_said_after_two_seconds(full: FullTable) -> None:
    full.leave(full.right)
    request_id = mask(full)
    full.wait(2_000)
    statuses = [each["status"] for each in full.web.result(request_id)["outputs"]]
    assert statuses == ["noAnswer", "offline"]


def test_an_output_that_leaves_is_no_longer_waited_for(full: FullTable) -> None:
    request_id = mask(full)
    confirm(full, full.left)
    full.leave(full.right)
    statuses = [each["status"] for each in full.web.result(request_id)["outputs"]]
    assert statuses == ["masked", "noAnswer"]


def test_what_is_covered_is_taken_away_and_comes_back(full: FullTable) -> None:
    render_id = secret(full)
    full.left.forget()
    mask(full)
    assert full.left.types()[0] == "mask", "covered before anything else"
    withheld = full.left.last("content")
    assert withheld["renderId"] == render_id
    assert withheld["classification"] == PUBLIC
    assert f"{render_id} 2".encode() not in words(withheld)
    unmask(full)
    assert f"{render_id} 2".encode() in words(full.left.last("content"))


def test_nothing_above_a_mask_is_sent_while_it_stands(full: FullTable) -> None:
    render_id = secret(full)
    mask(full)
    view = full.player(None, view="program")
    full.left.forget()
    full.give(full.renderer, render_id, version=3, level="internal")
    for seat in (full.left, view):
        assert f"{render_id} 3".encode() not in words({"frames": seat.frames})


def test_a_scene_taken_under_a_mask_comes_on_air_covered(full: FullTable) -> None:
    mask(full)
    confirm(full, full.left, full.right)
    full.left.forget()
    request_id = full.web.ask("wall.take", {"wallId": "north", "sceneId": "rain"})
    full.answer_wanted(full.renderer, level="internal")
    full.follow()
    assert full.web.result(request_id)["committed"]
    tiles = full.left.last("prepare")["tiles"]
    assert tiles
    assert all(tile["classification"] == PUBLIC for tile in tiles)


def test_masks_stand_together(full: FullTable) -> None:
    render_id = secret(full)
    mask(full, name="one")
    mask(full, name="two")
    full.left.forget()
    unmask(full, "one")
    assert f"{render_id} 2".encode() not in words({"frames": full.left.frames})
    unmask(full, "two")
    assert f"{render_id} 2".encode() in words(full.left.last("content"))


def test_a_mask_ends_at_its_time(full: FullTable) -> None:
    secret(full)
    mask(full, untilAtMs=full.now_ms + 5_000)
    confirm(full, full.left, full.right)
    full.left.forget()
    full.wait(5_001)
    assert full.left.all("unmask") == [{"maskId": "guests"}]
    assert full.left.all("content")
    assert full.web.result(full.web.ask("wall.state", {"wallId": "north"}))["masks"] == []


def test_who_joins_is_told_before_it_gets_a_tile(full: FullTable) -> None:
    mask(full)
    late = full.player("a1")
    types = late.types()
    assert types.index("mask") < types.index("prepare")


def test_a_mask_that_a_client_kept_and_that_has_ended_is_lifted(full: FullTable) -> None:
    mask(full)
    late = full.player("a1", masks=["guests", "old"])
    assert late.all("unmask") == [{"maskId": "old"}]


def test_ending_an_unknown_mask_is_no_error(full: FullTable) -> None:
    request_id = unmask(full, "never")
    confirm(full, full.left, full.right, name="never")
    statuses = [each["status"] for each in full.web.result(request_id)["outputs"]]
    assert statuses == ["unmasked", "unmasked"]


def test_masks_lock_and_overlays_outlive_the_controller(full: FullTable) -> None:
    mask(full, INTERNAL, untilAtMs=full.now_ms + 1e6)
    full.web.ask("wall.lock", {"wallId": "north"})
    full.web.ask("wall.overlay", {"wallId": "north", "kind": "banner", "text": "x"})
    full.web.ask("wall.freeze", {"wallId": "north", "on": True})
    confirm(full, full.left, full.right)
    bodies = [each.body for each in full.changes if isinstance(each, WallRecord)]
    body = orjson.loads(orjson.dumps(bodies[-1]))
    kept = Kept(epoch=full.state.epoch + 1, controller_id="wall-test", walls={"north": body})
    again = Table(full.settings.data_dir.parent / "again", kept=kept)
    web = again.service()
    told = web.result(web.ask("wall.state", {"wallId": "north"}))
    assert [each["maskId"] for each in told["masks"]] == ["guests"]
    assert told["masks"][0]["ceiling"] == INTERNAL
    assert told["lock"]["by"] == "binh"
    assert told["frozen"] is True
    joined = again.player("a1")
    assert joined.last("overlay")["text"] == "x"
    assert joined.all("freeze") == [{"on": True}]
    assert joined.all("mask")


@pytest.mark.parametrize(
    "args",
    [
        {"maskId": "m"},
        {"maskId": "m", "ceiling": {"level": "secret"}},
        {"maskId": "", "ceiling": PUBLIC},
        {"maskId": "m", "ceiling": PUBLIC, "untilAtMs": "soon"},
    ],
)
def test_a_wrong_mask_is_refused(full: FullTable, args: dict[str, Any]) -> None:
    request_id = full.web.ask("wall.mask", {"wallId": "north", **args})
    assert full.web.error(request_id)["code"] == "invalidArgs"
    assert full.left.all("mask") == []
