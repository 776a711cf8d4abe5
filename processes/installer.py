"""`python app.py wall identify | pattern | clear | trim | night | orbit | reload | outputs`.

An installer's tools, from the terminal of a machine that holds the installation's secret: each is
one request to the running controller, kept in its audit as `shell:<user>`.
"""

from __future__ import annotations

import argparse
import getpass
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from processes.errors import RunError
from settings import Settings

if TYPE_CHECKING:
    from wall.client import ServiceError

PARTS = ("grid", "lines", "colours", "text", "flash", "counter")
WALL = "id of the wall, as `wall outputs` lists it"
OVERLAYS = {"identify": "identify", "pattern": "testPattern", "clear": "clear"}


class ToolRefused(RunError):
    """The controller refused, or cannot be reached."""


def add_tools(tasks: Any) -> None:
    """Add the tools to the tasks of `wall`."""
    tasks.add_parser("outputs", help="list every output: where it is, who is there")
    for task, words in (
        ("identify", "write on each output which one it is"),
        ("pattern", "draw the test pattern over the whole wall"),
        ("clear", "end identify and pattern"),
        ("reload", "load players anew, unseen, one output or all"),
    ):
        tool = tasks.add_parser(task, help=words)
        tool.add_argument("wall", help=WALL)
        tool.add_argument("output_id", nargs="?", metavar="output", help="else the whole wall")
        if task == "pattern":
            tool.add_argument("--parts", nargs="+", choices=PARTS, help="else the first four")
    trim = tasks.add_parser("trim", help="move an output's picture by canvas pixels")
    trim.add_argument("wall", help=WALL)
    trim.add_argument("output_id", metavar="output", help="id of one of its outputs")
    trim.add_argument("x", type=int, nargs="?", help="to the right; without x and y: as the file")
    trim.add_argument("y", type=int, nargs="?", help="down")
    night = tasks.add_parser("night", help="make it night or day on a wall, or go by the clock")
    night.add_argument("wall", help=WALL)
    night.add_argument("mode", choices=("auto", "on", "off"), help="auto: by the clock")
    orbit = tasks.add_parser("orbit", help="let the picture wander against burning in")
    orbit.add_argument("wall", help=WALL)
    orbit.add_argument("mode", choices=("on", "off"), help="off: the picture stands still")


def perform(settings: Settings, chosen: argparse.Namespace) -> str:
    """Do one task and return what to print; raises ToolRefused with a sentence."""
    from wall.client import BlockingClient, ServiceError

    link = BlockingClient(settings.wall_urls, token=settings.secret(), service="tools")
    actor = {"userId": f"shell:{getpass.getuser()}", "role": "administrator"}
    op, args = request_of(chosen)
    try:
        return said(link.request(op, args, actor))
    except ServiceError as error:
        raise ToolRefused(refusal(error, chosen.task, settings.wall_urls)) from error
    finally:
        link.close()


def refusal(error: ServiceError, task: str, addresses: Sequence[str]) -> str:
    """Return what a person is told who asked in vain, at `addresses` of controllers."""
    if error.code == "unavailable":
        return f"No controller answers at {' or '.join(addresses)}: start the room, then try again."
    return f"{task}: {error.message}"


def request_of(chosen: argparse.Namespace) -> tuple[str, dict[str, Any]]:
    """Return the operation and its arguments; raises ToolRefused for half a trim."""
    if chosen.task == "outputs":
        return "walls.list", {}
    args: dict[str, Any] = {"wallId": chosen.wall}
    if getattr(chosen, "output_id", None):
        args["outputId"] = chosen.output_id
    if chosen.task in OVERLAYS:
        args["kind"] = OVERLAYS[chosen.task]
        parts = getattr(chosen, "parts", None)
        return "wall.overlay", {**args, "parts": parts} if parts else args
    if chosen.task == "trim":
        if (chosen.x is None) != (chosen.y is None):
            raise ToolRefused("trim: expected x and y, or none of both")
        if chosen.x is not None:
            args["trimPx"] = {"x": chosen.x, "y": chosen.y}
        return "wall.trim", args
    if chosen.task == "night":
        return "wall.night", {**args, "mode": chosen.mode}
    if chosen.task == "orbit":
        return "wall.orbit", {**args, "on": chosen.mode == "on"}
    return "wall.reload", {**args, "reason": "installer"}


def said(result: Mapping[str, Any]) -> str:
    """Write an answer for a terminal."""
    if "walls" in result:
        return "\n".join(_line(wall, each) for wall in result["walls"] for each in wall["outputs"])
    sent = "sent to " + (", ".join(result["outputs"]) or "no output: none is connected")
    if "trimPx" in result:
        trim = result["trimPx"]
        return f"{result['outputId']}: x {trim['x']}, y {trim['y']} px; {sent}"
    if "night" in result:
        return f"night: {result['night']['mode']}; {sent}"
    if "orbitPx" in result:
        return f"orbit: {result['orbitPx']} px; {sent}"
    return sent


def _line(wall: Mapping[str, Any], output: Mapping[str, Any]) -> str:
    rect, trim = output["rectPx"], output["trimPx"]
    place = f"{rect['width']} x {rect['height']} @ {rect['x']}, {rect['y']}"
    moved = f"  trim {trim['x']}, {trim['y']}" if trim["x"] or trim["y"] else ""
    presence = "connected" if output["online"] else "not there"
    return f"{wall['wallId']:<16} {output['outputId']:<12} {place:<28} {presence}{moved}"
