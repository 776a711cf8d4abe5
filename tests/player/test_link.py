"""The link of a page: when it comes back, and where to."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.player.conftest import Call, until
from tests.player.room import free_port
from tests.player.scripted import ScriptedController
from tests.player.site import Site

pytestmark = pytest.mark.browser


def test_it_comes_back_after_a_quarter_second_and_ever_more_slowly_up_to_two(call: Call) -> None:
    longest = [call("link", "retryDelayMs", None, attempt, 1) for attempt in range(9)]
    assert longest == [250, 500, 1000, *[2_000] * 6]
    assert call("link", "retryDelayMs", 1006, 1000, 0) == 1_000


@pytest.mark.parametrize(("code", "delay"), [(4001, 60_000), (4005, 60_000), (4011, None)])
def test_a_refused_client_waits_a_minute_and_a_kicked_one_for_ever(
    call: Call, code: int, delay: int | None
) -> None:
    assert call("link", "retryDelayMs", code, 0, 0.5) == delay


def test_the_controllers_are_found_at_a_port_of_the_same_host_and_where_they_are_said_to_be(
    call: Call,
) -> None:
    place = {"protocol": "http:", "hostname": "wall.example"}
    own = "ws://wall.example:8051/ws"
    assert call("link", "linkUrls", {"urls": "", "port": "8051"}, place) == [own]
    given = {"urls": "wss://ioc.example/ws", "port": "8051"}
    assert call("link", "linkUrls", given, place) == ["wss://ioc.example/ws"]
    several = {"urls": ":8051 ws://b.example:8051/ws", "port": "8051"}
    assert call("link", "linkUrls", several, place) == [own, "ws://b.example:8051/ws"]


def test_a_link_that_falls_silent_is_opened_again(
    page: Page, controller: ScriptedController
) -> None:
    script = """async (port) => {
        const { Link } = await import("/assets/link.mjs");
        window.states = [];
        window.link = new Link({
            urls: [`ws://127.0.0.1:${port}/ws`],
            identify: async () => ({ kind: "console", token: "t", protocol: "ioc-wall.v1" }),
            onJoined: () => {},
            onFrame: () => {},
            onState: ({ phase, reason }) => states.push(`${phase} ${reason}`),
            probeEveryMs: 100,
        });
        link.open();
    }"""
    page.evaluate(script, controller.port)
    controller.wait("clock")
    controller.mute = True
    until(page, "states.includes('lost silent')")
    controller.mute = False
    controller.wait_for_join(2)
    page.evaluate("link.close()")
    assert page.evaluate("states.at(-1)") == "stopped closed"


LINK_TO_SEVERAL = """async (ports) => {
    const { Link } = await import("/assets/link.mjs");
    window.states = [];
    window.link = new Link({
        urls: ports.map((port) => `ws://127.0.0.1:${port}/ws`),
        identify: async () => ({ kind: "console", token: "t", protocol: "ioc-wall.v1" }),
        onJoined: () => {},
        onFrame: () => {},
        onState: ({ phase, reason }) => states.push(`${phase} ${reason}`),
    });
    link.open();
}"""


def test_among_several_controllers_it_goes_to_the_next_when_one_falls_silent_or_says_bye(
    context: BrowserContext, controller: ScriptedController
) -> None:
    port = free_port()
    site, page = Site(controller.port, standby_port=port), context.new_page()
    page.goto(f"{site.url}/empty")
    page.evaluate(LINK_TO_SEVERAL, [port, controller.port])
    controller.wait_for_join(1)  # nobody was at the first
    other = ScriptedController(epoch=200, port=port)
    controller.mute = True  # as a stopped process is
    other.wait_for_join(1)
    assert page.evaluate("states.includes('lost silent')")
    controller.mute, controller.epoch = False, 300
    told = f"ws://127.0.0.1:{controller.port}/ws"
    other.send("bye", {"code": "deposed", "retryAfterMs": 60_000, "alternateUrls": [told]})
    controller.wait_for_join(2)
    page.close()
    other.stop()
    site.stop()
