"""The baseline of `consoles`: the same tiles from the same cache, each with a `dcc.Interval`.

`python -m benchmarks.interval_app PORT WIDTH HEIGHT` serves it as the web role is served: gunicorn,
one worker, eight threads. Nobody signs in here, which is to the baseline's advantage.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any

from dash import Dash, Input, Output, dcc, html
from gunicorn.app.base import BaseApplication

from callbacks.console_tiles import draw
from callbacks.desk import Desk
from callbacks.web import open_desk
from data_access.classification import Classification
from layouts.pages.console_place import Place
from layouts.pages.console_plan import planned
from permissions.roles import Person
from processes.web import THREADS
from settings import load_settings

EVERY_MS = 2000
_LEADER = Person(
    user_id="baseline",
    name="baseline",
    role="leader",
    site_id=None,
    ceiling=Classification("restricted", frozenset({"health", "party", "police"})),
)


def tile_ids(width_px: float, height_px: float) -> list[str]:
    """Return the ids of the city's overview in a room of this size."""
    return [_id(tile.key) for tile in planned(Place("city"), width_px, height_px)]


def create(reach: Desk, *, width_px: float, height_px: float) -> Dash:
    """Return a Dash app with one interval and one callback a tile."""
    app = Dash("baseline", suppress_callback_exceptions=True)
    plan = planned(Place("city"), width_px, height_px)
    app.layout = html.Div(
        [
            part
            for tile in plan
            for part in (
                html.Div(id=_id(tile.key)),
                dcc.Interval(id=f"every-{_id(tile.key)}", interval=EVERY_MS),
            )
        ]
    )

    def callback_of(tile: Any) -> Callable[[int], Any]:
        def refresh(_count: int) -> Any:
            return draw(reach, [tile], who=_LEADER, language="vi").get(tile.key)

        return refresh

    for tile in plan:
        app.callback(
            Output(_id(tile.key), "children"), Input(f"every-{_id(tile.key)}", "n_intervals")
        )(callback_of(tile))
    return app


def _id(key: str) -> str:
    return key.replace(".", "-")  # Dash has a use of its own for full stops


class _Server(BaseApplication):  # type: ignore[misc]
    def __init__(self, port: int, width_px: float, height_px: float) -> None:
        self._port, self._size = port, (width_px, height_px)
        super().__init__()

    def load_config(self) -> None:
        for name, chosen in {
            "bind": f"127.0.0.1:{self._port}",
            "worker_class": "gthread",
            "workers": 1,
            "threads": THREADS,
            "keepalive": 30,
            "control_socket_disable": True,
        }.items():
            self.cfg.set(name, chosen)

    def load(self) -> Any:
        width_px, height_px = self._size
        reach = open_desk(load_settings())
        return create(reach, width_px=width_px, height_px=height_px).server


if __name__ == "__main__":
    os.environ.pop("GUNICORN_CMD_ARGS", None)
    _Server(int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3])).run()
