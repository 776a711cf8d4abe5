"""What the hub wants done: the only way it touches the world. `wall.server` carries them out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wall.answers import Asked
    from wall.proof.questions import Question
    from wall.renders import Content


@dataclass(frozen=True, slots=True)
class Send:
    """Write the same frame to all of these clients, at once."""

    to: tuple[int, ...]
    frame: bytes


@dataclass(frozen=True, slots=True)
class Close:
    """End a client's link; the hub has already forgotten the client."""

    client_id: int
    code: int
    reason: str


@dataclass(frozen=True, slots=True)
class Enlarge:
    """Take service-sized frames from this client from now on."""

    client_id: int


@dataclass(frozen=True, slots=True)
class Say:
    """Write a frame to another site's controller, over the link that we opened."""

    site_id: str
    frame: str


@dataclass(frozen=True, slots=True)
class Persist:
    """Make changes durable, in the order of the effects; then do `then`, or on failure `otherwise`.

    What failed is kept and written with the next changes, so that later success includes it.
    """

    changes: tuple[Change, ...]
    then: tuple[Effect, ...] = ()
    otherwise: tuple[Effect, ...] = ()


@dataclass(frozen=True, slots=True)
class WallRecord:
    """Desired state of a wall: layers, preview; and the scenes these name, whole."""

    wall_id: str
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class SceneRecord:
    """A scene put by a person; `body` None deletes it."""

    wall_id: str
    scene_id: str
    body: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class EntryRecord:
    """A playlist, schedule or rule that was put, or a rule's state; `body` None deletes it."""

    sort: str
    wall_id: str  # empty where it belongs to no wall
    entry_id: str
    body: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class DeviceRecord:
    """Up to which generation device tokens were issued, and whether the last one still opens."""

    wall_id: str
    name: str
    generation: int
    is_revoked: bool


@dataclass(frozen=True, slots=True)
class SwitchRecord:
    """The last switch of a wall, as answered, and what the history keeps of it."""

    wall_id: str
    body: dict[str, Any]
    entry: dict[str, Any]


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """One command: who asked what, and how it ended (`ok` or an error code)."""

    at_ms: float
    wall_id: str | None
    op: str
    user_id: str
    role: str
    args: dict[str, Any]
    outcome: str


@dataclass(frozen=True, slots=True)
class ProofRecord:
    """What will be an entry of a wall's proof of display, and the contents it names."""

    wall_id: str
    at_ms: float
    kind: str
    body: dict[str, Any]
    contents: tuple[Content, ...] = ()
    images: tuple[bytes, ...] = ()  # that the body names by their hash


@dataclass(frozen=True, slots=True)
class Prove:
    """Add an entry to a wall's proof, in the order of the effects; nothing waits for it."""

    record: ProofRecord


@dataclass(frozen=True, slots=True)
class Look:
    """Read the proof, after all that was proven before; the hub's `found` gets the answer."""

    asked: Asked
    question: Question


Change = WallRecord | SceneRecord | EntryRecord | DeviceRecord | SwitchRecord | AuditRecord
Effect = Send | Say | Close | Enlarge | Persist | Prove | Look
