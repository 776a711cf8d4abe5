"""Why a tile has nothing to show, in words: not yet written, no source, another shape, a fault."""

from __future__ import annotations

from dash import html

from data_access.envelope import Envelope
from layouts.tiles.anatomy import Tile


def absent(tile: Tile, envelope: Envelope | None) -> html.Section | None:
    """Return the reason tile when there is no data, None when there is some."""
    if envelope is None:
        return tile.reason(tile.say("waiting"))
    if envelope.state == "absent":
        owner = tile.words(envelope.owner_label)
        return tile.reason(tile.words(envelope.reason) or tile.say("noSource"), owner=owner)
    return None


def missing(tile: Tile, envelope: Envelope | None) -> html.Section:
    """Return the reason tile for data that came without the part this tile shows."""
    owner = tile.words(envelope.owner_label) if envelope is not None else ""
    return tile.reason(tile.say("missingPart"), owner=owner, cause="missing")


def nothing(tile: Tile, envelope: Envelope | None) -> html.Section:
    """Return the reason tile when there are no data, or not the part this tile shows."""
    return absent(tile, envelope) or missing(tile, envelope)


def undrawn(tile: Tile) -> html.Section:
    """Return the reason tile for a tile that cannot be drawn as its scene asks for it."""
    return tile.reason(tile.say("undrawn"), cause="missing")
