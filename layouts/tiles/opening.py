"""How a tile of one part of one envelope begins: its head, by what it shows.

Not for kinds that show several parts, or whose head says something else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from data_access.envelope import Envelope, Text
from layouts.tiles.anatomy import Tile, title_of
from layouts.tiles.figures import title_unit
from layouts.tiles.kind import Frame


def opened(
    frame: Frame,
    kind: str,
    envelope: Envelope | None,
    *,
    title: Text | None,
    part: Mapping[str, Any] | None = None,
    unit: object = "",
    spans: bool = False,
) -> Tile:
    """Return a tile under `title`, else under the label of its part, else of the envelope."""
    label = part["label"] if part is not None else envelope.label if envelope is not None else None
    return Tile(
        frame,
        kind,
        title=title_of(title, label, frame.language),
        unit=title_unit(str(unit or ""), frame.language),
        envelope=envelope,
        spans=spans,
    )
