"""Keys, groups of keys and sliders of the sheet of what-ifs; their ids say what they change."""

from __future__ import annotations

from collections.abc import Sequence

from dash import dcc, html
from dash.development.base_component import Component

from language import unit_name
from layouts import ids
from layouts.pages.attributes import attrs
from layouts.pages.shell import Setting
from layouts.pages.what_if_words import tell


def key(do: str, about: str, words: str, *, is_on: bool) -> Component:
    """Return a key that is one choice of several."""
    return html.Button(
        words,
        id=ids.what_if_key(do, about),
        className="key choice" + (" is-chosen" if is_on else ""),
        **attrs(aria_pressed="true" if is_on else "false"),
    )


def deed(do: str, about: str, words: str, label: str) -> Component:
    """Return a key that does something each time it is pressed."""
    return html.Button(
        words, id=ids.what_if_key(do, about), className="key choice", **attrs(aria_label=label)
    )


def group(name: str, parts: Sequence[Component], setting: Setting) -> Component:
    """Return a condition with its name above its keys."""
    label = tell(f"condition.{name}", setting)
    return html.Div(
        [html.Span(label, className="quiet"), html.Div(list(parts), className="choices")],
        role="group",
        **attrs(aria_label=label),
    )


def slider(
    name: str,
    label: str,
    unit: str,
    reach: tuple[float, float, float],
    step: float,
    *,
    setting: Setting,
) -> Component:
    """Return a slider over least, most with where it stands, and the field of its figure."""
    least, most, shown = reach
    told = unit_name(unit, language=setting.language)
    return html.Div(
        [
            html.Label(f"{label} ({told})" if told else label, className="wi-slider-name"),
            dcc.Slider(
                id=ids.what_if_slider(name),
                min=least,
                max=most,
                step=step,
                value=shown,
                marks=None,
                updatemode="mouseup",
            ),
        ],
        className="wi-slider",
    )
