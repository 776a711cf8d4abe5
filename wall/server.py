"""The role `wall`: reads walls and scenes, opens the store, listens; or says why it cannot."""

from __future__ import annotations

import asyncio
import errno
import signal
from collections.abc import Callable
from pathlib import Path

import structlog
import uvloop
from websockets.asyncio.server import serve as serve_websocket
from websockets.typing import Subprotocol

from settings import Settings
from wall.clock import SharedClock
from wall.controller import Controller
from wall.errors import ServerError, StoreError, WallError
from wall.geometry import read_walls
from wall.handshake import OriginRule
from wall.hub import Hub
from wall.link import Link
from wall.protocol import LARGEST_FRAME, PROTOCOL
from wall.record import restore
from wall.scene import read_scenes, scene_from_json
from wall.state import OutputState, State, WallState
from wall.store import Kept, Store

PING_S = 5.0
CLOSE_S = 1.0  # how long a closing handshake may take
BEHIND_AT_BYTES = 1024 * 1024  # unwritten bytes from which a client is only owed content

log = structlog.get_logger("wall")


async def serve(
    settings: Settings,
    *,
    city_folder: Path | None = None,
    ready: Callable[[int], None] | None = None,
    stop: asyncio.Event | None = None,
    clock: Callable[[], float] | None = None,
) -> None:
    """Run the controller until `stop` is set; `ready` is called with the port once it listens.

    Raises ServerError with one sentence when it cannot start.
    """
    try:
        store = Store(settings.wall_state_path)
    except StoreError as error:
        raise ServerError(str(error)) from error
    try:
        now_ms = clock or SharedClock().now_ms
        kept = store.begin_epoch(now_s=now_ms() / 1000)
        state, problems = assemble(settings, city_folder or settings.city, kept, now_ms=now_ms())
        for problem in problems:
            log.error("not used", problem=problem)
        named = [*settings.wall_origins]
        if settings.wall_public_url is not None:
            named.append(settings.wall_public_url)
        controller = Controller(
            Hub(state),
            store,
            origins=OriginRule(settings.web_port, frozenset(named)),
            problems=problems,
            clock=now_ms,
        )
        await _run(controller, settings, ready=ready, stop=stop or asyncio.Event())
    except StoreError as error:
        raise ServerError(str(error)) from error
    finally:
        store.close()


def assemble(
    settings: Settings, city_folder: Path, kept: Kept, *, now_ms: float
) -> tuple[State, list[str]]:
    """Make the state a controller starts with from the city folder and what was kept.

    A wrong file is left out and said, all others serve; raises ServerError when no wall is left.
    """
    walls, wall_problems = read_walls(city_folder / "walls")
    scenes, scene_problems = read_scenes(city_folder / "scenes", walls)
    problems = [str(each) for each in (*wall_problems, *scene_problems)]
    if not walls:
        raise ServerError("; ".join(problems))
    states: dict[str, WallState] = {}
    for wall_id, wall in walls.items():
        ws = WallState(
            wall=wall,
            language=wall.language or settings.language,
            outputs={each.output_id: OutputState(each) for each in wall.outputs},
            city_scenes=scenes[wall_id],
            last_switch=kept.switches.get(wall_id),
        )
        ws.history.extend(kept.history.get(wall_id, ()))
        for body in kept.scenes.get(wall_id, ()):
            try:
                scene = scene_from_json(body)
            except WallError as error:
                problems.append(f"put scene of wall {wall_id!r}: {error}")
            else:
                ws.put_scenes[scene.scene_id] = scene
        problems += restore(ws, kept.walls.get(wall_id), now_ms=now_ms)
        states[wall_id] = ws
    state = State(
        epoch=kept.epoch,
        controller_id=kept.controller_id,
        site_id=next(iter(walls.values())).site_id,
        secret=settings.secret(),
        language=settings.language,
        walls=states,
        now_ms=now_ms,
        devices=dict(kept.devices),
    )
    return state, problems


def run_wall(settings: Settings) -> None:
    """Run the controller in this thread until SIGTERM or SIGINT; raises ServerError."""

    async def main() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for each in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(each, stop.set)
        await serve(settings, stop=stop)

    # Reading and writing hundreds of sockets in the same instant is most of what a switch costs.
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())


async def _run(
    controller: Controller,
    settings: Settings,
    *,
    ready: Callable[[int], None] | None,
    stop: asyncio.Event,
) -> None:
    try:
        server = await serve_websocket(
            controller.handle,
            settings.host,
            settings.wall_port,
            subprotocols=[Subprotocol(PROTOCOL)],
            compression=None,
            process_request=controller.answer_http,
            server_header=None,
            ping_interval=PING_S,
            ping_timeout=None,
            close_timeout=CLOSE_S,
            max_size=LARGEST_FRAME,
            write_limit=BEHIND_AT_BYTES,
            create_connection=Link,
        )
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise ServerError(
                f"Port {settings.wall_port} of {settings.host} is taken; end what listens there "
                "or set IOC_WALL_PORT."
            ) from error
        raise ServerError(f"Cannot listen on {settings.host}: {error.strerror}") from error
    watching = asyncio.create_task(controller.watch())
    try:
        controller.start()
        port: int = server.sockets[0].getsockname()[1]
        log.info("wall controller listens", host=settings.host, port=port)
        if ready is not None:
            ready(port)
        await stop.wait()
    finally:
        watching.cancel()
        controller.leave()
        server.close()
        await server.wait_closed()
        await controller.stop()
