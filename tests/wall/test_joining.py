from __future__ import annotations

from pathlib import Path

import pytest

from tests.wall.room import SECRET, WALL, write_city
from tests.wall.table import START_MS, FullTable, Table
from wall.classification import Classification
from wall.protocol import PROTOCOL
from wall.tokens import Device, Person, Viewer, console_token, device_token, view_token


def test_hello_comes_first(table: Table) -> None:
    hello = table.sit().last("hello")
    assert hello["protocols"] == ["ioc-wall.v1"]
    assert hello["siteId"] == "east"
    assert hello["serverAtMs"] == START_MS


def test_identified_says_the_place_on_the_canvas(table: Table) -> None:
    told = table.player("a2").last("identified")
    assert told["wallId"] == "north"
    assert told["outputId"] == "a2"
    assert told["rectPx"] == {"x": 1926, "y": 0, "width": 1920, "height": 1080}
    assert told["canvasPx"] == {"width": 3846, "height": 1080}
    assert told["unitPx"] == 77
    assert told["heartbeatMs"] == 2000
    assert told["language"] == "vi"
    assert told["ceiling"] == {"level": "internal", "compartments": []}


def test_identified_says_how_many_pixels_of_a_fine_panel_a_canvas_pixel_takes(
    tmp_path: Path, table: Table
) -> None:
    folder = tmp_path / "fine"
    path = write_city(folder) / "walls" / "north.toml"
    fine = WALL.replace("width_mm = 1210.0", "width_mm = 1210.0, device_pixel_ratio = 2.0")
    path.write_text(fine)
    told = Table(folder).player("a2").last("identified")
    assert told["devicePixelRatio"] == 2
    assert told["rectPx"] == {"x": 963, "y": 0, "width": 960, "height": 540}
    assert "devicePixelRatio" not in table.player("a2").last("identified")


def test_a_view_sees_the_whole_canvas(full: FullTable) -> None:
    view = full.player(None, view="program")
    assert view.last("identified")["rectPx"]["width"] == 3846
    assert len(view.last("prepare")["tiles"]) == 3


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (b"binary", 4002),
        ("no json", 4002),
        ("[]", 4002),
        ('{"type": 7}', 4002),
        ('{"type": "clock", "d": {"t0AtMs": 1}}', 4002),
        ("[" * 2000 + "]" * 2000, 4002),
        ('{"type": "identify"}', 4003),
        ('{"type": "identify", "d": []}', 4003),
        ('{"type": "identify", "d": {"protocol": "ioc-wall.v9", "token": "x"}}', 4003),
        ('{"type": "identify", "d": {"protocol": "ioc-wall.v1"}}', 4001),
        ('{"type": "identify", "d": {"protocol": "ioc-wall.v1", "kind": [], "token": ""}}', 4001),
        (
            '{"type": "identify", "d": {"protocol": "ioc-wall.v1", "kind": "output", "token": 5}}',
            4001,
        ),
    ],
)
def test_wrong_first_frames_close_the_link(table: Table, frame: str | bytes, code: int) -> None:
    seat = table.sit()
    table.hear(seat, frame)
    assert seat.closed == code
    assert "identified" not in seat.types()


def identify(table: Table, kind: str, token: str, **more: object) -> int | None:
    seat = table.sit()
    seat.say("identify", kind=kind, token=token, protocol=PROTOCOL, **more)
    return seat.closed


def test_a_token_opens_only_what_it_was_signed_for(table: Table) -> None:
    table.state.devices[("north", "a1")] = (2, False)
    now_s = START_MS / 1000
    output = device_token(SECRET, Device("north", "a1", None, 2))
    assert identify(table, "output", output) is None
    assert identify(table, "view", output) == 4001
    assert identify(table, "service", output) == 4001
    assert identify(table, "output", SECRET) == 4001
    assert identify(table, "output", device_token(SECRET, Device("north", "a1", None, 1))) == 4001
    assert identify(table, "output", device_token("other", Device("north", "a1", None, 2))) == 4001
    assert identify(table, "output", device_token(SECRET, Device("south", "a1", None, 1))) == 4001
    view = view_token(SECRET, Viewer("north", "program", "binh"), now_s=now_s)
    assert identify(table, "view", view) is None
    assert identify(table, "output", view) == 4001
    late = view_token(SECRET, Viewer("north", "program", "binh"), now_s=now_s - 90_000)
    assert identify(table, "view", late) == 4001
    assert identify(table, "view", view_token(SECRET, Viewer("north", "x", "b"), now_s=now_s)) == (
        4001
    )
    person = Person("binh", "viewer", None, Classification())
    assert identify(table, "console", console_token(SECRET, person, now_s=now_s)) is None
    assert identify(table, "console", console_token(SECRET, person, now_s=now_s - 66)) == 4001
    assert identify(table, "service", SECRET, service="web") is None
    assert identify(table, "service", SECRET) is None
    assert identify(table, "service", SECRET, service="king") == 4001


def test_who_does_not_identify_in_five_seconds_is_closed(table: Table) -> None:
    seat = table.sit()
    table.wait(4_999)
    assert seat.closed is None
    table.wait(2)
    assert seat.closed == 4004


def test_nonsense_in_viewport_and_showing_does_not_keep_a_player_out(full: FullTable) -> None:
    seat = full.player("a1", viewport="big", showing=[1])
    assert seat.closed is None
    assert seat.last("commit")


def test_a_client_is_brought_to_the_program_at_once_for_itself_alone(full: FullTable) -> None:
    full.left.forget()
    full.right.forget()
    newcomer = full.player("a1")
    assert newcomer.types()[:4] == ["hello", "identified", "prepare", "commit"]
    prepare, commit = newcomer.last("prepare"), newcomer.last("commit")
    assert prepare["sceneId"] == "overview"
    assert prepare["layer"] == "base"
    assert prepare["switchId"] == commit["switchId"]
    assert commit["showAtMs"] >= full.now_ms + 60
    assert [tile["tileId"] for tile in prepare["tiles"]] == ["left"]
    assert prepare["tiles"][0]["content"]["props"]
    assert full.right.frames == []


def test_the_newest_connection_of_an_output_replaces_the_one_before(full: FullTable) -> None:
    full.player("a1")
    assert full.left.closed == 4005
    assert full.right.closed is None


def test_views_do_not_replace_one_another(full: FullTable) -> None:
    one, two = full.player(None, view="program"), full.player(None, view="program")
    assert (one.closed, two.closed) == (None, None)


def test_a_preview_view_gets_the_stage_and_never_the_program(full: FullTable) -> None:
    view = full.player(None, view="preview")
    assert view.types() == ["hello", "identified"]
    full.preview("rain")
    assert view.last("stage")["sceneId"] == "rain"
    assert len(view.last("stage")["tiles"]) == 3
    full.taken("traffic")
    assert "prepare" not in view.types()
    later = full.player(None, view="preview")
    assert later.types() == ["hello", "identified", "stage"]


def test_a_joining_client_gets_the_stage_after_the_program(full: FullTable) -> None:
    full.preview("rain")
    assert full.player("a1").types() == ["hello", "identified", "prepare", "commit", "stage"]


def test_content_is_waited_for_two_seconds_then_words_stand_in_its_place(table: Table) -> None:
    seat = table.player("a1")
    assert seat.types() == ["hello", "identified"]
    table.wait(1_990)
    assert "prepare" not in seat.types()
    table.wait(20)
    (tile,) = seat.last("prepare")["tiles"]
    assert tile["version"] == 0
    assert "Đang chờ" in str(tile["content"])


def test_content_that_comes_in_time_brings_the_client_at_once(table: Table) -> None:
    seat = table.player("a1")
    table.wait(100)
    table.answer_wanted(table.render())
    assert seat.last("prepare")["tiles"][0]["version"] == 1
    assert seat.last("commit")


def test_a_client_that_kept_the_right_picture_is_not_given_words_for_it(table: Table) -> None:
    seat = table.player("a1", showing=table.showing("overview"))
    table.wait(9_000)
    assert "prepare" not in seat.types()
    table.answer_wanted(table.render())
    assert seat.last("prepare")["tiles"][0]["version"] == 1


def test_after_identify_a_bad_message_is_answered_and_the_link_stays(full: FullTable) -> None:
    seat = full.left
    for kind, fields, code in (
        ("identify", {"token": "x"}, "invalidArgs"),
        ("dance", {}, "unknownType"),
        ("publish", {"topic": "versions", "data": {}}, "unknownType"),
        ("clock", {"t0AtMs": "soon"}, "invalidArgs"),
        ("ready", {"switchId": 5, "status": "ok"}, "invalidArgs"),
        ("heartbeat", {"showing": 5}, "invalidArgs"),
        ("need", {"renderIds": "all"}, "invalidArgs"),
    ):
        seat.say(kind, **fields)
        error = seat.last("error")
        assert (error["code"], error["type"]) == (code, kind)
        assert error["message"]
    assert seat.closed is None
    full.hear(seat, b"\x00")
    assert seat.closed == 4002


def test_clock_is_answered_with_the_shared_clock(full: FullTable) -> None:
    full.left.say("clock", t0AtMs=123.5)
    assert full.left.last("clockReply") == {
        "t0AtMs": 123.5,
        "t1AtMs": full.now_ms,
        "t2AtMs": full.now_ms,
    }


def test_every_frame_carries_the_epoch(full: FullTable) -> None:
    full.taken("rain")
    assert {each["epoch"] for each in full.left.frames} == {int(START_MS / 1000)}


def test_a_client_that_shows_something_else_is_repaired_two_seconds_after_a_commit(
    full: FullTable,
) -> None:
    full.taken("rain")
    full.left.forget()
    full.wait(1_800)
    full.left.heartbeat(full.showing("overview"))
    assert full.left.types() == []
    full.wait(500)
    full.left.heartbeat(full.showing("overview"))
    assert full.left.types() == ["prepare", "commit"]
    assert full.left.last("prepare")["sceneId"] == "rain"
    # Its content was sent on this connection before.
    assert "content" not in full.left.last("prepare")["tiles"][0]
    full.left.heartbeat(full.showing("overview"))
    assert len(full.left.all("prepare")) == 1


def test_a_client_that_fails_its_repair_is_tried_ever_less_often(full: FullTable) -> None:
    full.left.forget()
    tries = 0
    for _ in range(60):
        full.left.heartbeat(None)
        if len(full.left.all("prepare")) > tries:
            tries += 1
            full.left.ready("failed")
            assert full.left.last("abort")["code"] == "failed"
        full.wait(2_000)
    assert 4 <= tries <= 8


def test_a_client_that_shows_the_right_scene_is_left_alone(full: FullTable) -> None:
    full.left.forget()
    for _ in range(5):
        full.wait(2_000)
        full.left.heartbeat(full.showing("overview"))
    assert full.left.types() == []


def test_online_is_told_to_who_listens(full: FullTable) -> None:
    full.web.say("subscribe", topics=["wall.north"])
    full.leave(full.left)
    assert full.web.last("event") == {
        "topic": "wall.north",
        "name": "output",
        "data": {"outputId": "a1", "online": False},
    }
    full.player("a1")
    assert full.web.last("event")["data"] == {"outputId": "a1", "online": True}
