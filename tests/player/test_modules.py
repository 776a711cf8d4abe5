"""The player's modules without a wall: imported and called in a real page."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.player.conftest import Call
from tests.player.trees import CORE, HTML, component, graph, words

pytestmark = pytest.mark.browser


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


def test_a_mask_holds_where_nothing_can_be_stored(page: Page) -> None:
    script = """async () => {
        const { Masks } = await import("/assets/cover.mjs");
        const told = [];
        const full = () => { throw new DOMException("full", "QuotaExceededError"); };
        const disk = { getItem: () => "{", setItem: full };
        const masks = new Masks(disk, "k", (what) => told.push(what));
        masks.put({ maskId: "m", ceiling: { level: "public", compartments: [] } });
        masks.read();
        return [masks.covers({ level: "internal", compartments: [] }), masks.ids, told.length];
    }"""
    assert page.evaluate(script) == [True, ["m"], 2]


# Cameras


def test_waiting_leaves_nothing_at_a_signal_that_lives_on(page: Page) -> None:
    script = """async () => {
        const { sleep } = await import("/assets/streams.mjs");
        const one = new AbortController();
        const { signal } = one;
        let held = 0;
        for (const [name, by] of [["addEventListener", 1], ["removeEventListener", -1]]) {
            const own = signal[name].bind(signal);
            signal[name] = (...given) => { held += by; own(...given); };
        }
        for (let i = 0; i < 3; i += 1) await sleep(1, signal);
        const left = held;
        const cut = sleep(60_000, signal).catch((error) => error.message);
        one.abort(new Error("over"));
        return [left, await cut];
    }"""
    assert page.evaluate(script) == [0, "over"]


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
