"""Displays: an address with a token for each output of each wall."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from processes.displays import Display, displays_of


def test_each_output_gets_an_address_with_its_token() -> None:
    async def request(op: str, args: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"deviceToken": f"{op}:{args['wallId']}:{args['outputId']}"}

    wall = {"wallId": "le-lai", "name": {"vi": "Lê Lai", "en": "Le Lai"}}
    walls = [wall | {"outputs": [{"outputId": "a1"}, {"outputId": "a2"}]}]
    displays = asyncio.run(
        displays_of(walls, request, origin="http://127.0.0.1:8050", language="vi")
    )
    page = "http://127.0.0.1:8050/wall/le-lai"
    assert displays == [
        Display("le-lai", "Lê Lai", "a1", f"{page}/a1#token=device.token:le-lai:a1"),
        Display("le-lai", "Lê Lai", "a2", f"{page}/a2#token=device.token:le-lai:a2"),
    ]
