"""A tiny Dash app with the player's page: assets, strict headers, and one geometry."""

from __future__ import annotations

import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import dash
import fontpkg_noto_sans
from dash import Dash, html
from flask import Flask, Response, jsonify, send_from_directory
from werkzeug.serving import make_server

from callbacks.index import RoomApp, last
from layouts.pages.player import IMPORTED_ASSETS, player_page
from tests.answers import whole
from tests.player.camera import STREAM, Relay

ROOT = Path(__file__).parents[2]
FACE = "NotoSans[wdth,wght].ttf"
POLICY = (
    "default-src 'self'; script-src 'self' {hashes}; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; connect-src 'self' {sources}; object-src 'none'; "
    "base-uri 'self'; frame-ancestors 'self'"
)


class _App(RoomApp):
    """A page that begins as the product's displays do, and nothing else of the product's."""

    def interpolate_index(self, **parts: Any) -> str:  # type: ignore[override]
        metas = parts["metas"] + self.plotly_script()
        begun = {**parts, "metas": metas, "renderer": last(parts["renderer"])}
        return Dash.interpolate_index(self, **begun)


def make_app(wall_port: int, standby_port: int | None = None) -> Dash:
    """Return an app with the player's two pages and nothing else."""
    app = _App(
        "player",
        use_pages=True,
        pages_folder="",
        assets_folder=str(ROOT / "assets"),
        assets_ignore=IMPORTED_ASSETS,
        suppress_callback_exceptions=True,
        update_title=None,
        use_async=False,
    )
    held = {"policy": ""}
    ports = [wall_port] if standby_port is None else [wall_port, standby_port]
    links = "" if standby_port is None else f":{wall_port} ws://127.0.0.1:{standby_port}/ws"
    layout = player_page(wall_port=wall_port, link_urls=links)
    dash.register_page("view", path_template="/wall/<wall_id>/view/<view>", layout=layout)
    dash.register_page("player", path_template="/wall/<wall_id>/<output_id>", layout=layout)
    dash.register_page("empty", path="/empty", layout=lambda **_: html.Div("empty", id="empty"))
    app.layout = html.Div(dash.page_container)

    @app.server.after_request
    def secure(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = held["policy"]
        return response

    @app.server.get("/geometry/areas.json")
    def areas() -> Response:
        answer = jsonify(squares())
        answer.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return answer

    @app.server.get("/vendor/noto-sans/noto-sans.ttf")
    def face() -> Response:
        return send_from_directory(Path(fontpkg_noto_sans.__file__).parent / "files", FACE)

    @app.server.get("/wall/worker.mjs")
    def worker() -> Response:
        return send_from_directory(ROOT / "assets", "worker.mjs", mimetype="text/javascript")

    @app.server.get("/session/view-token")
    def view_token() -> tuple[Any, int]:
        return ({"token": "of-the-session"}, 200) if site_state.signed_in else ({}, 401)

    relay.attach(app.server)
    app.server.test_client().get("/")
    hashes = " ".join(app.csp_hashes())
    held["policy"] = POLICY.format(
        hashes=hashes, sources=" ".join(f"ws://127.0.0.1:{port}" for port in ports)
    )
    return app


site_state = SimpleNamespace(signed_in=True)
relay = Relay()


def squares() -> dict[str, Any]:
    """Return forty squares around Hanoi as GeoJSON."""
    features = []
    for i in range(40):
        west, south = 105.4 + 0.1 * (i % 8), 20.7 + 0.1 * (i // 8)
        corners = [(0, 0), (0.09, 0), (0.09, 0.09), (0, 0.09), (0, 0)]
        ring = [[west + x, south + y] for x, y in corners]
        geometry = {"type": "Polygon", "coordinates": [ring]}
        features.append({"type": "Feature", "properties": {"code": str(i)}, "geometry": geometry})
    return {"type": "FeatureCollection", "features": features}


class Site:
    """The app behind a threaded HTTP server."""

    def __init__(self, wall_port: int, port: int = 0, *, standby_port: int | None = None) -> None:
        self._pages = dict(dash.page_registry)  # Dash has one for all apps of a process
        self.flask: Flask = make_app(wall_port, standby_port).server
        self._server = make_server("127.0.0.1", port, self._answers, threaded=True)
        self.port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def _answers(self, environ: Any, start_response: Any) -> Any:
        is_endless = environ["PATH_INFO"] == STREAM
        return (self.flask if is_endless else whole(self.flask))(environ, start_response)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        dash.page_registry.clear()
        dash.page_registry.update(self._pages)
