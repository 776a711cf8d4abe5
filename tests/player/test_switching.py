"""Stage, prepare, commit, abort: what is on glass changes in one frame, and only then."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.player.conftest import OpenPage, until
from tests.player.scripted import Frame, ScriptedController
from tests.player.site import Site
from tests.player.trees import component, graph, hash_of, map_, tile, words

pytestmark = pytest.mark.browser

LEFT, RIGHT, WHOLE = (0, 0, 620, 720), (640, 0, 640, 720), (0, 0, 1280, 720)


@pytest.fixture
def page(controller: ScriptedController, site: Site, open_page: OpenPage) -> Page:
    opened = open_page(f"{site.url}/wall/w/o#token=abc")
    controller.wait("heartbeat")
    return opened


def ready(controller: ScriptedController, switch_id: str) -> Frame:
    return controller.wait("ready", lambda d: d["switchId"] == switch_id)


def shown_words(page: Page) -> list[str]:
    return page.locator(".slot.is-shown b").all_inner_texts()


def test_graph_map_and_words_are_painted_before_ready_and_hidden_until_commit(
    controller: ScriptedController, page: Page
) -> None:
    tiles = [
        tile("r1", graph([1, 3, 2]), LEFT),
        tile("r2", map_({}), (640, 0, 640, 360)),
        tile("r3", words("một"), (640, 360, 640, 360)),
    ]
    controller.prepare("s1", "a", tiles)
    told = ready(controller, "s1")
    assert told["status"] == "ok"
    assert 0 < told["preparedMs"] < 5000
    assert page.locator(".main-svg .scatterlayer path.js-line").count() == 1
    assert page.locator(".leaflet-container path").count() == 40
    assert page.locator(".slot.is-shown").count() == 0
    shown = controller.commit("s1")
    assert shown["lateMs"] >= 0
    assert page.locator(".slot.is-shown").count() == 3
    box = page.locator(".slot.is-shown .tile-map").bounding_box()
    assert box == {"x": 640, "y": 0, "width": 640, "height": 360}


def test_the_change_comes_in_the_first_frame_at_or_after_the_instant(
    controller: ScriptedController, page: Page
) -> None:
    page.evaluate(
        """window.frames_ = [];
        const log = (atMs) => {
            frames_.push(performance.timeOrigin + atMs);
            requestAnimationFrame(log);
        };
        requestAnimationFrame(log);"""
    )
    for i in range(6):
        shown = controller.show(f"s{i}", "a", [tile(f"r{i}", words(str(i)), WHOLE)])
        switch = page.evaluate("iocPlayer.lastSwitch")
        assert switch["switchId"] == f"s{i}"
        assert switch["frameAtMs"] >= switch["showAtMs"]
        assert shown["shownAtMs"] == pytest.approx(switch["shownAtMs"], abs=0.01)
        offset_ms = switch["frameAtMs"] - switch["ownFrameAtMs"]
        frames = page.evaluate("frames_")
        assert switch["ownFrameAtMs"] in frames
        missed = [  # but for a millisecond: the clock's estimate was another a frame before
            at_ms
            for at_ms in frames
            if switch["showAtMs"] + 1 <= at_ms + offset_ms < switch["frameAtMs"]
        ]
        assert missed == []


def test_only_a_commit_takes_the_old_scene_away(controller: ScriptedController, page: Page) -> None:
    controller.show("s1", "a", [tile("r1", words("một"), WHOLE)])
    controller.prepare("s2", "b", [tile("r2", words("hai"), WHOLE)])
    ready(controller, "s2")
    assert shown_words(page) == ["một"]
    controller.commit("s2")
    assert shown_words(page) == ["hai"]
    beat = controller.wait("heartbeat", lambda d: d["showing"] == {"sceneId": "b", "revision": 1})
    assert beat["clock"]


def test_an_abort_keeps_what_is_shown(controller: ScriptedController, page: Page) -> None:
    controller.show("s1", "a", [tile("r1", words("một"), WHOLE)])
    controller.prepare("s2", "b", [tile("r2", words("hai"), WHOLE)])
    ready(controller, "s2")
    controller.send("abort", {"switchId": "s2", "code": "superseded"})
    transition = {"kind": "cut", "durationMs": 0}
    at_ms = controller.now_ms()
    controller.send("commit", {"switchId": "s2", "showAtMs": at_ms, "transition": transition})
    controller.show("s3", "c", [tile("r3", words("ba"), WHOLE)])
    assert shown_words(page) == ["ba"]
    assert not [f for f in controller.frames if f["type"] == "shown"]
    assert page.evaluate("iocPlayer.counters.aborted") == 1


def test_a_newer_prepare_replaces_one_not_yet_committed(
    controller: ScriptedController, page: Page
) -> None:
    controller.prepare("s1", "a", [tile("r1", words("một"), WHOLE)])
    ready(controller, "s1")
    controller.show("s2", "b", [tile("r2", words("hai"), WHOLE)])
    assert shown_words(page) == ["hai"]


def test_repeats_change_nothing(controller: ScriptedController, page: Page) -> None:
    controller.show("s1", "a", [tile("r1", words("một"), WHOLE)])
    controller.prepare("s1", "a", [tile("r1", words("khác"), WHOLE)])
    again = {"switchId": "s1", "showAtMs": 0, "transition": {"kind": "cut", "durationMs": 0}}
    controller.send("commit", again)
    controller.show("s2", "b", [tile("r2", words("hai"), WHOLE)])
    assert not [f for f in controller.frames if f["type"] in ("ready", "shown")]
    assert shown_words(page) == ["hai"]


def test_a_commit_before_ready_is_shown_as_soon_as_it_is_and_says_how_late(
    controller: ScriptedController, page: Page
) -> None:
    content = words("một")
    controller.prepare("s1", "a", [tile("r1", None, WHOLE, content_hash=hash_of(content))])
    asked = controller.wait("need")
    assert asked == {"renderIds": ["r1"]}
    at_ms = controller.now_ms() - 200
    transition = {"kind": "cut", "durationMs": 0}
    controller.send("commit", {"switchId": "s1", "showAtMs": at_ms, "transition": transition})
    controller.send("content", content_frame("r1", content))
    assert ready(controller, "s1")["status"] == "ok"
    shown = controller.wait("shown")
    assert shown["lateMs"] >= 200
    assert shown_words(page) == ["một"]


def test_content_that_comes_for_a_scene_given_up_meanwhile_changes_no_other(
    controller: ScriptedController, page: Page
) -> None:
    late = words("muộn")
    stage = {"sceneId": "b", "revision": 1}
    unknown = [tile("r1", None, WHOLE, content_hash=hash_of(late))]
    controller.send("stage", {**stage, "stageId": "p1", "tiles": unknown})
    controller.wait("need")
    controller.show("s1", "a", [tile("r2", words("một"), WHOLE)])
    controller.send("stage", {**stage, "stageId": "p2", "tiles": [tile("r3", words("hai"), WHOLE)]})
    controller.wait("staged", lambda d: d["stageId"] == "p2")
    take = {"switchId": "s2", "sceneId": "b", "revision": 1, "layer": "manual", "stageId": "p2"}
    controller.send("prepare", {**take, "deadlineAtMs": controller.now_ms() + 1000})
    assert ready(controller, "s2")["status"] == "ok"
    controller.commit("s2")
    controller.send("content", content_frame("r1", late))
    controller.send("content", content_frame("r3", words("ba"), version=2))
    expect(page.locator(".slot.is-shown b")).to_have_text("ba")


def test_content_sent_before_is_not_needed_again(
    controller: ScriptedController, page: Page
) -> None:
    first, second = words("một"), words("hai")
    controller.show("s1", "a", [tile("r1", first, WHOLE)])
    controller.show("s2", "b", [tile("r2", second, WHOLE)])
    again = tile("r1", None, WHOLE, content_hash=hash_of(first))
    controller.show("s3", "a", [again])
    assert not [f for f in controller.frames if f["type"] == "need"]
    assert shown_words(page) == ["một"]


def test_a_scene_shown_a_moment_ago_is_not_mounted_again(
    controller: ScriptedController, page: Page
) -> None:
    tiles = {"a": [tile("r1", graph([1, 2]), WHOLE)], "b": [tile("r2", words("hai"), WHOLE)]}
    for i, scene_id in enumerate(["a", "b", "a", "b"]):
        controller.show(f"s{i}", scene_id, tiles[scene_id])
    assert page.evaluate("iocPlayer.counters.mounts") == 2


def test_unused_slots_are_emptied_in_time(controller: ScriptedController, page: Page) -> None:
    for i in range(20):
        controller.show(f"s{i}", "a", [tile(f"r{i}", words(str(i)), WHOLE)])
    until(page, "iocPlayer.counters.unmounts === 3")
    assert page.locator(".slot:not(:empty)").count() == 17


def test_a_staged_scene_is_prepared_by_its_name_alone(
    controller: ScriptedController, page: Page
) -> None:
    controller.show("s1", "a", [tile("r1", words("một"), WHOLE)])
    tiles = [tile("r2", words("hai"), LEFT), tile("r3", graph([1, 2]), RIGHT)]
    stage = {"stageId": "p1", "sceneId": "b", "revision": 3, "tiles": tiles}
    controller.send("stage", stage)
    assert controller.wait("staged") == {"stageId": "p1", "status": "ok"}
    assert shown_words(page) == ["một"]
    mounts = page.evaluate("iocPlayer.counters.mounts")
    take = {"switchId": "s2", "sceneId": "b", "revision": 3, "layer": "manual", "stageId": "p1"}
    controller.send("prepare", {**take, "deadlineAtMs": controller.now_ms() + 1000})
    assert ready(controller, "s2")["status"] == "ok"
    controller.commit("s2")
    assert shown_words(page) == ["hai"]
    assert page.evaluate("iocPlayer.counters.mounts") == mounts
    controller.wait("heartbeat", lambda d: d["showing"] == {"sceneId": "b", "revision": 3})


def test_a_staged_scene_follows_its_content_until_it_is_taken(
    controller: ScriptedController, page: Page
) -> None:
    stage = {"stageId": "p1", "sceneId": "b", "revision": 1}
    controller.send("stage", {**stage, "tiles": [tile("r2", words("cũ"), WHOLE)]})
    controller.wait("staged")
    controller.send("content", content_frame("r2", words("mới"), version=2))
    take = {"switchId": "s2", "sceneId": "b", "revision": 1, "layer": "manual", "stageId": "p1"}
    controller.send("prepare", {**take, "deadlineAtMs": 0})
    ready(controller, "s2")
    controller.commit("s2")
    assert shown_words(page) == ["mới"]


def test_an_unknown_stage_fails_and_keeps_the_picture(
    controller: ScriptedController, page: Page
) -> None:
    take = {"switchId": "s2", "sceneId": "b", "revision": 1, "layer": "manual", "stageId": "p9"}
    controller.send("prepare", {**take, "deadlineAtMs": 0})
    assert ready(controller, "s2")["code"] == "unknownStage"


def test_a_component_nobody_knows_fails_its_switch_and_nothing_else(
    controller: ScriptedController, site: Site, open_page: OpenPage
) -> None:
    page = open_page(f"{site.url}/wall/w/o#token=abc", forgive="cannot mount")
    controller.wait("heartbeat")
    controller.show("s1", "a", [tile("r1", words("một"), WHOLE)])
    strange = component("somebodys_library", "Gauge")
    controller.prepare("s2", "b", [tile("r2", strange, WHOLE)])
    told = ready(controller, "s2")
    assert (told["status"], told["code"]) == ("failed", "mountFailed")
    assert told["comment"] == "unknown component somebodys_library.Gauge"
    controller.send("abort", {"switchId": "s2", "code": "failed"})
    assert shown_words(page) == ["một"]
    controller.show("s3", "c", [tile("r3", words("ba"), WHOLE)])
    assert shown_words(page) == ["ba"]


def test_a_render_in_both_scenes_keeps_its_node_and_moves(
    controller: ScriptedController, page: Page
) -> None:
    size = (620, 400)
    both = map_({"a": 1})
    controller.show("s1", "a", [tile("map", both, (0, 0, *size)), tile("r1", graph([1]), RIGHT)])
    page.evaluate("window.before = document.querySelector('.slot.is-shown .leaflet-container')")
    page.evaluate("window.shape = document.querySelector('.slot.is-shown .leaflet-container path')")
    controller.prepare("s2", "b", [tile("map", both, (660, 320, *size))])
    ready(controller, "s2")
    where = page.locator(".slot.is-shown .tile-map")
    box = where.bounding_box()
    assert box is not None
    assert (box["x"], box["y"]) == (0, 0)  # not before the commit
    controller.commit("s2")
    assert where.bounding_box() == {"x": 660, "y": 320, "width": 620, "height": 400}
    same = "document.querySelector('.slot.is-shown .leaflet-container') === before"
    assert page.evaluate(f"{same} && shape.isConnected")
    assert page.locator(".slot.is-shown").count() == 1


def test_one_render_twice_in_a_scene_has_two_slots(
    controller: ScriptedController, page: Page
) -> None:
    content = graph([1, 2])
    controller.show("s1", "a", [tile("r1", content, LEFT), tile("r1", content, RIGHT)])
    assert page.locator(".slot.is-shown .main-svg .js-line").count() == 2


def test_a_fade_ends_with_the_new_scene_alone(controller: ScriptedController, page: Page) -> None:
    controller.show("s1", "a", [tile("r1", words("một"), WHOLE)])
    controller.prepare("s2", "b", [tile("r2", words("hai"), WHOLE)])
    ready(controller, "s2")
    controller.commit("s2", fade_ms=200)
    expect(page.locator(".slot.is-shown")).to_have_count(1)
    assert shown_words(page) == ["hai"]


_DELAYS = """document.getAnimations().map((animation) => [
  animation.effect.target.textContent.split(" ")[0], animation.effect.getTiming().delay])"""


def test_a_stagger_runs_across_the_wall(controller: ScriptedController, page: Page) -> None:
    controller.show("s1", "a", [tile("r1", words("một"), WHOLE)])
    controller.prepare(
        "s2", "b", [tile("r2", words("trái"), LEFT), tile("r3", words("phải"), RIGHT)]
    )
    ready(controller, "s2")
    controller.commit("s2", fade_ms=1_000, kind="stagger")
    delay_of = dict(page.evaluate(_DELAYS))
    assert 0 < delay_of["trái"] < delay_of["một"] < delay_of["phải"] < 1_000
    expect(page.locator(".slot.is-shown")).to_have_count(2)
    assert sorted(shown_words(page)) == ["phải", "trái"]


def test_a_take_during_a_fade_leaves_nothing_behind(
    controller: ScriptedController, page: Page
) -> None:
    for i in range(4):
        controller.show(f"s{i}", "a", [tile(f"r{i % 3}", words(str(i % 3)), WHOLE)], fade_ms=300)
    expect(page.locator(".slot.is-shown")).to_have_count(1)
    assert shown_words(page) == ["0"]


def test_nothing_on_air_clears_the_glass(controller: ScriptedController, page: Page) -> None:
    controller.show("s1", "a", [tile("r1", words("một"), WHOLE)])
    nothing = {"switchId": "s2", "sceneId": None, "revision": None, "layer": None, "tiles": []}
    controller.send("prepare", {**nothing, "deadlineAtMs": 0})
    ready(controller, "s2")
    controller.commit("s2")
    assert page.locator(".slot.is-shown").count() == 0
    expect(page.locator(".cover-notice")).to_be_visible()
    assert controller.wait("heartbeat", lambda d: d["showing"] is None)


def test_a_view_of_the_preview_shows_the_stage_at_once(
    controller: ScriptedController, site: Site, open_page: OpenPage
) -> None:
    controller.identified |= {"view": "preview", "canvasPx": {"width": 2560, "height": 1440}}
    page = open_page(f"{site.url}/wall/w/view/preview#token=abc", width=640, height=360)
    controller.wait("heartbeat")
    for i, said in enumerate(["một", "hai"]):
        tiles = [tile(f"r{i}", words(said), (1280, 720, 1280, 720))]
        stage = {"stageId": f"p{i}", "sceneId": "b", "revision": 1, "tiles": tiles}
        controller.send("stage", stage)
        assert controller.wait("staged")["status"] == "ok"
        assert shown_words(page) == [said]
    box = page.locator(".slot.is-shown").bounding_box()
    assert box == {"x": 320, "y": 180, "width": 320, "height": 180}


def content_frame(render_id: str, content: Frame, *, version: int = 1) -> Frame:
    return {
        "renderId": render_id,
        "version": version,
        "contentHash": hash_of(content),
        "asOfAtMs": 4e12,
        "staleAfterMs": 60_000,
        "content": content,
    }
