"""The role `wall`: reads walls and scenes, opens the store, listens; or says why it cannot."""

from __future__ import annotations

import asyncio
import errno
import gc
import signal
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import structlog
import uvloop
from websockets.asyncio.server import serve as serve_websocket
from websockets.typing import Subprotocol

from settings import Settings
from wall import exercises, playing, rules, scheduling
from wall.clock import SharedClock, machine_ms
from wall.controller import Controller, Writer
from wall.days import read_calendar
from wall.door import Door
from wall.errors import ServerError, StoreError, WallError
from wall.geometry import Wall, read_walls
from wall.handshake import OriginRule
from wall.history import History
from wall.hub import Hub
from wall.link import Link
from wall.peers.site import PeerSite
from wall.proof.recorder import Recorder
from wall.proof.retention import Retention
from wall.proof.sharing import Sharing
from wall.protocol import LARGEST_FRAME, PROTOCOL
from wall.record import restore
from wall.scene import read_scenes, scene_from_json
from wall.sites import lowered, read_ceilings
from wall.standing import OutputState
from wall.state import State, WallState
from wall.store import Kept, Store

PING_S = 5.0
CLOSE_S = 1.0  # how long a closing handshake may take
BACKLOG = 4096  # displays that come back in one instant; more than the queue holds are refused
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

    With a Redis it stands by until the site's lease is its own. Raises ServerError with one
    sentence when it cannot start.
    """
    city = city_folder or settings.city
    stop = stop or asyncio.Event()
    try:
        if settings.redis_url is None:
            await _serve_alone(settings, city, ready=ready, stop=stop, clock=clock)
        else:
            # A quarter of the second that a start takes is Redis' client: only for whom it is.
            from wall.turns import serve_in_turns

            await serve_in_turns(settings, city, ready=ready, stop=stop, clock=clock)
    except StoreError as error:
        raise ServerError(str(error)) from error


async def _serve_alone(
    settings: Settings,
    city: Path,
    *,
    ready: Callable[[int], None] | None,
    stop: asyncio.Event,
    clock: Callable[[], float] | None,
) -> None:
    """Lead with a store of our own: nobody else can."""
    store = Store(settings.wall_state_path)
    door = Door()
    try:
        now_ms = clock or SharedClock().now_ms
        kept = store.begin_epoch(now_s=now_ms() / 1000)
        door.controller = controller = make_controller(
            settings, city, store, kept, now_ms=now_ms, machine_ms=clock or machine_ms
        )
        async with listening(door, settings) as port:
            watching = asyncio.create_task(controller.watch())
            try:
                controller.start()
                if ready is not None:
                    ready(port)
                await stop.wait()
            finally:
                await controller.leave("restart")
                watching.cancel()
        await controller.stop()
    finally:
        store.close()


def make_controller(
    settings: Settings,
    city: Path,
    store: Writer,
    kept: Kept,
    *,
    now_ms: Callable[[], float],
    machine_ms: Callable[[], float] = machine_ms,
    may_command: Callable[[], bool] = lambda: True,
    sharing: Sharing | None = None,
) -> Controller:
    """Make the controller that goes on from what was kept; raises ServerError.

    `sharing` lets the site's other controllers have its proof of display.
    """
    state, problems = assemble(settings, city, kept, now_ms=now_ms())
    for problem in problems:
        log.error("not used", problem=problem)
    named = [*settings.wall_origins]
    if settings.wall_public_url is not None:
        named.append(settings.wall_public_url)
    return Controller(
        Hub(state),
        store,
        origins=OriginRule(settings.web_port, frozenset(named)),
        proof=Recorder(
            settings.proof_path,
            epoch=state.epoch,
            retention=Retention(settings.proof_days, settings.proof_mb),
            sharing=sharing,
        ),
        peers=settings.wall_peers,
        problems=problems,
        clock=now_ms,
        machine_ms=machine_ms,
        may_command=may_command,
    )


def assemble(
    settings: Settings, city_folder: Path, kept: Kept, *, now_ms: float
) -> tuple[State, list[str]]:
    """Make the state a controller starts with from the city folder and what was kept.

    A wrong file is left out and said, all others serve; raises ServerError when no wall is left.
    """
    walls, wall_problems = read_walls(city_folder / "walls")
    ceilings, site_problems = read_ceilings(city_folder)
    walls = lowered(walls, ceilings)
    scenes, scene_problems = read_scenes(city_folder / "scenes", walls)
    problems = [str(each) for each in (*wall_problems, *site_problems, *scene_problems)]
    if not walls:
        raise ServerError("; ".join(problems))
    own = _of_site(walls, settings.site)
    states: dict[str, WallState] = {}
    for wall_id, wall in own.items():
        ws = WallState(
            wall=wall,
            language=wall.language or settings.language,
            outputs={each.output_id: OutputState(each) for each in wall.outputs},
            city_scenes=scenes[wall_id],
            last_switch=kept.switches.get(wall_id),
        )
        problems += _go_on(ws, kept, now_ms=now_ms)
        problems += playing.begin(ws, city_folder, kept)
        problems += scheduling.begin(ws, city_folder, kept)
        states[wall_id] = ws
    state = State(
        epoch=kept.epoch,
        controller_id=kept.controller_id,
        site_id=next(iter(own.values())).site_id,
        alternate_urls=settings.wall_standby_urls,
        peers={site_id: PeerSite(site_id) for site_id in settings.wall_peers},
        secret=settings.secret(),
        language=settings.language,
        walls=states,
        now_ms=now_ms,
        devices=dict(kept.devices),
        keeps_thumbnails=settings.proof_thumbnails,
    )
    state.calendar, wrong = read_calendar(city_folder)
    problems += map(str, wrong)
    problems += exercises.begin(state, kept)
    elsewhere = walls.keys() - own.keys()
    problems += rules.begin(state, city_folder / "rules", kept, elsewhere=elsewhere)
    return state, problems


def _of_site(walls: Mapping[str, Wall], site: str | None) -> dict[str, Wall]:
    """Return the walls of a site, or all without one; raises ServerError when it has none."""
    own = {name: each for name, each in walls.items() if site in (None, each.site_id)}
    if not own:
        sites = ", ".join(sorted({each.site_id for each in walls.values()}))
        raise ServerError(f"IOC_SITE={site!r} has no wall; walls are of {sites}")
    return own


def _go_on(ws: WallState, kept: Kept, *, now_ms: float) -> list[str]:
    """Give a wall what was kept of it; returns what of that cannot be used any more."""
    wall_id, problems = ws.wall.wall_id, []
    for body in kept.scenes.get(wall_id, ()):
        try:
            scene = scene_from_json(body)
        except WallError as error:
            problems.append(f"put scene of wall {wall_id!r}: {error}")
        else:
            ws.put_scenes[scene.scene_id] = scene
    with _readable(f"of wall {wall_id!r}"):
        ws.history = History(kept.history.get(wall_id, ()))
        problems += restore(ws, kept.walls.get(wall_id), now_ms=now_ms)
    return problems


@contextmanager
def _readable(what: str) -> Iterator[None]:
    """Let what is kept and cannot be ours come out as StoreError: it stays as it is."""
    try:
        yield
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise StoreError(
            f"what is kept {what} is damaged ({error!r}): put a copy of the state back, or move it"
            " away to begin again with each wall's base scene"
        ) from error


def run_wall(settings: Settings) -> None:
    """Run the controller in this thread until SIGTERM or SIGINT; raises ServerError."""

    async def main() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for each in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(each, stop.set)
        await serve(settings, stop=stop, ready=lambda _: _keep_for_good())

    # Reading and writing hundreds of sockets in the same instant is most of what a switch costs.
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())


def _keep_for_good() -> None:
    """Leave what was loaded up to here out of every later garbage collection.

    Code, walls and scenes live as long as the process. Going through them again takes 40 ms, which
    is longer than a switch.
    """
    gc.collect()
    gc.freeze()


@asynccontextmanager
async def listening(door: Door, settings: Settings) -> AsyncIterator[int]:
    """Listen for as long as the context stands, and give the port; raises ServerError."""
    try:
        server = await serve_websocket(
            door.handle,
            settings.host,
            settings.wall_port,
            subprotocols=[Subprotocol(PROTOCOL)],
            compression=None,
            process_request=door.answer_http,
            server_header=None,
            ping_interval=PING_S,
            ping_timeout=None,
            close_timeout=CLOSE_S,
            max_size=LARGEST_FRAME,
            write_limit=BEHIND_AT_BYTES,
            create_connection=Link,
            backlog=BACKLOG,
        )
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise ServerError(
                f"Port {settings.wall_port} of {settings.host} is taken; end what listens there "
                "or set IOC_WALL_PORT."
            ) from error
        raise ServerError(f"Cannot listen on {settings.host}: {error.strerror}") from error
    try:
        port: int = server.sockets[0].getsockname()[1]
        log.info("wall controller listens", host=settings.host, port=port)
        yield port
    finally:
        server.close()
        await server.wait_closed()
