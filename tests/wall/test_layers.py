from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.wall.table import FullTable, Seat, Table
from wall.effects import WallRecord
from wall.store import Kept

MINUTE_MS = 60_000


def clear(full: FullTable, layer: str) -> str:
    return full.web.ask("wall.clear", {"wallId": "north", "layer": layer})


def on_air(full: FullTable) -> tuple[str | None, str | None]:
    program = full.north.program()
    return (None, None) if program is None else (program[1].arrangement.scene.scene_id, program[0])


def test_clearing_reveals_the_layer_below(full: FullTable) -> None:
    full.taken("rain")
    request_id = clear(full, "manual")
    full.follow()
    result = full.web.result(request_id)
    assert result["committed"]
    assert [each["status"] for each in result["outputs"]] == ["shown", "shown"]
    assert on_air(full) == ("overview", "base")


def test_a_take_below_what_is_on_air_is_kept_and_seen_later(full: FullTable) -> None:
    full.taken("rain")
    full.left.forget()
    result = full.web.result(full.take("traffic", layer="scheduled"))
    assert result["committed"] is True
    assert (result["showAtMs"], result["outputs"]) == (None, [])
    assert full.left.types() == []
    clear(full, "manual")
    full.answer_wanted(full.renderer)
    full.follow()
    assert on_air(full) == ("traffic", "scheduled")


def test_clearing_an_unset_layer_is_ok_and_changes_nothing(full: FullTable) -> None:
    full.left.forget()
    result = full.web.result(clear(full, "scheduled"))
    assert (result["committed"], result["showAtMs"], result["outputs"]) == (True, None, [])
    assert full.left.types() == []


def test_with_nothing_below_the_wall_becomes_empty(full: FullTable) -> None:
    clear(full, "base")
    prepare = full.left.last("prepare")
    assert prepare["sceneId"] is prepare["revision"] is prepare["layer"] is None
    assert prepare["tiles"] == []
    full.follow()
    assert on_air(full) == (None, None)
    assert full.player("a1").types() == ["hello", "identified"]


def test_a_client_that_still_shows_something_on_an_empty_wall_is_repaired(
    full: FullTable,
) -> None:
    clear(full, "base")
    full.follow()
    full.left.forget()
    full.wait(3_000)
    full.left.heartbeat(full.showing("overview"))
    assert full.left.last("prepare")["sceneId"] is None
    full.left.forget()
    full.wait(3_000)
    full.left.heartbeat(None)
    assert full.left.types() == []


def test_a_manual_layer_ends_after_its_time(full: FullTable) -> None:
    full.web.say("subscribe", topics=["wall.north"])
    full.taken("rain")
    until_ms = full.north.layers["manual"].until_at_ms
    assert until_ms is not None
    full.wait(until_ms - full.now_ms - 1)
    assert on_air(full) == ("rain", "manual")
    full.wait(2)
    full.answer_wanted(full.renderer, version=2)
    full.follow()
    assert on_air(full) == ("overview", "base")
    full.wait(10)
    assert full.web.last("event")["name"] == "cleared"


def test_another_take_extends_the_time_and_hold_ends_it_never(full: FullTable) -> None:
    full.taken("rain")
    full.wait(29 * MINUTE_MS)
    full.answer_wanted(full.renderer, version=2)
    full.taken("rain")
    full.wait(29 * MINUTE_MS)
    assert on_air(full) == ("rain", "manual")
    full.answer_wanted(full.renderer, version=3)
    full.taken("rain", hold=True)
    full.wait(600 * MINUTE_MS)
    assert on_air(full) == ("rain", "manual")
    assert full.north.layers["manual"].until_at_ms is None


def test_one_key_extends_the_time(full: FullTable) -> None:
    full.taken("rain")
    full.wait(20 * MINUTE_MS)
    result = full.web.result(full.web.ask("wall.extend", {"wallId": "north"}))
    assert result == {"layer": "manual", "untilAtMs": full.now_ms + 30 * MINUTE_MS}
    error = full.web.error(full.web.ask("wall.extend", {"wallId": "north", "layer": "scheduled"}))
    assert error["code"] == "conflict"


def test_a_take_being_prepared_when_time_is_over_wins(full: FullTable) -> None:
    full.taken("rain")
    until_ms = full.north.layers["manual"].until_at_ms
    assert until_ms is not None
    full.wait(until_ms - full.now_ms - 100)
    request_id = full.take("traffic")
    full.wait(200)
    assert on_air(full) == ("rain", "manual")
    full.follow()
    assert full.web.result(request_id)["committed"]
    assert on_air(full) == ("traffic", "manual")


def test_a_layer_below_that_changed_meanwhile_is_what_comes_on_air(full: FullTable) -> None:
    full.taken("rain")
    clear(full, "manual")
    full.web.result(full.take("traffic", layer="base"))
    newcomers: list[Seat] = [full.left, full.right]
    for seat in newcomers:
        seat.ready()
    assert on_air(full) == ("traffic", "base")
    assert full.left.last("prepare")["sceneId"] == "traffic"
    assert full.left.last("commit")["switchId"] == full.left.last("prepare")["switchId"]


def test_the_highest_of_six_layers_is_on_air(full: FullTable) -> None:
    for layer in ("scheduled", "alarm", "manual", "presenter", "emergency"):
        assert full.taken("rain", layer=layer)["committed"]
        assert on_air(full) == ("rain", layer)
    for layer in ("presenter", "manual", "alarm"):
        assert full.web.result(clear(full, layer))["showAtMs"] is None
    clear(full, "emergency")
    full.follow()
    assert on_air(full) == ("rain", "scheduled")
    assert full.web.error(full.take("rain", layer="top"))["code"] == "invalidArgs"


def test_only_a_manual_layer_ends_by_itself(full: FullTable) -> None:
    full.taken("rain", layer="emergency")
    full.wait(600 * MINUTE_MS)
    assert on_air(full) == ("rain", "emergency")
    extended = full.web.ask("wall.extend", {"wallId": "north", "layer": "emergency"})
    assert full.web.result(extended) == {"layer": "emergency", "untilAtMs": None}


def test_what_clearing_reveals_is_prepared_at_once_with_the_newest_content(full: FullTable) -> None:
    full.taken("rain", layer="emergency")
    full.wait(10 * MINUTE_MS)
    below = full.render_id("overview", "left")
    assert below in {each["renderId"] for each in full.renderer.last("wanted")["renders"]}
    full.give(full.renderer, below, version=7)
    full.left.forget()
    clear(full, "emergency")
    prepare = full.left.last("prepare")
    assert prepare["sceneId"] == "overview"
    assert prepare["tiles"][0]["version"] == 7


def test_a_layer_set_below_is_rendered_ahead(full: FullTable) -> None:
    full.taken("rain")
    full.take("traffic", layer="alarm")
    full.left.forget()
    clear(full, "manual")
    tiles = full.left.last("prepare")["tiles"]
    assert [tile["version"] for tile in tiles] == [1] * len(tiles)


def test_all_layers_are_kept_over_a_restart(tmp_path: Path) -> None:
    full = FullTable(tmp_path)
    for layer in ("emergency", "presenter", "alarm"):
        full.take("rain", layer=layer)
        full.follow()
    kept = {each.wall_id: each.body for each in full.changes if isinstance(each, WallRecord)}
    again = Table(tmp_path, kept=Kept(epoch=1, controller_id="wall-test", walls=kept))
    assert set(again.north.layers) == {"emergency", "presenter", "alarm", "base"}
    assert again.player("a1").all("overlay")[-1]["text"]["vi"] == "Cảnh báo đang chờ: rain"


def banners(seat: Seat) -> list[Any]:
    return [each.get("text", each["kind"]) for each in seat.all("overlay")]


WAITS = {"vi": "Cảnh báo đang chờ: rain", "en": "Alarm waiting: rain"}


def test_an_alarm_below_what_is_on_air_is_said_at_once_and_until_it_is_cleared(
    full: FullTable,
) -> None:
    full.taken("traffic")
    full.take("rain", layer="alarm")
    assert banners(full.left) == banners(full.right) == [WAITS]
    assert full.player(None, view="program").last("overlay")["text"] == WAITS
    clear(full, "alarm")
    assert banners(full.left) == [WAITS, "clear"]


def test_the_banner_goes_when_the_alarm_comes_on_air(full: FullTable) -> None:
    full.taken("traffic")
    full.take("rain", layer="alarm")
    clear(full, "manual")
    assert banners(full.left) == [WAITS]
    full.follow()
    assert on_air(full) == ("rain", "alarm")
    assert banners(full.left) == [WAITS, "clear"]


def test_the_alarms_banner_and_a_persons_lie_together(full: FullTable) -> None:
    full.taken("traffic")
    until_ms = full.now_ms + MINUTE_MS
    text = {"vi": "Tập huấn", "en": "Exercise"}
    full.web.ask(
        "wall.overlay", {"wallId": "north", "kind": "banner", "text": text, "untilAtMs": until_ms}
    )
    assert full.left.last("overlay") == {"kind": "banner", "text": text, "untilAtMs": until_ms}
    full.take("rain", layer="alarm")
    both = {each: f"{WAITS[each]}\n{text[each]}" for each in text}
    assert full.left.last("overlay") == {"kind": "banner", "text": both}
    full.wait(MINUTE_MS)
    assert full.left.last("overlay")["text"] == WAITS
    full.web.ask("wall.overlay", {"wallId": "north", "kind": "clear"})
    assert full.left.last("overlay")["text"] == WAITS
