"""Device tokens: enrolling an output or view, revoking it, telling its token again."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from wall.answers import Asked, answer, answer_reading
from wall.classification import PUBLIC, lowest
from wall.effects import Close, DeviceRecord
from wall.errors import Refused, TokenError
from wall.operation import ADMINISTRATORS, READERS, Operation, WallArgs, on_wall
from wall.protocol import CloseCode, Name
from wall.state import State, WallState
from wall.tokens import VIEWS, Device, device_token, read_device_token


class DeviceArgs(WallArgs):
    """Of the device operations: an output, or a view, of a wall."""

    output_id: Name | None = None
    view: Name | None = None


class CheckArgs(WallArgs):
    """Of asking whether a display's token is good."""

    token: Annotated[str, Field(max_length=2000)]


def open_device(state: State, shown: str) -> Device:
    """Return what a device token opens today; raises TokenError."""
    device = read_device_token(state.secret, shown)
    ws = state.walls.get(device.wall_id)
    if ws is None or (device.output_id is not None and device.output_id not in ws.outputs):
        raise TokenError("the token is for a wall or output that is not here")
    if not is_current(state, device):
        raise TokenError("the token was revoked")
    return device


def is_current(state: State, device: Device) -> bool:
    """Tell whether this is the newest token of its device, and not revoked."""
    return state.devices.get(device.name) == (device.generation, False)


def _enroll(state: State, asked: Asked, ws: WallState, args: DeviceArgs) -> None:
    """Give a new token; the one before opens nothing more, its open links end."""
    name = _name(ws, args)
    # At least the epoch: where the state was lost, no token of before opens anything again.
    generation = max(state.devices.get(name, (0, False))[0] + 1, state.epoch)
    state.devices[name] = (generation, False)
    device = Device(ws.wall.wall_id, args.output_id, args.view, generation)
    answer(
        state,
        asked,
        {"deviceToken": device_token(state.secret, device)},
        changes=(DeviceRecord(*name, generation, is_revoked=False),),
        then=_outdated(state, name),
    )


def _revoke(state: State, asked: Asked, ws: WallState, args: DeviceArgs) -> None:
    """Let the token open nothing more; its open links end."""
    name = _name(ws, args)
    generation = state.devices.get(name, (0, False))[0]
    state.devices[name] = (generation, True)
    answer(
        state,
        asked,
        {"deviceToken": None},
        changes=(DeviceRecord(*name, generation, is_revoked=True),),
        then=_outdated(state, name),
    )


def _token(state: State, asked: Asked, ws: WallState, args: DeviceArgs) -> None:
    """Tell the token that is valid now, without a new one; enroll when there is none."""
    name = _name(ws, args)
    generation, is_revoked = state.devices.get(name, (0, False))
    if generation == 0 or is_revoked:
        _enroll(state, asked, ws, args)
        return
    device = Device(ws.wall.wall_id, args.output_id, args.view, generation)
    answer(state, asked, {"deviceToken": device_token(state.secret, device)})


def _check(state: State, asked: Asked, ws: WallState, args: CheckArgs) -> None:
    """Tell up to what the display may show now that a token opens, null when it opens none."""
    try:
        device = open_device(state, args.token)
    except TokenError:
        device = None
    if device is None or device.wall_id != ws.wall.wall_id:
        answer_reading(state, asked, {"ceiling": None})
        return
    output = ws.outputs.get(device.output_id or "")
    own = None if output is None else output.output.ceiling
    over = [ws.wall.ceiling, *(mask.ceiling for mask in ws.masks.values())]
    ceiling = lowest([*over, own] if own is not None else over)
    answer_reading(state, asked, {"ceiling": (ceiling or PUBLIC).to_json()})


def _name(ws: WallState, args: DeviceArgs) -> tuple[str, str]:
    if (args.output_id is None) == (args.view is None):
        raise Refused("invalidArgs", "expected either outputId or view")
    if args.view is not None and args.view not in VIEWS:
        raise Refused("invalidArgs", f"view: expected one of {', '.join(VIEWS)}")
    if args.output_id is not None and args.output_id not in ws.outputs:
        raise Refused("unknownOutput", f"wall {ws.wall.wall_id!r} has no output {args.output_id!r}")
    return Device(ws.wall.wall_id, args.output_id, args.view, 0).name


def _outdated(state: State, name: tuple[str, str]) -> list[Close]:
    return [
        Close(client.client_id, CloseCode.BAD_TOKEN, "the token was revoked")
        for client in state.clients.values()
        if client.device is not None
        and client.device.name == name
        and not is_current(state, client.device)
    ]


OPERATIONS = {
    "device.enroll": Operation(DeviceArgs, ADMINISTRATORS, on_wall(_enroll)),
    "device.revoke": Operation(DeviceArgs, ADMINISTRATORS, on_wall(_revoke)),
    "device.token": Operation(DeviceArgs, ADMINISTRATORS, on_wall(_token)),
    "device.check": Operation(CheckArgs, READERS, on_wall(_check), service="web"),
}
