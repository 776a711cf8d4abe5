"""Stretches of a tile between bezels: where text may stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from layouts.tiles.kind import Frame

Spans = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Pane:
    """A rectangle of a tile, in its own pixels."""

    x_px: float
    y_px: float
    width_px: float
    height_px: float


def stretches(length_px: float, seams: Spans) -> list[tuple[float, float]]:
    """Return the pieces [from, to) of `length_px` that no seam covers, in order."""
    pieces: list[tuple[float, float]] = []
    start = 0.0
    for begin, end in sorted(seams):
        if begin > start:
            pieces.append((start, min(begin, length_px)))
        start = max(start, end)
    if start < length_px:
        pieces.append((start, length_px))
    return pieces or [(0.0, length_px)]


def panes_x(frame: Frame) -> list[tuple[float, float]]:
    """Return the pieces of the tile's width between bezels."""
    return stretches(frame.width_px, frame.seams_x_px)


def largest_pane(frame: Frame) -> Pane:
    """Return the largest rectangle of the tile without a bezel, the first of equals."""
    x0, x1 = max(panes_x(frame), key=lambda piece: piece[1] - piece[0])
    y0, y1 = max(
        stretches(frame.height_px, frame.seams_y_px), key=lambda piece: piece[1] - piece[0]
    )
    return Pane(x0, y0, x1 - x0, y1 - y0)


def first_pane(frame: Frame, within: Pane) -> Pane:
    """Return the part of `within` left of the first bezel: where titles stand."""
    return _piece(frame, within, 0)


def last_pane(frame: Frame, within: Pane) -> Pane:
    """Return the part of `within` right of the last bezel: where ages and marks stand."""
    return _piece(frame, within, -1)


def crosses(begin: float, end: float, seams: Spans, *, air: float = 0.0) -> bool:
    """Tell whether [begin, end) comes within `air` of a seam."""
    return any(begin < seam_end + air and end > seam_begin - air for seam_begin, seam_end in seams)


def _piece(frame: Frame, within: Pane, index: int) -> Pane:
    pieces = [
        (max(x0, within.x_px), min(x1, within.x_px + within.width_px))
        for x0, x1 in panes_x(frame)
        if x1 > within.x_px and x0 < within.x_px + within.width_px
    ]
    x0, x1 = pieces[index]
    return Pane(x0, within.y_px, x1 - x0, within.height_px)
