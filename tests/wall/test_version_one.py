"""What version 1 promised its players and services is still on the wire, field by field.

The lists are of the protocol as it was first given away, by hand: they do not follow our page. A
field may be added; none of these may go.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

from tests.wall.protocol_player import PROTOCOL, ProtocolPlayer
from tests.wall.room import (
    ADMINISTRATOR,
    OPERATOR,
    SECRET,
    FakeRender,
    make_settings,
    running,
)

Fields = dict[str, Any]
RECT = "x y width height"
TILE = (
    "tileId renderId kind rectPx version contentHash content asOfAtMs staleAfterMs classification"
)
FRAMES = {
    "hello": "protocols controllerId siteId serverAtMs",
    "identified": "sessionId heartbeatMs siteId wallId outputId rectPx canvasPx unitPx language"
    " ceiling",
    "clockReply": "t0AtMs t1AtMs t2AtMs",
    "stage": "stageId sceneId revision tiles",
    "prepare": "switchId sceneId revision layer deadlineAtMs",
    "commit": "switchId showAtMs transition",
    "abort": "switchId code",
    "content": "renderId version contentHash asOfAtMs staleAfterMs content",
    "mask": "maskId ceiling",
    "unmask": "maskId",
    "overlay": "kind",
    "freeze": "on",
    "reload": "reason reloadAtMs",
    "error": "code message type",
    "bye": "code retryAfterMs alternateUrls",
}
SCENE = "sceneId revision name classification"
WALL = (
    "wallId siteId name canvasPx unitPx language ceiling outputs scenes program preview layers lock"
    " masks"
)
TAKEN = "switchId committed showAtMs outputs skewMs latencyMs"
PUT = {
    "sceneId": "mine",
    "name": {"vi": "Của tôi", "en": "Mine"},
    "grid": {"columns": 1, "rows": 1},
    "tiles": [
        {
            "tileId": "t",
            "kind": "text",
            "at": {"column": 0, "row": 0, "columns": 1, "rows": 1},
            "options": {"text": "mine"},
        }
    ],
}


def has(found: Fields, names: str) -> bool:
    missing = set(names.split()) - found.keys()
    assert not missing, (missing, found)
    return True


class Tools:
    """A service of kind `tools` that knows JSON and nothing of ours."""

    def __init__(self, link: ClientConnection) -> None:
        self.link = link
        self.events: list[Fields] = []
        self._asked = 0

    async def join(self) -> None:
        await self.next("hello")
        await self.send("identify", kind="service", token=SECRET, protocol=PROTOCOL)
        assert has(await self.next("identified"), "sessionId heartbeatMs siteId")

    async def send(self, kind: str, /, **fields: Any) -> None:
        await self.link.send(json.dumps({"type": kind, "d": fields}))

    async def next(self, kind: str) -> Fields:
        async with asyncio.timeout(10):
            while True:
                frame = json.loads(await self.link.recv())
                fields: Fields = frame["d"]
                assert isinstance(frame["epoch"], int)
                if frame["type"] == "event":
                    self.events.append(fields)
                if frame["type"] == kind:
                    return fields

    async def ask(self, op: str, actor: Fields, **args: Any) -> Fields:
        self._asked += 1
        request_id = f"q{self._asked}"
        await self.send("request", requestId=request_id, op=op, args=args, actor=actor)
        answer: Fields = await self.next("response")
        assert answer["requestId"] == request_id
        return answer

    async def done(self, op: str, actor: Fields = OPERATOR, **args: Any) -> Fields:
        answer = await self.ask(op, actor, **args)
        assert answer["ok"] is True, answer
        result: Fields = answer["result"]
        return result


async def joined(url: str, tools: Tools, output_id: str) -> ProtocolPlayer:
    enrolled = await tools.done("device.enroll", ADMINISTRATOR, wallId="north", outputId=output_id)
    player = ProtocolPlayer(url, enrolled["deviceToken"])
    await player.open()
    await player.scene("overview")
    await player.heartbeat()
    return player


def test_a_player_and_a_service_of_version_one_find_all_they_know(tmp_path: Path) -> None:
    frames: list[Fields] = []

    async def main() -> None:
        async with (
            running(make_settings(tmp_path)) as url,
            FakeRender(url) as render,
            connect(url, subprotocols=[PROTOCOL], proxy=None) as link,
        ):
            tools = Tools(link)
            await tools.join()
            left, right = [await joined(url, tools, each) for each in ("a1", "a2")]
            await tools.send("subscribe", topics=["wall.north", "versions"])
            await walked(tools, render, left, right)
        for each in (left, right):
            await each.closed()
            frames.extend(each.frames)

    asyncio.run(main())
    seen = {each["type"] for each in frames}
    assert seen == FRAMES.keys(), "each at least once, and nothing unknown"
    for frame in frames:
        if frame["type"] in FRAMES:
            assert has(frame["d"], FRAMES[frame["type"]])
        for tile in frame["d"].get("tiles", ()):
            assert has(tile, TILE.replace(" content ", " "))
            assert has(tile["rectPx"], RECT)
            assert has(tile["classification"], "level compartments")
    contents = [tile for each in frames for tile in each["d"].get("tiles", ()) if "content" in tile]
    assert contents


async def walked(
    tools: Tools, render: FakeRender, left: ProtocolPlayer, right: ProtocolPlayer
) -> None:
    """Ask for everything that version 1 has, and look at each answer."""
    north = {"wallId": "north"}
    (wall,) = (await tools.done("walls.list"))["walls"]
    assert has(wall, WALL)
    assert all(has(each, "outputId rectPx online") for each in wall["outputs"])
    assert all(has(each, SCENE) for each in wall["scenes"])
    assert has(wall["program"], "sceneId revision layer")
    assert has(wall["layers"]["base"], "sceneId revision by sinceAtMs untilAtMs")
    previewed = await tools.done("wall.preview", **north, sceneId="rain")
    assert has(previewed, "sceneId revision stageId tiles staged of fitToShow why")
    expected = {name: wall["program"][name] for name in ("sceneId", "revision")}
    taken = await tools.done("wall.take", **north, expect=expected)
    assert has(taken, TAKEN)
    assert taken["committed"] is True
    assert [each["status"] for each in taken["outputs"]] == ["shown", "shown"]
    assert all(has(each, "outputId shownAtMs lateMs uncertaintyMs") for each in taken["outputs"])
    assert has(await left.frame("prepare", switchId=taken["switchId"]), "stageId")
    state = await tools.done("wall.state", **north)
    assert has(state, f"{WALL} lastSwitch")
    assert has(state["outputs"][0], "outputId rectPx online showing clock health lastSeenAtMs")
    assert has(state["preview"], "sceneId revision by sinceAtMs")
    assert state["lastSwitch"] == taken
    right.ready_status = "failed"
    refused = await tools.ask("wall.take", OPERATOR, **north, sceneId="traffic", policy="all")
    assert refused["ok"] is False
    assert has(refused["error"], "code message switchId")
    assert refused["error"]["code"] == "policyNotMet"
    right.ready_status = "ok"
    salvo = await tools.done("salvo.take", takes=[{**north, "sceneId": "traffic"}])
    assert all(has(each, f"wallId {TAKEN}") for each in salvo["walls"])
    cleared = await tools.done("wall.clear", **north, layer="presenter")
    assert (cleared["committed"], cleared["showAtMs"], cleared["outputs"]) == (True, None, [])
    await render.update("traffic left")
    await left.frame("content", version=2)
    await masked(tools, left, right)
    for op, args in (
        ("wall.overlay", {"kind": "identify"}),
        ("wall.freeze", {"on": True}),
        ("wall.freeze", {"on": False}),
        ("wall.reload", {"reason": "test"}),
    ):
        await tools.done(op, **north, **args)
    locked = await tools.done("wall.lock", **north)
    assert has(locked["lock"], "by sinceAtMs")
    await tools.done("wall.unlock", **north)
    assert has(await tools.done("scene.put", **north, scene=PUT), "sceneId revision")
    await tools.done("scene.delete", **north, sceneId="mine")
    assert isinstance((await tools.done("tiles.kinds"))["kinds"], list)
    for op, code in (("wall.dance", "unknownOp"), ("wall.take", "unknownScene")):
        answer = await tools.ask(op, OPERATOR, **north, sceneId="snow")
        assert answer["error"]["code"] == code
    for each in (left, right):
        await each.send("clock", t0AtMs=5)
        await each.send("nonsense")
        await each.frame("error", type="nonsense")
    await tools.send("publish", topic="versions", data={"traffic.flow": 812})
    await tools.done("walls.list")
    told = {(each["topic"], each["name"]) for each in tools.events}
    assert {("wall.north", "staged"), ("wall.north", "taken"), ("versions", "changed")} <= told
    changed = next(each for each in tools.events if each["topic"] == "versions")
    assert changed["data"] == {"traffic.flow": 812}


async def masked(tools: Tools, left: ProtocolPlayer, right: ProtocolPlayer) -> None:
    """Mask the wall and take the mask off; each output confirms, as it must."""
    ceiling = {"level": "public", "compartments": []}
    for kind, more in (("mask", {"ceiling": ceiling}), ("unmask", {})):
        asking = asyncio.create_task(tools.done(f"wall.{kind}", wallId="north", maskId="m", **more))
        for each in (left, right):
            told = await each.frame(kind, maskId="m")
            assert kind == "unmask" or has(told["ceiling"], "level compartments")
            await each.send("masked", maskId="m", maskedAtMs=1.0e12)
        answer = await asking
        assert {each["outputId"] for each in answer["outputs"]} == {"a1", "a2"}
