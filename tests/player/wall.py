"""The room of the tests that need a wall: a real controller, services, and its outputs' pages."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from tests.player.conftest import OpenPage
from tests.player.room import ControllerProcess, HandRender, Service
from tests.player.site import Site

PANEL = {"width": 800, "height": 600}


@dataclass
class Wall:
    """A wall of two by two outputs, and who serves it."""

    controller: ControllerProcess
    site: Site
    open_page: OpenPage
    render: HandRender
    tools: Service
    outputs: dict[str, dict[str, float]]
    pages: dict[str, Page] = field(default_factory=dict)

    def open(self, output_id: str, token: str | None = None) -> Page:
        token = token or self.enroll(output_id)
        url = f"{self.site.url}/wall/w/{output_id}#token={token}"
        return self.open_page(url, apart=True, **PANEL)

    def enroll(self, output_id: str) -> str:
        result = self.tools.request("device.enroll", wallId="w", outputId=output_id)
        token: str = result["deviceToken"]
        return token

    def connect(self) -> None:
        """Open the services' links to a controller that has just begun."""
        self.render = HandRender(self.controller.url, now_ms=time.time() * 1000)
        self.tools = Service(self.controller.url, "tools")

    def take(self, scene_id: str, **more: Any) -> dict[str, Any]:
        return self.tools.request("wall.take", wallId="w", sceneId=scene_id, **more)

    def end(self) -> None:
        self.render.close()
        self.tools.close()
        self.controller.close()


def begin(folder: Path, port: int, site: Site, open_page: OpenPage) -> Wall:
    """Start a controller with one wall, and its services."""
    controller = ControllerProcess(folder, port=port, web_port=site.port)
    controller.start()
    render = HandRender(controller.url, now_ms=time.time() * 1000)
    tools = Service(controller.url, "tools")
    listed = tools.request("walls.list")["walls"][0]
    outputs = {each["outputId"]: each["rectPx"] for each in listed["outputs"]}
    return Wall(controller, site, open_page, render, tools, outputs)
