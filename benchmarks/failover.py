"""How long a wall is without a controller: take-over by the standby, and a restart.

From the signal to the frame in which the last display showed what the next term commanded.
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from benchmarks.arguments import common
from benchmarks.crowd_city import WALL, crowd_city, identifications
from benchmarks.displays import Display, WordsRender
from benchmarks.figures import Report, Table, percentile, publish, spread, verdict
from benchmarks.product import Product, free_ports
from processes.probe import get
from wall.client import ServiceClient

TAKEOVER_S, RESTART_S = 5.0, 2.0
_TOKEN = "of-the-benchmark-alone"
_ACTOR = {"userId": "benchmark", "role": "administrator", "siteId": None}
_PATIENCE_S = 60.0


def main() -> None:
    """Measure, print, and keep the figures when asked."""
    parser = common(argparse.ArgumentParser(description=__doc__))
    parser.add_argument("--times", type=int, default=10, help="of each kind")
    parser.add_argument("--outputs", type=int, default=50)
    chosen = parser.parse_args()
    if shutil.which("redis-server") is None:
        sys.exit("redis-server is needed (Debian package redis-server)")
    with crowd_city(chosen.outputs) as city, _redis() as redis_url:
        found = asyncio.run(_measure(city, redis_url, chosen.times, chosen.outputs))
    publish(_report(found, chosen), write=chosen.write)


@dataclass(frozen=True, slots=True)
class Found:
    """Seconds of each time, by what was done."""

    killed: list[float]
    stopped: list[float]
    alone: list[float]


async def _measure(city: Path, redis_url: str, times: int, outputs: int) -> Found:
    one, two = free_ports(2)
    with _controller(city, one, two, redis_url) as a, _controller(city, two, one, redis_url) as b:
        for each in (a, b):
            await _start(each)
        killed = [await _fail(a, b, outputs, signal.SIGKILL) for _ in range(times)]
        stopped = [await _fail(a, b, outputs, signal.SIGSTOP) for _ in range(times)]
    with Product(city=city, environment={"IOC_SERVICE_TOKEN": _TOKEN}) as alone:
        await _start(alone)
        restarted = [await _restart(alone, outputs) for _ in range(times)]
    return Found(killed, stopped, restarted)


async def _fail(a: Product, b: Product, outputs: int, number: signal.Signals) -> float:
    """Take the leader away, measure, and bring it back as the standby."""
    leader = a if await _role(a) == "leader" else b
    urls = [a.settings.wall_url, b.settings.wall_url]
    async with _displays(leader, urls, outputs) as displays:
        epoch = max(max(each.on_air) for each in displays)
        began_s = time.monotonic()
        leader.processes["wall"].send_signal(number)
        took_s = await _on_air_after(epoch, displays) - began_s
    leader.processes["wall"].kill()
    leader.processes.pop("wall").wait()
    await _start(leader)
    return took_s


async def _restart(alone: Product, outputs: int) -> float:
    async with _displays(alone, [alone.settings.wall_url], outputs) as displays:
        epoch = max(max(each.on_air) for each in displays)
        began_s = time.monotonic()
        alone.processes["wall"].kill()
        alone.processes.pop("wall").wait()
        await asyncio.to_thread(alone.start, "wall")
        return await _on_air_after(epoch, displays) - began_s


async def _on_air_after(epoch: int, displays: Sequence[Display]) -> float:
    """Wait until every display shows what a later term commanded, and return since when."""
    until_s = time.monotonic() + _PATIENCE_S
    while True:
        later = [[at for term, at in each.on_air.items() if term > epoch] for each in displays]
        if all(later):
            return max(min(each) for each in later)
        if time.monotonic() > until_s:
            raise TimeoutError(f"{sum(not each for each in later)} displays wait for a controller")
        await asyncio.sleep(0.01)


@asynccontextmanager
async def _displays(
    leader: Product, urls: Sequence[str], outputs: int
) -> AsyncIterator[list[Display]]:
    """Have every output and a render service follow the controllers."""
    async with (
        WordsRender(urls, _TOKEN).client,
        ServiceClient(leader.settings.wall_url, _TOKEN) as tools,
    ):
        named = await asyncio.to_thread(identifications, leader, outputs)
        displays = [Display(urls, each) for each in named]
        running = [asyncio.create_task(each.run()) for each in displays]
        try:
            await _on_air_after(0, displays)
            await tools.request("wall.state", {"wallId": WALL}, _ACTOR)
            yield displays
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
    leader.link.close()


async def _role(product: Product) -> str:
    with suppress(OSError):
        _, body = await get("127.0.0.1", product.settings.wall_port, "/healthz")
        return "leader" if b'"leader"' in body else "standby"
    return "away"


async def _start(product: Product) -> None:
    """Start a controller and wait until the pair has one leader and it knows its part."""
    await asyncio.to_thread(product.start, "wall")
    others = product.settings.wall_standby_urls
    port = int(others[0].split(":")[2].split("/")[0]) if others else None
    until_s = time.monotonic() + _PATIENCE_S
    while time.monotonic() < until_s:
        own = await _role(product)
        if own == "leader":
            return
        if port is not None:
            with suppress(OSError):
                if b'"leader"' in (await get("127.0.0.1", port, "/healthz"))[1]:
                    return
        await asyncio.sleep(0.02)
    raise TimeoutError("nobody leads")


def _controller(city: Path, port: int, other: int, redis_url: str) -> Product:
    environment = {
        "IOC_WALL_PORT": str(port),
        "IOC_WALL_STANDBY_URLS": f"ws://127.0.0.1:{other}/ws",
        "IOC_REDIS_URL": redis_url,
        "IOC_SERVICE_TOKEN": _TOKEN,
    }
    return Product(city=city, environment=environment)


@contextmanager
def _redis() -> Iterator[str]:
    """Run a Redis that keeps what it says, as deploy/redis-ioc.conf has it."""
    (port,) = free_ports(1)
    with tempfile.TemporaryDirectory(prefix="redis-") as folder:
        options = ["--appendonly", "yes", "--appendfsync", "always", "--save", ""]
        process = subprocess.Popen(
            ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--dir", folder, *options],
            stdout=subprocess.DEVNULL,
        )
        try:
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            process.kill()
            process.wait()


def _report(found: Found, chosen: argparse.Namespace) -> Report:
    cases = (
        ("leader killed (SIGKILL)", found.killed, TAKEOVER_S),
        ("leader stopped (SIGSTOP)", found.stopped, TAKEOVER_S),
        ("alone, killed and started again", found.alone, RESTART_S),
    )
    rows = [
        (name, str(len(each)), *spread(each, decimals=2), f"{limit:g} s", _within(each, limit))
        for name, each, limit in cases
    ]
    return Report(
        name="failover",
        title="Without a controller",
        how=f"""{chosen.outputs} outputs by the protocol alone, two controllers (the last row: one,
        on its own file), a Redis with appendfsync always. Seconds from the signal to the commit of
        the next term that the last output has shown; what is on glass stays meanwhile. The lease is
        3 s, so a standby waits 2 to 3 s; a stopped leader is found out by silence.""",
        tables=[Table(("", "n", "p50", "p95", "max", "limit", ""), rows)],
    )


def _within(samples: Sequence[float], limit_s: float) -> str:
    return verdict(percentile(samples, 100), limit_s)


if __name__ == "__main__":
    main()
