from __future__ import annotations

from tests.wall.proof.conftest import PUBLIC, ProvenTable, outputs_of, tiles_of
from tests.wall.table import START_MS


def test_what_was_on_glass_is_told_scene_content_and_outputs(proven: ProvenTable) -> None:
    before_ms = proven.now_ms
    proven.wait(1_000)
    result = proven.taken("rain")
    shown_ms = max(each["shownAtMs"] for each in result["outputs"])
    proven.wait(10_000)
    old, new = proven.at(before_ms), proven.at(shown_ms + 5)
    assert (old["program"]["sceneId"], new["program"]["sceneId"]) == ("overview", "rain")
    assert (new["program"]["by"], new["program"]["layer"]) == ("binh", "manual")
    tile = tiles_of(new)["left"]
    assert tile["content"] == {"props": {"children": f"{proven.render_id('rain', 'left')} 1"}}
    assert (tile["asOfAtMs"], tile["isMasked"], tile["isWithheld"]) == (START_MS, False, False)
    output = outputs_of(new)["a1"]
    assert (output["state"], output["status"], output["isProgram"]) == ("shown", "shown", True)
    assert (output["shownAtMs"], output["uncertaintyMs"]) == (
        result["outputs"][0]["shownAtMs"],
        0.5,
    )
    assert new["chain"]["isWhole"]
    assert new["broughtBy"]["kind"] == "switch"
    assert new["gap"] is None


def test_within_the_uncertainty_of_a_change_either_picture_may_have_been_seen(
    proven: ProvenTable,
) -> None:
    result = proven.taken("rain")
    shown_ms = result["outputs"][0]["shownAtMs"]
    proven.wait(10_000)
    assert outputs_of(proven.at(shown_ms - 0.3))["a1"]["isChanging"]
    assert not outputs_of(proven.at(shown_ms - 0.8))["a1"]["isChanging"]
    before = outputs_of(proven.at(shown_ms - 0.8))["a1"]
    assert (before["sceneId"], before["isProgram"]) == ("overview", False)


def test_content_that_changed_between_switches_is_told_as_it_was_sent(proven: ProvenTable) -> None:
    render_id = proven.render_id("overview", "left")
    sent_ms, told = proven.now_ms, proven.kinds()
    for version in (2, 3):
        proven.give(proven.renderer, render_id, version=version)
        proven.wait(500)
    assert proven.kinds() == told  # they wait, to be told together
    versions = {
        at_ms: tiles_of(proven.at(at_ms))["left"]["version"]
        for at_ms in (sent_ms - 1, sent_ms + 1, sent_ms + 501)
    }
    assert list(versions.values()) == [1, 2, 3]


def test_content_sent_between_commit_and_glass_belongs_to_the_new_scene(
    proven: ProvenTable,
) -> None:
    proven.take("rain")
    for each in proven.players():
        each.ready()
    proven.give(proven.renderer, proven.render_id("rain", "left"), version=2)
    proven.wait(70)
    for each in proven.players():
        each.shown()
    proven.wait(6_000)
    assert tiles_of(proven.at(proven.now_ms - 5_900))["left"]["version"] == 2


def test_an_output_that_is_away_or_silent_is_not_known(proven: ProvenTable) -> None:
    proven.wait(1_000)
    proven.leave(proven.right)
    proven.wait(1_000)
    away = outputs_of(proven.at(proven.now_ms))["a2"]
    assert (away["state"], away["reason"], away["sceneId"]) == ("notKnown", "offline", "overview")
    proven.take("rain")
    proven.left.ready()
    proven.wait(3_000)  # it never says that it showed it
    silent = outputs_of(proven.at(proven.now_ms))["a1"]
    assert (silent["state"], silent["reason"]) == ("notKnown", "noAnswer")
    proven.left.heartbeat(proven.showing("rain"))
    told = outputs_of(proven.at(proven.now_ms))["a1"]
    assert (told["state"], told["status"], told["isProgram"]) == ("shown", "told", True)


def test_an_output_that_comes_back_is_known_from_when_it_showed(proven: ProvenTable) -> None:
    proven.leave(proven.right)
    proven.wait(1_000)
    proven.right = proven.player("a2")
    assert outputs_of(proven.at(proven.now_ms))["a2"]["reason"] == "joining"
    proven.right.ready()
    proven.wait(70)
    proven.right.shown()
    back = outputs_of(proven.at(proven.now_ms))["a2"]
    assert (back["state"], back["status"]) == ("shown", "shown")
    assert "output" in proven.kinds()
    proven.right.shown()
    assert proven.kinds().count("shown") == 3  # a repeat says nothing new


def test_an_output_that_fails_keeps_its_picture(proven: ProvenTable) -> None:
    proven.take("rain")
    proven.left.ready()
    proven.right.ready("failed")
    proven.wait(70)
    proven.left.shown()
    failed = outputs_of(proven.at(proven.now_ms))["a2"]
    assert (failed["status"], failed["sceneId"], failed["isProgram"]) == (
        "failed",
        "overview",
        False,
    )


def test_what_is_above_the_askers_ceiling_is_left_out_and_said(proven: ProvenTable) -> None:
    render_id = proven.render_id("overview", "left")
    proven.give(proven.renderer, render_id, version=2, level="internal")
    withheld = tiles_of(proven.at(proven.now_ms, ceiling=PUBLIC))["left"]
    assert withheld["isWithheld"]
    assert not {"content", "contentHash", "sha256"} & withheld.keys()
    assert "content" in tiles_of(proven.at(proven.now_ms))["left"]
    assert "content" not in tiles_of(proven.at(proven.now_ms, contents=False))["left"]


def test_a_mask_covers_from_its_instant(proven: ProvenTable) -> None:
    render_id = proven.render_id("overview", "left")
    proven.give(proven.renderer, render_id, version=2, level="internal")
    proven.wait(1_000)
    masked_ms = proven.now_ms
    mask = {"wallId": "north", "maskId": "guests", "ceiling": PUBLIC}
    proven.web.ask("wall.mask", mask)
    proven.wait(3_000)
    before, after = proven.at(masked_ms - 1), proven.at(masked_ms + 1)
    assert "props" in tiles_of(before)["left"]["content"]
    assert before["masks"] == []
    assert "Không hiển thị" in str(tiles_of(after)["left"]["content"])
    assert [each["maskId"] for each in after["masks"]] == ["guests"]
    assert after["masks"][0]["by"] == "binh"
    proven.web.ask("wall.unmask", {"wallId": "north", "maskId": "guests"})
    assert proven.at(proven.now_ms)["masks"] == []


def test_a_frozen_picture_keeps_its_contents(proven: ProvenTable) -> None:
    render_id = proven.render_id("overview", "left")
    proven.web.ask("wall.freeze", {"wallId": "north", "on": True})
    proven.give(proven.renderer, render_id, version=2)
    proven.wait(61_000)  # a whole picture in between remembers what waits
    frozen = proven.at(proven.now_ms)
    assert (tiles_of(frozen)["left"]["version"], frozen["frozenSinceMs"]) == (1, START_MS + 3_000)
    proven.web.ask("wall.freeze", {"wallId": "north", "on": False})
    assert tiles_of(proven.at(proven.now_ms))["left"]["version"] == 2


def test_an_output_too_slow_for_a_content_is_said_until_it_was_sent(proven: ProvenTable) -> None:
    render_id = proven.render_id("overview", "left")
    proven.hub.fell_behind(proven.left.client_id)
    proven.give(proven.renderer, render_id, version=2)
    assert outputs_of(proven.at(proven.now_ms))["a1"]["owed"] == [render_id]
    proven.wait(1_000)
    proven.carry_out(proven.hub.caught_up(proven.left.client_id, proven.now_ms))
    assert outputs_of(proven.at(proven.now_ms))["a1"]["owed"] == []
    assert outputs_of(proven.at(proven.now_ms - 500))["a1"]["owed"] == [render_id]


def test_overlays_are_told_until_their_time(proven: ProvenTable) -> None:
    until_ms = proven.now_ms + 5_000
    banner = {"wallId": "north", "kind": "banner", "text": "Họp", "untilAtMs": until_ms}
    proven.web.ask("wall.overlay", banner)
    proven.wait(10_000)
    assert proven.at(until_ms - 1)["overlays"][0]["text"] == "Họp"
    assert proven.at(until_ms + 1)["overlays"] == []


def test_the_whole_picture_is_told_again_each_minute_and_answers_rest_on_it(
    proven: ProvenTable,
) -> None:
    proven.taken("rain")
    proven.wait(130_000)
    assert proven.kinds().count("standing") == 2
    answer = proven.at(proven.now_ms)
    assert answer["chain"]["from"] > 1
    assert tiles_of(answer)["left"]["content"]
    assert outputs_of(answer)["a1"]["isProgram"]


def test_questions_of_the_future_and_of_before_are_refused(proven: ProvenTable) -> None:
    assert proven.web.error(proven.asked_at(proven.now_ms + 1))["code"] == "invalidArgs"
    refused = proven.web.error(proven.asked_at(START_MS - 1))
    assert (refused["code"], refused["oldestAtMs"]) == ("notKept", START_MS)
    viewer = {"userId": "khach", "role": "viewer"}
    args = {"wallId": "north", "atMs": START_MS, "ceiling": PUBLIC}
    forbidden = proven.web.ask("proof.at", args, viewer)
    assert proven.web.error(forbidden)["code"] == "forbidden"


def test_steps_lead_from_change_to_change(proven: ProvenTable) -> None:
    proven.wait(1_000)
    proven.taken("rain")
    first_ms = proven.now_ms
    proven.wait(5_000)
    proven.taken("traffic")
    second_ms = proven.now_ms
    proven.wait(5_000)
    answer = proven.at(second_ms + 100)
    assert answer["previousAtMs"] == second_ms
    before = proven.at(second_ms)
    assert (before["previousAtMs"], before["nextAtMs"]) == (first_ms, None)
    assert before["program"]["sceneId"] == "traffic"


def test_a_lying_clock_or_flood_of_heartbeats_makes_no_flood_of_entries(
    proven: ProvenTable,
) -> None:
    count = len(proven.kinds())
    for number in range(50):
        proven.left.heartbeat(proven.showing("rain" if number % 2 else "traffic"))
        proven.wait(10)
    assert proven.kinds()[count:].count("heard") == 1
