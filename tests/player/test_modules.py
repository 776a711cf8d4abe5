"""The player's modules without a wall: imported and called in a real page."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.conftest import ROOT
from tests.player.conftest import until
from tests.player.room import free_port
from tests.player.scripted import ScriptedController
from tests.player.site import Site
from tests.player.trees import CORE, HTML, component, graph, words

pytestmark = pytest.mark.browser

Call = Callable[..., Any]


@pytest.fixture(scope="module")
def call(page: Page) -> Call:
    """Call an exported function of a module with JSON arguments."""

    def call_(module: str, name: str, *arguments: Any) -> Any:
        script = """async ([module, name, given]) =>
            (await import(`/assets/${module}.mjs`))[name](...given)"""
        return page.evaluate(script, [module, name, list(arguments)])

    return call_


# What time it is in another world

CLOCK = {"atMs": 1_000, "glassAtMs": 50_000, "speed": 60, "toAtMs": 110_000}


@pytest.mark.parametrize(
    ("now_ms", "there_ms", "pace", "left_ms"),
    [
        (0, 50_000, "running", 1_000),
        (1_500, 80_000, "running", 500),
        (2_000, 110_000, "over", None),
        (9_000, 110_000, "over", None),
    ],
)
def test_a_realms_clock_is_read_as_the_controller_reads_it(
    call: Call, now_ms: float, there_ms: float, pace: str, left_ms: float | None
) -> None:
    assert call("realm", "glassMs", CLOCK, now_ms) == there_ms
    assert call("realm", "paceOf", CLOCK, now_ms) == pace
    assert call("realm", "leftMs", CLOCK, now_ms) == left_ms
    assert call("realm", "paceOf", {**CLOCK, "speed": 0}, 1_500) == "standing"


@pytest.mark.parametrize(
    ("realm", "names"),
    [("live", ["a.b"]), ("exercise:x", ["exercise:x:a.b"]), ("exercise:y", [])],
)
def test_a_page_hears_of_its_own_world_alone(call: Call, realm: str, names: list[str]) -> None:
    published = {"a.b": 1, "exercise:x:a.b": 2, "known:20260921T0214Z:a.b": 3}
    found = call("console-link", "ofRealm", published, realm)
    assert [name for name, _ in found] == names


@pytest.mark.parametrize("window", [(1920, 1080), (1080, 1920), (640, 200)])
def test_a_picture_steps_back_whole_and_unbent(call: Call, window: tuple[int, int]) -> None:
    width, height = window
    size = {"widthPx": width, "heightPx": height}
    stands = call("frame", "steppedBack", size, 20)
    bottom = height - stands["yPx"] - height * stands["factor"]
    assert stands["xPx"] >= 8 - 1e-9
    assert bottom >= 8 - 1e-9
    assert stands["yPx"] >= 31 - 1e-9
    assert 2 * stands["xPx"] + width * stands["factor"] == pytest.approx(width)


# The place of the canvas in a window


@pytest.mark.parametrize(
    ("desktop", "panel", "width_px", "scale"),
    [
        (1, None, 1920, 1),
        (2, None, 960, 0.5),
        (1, 2, 3840, 2),
        (2, 2, 1920, 1),
        (1, 1.1, 2112, 1.1),
    ],
)
def test_a_canvas_pixel_takes_the_pixels_of_the_panel_that_the_wall_says(
    call: Call, desktop: float, panel: float | None, width_px: int, scale: float
) -> None:
    window = {
        "widthPx": width_px,
        "heightPx": width_px * 1080 / 1920,
        "devicePixelRatio": desktop,
    }
    joined = {
        "rectPx": {"x": 1926, "y": 0, "width": 1920, "height": 1080},
        "canvasPx": {"width": 3846, "height": 1080},
        **({} if panel is None else {"devicePixelRatio": panel}),
    }
    place = call("canvas", "placement", window, joined)
    assert place["mismatch"] is None
    assert place["scale"] == pytest.approx(scale)
    assert place["xPx"] == pytest.approx(-1926 * scale)


# Differences of two trees


def test_equal_trees_differ_in_nothing(call: Call) -> None:
    assert call("content", "edits", graph([1, 2]), graph([1, 2])) == []


def test_only_the_props_that_differ_are_set_where_they_are(call: Call) -> None:
    changes = call("content", "edits", words("một"), words("hai"))
    path = ["props", "children", 0, "props", "children", 0]
    assert changes == [{"path": path, "props": {"children": "hai"}}]


def test_a_new_figure_is_set_on_the_graph_alone(call: Call) -> None:
    before, after = graph([1, 2]), graph([1, 3])
    changes = call("content", "edits", before, after)
    figure = after["props"]["children"][1]["props"]["figure"]
    path = ["props", "children", 1]
    assert changes == [{"path": path, "props": {"figure": figure}}]


def test_a_prop_that_is_gone_is_set_to_null(call: Call) -> None:
    before = component(HTML, "Div", "a", title="b")
    after = component(HTML, "Div", "a")
    assert call("content", "edits", before, after) == [{"path": [], "props": {"title": None}}]


def test_another_number_of_children_is_set_on_their_parent(call: Call) -> None:
    row = component(HTML, "Tr", component(HTML, "Td", "1"))
    table = component(HTML, "Div", [component(HTML, "H2", "x"), component(HTML, "Table", [row])])
    grown = component(
        HTML, "Div", [component(HTML, "H2", "x"), component(HTML, "Table", [row, row])]
    )
    path = ["props", "children", 1]
    assert call("content", "edits", table, grown) == [
        {"path": path, "props": {"children": [row, row]}}
    ]


def test_a_table_that_changed_all_over_is_set_whole(call: Call) -> None:
    def table(first: int) -> dict[str, Any]:
        rows = [
            component(HTML, "Tr", [component(HTML, "Td", str(first + i)) for i in range(4)])
            for i in range(10)
        ]
        return component(HTML, "Div", [graph([1]), component(HTML, "Table", rows)])

    changes = call("content", "edits", table(0), table(100))
    assert [each["path"] for each in changes] == [["props", "children", 1]]
    assert list(changes[0]["props"]) == ["children"]


def test_a_graph_is_never_drawn_anew_for_many_words_beside_it(call: Call) -> None:
    def tile(first: int) -> dict[str, Any]:
        cells = [component(HTML, "B", str(first + i)) for i in range(30)]
        return component(HTML, "Div", [*cells, component(CORE, "Graph", id="g", figure={})])

    changes = call("content", "edits", tile(0), tile(100))
    assert len(changes) == 30
    assert all(list(each["props"]) == ["children"] and each["path"] for each in changes)


def test_another_component_at_the_root_cannot_be_reached_by_props(call: Call) -> None:
    assert call("content", "edits", component(HTML, "Div", "a"), component(HTML, "B", "a")) is None


def test_local_ids_get_the_slots_prefix_and_the_given_tree_stays(page: Page) -> None:
    tree = component(HTML, "Div", [component(CORE, "Graph", id="g"), "words", None])
    script = """async (tree) => {
        const { withPrefix } = await import("/assets/content.mjs");
        const made = withPrefix(tree, "slot-07");
        return [made.props.children[0].props.id, tree.props.children[0].props.id];
    }"""
    assert page.evaluate(script, tree) == ["slot-07-g", "g"]


def test_the_last_used_contents_are_kept_and_none_that_is_named(page: Page) -> None:
    script = """async () => {
        const { Contents } = await import("/assets/content.mjs");
        const contents = new Contents();
        for (let i = 0; i < 200; i += 1) contents.keep(`h${i}`, i);
        contents.get("h1");
        contents.trim(new Set(["h0"]));
        const kept = Array.from({ length: 200 }, (_, i) => `h${i}`)
            .filter((hash) => contents.get(hash) !== undefined);
        return [contents.size, kept.slice(0, 3), kept.length];
    }"""
    size, first, count = page.evaluate(script)
    assert size == count >= 64
    assert first[:2] == ["h0", "h1"]
    assert first[2] != "h2"


# Coming back


def test_it_comes_back_after_a_quarter_second_and_ever_more_slowly_up_to_ten(call: Call) -> None:
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


# The clock


# Beside the services' own in tests/wall/test_estimate.py: one rule, the same vectors.
CLOCKS = json.loads((ROOT / "tests" / "fixtures" / "clock.json").read_text())


@pytest.mark.parametrize("vector", CLOCKS, ids=lambda vector: vector["what"])
def test_the_clock_is_estimated_as_the_protocol_says(page: Page, vector: dict[str, Any]) -> None:
    script = """async ({ rows, atMs }) => {
        const { Clock, sampleOf } = await import("/assets/clock.mjs");
        const clock = new Clock();
        for (const row of rows) {
            clock.beginBurst();
            for (const [t0AtMs, t1AtMs, t2AtMs, t3AtMs] of row) {
                clock.take(sampleOf({ t0AtMs, t1AtMs, t2AtMs }, t3AtMs));
            }
        }
        const { offsetMs, roundTripMs } = clock;
        return { offsetMs, uncertaintyMs: clock.uncertaintyAtMs(atMs), roundTripMs };
    }"""
    told = page.evaluate(script, {"rows": vector["rows"], "atMs": vector["atMs"]})
    assert told == pytest.approx(vector["told"])


def test_what_was_measured_against_another_controller_counts_no_more(page: Page) -> None:
    script = """async () => {
        const { Clock, sampleOf } = await import("/assets/clock.mjs");
        const clock = new Clock();
        clock.take(sampleOf({ t0AtMs: 0, t1AtMs: 1, t2AtMs: 1 }, 2));
        clock.forget();
        const before = clock.offsetMs;
        clock.take(sampleOf({ t0AtMs: 0, t1AtMs: 3, t2AtMs: 3 }, 4));
        return [before, clock.offsetMs];
    }"""
    assert page.evaluate(script) == [0, 1]


# The canvas in the window

WALL = {"canvasPx": {"width": 3880, "height": 2200}}
OUTPUT = {**WALL, "rectPx": {"x": 1960, "y": 1120, "width": 1920, "height": 1080}}


def window(width: float, height: float, ratio: float = 1) -> dict[str, float]:
    return {"widthPx": width, "heightPx": height, "devicePixelRatio": ratio}


def test_an_output_shows_its_rectangle_one_to_one(call: Call) -> None:
    placed = call("canvas", "placement", window(1920, 1080), OUTPUT)
    assert placed == {"scale": 1, "xPx": -1960, "yPx": -1120, "mismatch": None}


def test_a_canvas_pixel_is_a_pixel_of_the_panel(call: Call) -> None:
    placed = call("canvas", "placement", window(960, 540, 2), OUTPUT)
    assert placed == {"scale": 0.5, "xPx": -980, "yPx": -560, "mismatch": None}


def test_a_window_too_small_shows_all_of_its_output_and_says_so(call: Call) -> None:
    placed = call("canvas", "placement", window(960, 600), OUTPUT)
    assert placed["scale"] == 0.5
    assert (placed["xPx"], placed["yPx"]) == (-980, -530)
    assert placed["mismatch"] == "viewport 960x600, output 1920x1080"


def test_a_view_shows_the_whole_wall_in_the_middle(call: Call) -> None:
    placed = call("canvas", "placement", window(388, 300), WALL)
    assert placed == {"scale": 0.1, "xPx": 0, "yPx": 40, "mismatch": None}


# What time alone changes


@pytest.mark.parametrize(
    ("age_s", "language", "said"),
    [
        (4, "vi", "bây giờ"),
        (29, "vi", "20 giây trước"),
        (60, "vi", "1 phút trước"),
        (7100, "vi", "118 phút trước"),
        (7200, "vi", "2 giờ trước"),
        (2 * 86_400, "vi", "hôm kia"),
        (3 * 86_400, "vi", "3 ngày trước"),
        (120 * 86_400, "vi", "4 tháng trước"),
        (300, "en", "5 minutes ago"),
        (-3, "en", "now"),
    ],
)
def test_an_age_is_said_in_one_unit(call: Call, age_s: float, language: str, said: str) -> None:
    assert call("ages", "ageWords", age_s * 1000, language) == said


def test_what_a_page_puts_in_has_its_age_before_it_is_painted(page: Page) -> None:
    script = """async () => {
        const { follow } = await import("/assets/ages.mjs");
        follow(document.body);
        const row = document.createElement("p");
        row.innerHTML = `<span class="ioc-age" data-at-ms="${Date.now() - 300_500}"></span>`;
        document.body.append(row);
        await null; // what is observed is told before the frame, in no later task
        return row.textContent;
    }"""
    assert page.evaluate(script) == "5 phút trước"


def test_a_countdown_ends_at_nothing(call: Call) -> None:
    left_ms = [3_661_000, 299_001, 1, -5_000]
    said = [call("ages", "countdownWords", each) for each in left_ms]
    assert said == ["1:01:01", "05:00", "00:01", "00:00"]


def test_a_clock_shows_the_citys_time_and_date(call: Call) -> None:
    at_ms = 1_795_368_960_000  # 2026-11-22 17:36 UTC
    assert call("ages", "clockWords", at_ms, "time", "vi") == "00:36"
    assert call("ages", "clockWords", at_ms, "date", "vi") == "Thứ Hai, 23/11/2026"
    assert call("ages", "clockWords", at_ms, "date", "en-GB") == "Monday, 23 Nov 2026"
    assert call("ages", "clockWords", at_ms, "time", "en-GB", "UTC") == "17:36"


def test_nothing_without_an_instant_is_ever_stale(call: Call) -> None:
    assert call("ages", "isStale", 1e12, 1e12 - 61_000, 60_000)
    assert not call("ages", "isStale", 1e12, 1e12 - 60_000, 60_000)
    assert not call("ages", "isStale", 1e12, None, 60_000)


# Under a ceiling


@pytest.mark.parametrize(
    ("ceiling", "tile", "seen"),
    [
        (("internal", []), ("public", []), True),
        (("internal", []), ("restricted", []), False),
        (("restricted", []), ("public", ["police"]), False),
        (("restricted", ["police", "party"]), ("internal", ["police"]), True),
    ],
)
def test_a_ceiling_covers_higher_levels_and_other_compartments(
    call: Call, ceiling: tuple[str, list[str]], tile: tuple[str, list[str]], seen: bool
) -> None:
    names = ("level", "compartments")
    asked = dict(zip(names, ceiling, strict=True)), dict(zip(names, tile, strict=True))
    assert call("cover", "within", *asked) is seen


def test_what_says_no_class_is_covered_by_any_mask(call: Call) -> None:
    assert not call("cover", "within", {"level": "internal", "compartments": []}, None)


# Pictures for the proof


def test_a_picture_is_due_once_of_what_is_on_glass_and_calm(page: Page) -> None:
    found = page.evaluate(
        """async () => {
            const { Thumbnail } = await import("/assets/thumbnail.mjs");
            const told = [];
            let [nowMs, last] = [12_499, null];
            const thumbnail = new Thumbnail({
                clock: { nowMs: () => nowMs, toShared: (ms) => ms, uncertaintyMs: 1 },
                tell: (type, d) => told.push([type, d.switchId, d.image, d.uncertaintyMs >= 1]),
                lastSwitch: () => last,
                isHidden: () => false,
            });
            const seen = [];
            const look = () => seen.push(thumbnail.due?.switchId ?? null);
            look();
            last = { switchId: "s1", shownAtMs: 10_000 };
            thumbnail.order(undefined);
            look();
            thumbnail.order({ widthPx: 480, largestBytes: 9 });
            look();
            nowMs += 1;
            look();
            thumbnail.give("s1", "one");
            look();
            last = { switchId: "s2", shownAtMs: 10_000 };
            look();
            last = { switchId: "s3", shownAtMs: 10_000 };
            thumbnail.give("s2", "too late");
            return { seen, told };
        }"""
    )
    assert found["seen"] == [None, None, None, "s1", None, "s2"]
    assert found["told"] == [["thumbnail", "s1", "one", True]]
