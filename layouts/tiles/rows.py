"""How many rows stand in a body, how high each is, and what is said about the others."""

from __future__ import annotations

import math
from dataclasses import dataclass

from dash import html

import language as lang

MORE_LINE = 1.25
STEP = 0.25  # the baseline grid


@dataclass(frozen=True, slots=True)
class RowPlan:
    """`shown` rows of `height_u` each; `hidden` is how many are left out and told by a line."""

    shown: int
    hidden: int
    height_u: float


def plan(total: int, room_u: float, *, least: float, most: float) -> RowPlan:
    """Fit `total` rows of `least` to `most` units into `room_u`, on the baseline grid."""
    if total <= 0:
        return RowPlan(0, 0, least)
    shown = min(total, max(1, math.floor((room_u + 1e-6) / least)))
    if shown < total:
        room_u -= MORE_LINE
        shown = min(total - 1, max(1, math.floor((room_u + 1e-6) / least)))
    height = math.floor(room_u / shown / STEP + 1e-6) * STEP
    return RowPlan(shown, total - shown, max(least, min(most, height)))


def more(hidden: int, language: str) -> html.Div | None:
    """Return the line "+12 more", None when nothing is left out."""
    if hidden <= 0:
        return None
    words = lang.text("tiles.more", language, count=hidden)
    return html.Div(words, className="t-more type-16")
