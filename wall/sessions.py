"""Who a client is: `identify`, its token, its place; and what happens when it leaves."""

from __future__ import annotations

from typing import Any

from wall import (
    contents,
    devices,
    exercises,
    glass,
    joining,
    known,
    masks,
    overlays,
    releases,
    stage,
    switch,
)
from wall.classification import lowest
from wall.effects import Close, Enlarge
from wall.errors import BadFields, TokenError
from wall.events import event
from wall.peers import mirroring
from wall.proof import thumbnail, witness
from wall.protocol import (
    HEARTBEAT_MS,
    PROTOCOL,
    CloseCode,
    HeldMasks,
    ShowingFields,
    ViewportFields,
    check,
)
from wall.standing import Showing
from wall.state import Client, Kind, State
from wall.tokens import (
    VIEWS,
    is_service_token,
    read_console_token,
    read_peer_token,
    read_view_token,
)

LONGEST_RELEASE = 64
SERVICES = ("web", "feed", "render", "tools")


def identify(state: State, client: Client, fields: dict[str, Any]) -> None:
    """Let a client in, or close its link: protocol first, then kind and token."""
    if fields.get("protocol") != PROTOCOL:
        close(state, client, CloseCode.NO_COMMON_PROTOCOL, f"this controller speaks {PROTOCOL}")
        return
    token = fields.get("token")
    try:
        if not isinstance(token, str):
            raise TokenError("no token")
        _admit(state, client, fields, token)
    except TokenError as error:
        close(state, client, CloseCode.BAD_TOKEN, str(error))
        return
    _welcome(state, client, fields)


def close(state: State, client: Client, code: CloseCode, reason: str) -> None:
    """End a client's link and forget it."""
    state.effects.append(Close(client.client_id, code, reason))
    leave(state, client)


def leave(state: State, client: Client) -> None:
    """Forget a client: nobody waits for it, its output is offline unless another took it over."""
    if state.clients.pop(client.client_id, None) is None:
        return
    state.kinds.pop(client.client_id, None)
    state.greeted.pop(client.client_id, None)
    state.mirroring.peers.discard(client.client_id)
    ws = state.wall_of(client)
    if ws is not None and client.client_id in ws.clients:
        ws.clients.discard(client.client_id)
        ws.joining.discard(client.client_id)
        output = ws.outputs.get(client.output_id) if client.output_id is not None else None
        if output is not None and output.client_id == client.client_id:
            output.client_id = None
            output.showing = client.showing
            output.last_seen_at_ms = state.now_ms
            _tell(state, client, is_online=False)
            witness.linked(state, ws, output.output.output_id, online=False)
        masks.left(state, ws, client.client_id)
        stage.left(state, ws, client.client_id)
        switch.left(state, ws, client.client_id)
    if client.service == "render":
        contents.refresh_wanted(state)
    if client.service == "feed" and all(c.service != "feed" for c in state.clients.values()):
        exercises.halted(state)
        known.halted(state)


def _admit(state: State, client: Client, fields: dict[str, Any], token: str) -> None:
    """Set what the token opens for this kind; raises TokenError."""
    kind = fields.get("kind")
    if kind == "service":
        if not is_service_token(state.secret, token):
            raise TokenError("the token is not the services' token")
        service = fields.get("service", "tools")
        if service not in SERVICES:
            raise TokenError(f"service: expected one of {', '.join(SERVICES)}")
        client.service = service
    elif kind == "console":
        client.person = read_console_token(state.secret, token, now_s=state.now_ms / 1000)
    elif kind == "output":
        device = devices.open_device(state, token)
        if device.output_id is None:
            raise TokenError("the token is for a view")
        client.device = device
        client.wall_id, client.output_id = device.wall_id, device.output_id
    elif kind == "view":
        _admit_view(state, client, token)
    elif kind == "peer":
        if read_peer_token(state.secret, token) in (state.site_id, ""):
            raise TokenError("the token is of this very site")
    else:
        raise TokenError("kind: expected output, view, console, service or peer")
    client.kind = _kind(kind)
    client.release = _release(fields)
    client.frames_realms = fields.get("framesRealms") is True
    if client.service == "web" and client.release is not None:
        state.release = client.release
        releases.noticed(state, state.clients.values())
    state.greeted.pop(client.client_id, None)


def _admit_view(state: State, client: Client, token: str) -> None:
    try:
        viewer = read_view_token(state.secret, token, now_s=state.now_ms / 1000)
        client.wall_id, client.view = viewer.wall_id, viewer.view
        client.ceiling = viewer.ceiling
    except TokenError:
        device = devices.open_device(state, token)
        if device.view is None:
            raise TokenError("the token is for an output") from None
        client.device = device
        client.wall_id, client.view = device.wall_id, device.view
    if client.wall_id not in state.walls or client.view not in VIEWS:
        raise TokenError("the token is for a wall or view that is not here")


def _welcome(state: State, client: Client, fields: dict[str, Any]) -> None:
    ws = state.wall_of(client)
    told: dict[str, Any] = {
        "sessionId": client.session_id,
        "heartbeatMs": HEARTBEAT_MS,
        "siteId": state.site_id,
        "language": state.language,
    }
    if state.alternate_urls:
        told["alternateUrls"] = list(state.alternate_urls)
    if ws is None:
        state.send([client.client_id], "identified", told)
        if client.service is not None or client.kind == "peer":
            state.effects.append(Enlarge(client.client_id))
        if client.kind == "peer":
            mirroring.join(state, client)
        if client.service == "render":
            contents.refresh_wanted(state)
        return
    canvas = ws.wall.canvas
    output = ws.outputs.get(client.output_id) if client.output_id is not None else None
    client.rect = output.output.rect if output is not None else canvas
    told |= {
        "siteId": ws.wall.site_id,
        "wallId": ws.wall.wall_id,
        "rectPx": client.rect.to_json(),
        "canvasPx": {"width": canvas.width, "height": canvas.height},
        "unitPx": ws.wall.unit_px,
        "language": ws.language,
        "ceiling": ws.wall.ceiling.to_json(),
    }
    told |= {"outputId": client.output_id} if output is not None else {"view": client.view}
    if output is not None:
        own = output.output.ceiling
        if own is not None:
            told["ceiling"] = (lowest((ws.wall.ceiling, own)) or own).to_json()
        told["glass"] = glass.glass(ws, output.output.output_id)
        if state.keeps_thumbnails:
            told["thumbnail"] = thumbnail.ORDER
        if output.output.device_pixel_ratio != 1:
            told["devicePixelRatio"] = output.output.device_pixel_ratio
    state.send([client.client_id], "identified", told)
    if output is not None:
        before = state.clients.get(output.client_id) if output.client_id is not None else None
        output.client_id = client.client_id
        output.last_seen_at_ms = state.now_ms
        output.health = _viewport(fields)
        output.clock = None
        if before is None:
            _tell(state, client, is_online=True)
            output_id = output.output.output_id
            witness.linked(state, ws, output_id, online=True, showing=_showing(fields))
        else:
            close(state, before, CloseCode.REPLACED, "a newer connection of this output")
    masks.join(state, ws, client, held=_masks(fields))
    joining.join(state, ws, client, showing=_showing(fields))
    overlays.join(state, ws, client)
    releases.noticed(state, [client])


def _tell(state: State, client: Client, *, is_online: bool) -> None:
    data = {"outputId": client.output_id, "online": is_online}
    state.effects.extend(event(state, f"wall.{client.wall_id}", "output", data))


def _showing(fields: dict[str, Any]) -> Showing | None:
    """Read `showing`; nonsense there costs a client no more than being brought anew."""
    try:
        found = check(ShowingFields, fields.get("showing"))
    except BadFields:
        return None
    return found.scene_id, None if found.revision is None else str(found.revision)


def _masks(fields: dict[str, Any]) -> list[str]:
    """Read which masks a client still holds from an earlier link."""
    try:
        return check(HeldMasks, fields).masks
    except BadFields:
        return []


def _release(fields: dict[str, Any]) -> str | None:
    found = fields.get("release")
    return found if isinstance(found, str) and 0 < len(found) <= LONGEST_RELEASE else None


def _viewport(fields: dict[str, Any]) -> dict[str, Any]:
    try:
        found = check(ViewportFields, fields.get("viewport"))
    except BadFields:
        return {}
    return {"viewport": found.model_dump(by_alias=True)}


def _kind(kind: Any) -> Kind:
    checked: Kind = kind
    return checked
