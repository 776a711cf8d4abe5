"""A small picture of what an output really showed, beside what it was told to: evidence, optional.

Who watches a display's browser from outside takes it and the page passes it on, once a switch. It
is kept as contents are, by its hash, and counts against the same limits. It is what the browser
drew; what the panel made of it nobody here knows.
"""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, Any

from pydantic import Field

from wall import contents
from wall.errors import BadFields
from wall.proof import witness
from wall.proof.entries import digest
from wall.protocol import Duration, Instant, Name
from wall.scene import WireModel
from wall.state import Client, State

WIDTH_PX = 480
LARGEST_BYTES = 32 * 1024
JPEG = b"\xff\xd8\xff"
ORDER = {"widthPx": WIDTH_PX, "largestBytes": LARGEST_BYTES}  # as `identified` asks for it


class ThumbnailFields(WireModel):
    """`thumbnail`: a JPEG in base64, taken within `uncertaintyMs` of `takenAtMs`."""

    switch_id: Name
    taken_at_ms: Instant
    uncertainty_ms: Duration
    image: Annotated[str, Field(max_length=LARGEST_BYTES // 3 * 4 + 4)]


def taken(state: State, client: Client, fields: ThumbnailFields) -> None:
    """Keep an output's picture of the switch it shows, the first one; raises BadFields."""
    ws = state.wall_of(client)
    if not state.keeps_thumbnails or ws is None or client.output_id is None:
        raise BadFields("thumbnail: not asked for")
    if fields.switch_id != client.shown_id or client.pictured_id == fields.switch_id:
        return  # of what is on glass no more, or a repeat
    try:
        image = base64.b64decode(fields.image, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadFields("image: no base64") from error
    if not image.startswith(JPEG) or len(image) > LARGEST_BYTES:
        raise BadFields(f"image: expected a JPEG of up to {LARGEST_BYTES} bytes")
    client.pictured_id = fields.switch_id
    program = ws.program()
    arrangement = program[1].arrangement if program is not None else None
    level = contents.classification_of(state, arrangement) if arrangement is not None else None
    body: dict[str, Any] = {
        "outputId": client.output_id,
        "switchId": fields.switch_id,
        "takenAtMs": fields.taken_at_ms,
        "uncertaintyMs": fields.uncertainty_ms,
        "sha256": digest(image),
        "classification": (level or ws.wall.ceiling).to_json(),
    }
    witness.pictured(state, ws, body, image)
