"""A scene on one page, at full canvas size, without controller or cache: to look at, to measure.

    python -m tests.layouts.tiles.stage le-lai overview vi out.png

The tiles are built by the product's own code from `sample.everything()`; bezels are painted dark
red so that text on one is seen. Not a player: nothing changes.
"""

from __future__ import annotations

import sys
import threading
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from dash import Dash, html
from flask import Response, abort
from playwright.sync_api import TimeoutError
from werkzeug.serving import WSGIRequestHandler, make_server

from data_access.envelope import Envelope
from layouts.tiles.kind import Frame, TileContext
from layouts.tiles.registry import build
from tests.answers import whole
from tests.conftest import CHROMIUM
from tests.layouts.tiles import geometry, sample
from tests.layouts.tiles.markup import drawings, markup
from wall.geometry import Wall, load_walls
from wall.grid import cell_rect, seams_of
from wall.scene import Scene, read_scenes

ROOT = sample.ROOT
FONT = "fontpkg_noto_sans"
PLOTLY = "/_dash-component-suites/plotly/package_data/plotly.min.js"


@dataclass(frozen=True, slots=True)
class Placed:
    """A tile, and where it stands on the canvas in pixels."""

    tile_id: str
    kind: str
    options: Mapping[str, Any]
    frame: Frame
    x: float
    y: float


def walls() -> dict[str, Wall]:
    """Return the city's walls."""
    return load_walls(ROOT / "city" / "walls")


def scenes() -> dict[str, dict[str, Scene]]:
    """Return the city's scenes by wall."""
    found, problems = read_scenes(ROOT / "city" / "scenes", walls())
    assert problems == []
    return found


@cache
def context() -> TileContext:
    """Return what tiles look up: names, scales, geometry, sites; the same each time."""
    city = tomllib.loads((ROOT / "city" / "city.toml").read_text(encoding="utf-8"))
    scales = tomllib.loads((ROOT / "city" / "scales.toml").read_text(encoding="utf-8"))["scale"]
    return TileContext(
        city_name=city["name"],
        timezone=city["timezone"],
        geometry=geometry.catalogue(),
        scales={scale["id"]: scale for scale in scales},
        sites=tuple(city["site"]),
        core={
            "name": city["core"]["name"],
            "bounds": [list(city["core"][at].values()) for at in ("south_west", "north_east")],
        },
    )


def place(wall: Wall, scene: Scene, language: str) -> list[Placed]:
    """Return the tiles of a scene with the frame the controller would give them."""
    placed = []
    for tile in scene.tiles:
        rect = cell_rect(wall, columns=scene.columns, rows=scene.rows, at=tile.at)
        seams = seams_of(wall, rect)
        frame = Frame(
            width_px=rect.width,
            height_px=rect.height,
            unit_px=wall.unit_px,
            language=language,
            seams_x_px=tuple((float(a), float(b)) for a, b in seams.x),
            seams_y_px=tuple((float(a), float(b)) for a, b in seams.y),
        )
        placed.append(Placed(tile.tile_id, tile.kind, tile.options, frame, rect.x, rect.y))
    return placed


def page(
    placed: list[Placed], envelopes: Mapping[str, Envelope | None], *, width: float, height: float,
    bezels: list[tuple[float, float, float, float]] = (), language: str = "vi",  # type: ignore[assignment]
) -> html.Div:  # fmt: skip
    """Return tiles and bezels on one canvas."""
    shared = context()
    slots = []
    for tile in placed:
        built = build(tile.kind, tile.options, tile.frame, envelopes, shared)
        prefixed(built, tile.tile_id)
        slots.append(
            html.Div(
                built,
                className="slot-of-test",
                **{"data-tile": tile.tile_id},
                style={"position": "absolute", "left": tile.x, "top": tile.y,
                       "width": tile.frame.width_px, "height": tile.frame.height_px,
                       "contain": "strict"},
            )
        )  # fmt: skip
    dark = [
        html.Div(style={"position": "absolute", "left": x, "top": y, "width": w, "height": h,
                        "background": "#400", "zIndex": 9, "pointerEvents": "none"})
        for x, y, w, h in bezels
    ]  # fmt: skip
    return html.Div(
        [*slots, *dark],
        id="canvas",
        lang=language,
        **{"data-link": "up"},
        style={"position": "relative", "width": width, "height": height, "background": "#0a0c0f"},
    )


def bezels_of(wall: Wall) -> list[tuple[float, float, float, float]]:
    """Return the bezels of a wall as x, y, width, height."""
    canvas = wall.canvas
    return [(a, 0, b - a, canvas.height) for a, b in wall.columns.seams] + [
        (0, a, canvas.width, b - a) for a, b in wall.rows.seams
    ]


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:
        pass


class _App(Dash):
    """A page that starts when its modules have run, as the product's does.

    And when plotly.js is there: a graph waits 30 s for it, which on a page of many maps and a busy
    machine may be too short, and then draws nothing.
    """

    def interpolate_index(self, **parts: Any) -> str:  # type: ignore[override]
        renderer = parts["renderer"].replace('type="application/javascript"', 'type="module"')
        renderer = f'<script src="{PLOTLY}"></script>{renderer}'
        return super().interpolate_index(**{**parts, "renderer": renderer})


class Stage:
    """A page whose layout is set from outside; loading it again shows the new one."""

    def __init__(self) -> None:
        self.layout: html.Div = html.Div()
        self.written: html.Div = html.Div()
        self.url = ""

    def show(self, tab: Any, layout: html.Div) -> None:
        """Load `layout` into a Playwright page and wait until it is drawn."""
        self.layout = layout
        tab.goto(self.url)
        settle(tab, layout)

    def write(self, tab: Any, written: html.Div) -> None:
        """Load tiles without charts and maps as plain HTML: as many as one likes, at once."""
        self.written = written
        tab.goto(f"{self.url}written")
        settle(tab, written)


@contextmanager
def served() -> Iterator[Stage]:
    """Serve a stage on a free port."""
    stage = Stage()
    app = _App(__name__, assets_folder=str(ROOT / "assets"), title="stage", update_title=None)  # type: ignore[arg-type]
    app.layout = lambda: stage.layout
    app.enable_dev_tools(debug=False)

    @app.server.get("/geometry/<layer>.json")
    def _layer(layer: str) -> Response:
        if layer not in geometry.layers():
            abort(404)
        return Response(geometry.layers()[layer], mimetype="application/json")

    @app.server.get("/written")
    def _written() -> str:
        styles = sorted((ROOT / "assets").glob("*.css"))
        links = "".join(f'<link rel="stylesheet" href="/assets/{each.name}">' for each in styles)
        ages = '<script type="module" src="/assets/ages.mjs"></script>'
        return f"<!doctype html><title>stage</title>{links}{ages}{markup(stage.written)}"

    @app.server.get("/vendor/noto-sans/noto-sans.ttf")
    def _face() -> Response:
        spec = find_spec(FONT)
        assert spec is not None
        assert spec.origin is not None
        face = Path(spec.origin).parent / "files" / "NotoSans[wdth,wght].ttf"
        answer = Response(face.read_bytes(), mimetype="font/ttf")
        answer.cache_control.max_age = 3600
        return answer

    server = make_server("127.0.0.1", 0, whole(app.server), threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    stage.url = f"http://127.0.0.1:{server.port}/"
    try:
        yield stage
    finally:
        server.shutdown()
        thread.join(5)
        server.server_close()


CLOCK = f"window.iocClock = {{nowMs: () => {sample.NOW_MS}}};"
BROWSER_ARGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


_MISSING = """(awaited) => {
  const root = document.querySelector('#canvas');
  if (!root) return ['no canvas'];
  const graphs = [...root.querySelectorAll('.t-chart')];
  const maps = [...root.querySelectorAll('.leaflet-container')];
  const isDrawn = (graph) =>
    graph?.calcdata && // Dash hides a graph until it knows of having drawn it
    graph.querySelector('.main-svg')?.checkVisibility(
      {visibilityProperty: true, opacityProperty: true}) &&
    (!graph._fullData.some((t) => t.visible === true && t._length > 0) ||
      graph.querySelector('.trace'));
  const missing = (tile) => tile.closest('[data-tile]')?.dataset.tile ?? '?';
  return [
    ...graphs.filter((g) => !isDrawn(g.querySelector('.js-plotly-plot')))
      .map((g) => `graph of ${missing(g)}`),
    ...maps.filter((m) => !m.querySelector('path, .leaflet-marker-pane > *'))
      .map((m) => `shapes of map ${missing(m)}`),
    ...Object.entries({Graph: graphs.length, MapContainer: maps.length})
      .filter(([type, count]) => count !== (awaited[type] ?? 0))
      .map(([type, count]) => `${type}: ${count} of ${awaited[type] ?? 0}`),
  ];
}"""


def settle(browser_page: Any, layout: html.Div) -> None:
    """Wait until every graph and map of `layout` is drawn and the face is there."""
    when_drawn(browser_page, layout)
    browser_page.wait_for_function("() => window.iocAges")
    browser_page.evaluate("() => window.iocAges.sweep()")
    browser_page.evaluate("document.fonts.ready.then(() => 1)")
    browser_page.evaluate(
        "() => new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(r)))"
    )
    when_drawn(browser_page, layout)


def when_drawn(browser_page: Any, layout: html.Div, read: str = "() => true") -> Any:
    """Return what `read` finds in a moment when every graph and map of `layout` is drawn.

    A graph hides again while it is laid out anew, so that a look after a wait may find none.
    """
    awaited = dict(drawings(layout))
    try:
        found = browser_page.wait_for_function(
            f"(awaited) => ({_MISSING})(awaited).length === 0 && ({read})()",
            arg=awaited,
            timeout=120_000,  # a busy machine makes no test fail
            polling=100,
        )
    except TimeoutError as error:
        missing = ", ".join(browser_page.evaluate(_MISSING, awaited))
        raise AssertionError(f"not drawn in 2 minutes: {missing}") from error
    return found.json_value()


def prefixed(node: Any, prefix: str) -> Any:
    """Return a tree whose local ids begin with `prefix`, as the player makes them."""
    if getattr(node, "id", None):
        node.id = f"{prefix}-{node.id}"
    children = getattr(node, "children", None)
    for child in children if isinstance(children, (list, tuple)) else [children]:
        if child is not None and not isinstance(child, (str, int, float)):
            prefixed(child, prefix)
    return node


def main() -> None:
    """Photograph scenes: `wall scene language out.png [scale]`, scene may be `all`."""
    from playwright.sync_api import sync_playwright

    wall_id, scene_id, language, out = sys.argv[1:5]
    scale = float(sys.argv[5]) if len(sys.argv) > 5 else 0.5
    wall = walls()[wall_id]
    found = scenes()[wall_id]
    wanted = list(found) if scene_id == "all" else [scene_id]
    with sync_playwright() as play, served() as stage:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=BROWSER_ARGS)
        canvas = wall.canvas
        tab = browser.new_page(
            viewport={"width": canvas.width, "height": canvas.height}, device_scale_factor=scale
        )
        tab.add_init_script(CLOCK)
        tab.on("console", lambda m: print(m.type, m.text) if m.type == "error" else None)
        tab.on("pageerror", lambda error: print("pageerror", error))
        for name in wanted:
            layout = page(place(wall, found[name], language), sample.everything(),
                          width=canvas.width, height=canvas.height, bezels=bezels_of(wall),
                          language=language)  # fmt: skip
            stage.show(tab, layout)
            tab.screenshot(path=out.replace("@", name))
        browser.close()


if __name__ == "__main__":
    main()
