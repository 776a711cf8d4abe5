"""A running controller for tests: small city folder, free port, a service, a fake render."""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from settings import Settings
from tests.wall.protocol_player import ProtocolPlayer
from wall.client import ServiceClient
from wall.server import serve

ROOT = Path(__file__).parents[2]
ADMINISTRATOR = {"userId": "an", "role": "administrator", "siteId": "east"}
OPERATOR = {"userId": "binh", "role": "operator", "siteId": "east"}
SECRET = "a-secret-of-the-tests"

WALL = """
id = "north"
site = "east"
name = { vi = "Bắc", en = "North" }
viewing_distance_m = 6.0
columns = 2
rows = 1
panel = { width_px = 1920, height_px = 1080, width_mm = 1210.0 }
bezel_mm = 3.5
base = "overview"
ceiling = { level = "internal" }
waiting = { vi = "Đang chờ", en = "Waiting" }
withheld = { vi = "Không hiển thị", en = "Withheld" }
"""
SCENE = """
id = "{id}"
name = {{ vi = "{id}", en = "{id}" }}
grid = {{ columns = 4, rows = 2 }}
[[tile]]
id = "left"
kind = "text"
at = {{ column = 0, row = 0, columns = 2, rows = 2 }}
options = {{ text = "{id} left" }}
[[tile]]
id = "right"
kind = "text"
at = {{ column = 2, row = 0, columns = 1, rows = 2 }}
options = {{ text = "{id} right" }}
[[tile]]
id = "over"
kind = "text"
at = {{ column = 3, row = 0, columns = 1, rows = 2 }}
options = {{ text = "{id} over" }}
"""
SCENES = ("overview", "rain", "traffic")


def write_city(folder: Path, *, wall_id: str = "north", site_id: str = "east") -> Path:
    """Write a city folder with one wall of two outputs and three scenes (or a wall more)."""
    city = folder / "city"
    (city / "walls").mkdir(parents=True, exist_ok=True)
    (city / "scenes" / wall_id).mkdir(parents=True)
    (city / "city.toml").write_text('id = "test"\n')
    wall = WALL.replace('"north"', f'"{wall_id}"').replace('"east"', f'"{site_id}"')
    (city / "walls" / f"{wall_id}.toml").write_text(wall)
    for scene_id in SCENES:
        (city / "scenes" / wall_id / f"{scene_id}.toml").write_text(SCENE.format(id=scene_id))
    return city


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


def make_settings(folder: Path, **more: Any) -> Settings:
    city = folder / "city"
    if not city.exists():
        write_city(folder)
    return Settings.model_validate(
        {
            "data_dir": folder / "var",
            "city": city,
            "wall_port": free_port(),
            "service_token": SECRET,
            **more,
        }
    )


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[str]:
    """Run a controller and give its URL."""
    listening, stop = asyncio.Event(), asyncio.Event()
    task = asyncio.create_task(serve(settings, ready=lambda port: listening.set(), stop=stop))
    waiting = asyncio.create_task(listening.wait())
    done, _ = await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
    if task in done:
        waiting.cancel()
        task.result()
    try:
        yield settings.wall_url
    finally:
        stop.set()
        await task


class FakeRender:
    """A render service that answers each wanted render at once, by its options' text."""

    def __init__(self, url: str | Sequence[str]) -> None:
        self.client = ServiceClient(url, SECRET, service="render")
        self.client.on("wanted", self._wanted)
        self.wanted: dict[str, dict[str, Any]] = {}
        self.version = 1
        self.rendered = 0
        self.levels: dict[str, str] = {}  # text of the options -> level
        self.kinds: list[dict[str, Any]] = []
        self.client.on_connected(self._tell_kinds)

    async def __aenter__(self) -> FakeRender:
        await self.client.__aenter__()
        await self.client.connected(5)
        return self

    async def __aexit__(self, *_: Any) -> None:
        await self.client.__aexit__(None, None, None)

    async def _tell_kinds(self) -> None:
        self.wanted = {}  # a new link: the controller has nothing of ours
        if self.kinds:
            await self.client.send("kinds", {"kinds": self.kinds})

    async def _wanted(self, d: dict[str, Any]) -> None:
        wanted = {each["renderId"]: each for each in d["renders"]}
        new = [each for each in wanted if each not in self.wanted]
        self.wanted = wanted
        for render_id in new:
            await self.render(render_id)

    async def render(self, render_id: str) -> None:
        text = self.wanted[render_id]["options"]["text"]
        self.rendered += 1
        await self.client.send(
            "content",
            {
                "renderId": render_id,
                "version": self.version,
                "contentHash": f"{render_id}-{self.version}",
                "asOfAtMs": 1.0e12,
                "staleAfterMs": 60_000,
                "content": {"text": text, "version": self.version},
                "classification": {"level": self.levels.get(text, "public"), "compartments": []},
            },
        )

    async def update(self, text: str) -> None:
        """Render the next version of the render with this text."""
        self.version += 1
        for render_id, each in self.wanted.items():
            if each["options"]["text"] == text:
                await self.render(render_id)
                return
        raise AssertionError(f"{text} is not wanted")


async def enroll(web: ServiceClient, output_id: str = "a1", wall_id: str = "north") -> str:
    result = await web.request(
        "device.enroll", {"wallId": wall_id, "outputId": output_id}, ADMINISTRATOR
    )
    token: str = result["deviceToken"]
    return token


class Room:
    """A controller with its services, and players that join it."""

    def __init__(self, url: str, web: ServiceClient, render: FakeRender) -> None:
        self.url, self.web, self.render = url, web, render
        self.stack = AsyncExitStack()

    async def player(self, output_id: str = "a1", **more: Any) -> ProtocolPlayer:
        token = await enroll(self.web, output_id)
        return await self.stack.enter_async_context(ProtocolPlayer(self.url, token, **more))

    async def players(self) -> tuple[ProtocolPlayer, ProtocolPlayer]:
        left, right = await self.player("a1"), await self.player("a2")
        await left.scene("overview")
        await right.scene("overview")
        return left, right

    async def take(self, scene_id: str | None = None, **more: Any) -> dict[str, Any]:
        args = {"wallId": "north", **more} | ({"sceneId": scene_id} if scene_id else {})
        return await self.web.request("wall.take", args, OPERATOR)


@asynccontextmanager
async def room(settings: Settings) -> AsyncIterator[Room]:
    async with (
        running(settings) as url,
        ServiceClient(url, SECRET, service="web") as web,
        FakeRender(url) as render,
    ):
        it = Room(url, web, render)
        async with it.stack:
            yield it


async def get(url: str, path: str) -> tuple[int, str, bytes]:
    """Ask plain HTTP, and return status, content type and body."""
    port = int(url.rsplit(":", 1)[1].split("/")[0])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    head, _, body = answer.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    types = [x.partition(": ")[2] for x in lines if x.lower().startswith("content-type:")]
    return int(lines[0].split()[1]), types[0], body


RUNNER = """
import sys
from settings import load_settings
from wall.server import run_wall
run_wall(load_settings(env_file=None))
"""


@asynccontextmanager
async def process(settings: Settings) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run the controller as a process of its own."""
    environment = {
        "IOC_WALL_PORT": str(settings.wall_port),
        "IOC_DATA_DIR": str(settings.data_dir),
        "IOC_CITY": str(settings.city),
        "IOC_SERVICE_TOKEN": SECRET,
    }
    runner = await asyncio.create_subprocess_exec(
        sys.executable, "-c", RUNNER, cwd=ROOT, env=environment, stdout=asyncio.subprocess.DEVNULL
    )
    try:
        yield runner
    finally:
        if runner.returncode is None:
            runner.kill()
        await runner.wait()
