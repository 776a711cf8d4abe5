"""How panels show what they are given: trim, night, and the wandering that keeps from burning in.

Only panels: a view shows the wall as it would be with perfect panels by day. The display computes
all of it on the shared clock; here is what it is told. Not for what is on air.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from wall.answers import Asked, answer
from wall.errors import Refused
from wall.events import event
from wall.geometry import LARGEST_TRIM_PX, Trim
from wall.operation import ADMINISTRATORS, COMMANDERS, Operation, WallArgs, on_wall
from wall.protocol import Name
from wall.record import wall_record
from wall.scene import WireModel
from wall.state import NightMode, State, WallState

Pixels = Annotated[int, Field(ge=-LARGEST_TRIM_PX, le=LARGEST_TRIM_PX)]


class TrimFields(WireModel):
    """How far a picture is moved, in canvas pixels."""

    x: Pixels
    y: Pixels


class TrimArgs(WallArgs):
    """Of `wall.trim`; without `trim_px` the wall's file decides again."""

    output_id: Name
    trim_px: TrimFields | None = None


class NightArgs(WallArgs):
    """Of `wall.night`."""

    mode: NightMode


class OrbitArgs(WallArgs):
    """Of `wall.orbit`."""

    on: bool


def glass(ws: WallState, output_id: str) -> dict[str, Any]:
    """Return what an output is told, the `d` of `glass`."""
    return {
        "trimPx": trim_of(ws, output_id).to_json(),
        "orbitPx": orbit_px_of(ws),
        "night": night_of(ws),
    }


def trim_of(ws: WallState, output_id: str) -> Trim:
    """Return an output's trim: the one that was put, else that of the file."""
    return ws.trims.get(output_id) or ws.wall.trims.get(output_id) or Trim()


def night_of(ws: WallState) -> dict[str, Any] | None:
    """Return the wall's night with its mode; None when its file has none."""
    return None if ws.wall.night is None else {**ws.wall.night.to_json(), "mode": ws.night_mode}


def orbit_px_of(ws: WallState) -> int:
    """Return how far the picture wanders now."""
    return 0 if ws.is_orbit_off else ws.wall.orbit_px


def _trim(state: State, asked: Asked, ws: WallState, args: TrimArgs) -> None:
    """Move an output's picture; nothing is rendered anew."""
    if args.output_id not in ws.outputs:
        raise Refused("unknownOutput", f"wall {ws.wall.wall_id!r} has no output {args.output_id!r}")
    others = {name: each for name, each in ws.trims.items() if name != args.output_id}
    put = {} if args.trim_px is None else {args.output_id: Trim(args.trim_px.x, args.trim_px.y)}
    ws.trims = {**others, **put}
    told = {"outputId": args.output_id, "trimPx": trim_of(ws, args.output_id).to_json()}
    _changed(state, asked, ws, told, only=args.output_id)


def _night(state: State, asked: Asked, ws: WallState, args: NightArgs) -> None:
    """Let it be night or day on a wall whatever the hour, or by the clock again."""
    if ws.wall.night is None:
        raise Refused("conflict", f"the file of wall {ws.wall.wall_id!r} has no [night]")
    ws.night_mode = args.mode
    _changed(state, asked, ws, {"night": night_of(ws)})


def _orbit(state: State, asked: Asked, ws: WallState, args: OrbitArgs) -> None:
    """Let a wall's picture wander by as much as its file says, or stand still."""
    if args.on and ws.wall.orbit_px == 0:
        raise Refused("conflict", f"the file of wall {ws.wall.wall_id!r} has no orbit_px")
    ws.is_orbit_off = not args.on
    _changed(state, asked, ws, {"orbitPx": orbit_px_of(ws)})


def _changed(
    state: State, asked: Asked, ws: WallState, told: dict[str, Any], *, only: str | None = None
) -> None:
    reached = []
    for output_id, output in ws.outputs.items():
        if output.client_id is not None and only in (None, output_id):
            state.send([output.client_id], "glass", glass(ws, output_id))
            reached.append(output_id)
    then = event(state, f"wall.{ws.wall.wall_id}", "glass", told)
    answer(state, asked, {**told, "outputs": reached}, changes=(wall_record(ws),), then=then)


OPERATIONS = {
    "wall.trim": Operation(TrimArgs, ADMINISTRATORS, on_wall(_trim)),
    "wall.night": Operation(NightArgs, COMMANDERS, on_wall(_night)),
    "wall.orbit": Operation(OrbitArgs, COMMANDERS, on_wall(_orbit)),
}
