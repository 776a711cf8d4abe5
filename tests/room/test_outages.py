"""What dies behind the wall: data, render, controller. The picture stays, and says its age."""

from __future__ import annotations

import socket
import time

import pytest
from playwright.sync_api import Page, expect

from language import text
from tests.player.conftest import until
from tests.player.test_wall import colours
from tests.processes.started import until as eventually
from tests.room.house import Room, show

pytestmark = pytest.mark.browser

LOST = text("player.link_lost", "vi")
RIGHT_WITHIN_S = 3.0
SWEEP_MS = 1_000  # the player looks at ages once a second
BUSY_MS = 2_000  # … when its machine lets it

# On the output with the road speeds: when their tile turned stale or fresh, and when it was to.
WATCH_SPEED = """() => {
    const slot = [...document.querySelectorAll(".slot.is-shown")]
        .find((each) => each.querySelector(".tile-trend"));
    window.turns = [];
    let last = null;
    const look = () => {
        const stale = slot.querySelector(".tile-trend").classList.contains("is-stale");
        const dueMs = Number(slot.dataset.asOfMs) + Number(slot.dataset.staleAfterMs);
        if (stale !== last) turns.push({ stale, dueMs, atMs: iocClock.nowMs() });
        last = stale;
        window.watching = setTimeout(look, 20);
    };
    look();
}"""
# What a display showed while its link was away, and when all was right again.
WATCH_LINK = """() => {
    const nodes = [...document.querySelectorAll(".slot.is-shown > *")];
    window.outage = { marks: new Set(), fewestShown: Infinity, isKept: true, rightAtMs: null };
    const before = JSON.stringify([iocPlayer.state.sceneId, iocPlayer.state.revision]);
    const look = () => {
        const { phase, sceneId, revision } = iocPlayer.state;
        const mark = document.querySelector(".cover-mark")?.textContent ?? null;
        const shown = document.querySelectorAll(".slot.is-shown").length;
        outage.fewestShown = Math.min(outage.fewestShown, shown);
        outage.isKept &&= nodes.every((node) => node.isConnected);
        if (mark !== null) outage.marks.add(mark);
        const same = JSON.stringify([sceneId, revision]) === before;
        if (outage.marks.size > 0 && phase === "up" && mark === null && same) {
            outage.rightAtMs = Date.now();
        } else setTimeout(look, 10);
    };
    look();
}"""


@pytest.fixture
def speed(displays: dict[str, Page], room: Room) -> Page:
    """The output with the road speeds, fresh, and watched."""
    show(room, displays, "overview")
    page = displays["a3"]
    expect(page.locator(".slot.is-shown .tile-trend:not(.is-stale)")).to_be_visible()
    page.evaluate(WATCH_SPEED)
    return page


def _others(displays: dict[str, Page]) -> list[tuple[str, bool]]:
    """Return every tile on the displays but the one of road speeds, and whether it is stale."""
    script = """() => [...document.querySelectorAll(".slot.is-shown > .tile:not(.tile-trend)")]
        .map((tile) => [tile.className, tile.classList.contains("is-stale")])"""
    return [tuple(each) for page in displays.values() for each in page.evaluate(script)]


@pytest.mark.parametrize("role", ["feed", "render"])
def test_without_a_role_tiles_turn_stale_at_their_own_time_and_recover_with_it(
    role: str, speed: Page, displays: dict[str, Page], room: Room
) -> None:
    others = _others(displays)
    seen = len(room.program.lines)
    process = room.role(role)
    process.suspend()  # a dead one would be replaced before anything is stale
    try:
        until(speed, "turns.at(-1).stale", longest_ms=60_000)
        turned = speed.evaluate("turns.at(-1)")
        assert 0 <= turned["atMs"] - turned["dueMs"] <= SWEEP_MS + BUSY_MS
        tile = speed.locator(".slot.is-shown .tile-trend")
        expect(tile.locator(".tile-stale")).to_be_visible()
        expect(tile.locator(".tile-stale .ioc-age")).to_contain_text("trước")
        assert colours(speed) > 20
        assert _others(displays) == others  # nothing else is older than it promised
    finally:
        process.kill()
    room.program.wait_for(f"{role} ended (SIGKILL)", after=seen)
    until(speed, "!turns.at(-1).stale", longest_ms=60_000)
    expect(speed.locator(".slot.is-shown .tile-trend .tile-stale")).to_be_hidden()
    speed.evaluate("clearTimeout(watching)")


def test_the_picture_outlives_the_controller_and_is_right_soon_after_it(
    displays: dict[str, Page], room: Room, capsys: pytest.CaptureFixture[str]
) -> None:
    show(room, displays, "traffic")
    for page in displays.values():
        page.evaluate(WATCH_LINK)
    shown = [page.locator(".slot.is-shown").count() for page in displays.values()]
    seen = len(room.program.lines)
    controller = room.role("wall")
    controller.kill()
    controller.wait(10)
    eventually(lambda: _listens(room.settings.wall_port), within_s=60)
    listens_at_ms = time.time() * 1000
    room.program.wait_for("wall ended (SIGKILL)", after=seen)
    took_s = []
    for page, tiles in zip(displays.values(), shown, strict=True):
        until(page, "window.outage.rightAtMs !== null", longest_ms=60_000)
        told = page.evaluate("({ ...outage, marks: [...outage.marks] })")
        assert told["isKept"]  # not drawn anew, let alone loaded: the watch itself is still there
        assert told["fewestShown"] == tiles
        assert any(LOST in mark for mark in told["marks"])
        assert colours(page) > 20
        took_s.append((told["rightAtMs"] - listens_at_ms) / 1000)
    with capsys.disabled():
        print(f"\n  right again {max(took_s):.2f} s after the controller listened")
    assert max(took_s) <= RIGHT_WITHIN_S
    show(room, displays, "rain")  # and it goes on
    show(room, displays, "overview")


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
