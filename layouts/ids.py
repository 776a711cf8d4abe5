"""Ids of Dash components, in one namespace for all pages. Append only."""

from __future__ import annotations

# The player (layouts/pages/player.py, assets/player.mjs)
PLAYER = "player"
PLAYER_CANVAS = "player-canvas"
PLAYER_WARM_UP = "player-warm-up"
PLAYER_WARM_GRAPH = "player-warm-graph"
PLAYER_WARM_MAP = "player-warm-map"
PLAYER_COVER = "player-cover"


def player_slot(number: int) -> str:
    """Return the id of the player's slot `number`; ids inside a tile get it as prefix."""
    return f"slot-{number:02d}"
