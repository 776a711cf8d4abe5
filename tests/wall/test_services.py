from __future__ import annotations

from typing import Any

import pytest

from tests.wall.room import SECRET
from tests.wall.table import ADMINISTRATOR, OPERATOR, START_MS, FullTable, Seat, Table
from wall.classification import Classification
from wall.effects import AuditRecord
from wall.protocol import PROTOCOL
from wall.tokens import Person, console_token

VIEWER = {"userId": "v", "role": "viewer", "siteId": "east"}
LEADER = {"userId": "l", "role": "leader", "siteId": "east"}
TAKE = {"wallId": "north", "sceneId": "rain"}


def console(table: Table, level: str = "internal") -> Seat:
    person = Person("binh", "viewer", "east", Classification(level))  # type: ignore[arg-type]
    seat = table.sit()
    token = console_token(SECRET, person, now_s=table.now_ms / 1000)
    seat.say("identify", kind="console", token=token, protocol=PROTOCOL)
    return seat


def scene(**more: Any) -> dict[str, Any]:
    return {
        "sceneId": "mine",
        "name": {"vi": "Của tôi", "en": "Mine"},
        "grid": {"columns": 2, "rows": 1},
        "tiles": [
            {
                "tileId": "one",
                "kind": "text",
                "at": {"column": 0, "row": 0, "columns": 2, "rows": 1},
                "options": {"text": "hello"},
            }
        ],
        **more,
    }


def put(seat: Seat, body: dict[str, Any]) -> str:
    return seat.ask("scene.put", {"wallId": "north", "scene": body})


def test_walls_list_tells_walls_outputs_scenes_and_what_is_on_air(full: FullTable) -> None:
    (wall,) = full.web.result(full.web.ask("walls.list", {}))["walls"]
    assert wall["wallId"] == "north"
    assert wall["siteId"] == "east"
    assert wall["name"] == {"vi": "Bắc", "en": "North"}
    assert wall["outputs"][0] == {
        "outputId": "a1",
        "rectPx": {"x": 0, "y": 0, "width": 1920, "height": 1080},
        "online": True,
        "trimPx": {"x": 0, "y": 0},
    }
    assert [each["sceneId"] for each in wall["scenes"]] == ["overview", "rain", "traffic"]
    assert wall["scenes"][0]["classification"] == {"level": "public", "compartments": []}
    assert wall["scenes"][1]["classification"] == {"level": "internal", "compartments": []}
    assert wall["scenes"][0]["tiles"][1] == {
        "tileId": "right",
        "kind": "text",
        "at": {"column": 2, "row": 0, "columns": 1, "rows": 2},
        "rectPx": {"x": 1926, "y": 0, "width": 960, "height": 1080},
    }
    on_air = {**full.showing("overview"), "layer": "base", "realm": "live"}
    assert (wall["program"], wall["realm"]) == (on_air, "live")
    assert wall["layers"]["base"] == {
        **full.showing("overview"),
        "by": "city",
        "sinceAtMs": START_MS,
        "untilAtMs": None,
    }
    assert (wall["preview"], wall["lock"], wall["masks"]) == (None, None, [])


def test_wall_state_tells_each_output_as_it_last_said(full: FullTable) -> None:
    state = full.web.result(full.web.ask("wall.state", {"wallId": "north"}))
    output = state["outputs"][0]
    assert output["showing"] == full.showing("overview")
    assert output["clock"] == {"offsetMs": 0, "uncertaintyMs": 0.5}
    assert output["health"] == {"fps": 60, "heapMb": 20, "errors": []}
    assert output["lastSeenAtMs"] == full.now_ms
    full.leave(full.left)
    state = full.web.result(full.web.ask("wall.state", {"wallId": "north"}))
    assert (state["outputs"][0]["online"], state["outputs"][0]["lastSeenAtMs"]) == (
        False,
        full.now_ms,
    )


@pytest.mark.parametrize(
    ("op", "args", "code"),
    [
        ("wall.dance", {}, "unknownOp"),
        ("wall.swallow", {"wallId": "north"}, "unknownOp"),
        ("wall.take", {"wallId": "south", "sceneId": "rain"}, "unknownWall"),
        ("wall.take", {"wallId": "north", "sceneId": "snow"}, "unknownScene"),
        ("wall.take", {"wallId": 7}, "invalidArgs"),
        ("wall.take", {**TAKE, "policy": "most"}, "invalidArgs"),
        ("wall.take", {**TAKE, "policy": "quorum"}, "invalidArgs"),
        ("wall.take", {**TAKE, "deadlineMs": 1e30}, "invalidArgs"),
        ("wall.take", {**TAKE, "transition": {"kind": "spin"}}, "invalidArgs"),
        ("wall.preview", {"wallId": "north"}, "invalidArgs"),
        ("wall.preview", {"wallId": "north", "sceneId": "snow"}, "unknownScene"),
        ("wall.clear", {"wallId": "north"}, "invalidArgs"),
        ("wall.clear", {"wallId": "south", "layer": "base"}, "unknownWall"),
        ("wall.state", {"wallId": "south"}, "unknownWall"),
        ("wall.state", {}, "invalidArgs"),
        ("scene.put", {"wallId": "north"}, "invalidArgs"),
        ("scene.put", {"wallId": "north", "scene": 7}, "invalidScene"),
        ("scene.delete", {"wallId": "north"}, "invalidArgs"),
        ("scene.delete", {"wallId": "north", "sceneId": "snow"}, "unknownScene"),
        ("scene.delete", {"wallId": "north", "sceneId": "rain"}, "conflict"),
        ("device.enroll", {"wallId": "north", "outputId": "z9"}, "unknownOutput"),
        ("device.enroll", {"wallId": "north"}, "invalidArgs"),
        ("device.enroll", {"wallId": "north", "view": "side"}, "invalidArgs"),
        ("device.enroll", {"wallId": "north", "view": "program", "outputId": "a1"}, "invalidArgs"),
    ],
)
def test_a_wrong_request_is_refused_with_its_code_and_disturbs_nothing(
    full: FullTable, op: str, args: dict[str, Any], code: str
) -> None:
    for seat in full.players():
        seat.forget()
    error = full.web.error(full.web.ask(op, args, ADMINISTRATOR))
    assert error["code"] == code
    assert error["message"]
    assert (full.left.types(), full.right.types()) == ([], [])
    assert full.north.program_showing()[0] == "overview"


@pytest.mark.parametrize("op", ["wall.take", "wall.preview", "wall.clear", "scene.put"])
@pytest.mark.parametrize("role", ["viewer", "leader", "presenter", "king", ""])
def test_who_may_not_command_is_refused(full: FullTable, op: str, role: str) -> None:
    actor = {"userId": "x", "role": role or "?", "siteId": "east"}
    args = {**TAKE, "layer": "manual"}
    assert full.web.error(full.web.ask(op, args, actor))["code"] == "forbidden"


def test_all_may_read(full: FullTable) -> None:
    for actor in (VIEWER, LEADER, OPERATOR):
        full.web.result(full.web.ask("walls.list", {}, actor))
        full.web.result(full.web.ask("tiles.kinds", {}, actor))
    full.web.say("request", requestId="bare", op="walls.list")
    assert full.web.result("bare")


def test_a_leader_commands_where_control_was_given(full: FullTable) -> None:
    object.__setattr__(full.north.wall, "control", frozenset({"leader"}))
    full.web.ask("wall.take", TAKE, LEADER)
    full.answer_wanted(full.renderer)
    assert full.left.last("prepare")["sceneId"] == "rain"
    error = full.web.error(
        full.web.ask("device.enroll", {"wallId": "north", "outputId": "a1"}, LEADER)
    )
    assert error["code"] == "forbidden"


def test_only_an_administrator_enrolls(full: FullTable) -> None:
    args = {"wallId": "north", "outputId": "a1"}
    assert full.web.error(full.web.ask("device.enroll", args, OPERATOR))["code"] == "forbidden"


def test_only_services_may_ask(full: FullTable) -> None:
    for seat in (full.left, console(full)):
        request_id = seat.ask("walls.list", {})
        assert seat.error(request_id)["code"] == "forbidden"
        assert seat.closed is None


def test_a_request_with_wrong_fields_is_answered_when_it_has_an_id(full: FullTable) -> None:
    full.web.say("request", requestId="r", op=7)
    assert full.web.error("r")["code"] == "invalidArgs"
    full.web.say("request", op="walls.list")
    assert full.web.last("error")["code"] == "invalidArgs"


def test_commands_are_audited_with_their_outcome(full: FullTable) -> None:
    full.changes.clear()
    full.taken("rain")
    full.web.ask("wall.take", TAKE, VIEWER)
    full.web.ask("walls.list", {})
    rows = [each for each in full.changes if isinstance(each, AuditRecord)]
    assert [(row.op, row.user_id, row.role, row.outcome) for row in rows] == [
        ("wall.take", "binh", "operator", "ok"),
        ("wall.take", "v", "viewer", "forbidden"),
    ]
    assert rows[0].args["sceneId"] == "rain"
    assert rows[0].wall_id == "north"


def test_enrolling_again_and_revoking_end_the_links_before(full: FullTable) -> None:
    args = {"wallId": "north", "outputId": "a1"}
    token = full.web.result(full.web.ask("device.enroll", args, ADMINISTRATOR))["deviceToken"]
    assert full.left.closed == 4001
    seat = full.sit()
    seat.say("identify", kind="output", token=token, protocol=PROTOCOL)
    assert seat.closed is None
    full.web.result(full.web.ask("device.revoke", args, ADMINISTRATOR))
    assert seat.closed == 4001
    again = full.sit()
    again.say("identify", kind="output", token=token, protocol=PROTOCOL)
    assert again.closed == 4001
    assert full.right.closed is None


def test_where_the_state_was_lost_no_token_of_before_opens_anything(full: FullTable) -> None:
    args = {"wallId": "north", "outputId": "a1"}
    before = full.web.result(full.web.ask("device.enroll", args, ADMINISTRATOR))["deviceToken"]
    full.state.devices.clear()
    full.state.epoch += 60  # of a controller that began anew
    full.web.result(full.web.ask("device.enroll", args, ADMINISTRATOR))
    seat = full.sit()
    seat.say("identify", kind="output", token=before, protocol=PROTOCOL)
    assert seat.closed == 4001


def test_the_token_of_a_device_can_be_told_again_without_ending_its_link(full: FullTable) -> None:
    args = {"wallId": "north", "outputId": "a1"}
    token = full.web.result(full.web.ask("device.enroll", args, ADMINISTRATOR))["deviceToken"]
    told = full.web.result(full.web.ask("device.token", args, ADMINISTRATOR))["deviceToken"]
    assert told == token
    fresh = {"wallId": "north", "view": "program"}
    assert full.web.result(full.web.ask("device.token", fresh, ADMINISTRATOR))["deviceToken"]


def test_whoever_serves_a_display_hears_up_to_what_it_may_show_masks_and_all(
    full: FullTable,
) -> None:
    args = {"wallId": "north", "outputId": "a1"}
    token = full.web.result(full.web.ask("device.token", args, ADMINISTRATOR))["deviceToken"]

    def ceiling(shown: str = token, wall_id: str = "north") -> Any:
        asked = full.web.ask("device.check", {"wallId": wall_id, "token": shown})
        return full.web.result(asked)["ceiling"]

    assert ceiling() == full.north.wall.ceiling.to_json()
    low = {"level": "public", "compartments": []}
    full.web.ask("wall.mask", {"wallId": "north", "maskId": "m1", "ceiling": low}, OPERATOR)
    assert ceiling() == low
    assert ceiling("forged") is None
    full.web.result(full.web.ask("device.revoke", args, ADMINISTRATOR))
    assert ceiling() is None


def test_a_put_scene_is_listed_taken_and_deleted(full: FullTable) -> None:
    result = full.web.result(put(full.web, scene()))
    assert result["sceneId"] == "mine"
    (wall,) = full.web.result(full.web.ask("walls.list", {}))["walls"]
    (found,) = [each for each in wall["scenes"] if each["sceneId"] == "mine"]
    assert (found["revision"], found["isPut"]) == (result["revision"], True)
    full.taken("mine")
    full.web.result(full.web.ask("scene.delete", {"wallId": "north", "sceneId": "mine"}))
    assert full.web.error(full.take("mine"))["code"] == "unknownScene"
    assert full.north.program_showing()[0] == "mine"


def test_a_put_scene_hides_the_citys_until_deleted(full: FullTable) -> None:
    full.web.result(put(full.web, scene(sceneId="rain")))
    assert full.north.scene("rain").name["en"] == "Mine"  # type: ignore[union-attr]
    full.web.result(full.web.ask("scene.delete", {"wallId": "north", "scene": {"sceneId": "rain"}}))
    assert full.north.scene("rain").name["en"] == "rain"  # type: ignore[union-attr]


def test_putting_a_scene_that_is_on_air_leaves_the_glass_as_it_was_taken(full: FullTable) -> None:
    full.web.result(put(full.web, scene()))
    full.taken("mine")
    before = full.north.program_showing()
    full.left.forget()
    full.web.result(put(full.web, scene(name={"vi": "Khác", "en": "Other"})))
    assert full.north.program_showing() == before
    assert full.left.types() == []


KINDS = [
    {
        "kind": "text",
        "name": {"vi": "Chữ", "en": "Text"},
        "optionsSchema": {
            "type": "object",
            "properties": {"text": {"type": "string"}, "lines": {"type": "integer", "maximum": 9}},
            "required": ["text"],
            "additionalProperties": False,
        },
    }
]


def with_options(**options: Any) -> dict[str, Any]:
    (tile,) = scene()["tiles"]
    return scene(tiles=[{**tile, "options": options}])


def test_scenes_are_checked_against_the_kinds_render_announced(full: FullTable) -> None:
    assert full.web.result(put(full.web, with_options(anything=1)))
    full.renderer.say("kinds", kinds=KINDS)
    assert full.web.result(full.web.ask("tiles.kinds", {})) == {"kinds": KINDS}
    error = full.web.error(put(full.web, with_options(anything=1)))
    assert (error["code"], error["tile"], error["rule"]) == ("invalidScene", "one", "options")
    error = full.web.error(put(full.web, with_options(text="x", lines=10)))
    assert "at most 9" in error["message"]
    (tile,) = scene()["tiles"]
    error = full.web.error(put(full.web, scene(tiles=[{**tile, "kind": "hologram"}])))
    assert (error["tile"], error["rule"]) == ("one", "knownKind")
    assert full.web.result(put(full.web, with_options(text="x", lines=3)))
    full.leave(full.renderer)
    assert full.web.result(put(full.web, with_options(anything=1)))


def test_only_render_announces_kinds(full: FullTable) -> None:
    full.web.say("kinds", kinds=KINDS)
    assert full.web.last("error")["code"] == "invalidArgs"


def test_versions_reach_who_subscribed_as_published(full: FullTable) -> None:
    feed = full.service("feed")
    full.web.say("subscribe", topics=["versions"])
    feed.say("publish", topic="versions", data={"transport.speed": 812})
    assert full.web.last("event") == {
        "topic": "versions",
        "name": "changed",
        "data": {"transport.speed": 812},
    }
    full.web.say("subscribe", topics=[])
    feed.say("publish", topic="versions", data={"transport.speed": 813})
    assert len(full.web.all("event")) == 1


def test_a_console_hears_only_what_its_person_may(full: FullTable) -> None:
    feed, low, high = full.service("feed"), console(full, "public"), console(full, "restricted")
    for seat in (low, high):
        seat.say("subscribe", topics=["versions"])
    feed.say(
        "publish",
        topic="versions",
        data={"open": 1, "inner": 2, "secret": 3},
        classification={
            "open": {"level": "public"},
            "secret": {"level": "restricted"},
        },
    )
    assert low.last("event")["data"] == {"open": 1}
    assert high.last("event")["data"] == {"open": 1, "inner": 2, "secret": 3}
    feed.say("publish", topic="versions", data={"secret": 4})
    assert low.last("event")["data"] == {"open": 1}


def test_unknown_topics_are_refused_whole(full: FullTable) -> None:
    full.web.say("subscribe", topics=["versions", "wall.nowhere"])
    assert full.web.last("error")["code"] == "invalidArgs"
    full.left.say("subscribe", topics=["versions"])
    assert full.left.last("error")["code"] == "unknownType"
