"""Signed tokens of displays and consoles: one key a kind, all derived from the service token.

A device token carries a generation instead of a date: enrolling again raises it, so the one before
opens nothing more. Which generation is valid the controller's store knows, not this module.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from itsdangerous import BadData, URLSafeSerializer

from wall.classification import Classification, ClassificationFields
from wall.errors import TokenError

CONSOLE_LIFE_S = 60
VIEW_LIFE_S = 24 * 3600
CLOCK_TOLERANCE_S = 5  # web and controller may read different clocks
VIEWS = ("program", "preview")

_DEVICE, _VIEW, _CONSOLE = "ioc-wall.device", "ioc-wall.view", "ioc-wall.console"
_PEER = "ioc-wall.peer"


@dataclass(frozen=True, slots=True)
class Device:
    """What a device token opens: one output of a wall, or one view of it."""

    wall_id: str
    output_id: str | None
    view: str | None
    generation: int

    @property
    def name(self) -> tuple[str, str]:
        """Under which its generation is kept: the wall, and the output or `view/<view>`."""
        return self.wall_id, self.output_id or f"view/{self.view}"


@dataclass(frozen=True, slots=True)
class Viewer:
    """What a signed-in person's view token opens, and up to what they may see there."""

    wall_id: str
    view: str
    user_id: str
    ceiling: Classification | None = None  # None: all that the wall shows


@dataclass(frozen=True, slots=True)
class Person:
    """Who sits at a console, and up to what they may be told."""

    user_id: str
    role: str
    site_id: str | None
    ceiling: Classification


def device_token(secret: str, device: Device) -> str:
    """Sign a device token; the same device and generation give the same token."""
    return _sign(
        secret,
        _DEVICE,
        {"w": device.wall_id, "o": device.output_id, "v": device.view, "g": device.generation},
    )


def read_device_token(secret: str, token: str) -> Device:
    """Return what `token` opens; its generation is yet to be compared. Raises TokenError."""
    body = _read(secret, _DEVICE, token)
    try:
        return Device(str(body["w"]), body["o"], body["v"], int(body["g"]))
    except (KeyError, TypeError, ValueError) as error:
        raise TokenError("the token is not one of ours") from error


def view_token(secret: str, viewer: Viewer, *, now_s: float, life_s: float = VIEW_LIFE_S) -> str:
    """Sign a token for a person's view page of a wall; `now_s` is Unix time."""
    ceiling = None if viewer.ceiling is None else viewer.ceiling.to_json()
    body = {"w": viewer.wall_id, "v": viewer.view, "u": viewer.user_id, "x": now_s + life_s}
    return _sign(secret, _VIEW, {**body, "c": ceiling})


def read_view_token(secret: str, token: str, *, now_s: float) -> Viewer:
    """Return what `token` opens at `now_s`; raises TokenError when forged or expired."""
    body = _read(secret, _VIEW, token)
    _refuse_expired(body, now_s)
    try:
        told = body["c"]
        ceiling = None
        if told is not None:
            ceiling = Classification.of(ClassificationFields.model_validate(told))
        return Viewer(str(body["w"]), str(body["v"]), str(body["u"]), ceiling)
    except (KeyError, ValueError) as error:
        raise TokenError("the token is not one of ours") from error


def console_token(
    secret: str, person: Person, *, now_s: float, life_s: float = CONSOLE_LIFE_S
) -> str:
    """Sign a token for a console's link, good for `identify` only; `now_s` is Unix time."""
    body = {
        "u": person.user_id,
        "r": person.role,
        "s": person.site_id,
        "c": person.ceiling.to_json(),
        "x": now_s + life_s,
    }
    return _sign(secret, _CONSOLE, body)


def read_console_token(secret: str, token: str, *, now_s: float) -> Person:
    """Return who shows `token` at `now_s`; raises TokenError when forged or expired."""
    body = _read(secret, _CONSOLE, token)
    _refuse_expired(body, now_s)
    try:
        ceiling = Classification.of(ClassificationFields.model_validate(body["c"]))
        return Person(str(body["u"]), str(body["r"]), body["s"], ceiling)
    except (KeyError, ValueError) as error:
        raise TokenError("the token is not one of ours") from error


def peer_token(secret: str, site_id: str) -> str:
    """Sign the token with which the controller of a site joins those of other sites."""
    return _sign(secret, _PEER, {"s": site_id})


def read_peer_token(secret: str, token: str) -> str:
    """Return which site's controller shows `token`; raises TokenError when forged."""
    return str(_read(secret, _PEER, token).get("s"))


def is_service_token(secret: str, token: str) -> bool:
    """Compare with the service token in constant time."""
    return hmac.compare_digest(secret.encode(), token.encode("utf-8", "replace"))


def _sign(secret: str, kind: str, body: dict[str, Any]) -> str:
    signed = _serializer(secret, kind).dumps(body)
    return signed if isinstance(signed, str) else signed.decode()


def _read(secret: str, kind: str, token: str) -> dict[str, Any]:
    try:
        body = _serializer(secret, kind).loads(token)
    except BadData as error:
        raise TokenError("the token is not one of ours") from error
    if not isinstance(body, dict):
        raise TokenError("the token is not one of ours")
    return body


def _refuse_expired(body: dict[str, Any], now_s: float) -> None:
    expires_s = body.get("x")
    if not isinstance(expires_s, int | float) or now_s > expires_s + CLOCK_TOLERANCE_S:
        raise TokenError("the token has expired")


def _serializer(secret: str, kind: str) -> URLSafeSerializer:
    return URLSafeSerializer(secret, salt=kind, signer_kwargs={"digest_method": sha256})
