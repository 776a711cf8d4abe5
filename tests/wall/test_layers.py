from __future__ import annotations

from tests.wall.table import FullTable, Seat

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


def test_layers_that_come_later_are_refused(full: FullTable) -> None:
    assert full.web.error(full.take("rain", layer="emergency"))["code"] == "invalidArgs"
