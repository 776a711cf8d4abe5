"""The heading of a column: in the width it has, set narrower before anything is cut off."""

from __future__ import annotations

from dash import html

from layouts.tiles.anatomy import CAPTION
from layouts.tiles.measure import cut, fit, settings

HEADINGS = settings(CAPTION)


def head(words: str, width_u: float, *, is_number: bool) -> html.Div:
    """Return the heading of a column, flush right over numbers."""
    setting = fit(words, width_u + 0.01, HEADINGS) or HEADINGS[-1]
    side = "t-cell-number" if is_number else "t-cell-text"
    shown = cut(words, width_u + 0.01, CAPTION, face=setting.face)
    return html.Div(shown, className=f"{side} {setting.class_name}")
