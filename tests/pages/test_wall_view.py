"""What the controller tells of a wall, put in order for the pages."""

from __future__ import annotations

import pytest

from layouts.pages.outputs import state_of
from layouts.pages.room import since
from layouts.pages.shell import Setting
from layouts.pages.wall_reading import read_wall, unreachable
from layouts.pages.wall_view import LayerView
from permissions.roles import Person
from tests.pages.stand_in import NOW_MS, ROOT, wall_body
from wall.geometry import load_walls

WALL = load_walls(ROOT / "city" / "walls")["le-lai"]


@pytest.fixture
def body():
    return wall_body(WALL)


def test_the_base_scene_comes_first_and_the_rest_keep_their_order(body):
    body["scenes"].reverse()
    wall = read_wall(body, base="overview")
    assert [scene.scene_id for scene in wall.scenes] == [
        "overview", "traffic", "security", "flood", "environment", "citizens", "economy",
    ]  # fmt: skip


def test_rectangles_are_fractions_of_the_canvas(body):
    last = read_wall(body).outputs[-1].box
    assert (last.x + last.width, last.y + last.height) == (1.0, 1.0)
    assert last.style()["width"].startswith("24.9")


def test_outputs_tell_how_they_took_the_last_switch(body):
    wall = read_wall(body)
    assert [state_of(each) for each in wall.outputs] == ["online"] * 6 + ["late", "offline"]
    assert [round(each.skew_ms or 0, 1) for each in wall.outputs[:3]] == [0.0, 0.2, 0.4]
    assert wall.outputs[-1].skew_ms is None
    assert (wall.online, len(wall.problems)) == (7, 2)


def test_an_output_with_another_picture_is_behind(body):
    body["outputs"][0]["showing"] = {"sceneId": "overview", "revision": "r-overview"}
    body["outputs"][1]["showing"] = None
    wall = read_wall(body)
    assert [each.behind for each in wall.outputs[:3]] == [True, True, False]
    assert state_of(wall.outputs[0]) == "behind"


def test_what_walls_list_leaves_out_is_no_trouble(body):
    for output in body["outputs"]:
        for name in ("showing", "clock", "health", "lastSeenAtMs"):
            del output[name]
    del body["lastSwitch"]
    wall = read_wall(body)
    assert wall.last_switch is None
    assert not any(each.behind for each in wall.outputs)


def test_program_and_manual_layer_are_told(body):
    wall = read_wall(body)
    assert (wall.program.layer, wall.program.scene_id, wall.program.by) == (
        "manual", "traffic", "operator",
    )  # fmt: skip
    assert wall.manual.until_at_ms == NOW_MS + 1_740_000
    assert wall.preview_scene == "flood"
    assert wall.columns == 4


def test_a_dark_wall_has_no_program(body):
    wall = read_wall(body | {"program": None, "preview": None, "layers": {}, "lastSwitch": None})
    assert (wall.program, wall.manual, wall.preview_scene) == (None, None, None)
    assert not any(each.behind for each in wall.outputs)


def test_a_wall_nobody_can_ask_about_is_as_planned():
    outputs = [(each.output_id, each.rect.to_json()) for each in WALL.outputs]
    canvas = (WALL.canvas.width, WALL.canvas.height)
    wall = unreachable("le-lai", WALL.name, site_id="le-lai", canvas=canvas, outputs=outputs)
    assert not wall.reachable
    assert (wall.online, len(wall.outputs), wall.columns) == (0, 8, 4)
    assert {state_of(each) for each in wall.outputs} == {"unknown"}
    assert wall.problems == ()


def test_a_wall_without_any_panel_is_not_in_trouble_but_one_that_lost_a_panel_is(body):
    for output in body["outputs"]:
        output |= {"online": False, "lastSeenAtMs": None}
    wall = read_wall(body)
    assert {state_of(each) for each in wall.outputs} == {"never"}
    assert wall.problems == ()
    body["outputs"][2]["lastSeenAtMs"] = NOW_MS - 60_000
    assert [each.output_id for each in read_wall(body).problems] == ["a3"]
    body["outputs"][0]["online"] = True  # from now on the others are missed
    assert len(read_wall(body | {"lastSwitch": None}).problems) == 7


def test_an_output_that_came_back_to_the_right_picture_is_well(body):
    statuses = ("failed", "noAnswer", "offline")
    for answer, status in zip(body["lastSwitch"]["outputs"][:3], statuses, strict=True):
        answer |= {"status": status, "shownAtMs": None}
    body["outputs"][2]["showing"] = None
    states = [state_of(each) for each in read_wall(body).outputs[:3]]
    assert states == ["online", "online", "behind"]


def test_people_are_called_by_their_names(body):
    assert read_wall(body, names={"operator": "Lan"}).program.by == "Lan"
    assert read_wall(body, names={}).program.by == "operator"


def setting_in(language):
    person = Person("binh", "Bình", "operator")
    return Setting({}, {}, person, language, "Asia/Ho_Chi_Minh", "", "/")


@pytest.mark.parametrize(
    ("by", "language", "said"),
    [
        ("schedule:night", "vi", "lịch night"),
        ("rule:heavy-rain", "en", "rule heavy-rain"),
        ("Trần Bình", "vi", "Trần Bình"),
        ("someone:else", "en", "someone:else"),
    ],
)
def test_a_layer_that_nobody_took_says_which_schedule_or_rule_did(by, language, said):
    layer = LayerView("scheduled", "overview", by, NOW_MS - 60_000, None)
    words = since(layer, now_ms=NOW_MS, setting=setting_in(language))
    assert f"· {said} ·" in words
