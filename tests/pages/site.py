"""The pages served for a browser: sample data, geometry, a stand-in controller, a fixed now."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from werkzeug.serving import WSGIRequestHandler, make_server

from callbacks.desk import Desk
from callbacks.web import create_app
from settings import Settings
from tests.answers import whole
from tests.layouts.tiles import geometry
from tests.layouts.tiles.sample import NOW_MS, everything
from tests.pages.stand_in import envelope, make_desk

# Ages are said against this instant on every page: nothing a test reads depends on the day.
FIXED_CLOCK = f"window.iocClock = {{ nowMs: () => {NOW_MS} }};"
HASH = "0123456789abcdef"


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:
        """Say nothing of single requests."""


@contextmanager
def served(folder: Path, **more: Any) -> Iterator[tuple[str, Desk]]:
    """Serve the pages and give their address and desk."""
    given = {"data_dir": folder / "var", "web_port": free_port(), "wall_port": free_port(), **more}
    settings = Settings.model_validate(given)
    desk = make_desk(settings, now_ms=NOW_MS)
    _fill(desk)
    server = make_server(
        "127.0.0.1",
        settings.web_port,
        whole(create_app(settings, reach=desk).server),
        threaded=True,
        request_handler=_Quiet,
    )
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{settings.web_port}", desk
    finally:
        server.shutdown()
        thread.join(timeout=10)
        server.server_close()
        desk.close()


def _fill(desk: Desk) -> None:
    folder = desk.settings.geometry_dir
    folder.mkdir(parents=True, exist_ok=True)
    layers = geometry.catalogue()
    for name, body in geometry.layers().items():
        (folder / f"{name}-{HASH}.json").write_bytes(body)
        layers[name]["url"] = f"/geometry/{name}-{HASH}.json"
    desk.cache.write_many(everything().values())
    desk.cache.write(envelope("city.geometry", quality={"layers": layers}))
