from __future__ import annotations

from tests.wall.table import FullTable, Table


def test_new_content_goes_to_who_shows_it_and_nobody_else(full: FullTable) -> None:
    view = full.player(None, view="program")
    preview = full.player(None, view="preview")
    for each in (full.left, full.right, view, preview):
        each.forget()
    full.give(full.renderer, full.render_id("overview", "left"), version=2)
    assert full.left.last("content")["version"] == 2
    assert view.raw == full.left.raw
    assert (full.right.types(), preview.types()) == ([], [])


def test_content_for_what_is_prepared_or_staged_goes_there_too(full: FullTable) -> None:
    full.preview("traffic")
    full.take("rain")
    for scene_id in ("traffic", "rain", "overview"):
        full.left.forget()
        full.give(full.renderer, full.render_id(scene_id, "left"), version=2)
        assert full.left.types() == ["content"]


def test_what_left_the_glass_is_no_longer_sent(full: FullTable) -> None:
    full.taken("rain")
    full.left.forget()
    full.give(full.renderer, full.render_id("overview", "left"), version=2)
    assert full.left.types() == []


def test_an_older_or_equal_version_is_not_sent(full: FullTable) -> None:
    render_id = full.render_id("overview", "left")
    full.give(full.renderer, render_id, version=5)
    full.left.forget()
    full.give(full.renderer, render_id, version=4)
    full.give(full.renderer, render_id, version=5)
    assert full.left.types() == []


def test_a_render_is_wanted_once_however_many_show_it(full: FullTable) -> None:
    full.player(None, view="program")
    full.player(None, view="program")
    assert len(full.renderer.all("wanted")) == 1
    assert len(full.renderer.last("wanted")["renders"]) == 3


def test_wanted_follows_what_is_shown_with_a_minute_of_patience(full: FullTable) -> None:
    full.taken("rain", layer="base")
    assert len(full.renderer.last("wanted")["renders"]) == 6
    full.wait(59_000)
    assert len(full.renderer.last("wanted")["renders"]) == 6
    full.wait(2_000)
    wanted = {each["renderId"] for each in full.renderer.last("wanted")["renders"]}
    assert wanted == {full.render_id("rain", tile) for tile in ("left", "right", "over")}


def test_going_back_within_a_minute_needs_no_render(full: FullTable) -> None:
    full.taken("rain")
    full.left.forget()
    full.web.ask("wall.take", {"wallId": "north", "sceneId": "overview"})
    assert full.left.types() == ["prepare"]


def test_render_services_share_what_is_wanted(full: FullTable) -> None:
    second = full.render()
    full.take("rain")
    shares = [
        {each["renderId"] for each in seat.last("wanted")["renders"]}
        for seat in (full.renderer, second)
    ]
    assert len(shares[0] | shares[1]) == 6
    assert not shares[0] & shares[1]
    full.leave(full.renderer)
    assert len(second.last("wanted")["renders"]) == 6


def test_any_service_may_give_content(full: FullTable) -> None:
    tools = full.service("tools")
    full.left.forget()
    full.give(tools, full.render_id("overview", "left"), version=9)
    assert full.left.last("content")["version"] == 9


def test_content_that_nobody_wants_is_ignored(full: FullTable) -> None:
    full.give(full.renderer, "nothing", version=1)
    assert "error" not in full.renderer.types()


def test_content_that_cannot_be_written_is_refused(full: FullTable) -> None:
    render_id = full.render_id("overview", "left")
    deep = "[" * 900 + "]" * 900
    fields = f'"renderId":"{render_id}","version":9,"contentHash":"x","content":{deep}'
    times = '"asOfAtMs":1,"staleAfterMs":1'
    full.hear(full.renderer, f'{{"type":"content","d":{{{fields},{times}}}}}')
    assert full.renderer.last("error")["code"] == "invalidArgs"


def test_need_is_answered_with_what_the_client_may_have(full: FullTable) -> None:
    full.left.forget()
    mine, not_mine = full.render_id("overview", "left"), full.render_id("overview", "right")
    full.left.say("need", renderIds=[mine, not_mine, "nothing", mine])
    assert [each["renderId"] for each in full.left.all("content")] == [mine]


def test_a_slow_client_is_sent_only_the_newest_when_it_reads_again(full: FullTable) -> None:
    render_id = full.render_id("overview", "left")
    full.hub.fell_behind(full.left.client_id)
    full.left.forget()
    for version in range(2, 50):
        full.give(full.renderer, render_id, version=version)
    assert full.left.types() == []
    full.carry_out(full.hub.caught_up(full.left.client_id, full.now_ms))
    assert [each["version"] for each in full.left.all("content")] == [49]
    full.give(full.renderer, render_id, version=50)
    assert full.left.last("content")["version"] == 50


def test_a_slow_client_still_gets_switches_with_the_newest_content(full: FullTable) -> None:
    full.hub.fell_behind(full.left.client_id)
    full.give(full.renderer, full.render_id("overview", "left"), version=7)
    full.take("overview")
    (tile,) = full.left.last("prepare")["tiles"]
    assert tile["version"] == 7
    assert tile["content"]
    full.left.forget()
    full.carry_out(full.hub.caught_up(full.left.client_id, full.now_ms))
    assert full.left.types() == []


def test_content_that_rises_above_the_ceiling_is_withheld(full: FullTable) -> None:
    render_id = full.render_id("overview", "left")
    full.left.forget()
    full.give(full.renderer, render_id, version=2, level="restricted")
    content = full.left.last("content")
    assert content["version"] == 2
    assert "Không hiển thị" in str(content["content"])
    assert content["classification"] == {"level": "public", "compartments": []}
    full.give(full.renderer, render_id, version=3, level="internal")
    assert render_id in str(full.left.last("content")["content"])


def test_unclassified_content_counts_as_internal(full: FullTable) -> None:
    render_id = full.render_id("overview", "left")
    full.give(full.renderer, render_id, version=2, classification=None)
    assert full.left.last("content")["classification"]["level"] == "internal"


def test_marks_of_origin_travel_along(full: FullTable) -> None:
    render_id = full.render_id("overview", "left")
    full.give(full.renderer, render_id, version=2, simulated=True, origin="simulated", sourceAtMs=5)
    content = full.left.last("content")
    assert (content["simulated"], content["origin"], content["sourceAtMs"]) == (
        True,
        "simulated",
        5,
    )
    tile = full.player("a1").last("prepare")["tiles"][0]
    assert (tile["simulated"], tile["sourceAtMs"]) == (True, 5)


def test_only_the_last_64_contents_count_as_held_by_a_client(full: FullTable) -> None:
    render_id = full.render_id("overview", "right")
    full.taken("overview")
    for version in range(2, 80):
        full.give(full.renderer, render_id, version=version)
    full.take("overview")
    first, second = full.right.last("prepare")["tiles"]
    assert first["tileId"] == "right"
    assert "content" not in first
    assert "content" in second


def test_what_was_rendered_long_ago_is_better_than_words(table: Table) -> None:
    web, render, seat = table.service(), table.render(), table.player("a1")
    table.answer_wanted(render)
    table.wait(1_000)
    seat.ready()
    seat.shown()
    web.ask("wall.take", {"wallId": "north", "sceneId": "rain", "hold": True})
    table.answer_wanted(render)
    seat.ready()
    table.wait(70_000)
    table.leave(render)
    web.ask("wall.take", {"wallId": "north", "sceneId": "overview"})
    table.wait(700)
    assert seat.last("prepare")["tiles"][0]["version"] == 1
