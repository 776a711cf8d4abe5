"""An entry of a list of what is wrong: its shape, its words beside it, a line about it below."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html

from layouts.tiles.anatomy import BODY, CAPTION
from layouts.tiles.measure import Setting, settings

INDENT = 1.5  # of the words beside a shape
LINE, ABOUT = 1.25, 1.0  # heights
TITLES, ABOUTS = settings(BODY), settings(CAPTION)


def entry(
    shape: html.Span,
    words: Sequence[Any],
    class_name: str,
    *more: Any,
    marks: Mapping[str, Any] | None = None,
) -> html.Div:
    """Return an entry: its shape in a column of its own, its words beside it, then `more`.

    `marks`: what a tap on it is about (`address`).
    """
    return html.Div(
        [
            html.Div(shape, className="t-alert-mark"),
            html.Div(list(words), className="t-alert-words"),
            *more,
        ],
        className=class_name,
        **(marks or {}),
    )


def titles(lines: Sequence[str], setting: Setting) -> list[Any]:
    """Return the lines of a title."""
    class_name = f"t-line {setting.class_name} t-alert-title"
    return [html.Div(line, className=class_name) for line in lines]


def about(word: str, ink: str, told: str, setting: Setting) -> html.Div:
    """Return the line under a title: how grave in one word, then `told`."""
    return html.Div(
        [
            html.Span(word, className=f"t-alert-word {ink}"),
            html.Span(told, className=setting.class_name),
        ],
        className="t-line type-16 t-alert-about",
    )
