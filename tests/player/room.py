"""A real controller in a process of its own, and a render service with hand-made contents."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.player.trees import Tree, graph, hash_of, map_, words

ROOT = Path(__file__).parents[2]
SECRET = "a-secret-of-the-tests"
ADMINISTRATOR = {"userId": "an", "role": "administrator", "siteId": "east"}
PATIENCE_S = 20.0

WALL = """
id = "w"
site = "east"
name = { vi = "Tường thử", en = "Test wall" }
language = "vi"
viewing_distance_m = 1.5
columns = 2
rows = 2
panel = { width_px = 800, height_px = 600, width_mm = 400.0 }
bezel_mm = 10.0
base = "alpha"
ceiling = { level = "internal" }
waiting = { vi = "Đang chờ", en = "Waiting" }
withheld = { vi = "Không hiển thị", en = "Withheld" }
"""
TILE = """
[[tile]]
id = "{id}"
kind = "{kind}"
at = {{ column = {column}, row = {row}, columns = {columns}, rows = {rows} }}
options = {{ text = "{text}" }}
"""
SCENES = {  # tile id -> (kind, text, column, row, columns, rows) on a grid of 8 x 8
    "alpha": {
        "head": ("text", "Tổng quan", 0, 0, 8, 2),
        "middle": ("map", "Ngập", 2, 2, 4, 4),
        "left": ("graph", "Tốc độ", 0, 2, 2, 2),
        "right": ("text", "Mưa", 6, 2, 2, 2),
        "foot-left": ("text", "An ninh", 0, 6, 4, 2),
        "foot-right": ("graph", "Phản ánh", 4, 6, 4, 2),
    },
    "beta": {
        "left": ("graph", "Tốc độ", 0, 0, 2, 2),
        "top-right": ("map", "Giao thông", 4, 0, 4, 4),
        "below": ("text", "Không khí", 0, 4, 4, 4),
        "corner": ("graph", "Bụi mịn", 4, 4, 4, 4),
    },
}


def write_city(folder: Path) -> Path:
    """Write a city folder with one wall of two by two outputs and two scenes."""
    city = folder / "city"
    (city / "walls").mkdir(parents=True)
    scenes = city / "scenes" / "w"
    scenes.mkdir(parents=True)
    (city / "city.toml").write_text('id = "test"\n')
    (city / "walls" / "w.toml").write_text(WALL)
    names = ("kind", "text", "column", "row", "columns", "rows")
    for scene_id, tiles in SCENES.items():
        head = f'id = "{scene_id}"\nname = {{ vi = "{scene_id}", en = "{scene_id}" }}\n'
        grid = "grid = { columns = 8, rows = 8 }\n"
        each = [
            TILE.format(id=id_, **dict(zip(names, tile, strict=True)))
            for id_, tile in tiles.items()
        ]
        (scenes / f"{scene_id}.toml").write_text(head + grid + "".join(each))
    return city


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


class ControllerProcess:
    """The controller of this product, which can be killed and started again."""

    SCRIPT = (
        "import asyncio\nfrom settings import load_settings\nfrom wall.server import serve\n"
        "settings = load_settings(env_file=None)\n"
        "asyncio.run(serve(settings, ready=lambda port: print('ready', flush=True)))\n"
    )

    def __init__(self, folder: Path, *, port: int, web_port: int) -> None:
        self.port = port
        self.url = f"ws://127.0.0.1:{self.port}/ws"
        kept = {name: each for name, each in os.environ.items() if not name.startswith("IOC_")}
        self._environment = {
            **kept,
            "IOC_CITY": str(write_city(folder)),
            "IOC_DATA_DIR": str(folder / "var"),
            "IOC_WALL_PORT": str(self.port),
            "IOC_WEB_PORT": str(web_port),
            "IOC_SERVICE_TOKEN": SECRET,
        }
        self._log = (folder / "controller.log").open("a")
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", self.SCRIPT],
            cwd=ROOT,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.strip() == "ready":
                return
        raise AssertionError(f"the controller did not start; see {self._log.name}")

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.communicate()
        self._process = None

    def close(self) -> None:
        if self._process is not None:
            self.kill()
        self._log.close()


class Service:
    """A service's link, by the protocol alone: joined when made; requests and frames."""

    def __init__(self, url: str, service: str) -> None:
        self._socket: ClientConnection = connect(
            url, subprotocols=["ioc-wall.v1"], compression=None, max_size=None
        ).__enter__()
        self._requests = 0
        self._answers: dict[str, dict[str, Any]] = {}
        self._changed = threading.Condition()
        self._socket.recv()  # hello
        identity = {"kind": "service", "service": service, "token": SECRET}
        self.send("identify", {**identity, "protocol": "ioc-wall.v1"})
        assert json.loads(self._socket.recv())["type"] == "identified"
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def send(self, kind: str, fields: dict[str, Any]) -> None:
        self._socket.send(json.dumps({"type": kind, "d": fields}))

    def request(self, op: str, **args: Any) -> dict[str, Any]:
        """Ask the controller and return the result; fails the test on an error."""
        self._requests += 1
        request_id = str(self._requests)
        asked = {"requestId": request_id, "op": op, "args": args, "actor": ADMINISTRATOR}
        self.send("request", asked)
        with self._changed:
            assert self._changed.wait_for(lambda: request_id in self._answers, PATIENCE_S), op
            answer = self._answers.pop(request_id)
        assert answer["ok"], answer
        result: dict[str, Any] = answer["result"]
        return result

    def close(self) -> None:
        self._socket.close()
        self._thread.join(PATIENCE_S)

    def received(self, kind: str, fields: dict[str, Any]) -> None:
        """Handle a frame that answers nothing."""

    def _read(self) -> None:
        try:
            for text in self._socket:
                frame = json.loads(text)
                if frame["type"] == "response":
                    with self._changed:
                        self._answers[frame["d"]["requestId"]] = frame["d"]
                        self._changed.notify_all()
                else:
                    self.received(frame["type"], frame["d"])
        except ConnectionClosed:
            return


class HandRender(Service):
    """Renders each wanted tile once from its kind and text; `update` makes the next version."""

    def __init__(self, url: str, *, now_ms: float, stale_after_ms: float = 3_600_000) -> None:
        self.wanted: dict[str, dict[str, Any]] = {}
        self.version = int(now_ms)
        self.as_of_at_ms = now_ms
        self.stale_after_ms = stale_after_ms
        super().__init__(url, "render")

    def received(self, kind: str, fields: dict[str, Any]) -> None:
        if kind != "wanted":
            return
        before, self.wanted = self.wanted, {each["renderId"]: each for each in fields["renders"]}
        for render_id in self.wanted:
            if render_id not in before:
                self._content(render_id, self._tree(render_id, 0))

    def update(self, text: str, number: int) -> None:
        self.version += 1
        for render_id, each in self.wanted.items():
            if each["options"]["text"] == text:
                self._content(render_id, self._tree(render_id, number))

    def _tree(self, render_id: str, number: int) -> Tree:
        wanted = self.wanted[render_id]
        text = wanted["options"]["text"]
        if wanted["kind"] == "graph":
            return graph([1, 3, 2, number], title=text)
        if wanted["kind"] == "map":
            return map_({"values": {"1": number}})
        return words(f"{text} {number}")

    def _content(self, render_id: str, content: Tree) -> None:
        public = {"level": "public", "compartments": []}
        self.send(
            "content",
            {
                "renderId": render_id,
                "version": self.version,
                "contentHash": hash_of(content),
                "asOfAtMs": self.as_of_at_ms,
                "staleAfterMs": self.stale_after_ms,
                "content": content,
                "classification": public,
            },
        )
