"""Controllers of two sites: each other's walls, salvos across, following, a cut line."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.wall.room import SECRET
from tests.wall.two_sites import Sites
from wall.protocol import PROTOCOL, encode_inbound
from wall.tokens import peer_token


@pytest.fixture
def sites(tmp_path: Path) -> Sites:
    return Sites(tmp_path)


def walls(sites: Sites) -> dict[str, dict[str, Any]]:
    listed = sites.result(sites.east, sites.east.ask("walls.list"))["walls"]
    return {each["wallId"]: each for each in listed}


def both(scene: str = "rain") -> list[dict[str, str]]:
    return [{"wallId": each, "sceneId": scene} for each in ("north", "south")]


def test_each_site_shows_the_other_ones_true_state(sites: Sites) -> None:
    assert "peer" not in walls(sites)["north"]
    seen = walls(sites)["south"]
    assert (seen["siteId"], seen["program"]["sceneId"]) == ("west", "overview")
    assert seen["peer"]["connected"]
    sites.result(sites.west, sites.west.ask("wall.take", wallId="south", sceneId="rain"))
    sites.run(500)
    seen = walls(sites)["south"]
    assert seen["program"]["sceneId"] == "rain"
    assert all(each["online"] for each in seen["outputs"])
    assert sites.now_ms - seen["peer"]["asOfAtMs"] < 1_500


def test_a_command_on_another_sites_wall_is_done_by_its_owner(sites: Sites) -> None:
    taken = sites.result(sites.east, sites.east.ask("wall.take", wallId="south", sceneId="traffic"))
    assert taken["committed"]
    assert sites.west.on_air() == "traffic"
    whole = sites.result(sites.east, sites.east.ask("wall.state", wallId="south"))
    assert whole["lastSwitch"]["switchId"] == taken["switchId"]
    viewer = {"userId": "x", "role": "viewer", "siteId": "east"}
    asked = sites.east.web.ask("wall.take", {"wallId": "south", "sceneId": "rain"}, viewer)
    sites.run(300)
    assert sites.east.web.error(asked)["code"] == "forbidden"


def test_a_leader_whom_the_owner_lets_may_lead_a_salvo_there_and_hears_of_it(
    tmp_path: Path,
) -> None:
    sites = Sites(tmp_path)
    south = sites.west.state.walls["south"]
    south.wall = replace(south.wall, control=frozenset({"leader"}))
    sites.run(500)
    sites.east.web.say("subscribe", topics=["wall.south", "wall.north"])
    leader = {"userId": "chi", "role": "leader", "siteId": "east"}
    takes = [{"wallId": "south", "sceneId": "rain"}]
    asked = sites.east.web.ask("salvo.take", {"takes": takes}, leader)
    assert sites.result(sites.east, asked)["committed"]
    sites.run(500)
    heard = [(each["topic"], each["name"]) for each in sites.east.web.all("event")]
    assert ("wall.south", "mirrored") in heard
    takes.append({"wallId": "north", "sceneId": "rain"})
    asked = sites.east.web.ask("salvo.take", {"takes": takes}, leader)
    assert sites.east.web.error(asked)["code"] == "forbidden"


def test_the_clock_of_the_other_site_is_known_within_half_a_round_trip(sites: Sites) -> None:
    sites.run(500)
    clock = sites.east.state.peers["west"].clock
    assert clock.offset_ms is not None
    assert clock.uncertainty_ms(sites.east.now_ms) == pytest.approx(15, abs=0.1)
    assert abs(clock.offset_ms - 700) <= 15


@pytest.mark.parametrize(
    ("there_ms", "back_ms", "jitter_ms", "drift"),
    [(80.0, 2.0, 0.0, 0.0), (2.0, 80.0, 0.0, 9e-5), (40.0, 5.0, 60.0, -9e-5)],
)
def test_however_unequal_the_two_ways_are_clock_and_salvo_stay_within_what_is_stated(
    tmp_path: Path, there_ms: float, back_ms: float, jitter_ms: float, drift: float
) -> None:
    random = Random(7)
    sites = Sites(
        tmp_path,
        delay_ms=there_ms,
        back_ms=back_ms,
        west_ahead_ms=-3_000,
        west_drift=drift,
        jitter_ms=lambda: random.uniform(0, jitter_ms),
    )
    for number in range(12):
        sites.run(7_000)
        for table in sites.tables.values():
            clock = table.state.peers[table.other].clock
            theirs_ms = sites.own_ms(table.other, sites.now_ms)
            assert clock.offset_ms is not None
            error_ms = abs(table.now_ms + clock.offset_ms - theirs_ms)
            assert error_ms <= clock.uncertainty_ms(table.now_ms)
            assert clock.uncertainty_ms(table.now_ms) <= (there_ms + back_ms) / 2 + 15
        asker = sites.east if number % 2 else sites.west
        asked = asker.ask("salvo.take", takes=both(("rain", "traffic")[number % 2]), hold=True)
        result = sites.result(asker, asked)
        statuses = {each["status"] for wall in result["walls"] for each in wall["outputs"]}
        assert statuses == {"shown"}
        shown_ms = [
            sites.true_ms(table.site_id, last["showAtMs"])
            for table in sites.tables.values()
            if (last := table.state.walls[table.wall_id].last_switch) is not None
        ]
        assert abs(shown_ms[0] - shown_ms[1]) <= result["promisedSkewMs"]


def test_a_salvo_across_sites_is_shown_at_one_true_instant(sites: Sites) -> None:
    sites.run(500)
    result = sites.result(sites.east, sites.east.ask("salvo.take", takes=both()))
    assert (sites.east.on_air(), sites.west.on_air()) == ("rain", "rain")
    assert [each["wallId"] for each in result["walls"]] == ["north", "south"]
    north, south = result["walls"]
    # Both instants are told on the clock of who was asked, though the other one's is 0.7 s ahead.
    assert abs(north["showAtMs"] - south["showAtMs"]) < 0.01
    assert result["skewMs"] < 0.01
    assert result["promisedSkewMs"] >= 15
    assert result["promisedSkewMs"] > north["promisedSkewMs"]


def test_a_salvo_whose_other_site_is_not_ready_leaves_everything_as_it_was(sites: Sites) -> None:
    sites.run(500)
    sites.west.does_answer = False
    asked = sites.east.ask("salvo.take", takes=both(), policy="all", deadlineMs=300)
    sites.run(1_500)
    assert sites.east.web.error(asked)["code"] == "policyNotMet"
    assert (sites.east.on_air(), sites.west.on_air()) == ("overview", "overview")
    assert sites.east.state.walls["north"].pending is None
    assert sites.west.state.held_salvos == {}


def test_a_salvo_with_an_unknown_scene_there_is_refused_with_the_owners_word(sites: Sites) -> None:
    takes = [{"wallId": "north", "sceneId": "rain"}, {"wallId": "south", "sceneId": "none"}]
    asked = sites.east.ask("salvo.take", takes=takes)
    sites.run(500)
    assert sites.east.web.error(asked)["code"] == "unknownScene"
    assert sites.east.on_air() == "overview"


def test_a_salvo_across_sites_takes_any_layer(sites: Sites) -> None:
    sites.run(500)
    sites.result(sites.west, sites.west.ask("wall.take", wallId="south", sceneId="traffic"))
    asked = sites.east.ask("salvo.take", takes=both(), layer="alarm", hold=True)
    result = sites.result(sites.east, asked)
    assert (sites.east.on_air(), sites.west.on_air()) == ("rain", "traffic")
    assert [each["showAtMs"] is None for each in result["walls"]] == [False, True]
    assert result["promisedSkewMs"] is not None
    for table in (sites.east, sites.west):
        layer = table.state.walls[table.wall_id].layers["alarm"]
        assert (layer.arrangement.scene.scene_id, layer.until_at_ms) == ("rain", None)
    assert sites.west.state.held_salvos == {}


def test_a_salvo_across_sites_that_is_seen_nowhere_is_kept_on_both(sites: Sites) -> None:
    sites.run(500)
    taken = sites.east.ask("salvo.take", takes=both("traffic"), layer="emergency")
    assert sites.result(sites.east, taken)["committed"]
    result = sites.result(sites.east, sites.east.ask("salvo.take", takes=both(), layer="alarm"))
    assert [each["showAtMs"] for each in result["walls"]] == [None, None]
    for table in (sites.east, sites.west):
        assert "alarm" in table.state.walls[table.wall_id].layers


def until_promised(sites: Sites) -> None:
    for _ in range(500):
        sites.run(0.25)
        if any(each.is_promised for each in sites.west.state.held_salvos.values()):
            return
    raise AssertionError("never promised")


def test_a_wall_that_is_taken_after_its_site_has_promised_is_left_out_and_told(
    sites: Sites,
) -> None:
    sites.run(500)
    asked = sites.east.ask("salvo.take", takes=both())
    until_promised(sites)
    sites.west.ask("wall.take", wallId="south", sceneId="traffic")
    result = sites.result(sites.east, asked)
    assert [each["committed"] for each in result["walls"]] == [True, False]
    assert result["walls"][1]["error"]["code"] == "superseded"
    assert (sites.east.on_air(), sites.west.on_air()) == ("rain", "traffic")


def test_an_output_lost_after_its_site_has_promised_breaks_no_promise(sites: Sites) -> None:
    sites.run(500)
    asked = sites.east.ask("salvo.take", takes=both(), policy="all")
    until_promised(sites)
    sites.west.leave(sites.west.players[1])
    result = sites.result(sites.east, asked)
    assert [each["committed"] for each in result["walls"]] == [True, True]
    assert [each["status"] for each in result["walls"][1]["outputs"]] == ["shown", "offline"]


def test_a_word_that_comes_after_a_site_has_given_up_changes_nothing(sites: Sites) -> None:
    sites.run(500)
    asked = sites.east.ask("salvo.take", takes=both(), deadlineMs=300)
    until_promised(sites)
    (salvo_id,) = sites.west.state.held_salvos
    sites.cut()
    sites.run(5_000)
    assert sites.east.web.error(asked)["code"] == "unavailable"
    assert sites.west.state.held_salvos == {}
    sites.mend()
    link = sites.links["east"].seat
    assert link is not None
    late = {"salvoId": salvo_id, "showAtMs": sites.west.now_ms + 100}
    request = {"requestId": "late", "op": "peer.commit", "args": late}
    sites.west.hear(link, encode_inbound("request", request))
    sites.run(500)
    assert sites.west.on_air() == "overview"


def test_a_line_cut_before_the_commit_ends_the_salvo_everywhere(sites: Sites) -> None:
    sites.run(500)
    asked = sites.east.ask("salvo.take", takes=both())
    sites.run(25)  # the other site is preparing
    sites.cut()
    sites.run(4_000)
    assert sites.east.web.error(asked)["code"] == "unavailable"
    assert (sites.east.on_air(), sites.west.on_air()) == ("overview", "overview")
    assert sites.west.state.walls["south"].pending is None


def test_a_line_cut_after_the_commit_says_that_the_other_site_is_not_known(sites: Sites) -> None:
    sites.run(500)
    asked = sites.east.ask("salvo.take", takes=both())
    for _ in range(200):
        sites.run(1)
        if sites.east.on_air() == "rain":
            break
    sites.cut()
    sites.run(5_000)
    result = sites.east.web.result(asked)
    assert [each["committed"] for each in result["walls"]] == [True, None]
    assert result["promisedSkewMs"] is None


def test_with_the_line_cut_both_switch_and_afterwards_each_knows_the_other(sites: Sites) -> None:
    sites.cut()
    seen = walls(sites)["south"]
    assert not seen["peer"]["connected"]
    refused = sites.east.ask("wall.take", wallId="south", sceneId="rain")
    assert sites.east.web.error(refused)["code"] == "unavailable"
    assert sites.result(sites.east, sites.east.ask("wall.take", wallId="north", sceneId="rain"))
    assert sites.result(sites.west, sites.west.ask("wall.take", wallId="south", sceneId="traffic"))
    assert walls(sites)["south"]["program"]["sceneId"] == "overview"  # as last heard
    sites.mend()
    sites.run(500)
    assert walls(sites)["south"]["program"]["sceneId"] == "traffic"
    listed = sites.result(sites.west, sites.west.ask("walls.list"))["walls"]
    assert next(x for x in listed if x["wallId"] == "north")["program"]["sceneId"] == "rain"


def test_a_wall_follows_another_within_two_seconds_and_is_released_at_once(sites: Sites) -> None:
    sites.result(sites.west, sites.west.ask("wall.take", wallId="south", sceneId="traffic"))
    sites.run(500)
    asked = sites.east.ask("wall.follow", wallId="north", of="south")
    assert sites.result(sites.east, asked)["following"]["of"] == "south"
    assert sites.east.on_air() == "traffic"
    sites.west.ask("wall.take", wallId="south", sceneId="rain")
    sites.run(2_000)
    assert sites.east.on_air() == "rain"
    sites.east.ask("wall.follow", wallId="north", of=None)
    sites.run(300)
    assert sites.east.on_air() == "overview"
    assert sites.east.state.walls["north"].following is None


def test_two_walls_do_not_follow_each_other(sites: Sites) -> None:
    sites.result(sites.east, sites.east.ask("wall.follow", wallId="north", of="south"))
    sites.run(500)
    refused = sites.west.ask("wall.follow", wallId="south", of="north")
    assert sites.west.web.error(refused)["code"] == "conflict"


def test_of_two_that_are_to_follow_each_other_at_once_one_leads(sites: Sites) -> None:
    for table, scene_id in ((sites.east, "traffic"), (sites.west, "rain")):
        how = {"sceneId": scene_id, "layer": "alarm"}
        sites.result(table, table.ask("wall.take", wallId=table.wall_id, **how))
    sites.run(1_000)
    sites.result(sites.east, sites.east.ask("wall.follow", wallId="north", of="south"))
    sites.cut()
    sites.result(sites.west, sites.west.ask("wall.follow", wallId="south", of="north"))
    sites.mend()
    sites.run(2_000)
    assert sites.east.state.walls["north"].following is not None
    assert sites.west.state.walls["south"].following is None
    assert (sites.east.on_air(), sites.west.on_air()) == ("rain", "rain")


def test_a_person_who_clears_the_wall_ends_the_following(sites: Sites) -> None:
    sites.result(sites.west, sites.west.ask("wall.take", wallId="south", sceneId="traffic"))
    sites.result(sites.east, sites.east.ask("wall.follow", wallId="north", of="south"))
    sites.run(1_000)
    assert sites.east.on_air() == "traffic"
    sites.result(sites.east, sites.east.ask("wall.clear", wallId="north", layer="manual"))
    sites.run(1_000)
    assert sites.east.state.walls["north"].following is None
    assert sites.east.on_air() == "overview"


def test_a_following_asked_for_while_a_take_is_prepared_has_the_last_word(sites: Sites) -> None:
    sites.run(500)
    sites.east.ask("wall.take", wallId="north", sceneId="rain")
    sites.result(sites.east, sites.east.ask("wall.follow", wallId="north", of="south"))
    sites.run(2_000)
    assert sites.east.state.walls["north"].following is not None
    assert sites.east.on_air() == "overview"


def test_a_scene_that_is_not_known_here_is_carried(sites: Sites) -> None:
    tile = {"tileId": "t", "kind": "text", "options": {"text": "of the west"}}
    at = {"column": 0, "row": 0, "columns": 1, "rows": 1}
    scene = {"sceneId": "own", "name": {"vi": "a", "en": "a"}, "grid": {"columns": 1, "rows": 1}}
    put = {"wallId": "south", "scene": {**scene, "tiles": [{**tile, "at": at}]}}
    sites.result(sites.west, sites.west.ask("scene.put", **put))
    sites.east.ask("wall.follow", wallId="north", of="south")
    sites.west.ask("wall.take", wallId="south", sceneId="own")
    sites.run(2_000)
    assert sites.east.on_air() == "own"


def test_a_person_who_takes_the_wall_ends_the_following(sites: Sites) -> None:
    sites.result(sites.east, sites.east.ask("wall.follow", wallId="north", of="south"))
    sites.run(500)
    sites.result(sites.east, sites.east.ask("wall.take", wallId="north", sceneId="rain"))
    sites.run(500)
    assert sites.east.state.walls["north"].following is None
    sites.result(sites.west, sites.west.ask("wall.take", wallId="south", sceneId="traffic"))
    sites.run(1_000)
    assert sites.east.on_air() == "rain"


def test_a_following_wall_keeps_the_last_scene_while_the_line_is_cut(sites: Sites) -> None:
    sites.east.ask("wall.follow", wallId="north", of="south")
    sites.west.ask("wall.take", wallId="south", sceneId="rain")
    sites.run(1_000)
    sites.cut()
    sites.west.ask("wall.take", wallId="south", sceneId="traffic")
    sites.run(5_000)
    assert sites.east.on_air() == "rain"
    sites.mend()
    sites.run(1_000)
    assert sites.east.on_air() == "traffic"


def test_nobody_but_another_sites_controller_joins_as_a_peer(sites: Sites) -> None:
    for token in ("nonsense", SECRET, peer_token("another secret entirely", "west")):
        seat = sites.east.sit()
        seat.say("identify", kind="peer", token=token, protocol=PROTOCOL)
        assert seat.closed == 4001
    own = sites.east.sit()
    own.say("identify", kind="peer", token=peer_token(SECRET, "east"), protocol=PROTOCOL)
    assert own.closed == 4001
    asked = sites.east.ask("peer.commit", salvoId="h1", showAtMs=1.0)
    assert sites.east.web.error(asked)["code"] == "forbidden"


def test_an_older_term_of_the_other_site_is_not_believed(sites: Sites) -> None:
    held = sites.east.state.peers["west"].mirrors["south"]
    told = {"sequence": 10**6, "wallId": "south", "wall": {"wallId": "south"}, "scene": None}
    east = sites.east
    east.carry_out(east.hub.peer_said("west", "mirror", held.epoch - 1, told, east.now_ms))
    assert sites.east.state.peers["west"].mirrors["south"] is held
    for wrong in ({}, {"sequence": -1}, {**told, "wallId": "other"}, {**told, "wall": []}):
        east.carry_out(east.hub.peer_said("west", "mirror", held.epoch, wrong, east.now_ms))
    assert sites.east.state.counts["badPeerFrames"] == 4


def test_who_looks_at_another_sites_wall_hears_when_the_line_is_cut(sites: Sites) -> None:
    sites.run(500)
    sites.east.web.say("subscribe", topics=["wall.south"])
    sites.east.web.forget()
    sites.cut()
    heard = [(each["topic"], each["name"]) for each in sites.east.web.all("event")]
    assert heard == [("wall.south", "mirrored")]
    walls = sites.east.web.result(sites.east.ask("walls.list"))["walls"]
    south = next(each for each in walls if each["wallId"] == "south")
    assert south["peer"]["connected"] is False
