"""Two sites as processes of their own, each with its own store: a salvo across, a cut, after it."""

from __future__ import annotations

import asyncio
import signal
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from tests.wall.controllers import PATIENCE_S, ControllerProcess
from tests.wall.protocol_player import ProtocolPlayer
from tests.wall.room import ADMINISTRATOR, OPERATOR, SECRET, FakeRender, write_city
from wall.client import ServiceClient, ServiceError


class OneSite:
    """A controller, its services and one of its displays."""

    def __init__(self, folder: Path, city: Path, name: str, wall_id: str) -> None:
        self.name, self.wall_id = name, wall_id
        self.controller = ControllerProcess(folder, name, city=city, redis_url="")
        self.web: ServiceClient
        self.display: ProtocolPlayer

    def start(self, other: OneSite) -> None:
        peers = f"{other.name}={other.controller.url}"
        self.controller.more = {"IOC_SITE": self.name, "IOC_WALL_PEERS": peers}
        self.controller.start()

    async def open(self, stack: AsyncExitStack) -> None:
        await self.controller.plays("leader")
        url = self.controller.url
        self.web = await stack.enter_async_context(ServiceClient(url, SECRET, service="web"))
        await stack.enter_async_context(FakeRender(url))
        device = {"wallId": self.wall_id, "outputId": "a1"}
        token = (await self.web.request("device.enroll", device, ADMINISTRATOR))["deviceToken"]
        self.display = await stack.enter_async_context(ProtocolPlayer(url, token))
        await self.display.heartbeat()

    async def sees(self, wall_id: str, scene_id: str, *, connected: bool = True) -> None:
        """Wait until this site knows of that wall that it shows this scene."""
        until_s = time.monotonic() + PATIENCE_S
        found: dict[str, Any] = {}
        while time.monotonic() < until_s:
            try:
                listed = (await self.web.request("walls.list"))["walls"]
            except ServiceError:
                continue  # it was stopped, its services come back in their own time
            found = next((each for each in listed if each["wallId"] == wall_id), {})
            if (
                found
                and found["program"]["sceneId"] == scene_id
                and found["peer"]["connected"] is connected
            ):
                return
            await asyncio.sleep(0.05)
        raise AssertionError(f"{self.name} sees {found.get('program')} {found.get('peer')}")

    async def take(self, scene_id: str) -> None:
        await self.web.request("wall.take", {"wallId": self.wall_id, "sceneId": scene_id}, OPERATOR)


def test_two_sites_switch_as_one_and_each_alone_when_the_line_is_cut(tmp_path: Path) -> None:
    write_city(tmp_path, wall_id="north", site_id="east")
    city = write_city(tmp_path, wall_id="south", site_id="west")
    east = OneSite(tmp_path, city, "east", "north")
    west = OneSite(tmp_path, city, "west", "south")

    async def main() -> None:
        async with AsyncExitStack() as stack:
            for each in (east, west):
                await each.open(stack)
            await east.sees("south", "overview")
            await west.sees("north", "overview")
            takes = [{"wallId": each, "sceneId": "rain"} for each in ("north", "south")]
            result = await east.web.request("salvo.take", {"takes": takes}, OPERATOR)
            assert [each["committed"] for each in result["walls"]] == [True, True]
            for each in (east, west):
                await each.display.scene("rain")
            await west.sees("north", "rain")
            await east.sees("south", "rain")
            west.controller.signal(signal.SIGSTOP)  # to the east as good as a cut line
            await east.sees("south", "rain", connected=False)
            await east.take("traffic")
            await east.display.scene("traffic")
            west.controller.signal(signal.SIGCONT)
            await west.sees("north", "traffic")
            await east.sees("south", "rain")

    east.start(west)
    west.start(east)
    try:
        asyncio.run(main())
    finally:
        east.controller.kill()
        west.controller.kill()
