"""The whole path with real roles: a file's rows, the feed's process, the controller, the layer."""

from __future__ import annotations

import asyncio
import json
import shutil
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from data_access.cache import open_cache
from settings import Settings
from tests.conftest import SMALL_LAKE
from tests.processes.started import Started, python
from tests.still_city import copy_still_city
from tests.wall.room import OPERATOR, SECRET, free_port, running
from wall.client import ServiceClient

WALL = "le-lai"
DWELL_S, VETO_S = 2.0, 1.0
LONGEST_S = 20.0


def drop(lake: Path, number: int, **more: Any) -> None:
    """Let the file of one request come, or come again with another status."""
    now = datetime.now(UTC).isoformat()
    said = {
        "service_request_id": f"new-{number}",
        "status": "open",
        "service_name": "Chiếu sáng",
        "service_code": "005",
        "requested_datetime": now,
        "lat": 21.0287,
        "long": 105.8524,
    }
    (lake / "feedback" / f"requests_new{number}.json").write_text(json.dumps([said | more]))


class Room:
    """A controller's link, and what it says of one rule and one wall."""

    def __init__(self, settings: Settings, web: ServiceClient) -> None:
        self.settings = settings
        self.web = web
        self.heard: list[str] = []  # phases, as they changed
        web.on("event", self._hear)

    def _hear(self, said: dict[str, Any]) -> None:
        if said["data"]["ruleId"] != "crowd":
            return
        phase = said["data"]["rule"]["state"]["phase"]
        if self.heard[-1:] != [phase]:
            self.heard.append(phase)

    async def state(self) -> dict[str, Any]:
        rules = (await self.web.request("rule.list"))["rules"]
        state: dict[str, Any] = next(r for r in rules if r["ruleId"] == "crowd")["state"]
        return state

    async def wall(self) -> dict[str, Any]:
        return await self.web.request("wall.state", {"wallId": WALL})

    def open_requests(self) -> float | None:
        envelope = open_cache(self.settings).read("feedback.requests")
        if envelope is None or envelope.state != "ok":
            return None
        return envelope.payload["numbers"]["open"]["value"]

    async def put(self, threshold: float) -> None:
        rule = {
            "ruleId": "crowd",
            "name": {"vi": "Dồn phản ánh", "en": "Many requests"},
            "owner": "van-phong",
            "aggregate": "feedback.requests",
            "number": "open",
            "condition": "above",
            "threshold": threshold,
            "dwellS": DWELL_S,
            "cooldownS": 60,
            "vetoS": VETO_S,
            "wallIds": [WALL],
            "sceneId": "feedback",
        }
        await self.web.request("rule.put", {"rule": rule}, OPERATOR)

    async def come_to(self, what: Callable[[], Awaitable[Any]], wanted: Any) -> None:
        """Wait until `what` gives what is wanted."""
        deadline = time.monotonic() + LONGEST_S
        while (found := await what()) != wanted:
            assert time.monotonic() < deadline, f"still {found!r}, never {wanted!r}"
            await asyncio.sleep(0.05)

    async def phase(self) -> str:
        phase: str = (await self.state())["phase"]
        return phase

    async def taken(self) -> list[str]:
        taken: list[str] = (await self.state())["takenWallIds"]
        return taken

    async def on_air(self) -> str:
        layer: str = (await self.wall())["program"]["layer"]
        return layer

    async def is_fed(self) -> bool:
        return self.open_requests() is not None


def test_a_crossing_is_on_air_after_dwell_and_veto_over_a_kill_and_goes_again(
    tmp_path: Path,
) -> None:
    lake = tmp_path / "lake"
    shutil.copytree(SMALL_LAKE / "feedback", lake / "feedback")
    fields = {
        "data_dir": tmp_path / "var",
        "city": copy_still_city(tmp_path / "city"),
        "lake": lake,
    }
    settings = Settings.model_validate(
        {**fields, "wall_port": free_port(), "service_token": SECRET}
    )
    environment = {
        **{f"IOC_{name.upper()}": str(each) for name, each in fields.items()},
        "IOC_WALL_PORT": str(settings.wall_port),
        "IOC_SERVICE_TOKEN": SECRET,
    }

    async def main() -> None:
        async with running(settings) as url, ServiceClient(url, SECRET, service="web") as web:
            room = Room(settings, web)
            await web.connected(5)
            await web.subscribe(["rules"])
            await play(room, lake, environment)

    asyncio.run(main())


async def play(room: Room, lake: Path, environment: dict[str, str]) -> None:
    command = python("app.py", "feed")
    with Started(command, environment=environment):
        await room.come_to(room.is_fed, True)
        threshold = room.open_requests()
        assert threshold is not None
        await room.put(threshold)
        drop(lake, 1)
        await room.come_to(room.phase, "dwelling")
        began = await room.state()
    with Started(command, environment=environment) as feed:  # the one before was killed
        await room.come_to(room.phase, "firing")
        fired = await room.state()
        assert fired["sinceAtMs"] - began["sinceAtMs"] >= (DWELL_S + VETO_S) * 1000
        assert fired["origin"] == "replay"
        await room.come_to(room.taken, [WALL])
        wall = await room.wall()
        assert wall["program"]["layer"] == "alarm"
        alarm = wall["layers"]["alarm"]
        assert (alarm["sceneId"], alarm["by"], alarm["untilAtMs"]) == (
            "feedback",
            "rule:crowd",
            None,
        )
        drop(lake, 1, status="closed", updated_datetime=datetime.now(UTC).isoformat())
        await room.come_to(room.on_air, "base")
        assert await room.phase() == "cooling"
        assert "alarm" not in (await room.wall())["layers"]
        feed.end()
        assert feed.process.returncode == 0, feed.output
    assert room.heard == ["quiet", "dwelling", "proposed", "firing", "cooling"]
