"""Displays are enrolled once; their addresses stay the same over restarts of the room."""

from __future__ import annotations

import asyncio
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from processes.displays import DEVICES_FILE, Display, enrolled

WALL = {"wallId": "le-lai", "name": {"vi": "Lê Lai", "en": "Le Lai"}}
WALLS = [WALL | {"outputs": [{"outputId": "a1"}, {"outputId": "a2"}]}]


class Controller:
    """Enrolls, and counts how often it was asked."""

    def __init__(self) -> None:
        self.asked: list[Mapping[str, Any]] = []

    async def request(self, op: str, args: Mapping[str, Any]) -> Mapping[str, Any]:
        assert op == "device.enroll"
        self.asked.append(args)
        return {"deviceToken": f"token-{len(self.asked)}"}


def _enrolled(data_dir: Path, controller: Controller, *, secret: str = "first") -> list[Display]:
    return asyncio.run(
        enrolled(
            WALLS,
            controller.request,
            origin="http://127.0.0.1:8050",
            data_dir=data_dir,
            secret=secret,
            language="vi",
        )
    )


def test_each_output_gets_an_address_with_its_token(tmp_path: Path) -> None:
    displays = _enrolled(tmp_path, Controller())
    assert displays == [
        Display("le-lai", "Lê Lai", "a1", "http://127.0.0.1:8050/wall/le-lai/a1#token=token-1"),
        Display("le-lai", "Lê Lai", "a2", "http://127.0.0.1:8050/wall/le-lai/a2#token=token-2"),
    ]


def test_addresses_survive_a_restart_and_are_for_their_owner_only(tmp_path: Path) -> None:
    controller = Controller()
    assert _enrolled(tmp_path, controller) == _enrolled(tmp_path, controller)
    assert len(controller.asked) == 2
    assert stat.S_IMODE((tmp_path / DEVICES_FILE).stat().st_mode) == 0o600


def test_another_secret_means_enrolling_again(tmp_path: Path) -> None:
    controller = Controller()
    _enrolled(tmp_path, controller)
    _enrolled(tmp_path, controller, secret="second")
    assert len(controller.asked) == 4


def test_a_damaged_file_means_enrolling_again(tmp_path: Path) -> None:
    (tmp_path / DEVICES_FILE).write_text('{"signedWith": 3')
    controller = Controller()
    _enrolled(tmp_path, controller)
    assert len(controller.asked) == 2
