"""The walls' outputs as addresses, one for each browser in front of a panel.

The controller keeps which tokens are good: a display opened once goes on working over restarts of
the room, and asking again retires nothing. So nothing is kept here.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Request = Callable[[str, Mapping[str, Any]], Awaitable[Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class Display:
    """One output and the address its browser opens."""

    wall_id: str
    wall_name: str
    output_id: str
    url: str


async def displays_of(
    walls: Iterable[Mapping[str, Any]], request: Request, *, origin: str, language: str
) -> list[Display]:
    """Return every output of `walls` (as `walls.list` has them), enrolling the new ones."""
    displays = []
    for wall in walls:
        wall_id = str(wall["wallId"])
        name = str(wall["name"].get(language, wall_id))
        for output in wall["outputs"]:
            output_id = str(output["outputId"])
            answer = await request("device.token", {"wallId": wall_id, "outputId": output_id})
            url = f"{origin}/wall/{wall_id}/{output_id}#token={answer['deviceToken']}"
            displays.append(Display(wall_id, name, output_id, url))
    return displays
