"""The wire: close codes, decoding and encoding frames, and the shape of every inbound message.

Sans-I/O: bytes in, checked fields out; fields in, bytes out. What the messages do is `wall.hub`.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Annotated, Any, Literal, TypeVar

import orjson
from pydantic import Field, ValidationError

from wall.classification import ClassificationFields
from wall.configuration import expectation, key_of
from wall.errors import BadFields, BadFrame
from wall.scene import WireModel

PROTOCOL = "ioc-wall.v1"
PATH = "/ws"
LARGEST_FRAME = 256 * 1024
LARGEST_SERVICE_FRAME = 4 * 1024 * 1024
HEARTBEAT_MS = 2_000
IDENTIFY_WITHIN_MS = 5_000

Name = Annotated[str, Field(min_length=1, max_length=200)]
Instant = Annotated[float, Field(ge=-1e15, le=1e15, allow_inf_nan=False)]
Duration = Annotated[float, Field(ge=0, le=1e12, allow_inf_nan=False)]
Version = Annotated[int, Field(ge=0, le=2**63 - 1)]


class CloseCode(IntEnum):
    """Why the controller closed a link."""

    BAD_TOKEN = 4001
    BAD_FRAME = 4002
    NO_COMMON_PROTOCOL = 4003
    NOT_IDENTIFIED = 4004
    REPLACED = 4005
    KICKED = 4011


class ViewportFields(WireModel):
    """What a page measures of itself."""

    width_px: Annotated[float, Field(ge=0, le=1e6)]
    height_px: Annotated[float, Field(ge=0, le=1e6)]
    device_pixel_ratio: Annotated[float, Field(gt=0, le=100)] = 1.0


class ShowingFields(WireModel):
    """Which scene a client has on glass; both null when none."""

    scene_id: Name | None
    revision: Name | int | None


class ClockFields(WireModel):
    """What a client knows of the shared clock; `roundTripMs` is additive."""

    offset_ms: Instant
    uncertainty_ms: Annotated[float, Field(ge=0, le=5_000, allow_inf_nan=False)]
    round_trip_ms: Annotated[float, Field(ge=0, le=10_000, allow_inf_nan=False)] | None = None


class Clock(WireModel):
    """`clock`."""

    t0_at_ms: Instant


class Staged(WireModel):
    """`staged`."""

    stage_id: Name
    status: Literal["ok", "failed"]
    code: str | None = Field(None, max_length=200)
    comment: str | None = Field(None, max_length=2000)


class Ready(WireModel):
    """`ready`."""

    switch_id: Name
    status: Literal["ok", "failed"]
    code: str | None = Field(None, max_length=200)
    comment: str | None = Field(None, max_length=2000)
    prepared_ms: Duration | None = None


class Shown(WireModel):
    """`shown`."""

    switch_id: Name
    shown_at_ms: Instant
    late_ms: Instant
    uncertainty_ms: Duration | None = None


class Need(WireModel):
    """`need`."""

    render_ids: list[Name] = Field(max_length=1000)


class Masked(WireModel):
    """`masked`."""

    mask_id: Name
    masked_at_ms: Instant


class HeldMasks(WireModel):
    """Of `identify` (additive): the masks a client has kept."""

    masks: list[Name] = Field(default_factory=list, max_length=100)


class Heartbeat(WireModel):
    """`heartbeat`."""

    showing: ShowingFields | None = None
    fps: Annotated[float, Field(ge=0, le=1000)] | None = None
    heap_mb: Annotated[float, Field(ge=0, le=1e6)] | None = None
    errors: Any = None
    clock: ClockFields | None = None


class ActorFields(WireModel):
    """On whose behalf a service asks."""

    user_id: Name
    role: Name
    site_id: Name | None = None


class Request(WireModel):
    """`request`."""

    request_id: Name
    op: Name
    args: dict[str, Any] = Field(default_factory=dict)
    actor: ActorFields | None = None


class Subscribe(WireModel):
    """`subscribe`."""

    topics: list[Name] = Field(max_length=200)


class Publish(WireModel):
    """`publish`; `classification` (additive) says of some names who may hear of them."""

    topic: Literal["versions", "alerts", "incidents"]
    data: dict[str, Any]
    name: Name | None = None
    classification: dict[str, ClassificationFields] = Field(default_factory=dict)


class KindFields(WireModel):
    """One tile kind a render service can make."""

    kind: Annotated[str, Field(min_length=1, max_length=64)]
    name: dict[str, str]
    options_schema: dict[str, Any]


class Kinds(WireModel):
    """`kinds`."""

    kinds: list[KindFields] = Field(max_length=500)


class ContentFields(WireModel):
    """`content` from a service; `classification`, `simulated`, `origin` and `why` are additive."""

    render_id: Name
    version: Version
    content_hash: Name
    as_of_at_ms: Instant
    source_at_ms: Instant | None = None
    stale_after_ms: Duration
    content: Any
    classification: ClassificationFields | None = None
    simulated: bool | None = None
    origin: Annotated[str, Field(max_length=64)] | None = None
    why: list[Name] = Field(default_factory=list, max_length=20)


Message = TypeVar("Message", bound=WireModel)


def decode(frame: str | bytes) -> tuple[str, dict[str, Any]]:
    """Split a frame into its type and its fields; raises BadFrame.

    `frame` is what came in a text frame. A missing `d`, or one that is no object, counts as empty.
    No JSON here: bytes that are no UTF-8, nesting deeper than 1,024, numbers out of range, unpaired
    surrogates.
    """
    try:
        body = orjson.loads(frame)
    except orjson.JSONDecodeError as error:
        raise BadFrame(f"no JSON: {error}") from error
    if not isinstance(body, dict):
        raise BadFrame("no JSON object")
    kind = body.get("type")
    if not isinstance(kind, str):
        raise BadFrame("no string `type`")
    fields = body.get("d")
    return kind, fields if isinstance(fields, dict) else {}


def check(model: type[Message], fields: object) -> Message:
    """Check fields against a message's shape; raises BadFields naming the first wrong one."""
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        first = error.errors()[0]
        location = key_of(first["loc"])
        said = expectation(first)
        raise BadFields(f"{location}: {said}" if location else said) from error


def encode_to_keep(found: object) -> bytes:
    """Encode what is kept, in bytes no larger than what they hold; raises TypeError.

    orjson (3.13) gives bytes that still lie in all it had reserved: 4 KB at the least, and more the
    longer the strings, eight times what they hold.
    """
    return bytes(memoryview(orjson.dumps(found)))


def encode(kind: str, epoch: int, fields: dict[str, Any]) -> bytes:
    """Encode a frame of the controller."""
    return orjson.dumps({"type": kind, "epoch": epoch, "d": fields})


def encode_inbound(kind: str, fields: dict[str, Any]) -> str:
    """Encode a frame of a client."""
    return orjson.dumps({"type": kind, "d": fields}).decode()
