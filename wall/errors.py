"""Errors of the wall controller and of its clients.

* :exc:`WallError`
    * :exc:`ConfigurationError` (a wall or scene file is wrong)
    * :exc:`ImportRefused` (another product's file cannot be made a wall; says why)
    * :exc:`InvalidScene` (a scene breaks a rule; says which tile and which rule)
    * :exc:`StoreError` (the controller's own store cannot be read or written)
        * :exc:`LeaseHeld` (another controller leads the site)
        * :exc:`Deposed` (another controller has taken over; nothing of ours is written any more)
        * :exc:`Forked` (a chain of the proof of display does not follow the one that is shared)
        * :exc:`ForgetfulRedis` (the shared Redis may lose what it acknowledged)
    * :exc:`ProofError` (the file of the proof of display cannot be read or written)
    * :exc:`ServerError` (the controller cannot start)
    * :exc:`TokenError` (a token is forged, expired, revoked or of another kind)
    * :exc:`BadFrame` (bytes that are no frame of the protocol; the link is closed)
    * :exc:`BadFields` (a known message with wrong fields; the link stays)
    * :exc:`Refused` (an operation is refused; goes back to the service that asked)
    * :exc:`ServiceError` (in clients: what the controller refused, or that it cannot be reached)
"""

from __future__ import annotations

from pathlib import Path
from typing import Any


class WallError(Exception):
    """Base of all errors here."""


class ConfigurationError(WallError):
    """A configuration file is wrong: names the file, the key and what was expected."""

    def __init__(self, file: Path, key: str, expected: str) -> None:
        super().__init__(f"{file}: {key}: {expected}" if key else f"{file}: {expected}")
        self.file = file
        self.key = key
        self.expected = expected


class ImportRefused(WallError):
    """A file of another product cannot be made a wall; the message says what it is and why not."""


class InvalidScene(WallError):
    """A scene breaks a rule. `rule` is a stable code, `tile_id` None when it is the scene's own."""

    def __init__(self, rule: str, message: str, *, tile_id: str | None = None) -> None:
        super().__init__(message)
        self.rule = rule
        self.tile_id = tile_id


class StoreError(WallError):
    """The controller's store is damaged, in use by another process, or cannot be written."""


class LeaseHeld(StoreError):
    """Another controller holds the site's lease; ask again later."""


class Deposed(StoreError):
    """The site's epoch is another controller's: what this one still wants is not written."""


class Forked(StoreError):
    """Entries of the proof of display do not follow the head of the chain that is shared."""


class ForgetfulRedis(StoreError):
    """The shared Redis is not set so that what it acknowledged survives; says what to set."""


class ProofError(WallError):
    """The proof of display is not there, damaged, or cannot be written; the wall goes on."""


class ServerError(WallError):
    """The controller cannot start; the message is for the person who started it."""


class TokenError(WallError):
    """A token does not open what it was shown for; the message says why."""


class BadFrame(WallError):
    """A frame is binary, not JSON, not an object, or has no string `type` (close code 4002)."""


class BadFields(WallError):
    """A known message has wrong fields; answered by `error` with `invalidArgs`."""


class Refused(WallError):
    """An operation is refused with a code of the protocol; `more` goes into the error as it is."""

    def __init__(self, code: str, message: str, **more: Any) -> None:
        super().__init__(message)
        self.code = code
        self.more = more

    def to_json(self) -> dict[str, Any]:
        """Return the wire form of `error` in a response."""
        return {"code": self.code, "message": str(self), **self.more}


class ServiceError(WallError):
    """What a service's request ended with: the controller's code, message and whole error body.

    `unavailable` also stands for a controller that cannot be reached or did not answer in time.
    """

    def __init__(self, code: str, message: str, body: dict[str, Any] | None = None) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.body = body if body is not None else {"code": code, "message": message}
