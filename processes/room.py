"""What the parent says about the room: its addresses once it is open, its health each minute."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from processes import health
from processes.child import Child
from processes.displays import Display, displays_of
from processes.front import Front
from processes.probe import answers, get
from settings import Settings

_POLL_S = 0.05
_SLOW_S = 30.0
_ACTOR = {"userId": "run", "role": "administrator", "siteId": None}


class Room:
    """Watches roles until cancelled. `opened` is set once pages and controller answer."""

    def __init__(self, settings: Settings, *, front: Front, began_s: float) -> None:
        self.opened = asyncio.Event()
        self._settings = settings
        self._front = front
        self._began_s = began_s
        self._meter = health.Meter()

    async def watch(self, children: Sequence[Child], *, every_s: float) -> None:
        """Say when the room is open and where, then a line of health every `every_s`."""
        await self._until_answering()
        displays = await self._displays()
        self.opened.set()
        took_s = time.monotonic() - self._began_s
        self._front.say(addresses(self._settings, displays, took_s=took_s))
        measured_s = self._began_s
        while True:
            await asyncio.sleep(every_s)
            elapsed_s = time.monotonic() - measured_s
            measured_s += elapsed_s
            roles = [self._role(child, elapsed_s=elapsed_s) for child in children]
            datasets, walls = await self._datasets(), await self._walls()
            self._front.event(health.line(roles, datasets, walls))

    async def _until_answering(self) -> None:
        """Wait for real answers of the pages and the controller; say so once if it takes long."""
        host = local_host(self._settings)
        waiting = {"web": self._settings.web_port, "wall": self._settings.wall_port}
        is_said = False
        while True:
            for role, port in list(waiting.items()):
                if await answers(host, port):
                    del waiting[role]
            if not waiting:
                return
            if not is_said and time.monotonic() - self._began_s > _SLOW_S:
                names, logs = " and ".join(waiting), self._settings.data_dir / "logs"
                self._front.event(f"still waiting for {names}; see {logs}")
                is_said = True
            await asyncio.sleep(_POLL_S)

    async def _displays(self) -> list[Display]:
        """Ask the controller for each output's token, for as long as it cannot be reached."""
        from wall.client import ServiceClient, ServiceError

        urls, secret = self._settings.wall_urls, self._settings.secret()
        async with ServiceClient(urls, secret) as link:
            while True:
                try:
                    listed = await link.request("walls.list")
                    return await displays_of(
                        listed["walls"],
                        lambda op, args: link.request(op, args, _ACTOR),
                        origin=origin(self._settings),
                        language=self._settings.language,
                    )
                except ServiceError as error:
                    if error.code != "unavailable":
                        raise

    def _role(self, child: Child, *, elapsed_s: float) -> health.RoleHealth:
        if child.process is None:
            return health.RoleHealth(child.name, None, child.restarts, 0, 0)
        up_s = time.monotonic() - child.started_at_s
        rss_mb, cpu_percent = self._meter.measure(child.process.pid, elapsed_s=elapsed_s)
        return health.RoleHealth(child.name, up_s, child.restarts, rss_mb, cpu_percent)

    async def _datasets(self) -> Mapping[str, int] | None:
        body = await self._json(self._settings.web_port, "/readyz")
        counted = body.get("checks", {}).get("cache", {}).get("datasets")
        return counted if isinstance(counted, dict) else None

    async def _walls(self) -> Mapping[str, Mapping[str, int]] | None:
        walls = (await self._json(self._settings.wall_port, "/healthz")).get("walls")
        return walls if isinstance(walls, dict) else None

    async def _json(self, port: int, path: str) -> dict[str, Any]:
        try:
            _, body = await get(local_host(self._settings), port, path, timeout_s=5)
            read = json.loads(body)
        except (OSError, ValueError):
            return {}
        return read if isinstance(read, dict) else {}


def local_host(settings: Settings) -> str:
    """Return the address under which this machine reaches its own servers."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)


def origin(settings: Settings) -> str:
    """Return the origin people and displays open the pages under."""
    if settings.wall_public_url is not None:
        return settings.wall_public_url
    host = socket.gethostname() if settings.host in ("0.0.0.0", "::") else settings.host
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.web_port}"


def addresses(settings: Settings, displays: Iterable[Display], *, took_s: float) -> str:
    """Write where everything is, and with which demo accounts one signs in."""
    base = origin(settings)
    lines = [
        f"The room is open, after {took_s:.1f} s. Ctrl-C ends it.",
        "",
        f"  room      {base}/",
        f"  operator  {base}/operator",
        f"  console   {base}/console",
        "",
        *_accounts(settings),
    ]
    for wall_id, outputs in groupby(displays, key=lambda display: display.wall_id):
        shown = list(outputs)
        lines.append(f"  {shown[0].wall_name} ({wall_id}): one browser for each output")
        lines += [f"    {display.output_id:<6}  {display.url}" for display in shown]
        lines.append("")
    lines.append(f"  logs      {settings.data_dir / 'logs'}")
    return "\n".join(lines)


def _accounts(settings: Settings) -> list[str]:
    from permissions.demo import DEMO_ACCOUNTS, demo_allowed

    if not demo_allowed(settings):
        return []
    return [
        "  Demo accounts, since only this machine reaches the room:",
        *(f"    {account.user_id:<14}  {account.password}" for account in DEMO_ACCOUNTS),
        "",
    ]
