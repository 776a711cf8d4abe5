"""What listens on the port: the controller that leads, or the word that none leads here."""

from __future__ import annotations

import http
from typing import Any

import orjson
from websockets.asyncio.server import ServerConnection
from websockets.frames import CloseCode
from websockets.http11 import Request, Response

from wall.controller import Controller, respond
from wall.protocol import PATH


class Door:
    """Hands connections to the controller behind it; without one this process is a standby."""

    def __init__(self) -> None:
        self.controller: Controller | None = None
        self.problem: str | None = None  # why nobody can lead, when that is so
        self.proof_problem: str | None = None  # why a standby has no whole copy of the proof

    async def handle(self, link: ServerConnection) -> None:
        """Stay with a connection to its end."""
        if self.controller is None:  # deposed since the handshake
            await link.close(CloseCode.SERVICE_RESTART, "standby")
            return
        await self.controller.handle(link)

    def answer_http(self, link: ServerConnection, request: Request) -> Response | None:
        """Answer plain HTTP, or open the link; a standby refuses links with 503."""
        if self.controller is not None:
            return self.controller.answer_http(link, request)
        path = request.path.partition("?")[0]
        if path == "/healthz":
            return self._healthz(link)
        if path == "/metrics":
            text = "# HELP ioc_wall_leads Whether this controller commands\n"
            text += "# TYPE ioc_wall_leads gauge\nioc_wall_leads 0\n"
            return respond(link, 200, text, "text/plain; version=0.0.4; charset=utf-8")
        if path == PATH:
            return link.respond(
                http.HTTPStatus.SERVICE_UNAVAILABLE, "This controller stands by; ask another\n"
            )
        return link.respond(http.HTTPStatus.NOT_FOUND, f"No such page; the link is at {PATH}\n")

    def _healthz(self, link: ServerConnection) -> Response:
        is_ok = self.problem is None
        body: dict[str, Any] = {
            "ok": is_ok,
            "role": "standby",
            "walls": {},
            "problems": [*filter(None, (self.problem, self.proof_problem))],
        }
        status = 200 if is_ok else 503
        return respond(link, status, orjson.dumps(body).decode(), "application/json")
