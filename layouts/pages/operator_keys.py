"""The keys that take, hold, extend and clear; and every other key of the operator's page."""

from __future__ import annotations

from dataclasses import dataclass

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from language import number
from layouts import ids
from layouts.pages.attributes import attrs
from layouts.pages.shell import HIDDEN, Setting, icon, say
from layouts.pages.wall_view import WallView


def may_take(wall: WallView) -> bool:
    """Tell whether there is something to take, and somebody to take it."""
    return wall.reachable and wall.preview_scene is not None


def may_end(wall: WallView) -> bool:
    """Tell whether there is a manual layer to extend or clear, and somebody to do it."""
    return wall.reachable and wall.manual is not None


def actions(wall: WallView, *, setting: Setting) -> Component:
    """Return what changes what is on air by hand: take, hold, extend, clear."""
    minutes = number(wall.manual_hold_min, decimals=0, language=setting.language)
    return html.Div(
        [
            html.Div(
                [
                    html.Button(
                        [
                            html.Span(say("operator.take", setting)),
                            html.Kbd("Enter", **HIDDEN),
                        ],
                        id=ids.OPERATOR_TAKE,
                        className="key key-take",
                        disabled=not may_take(wall),
                        **attrs(aria_keyshortcuts="Enter"),
                    ),
                    dbc.Switch(
                        id=ids.OPERATOR_HOLD,
                        label=say("operator.hold", setting),
                        value=False,
                        className="hold-switch",
                    ),
                ],
                className="op-take",
            ),
            html.P(
                [
                    icon("bi-keyboard"),
                    html.Span(say("operator.keys_on", setting), className="keys-on"),
                    html.Span(say("operator.keys_off", setting), className="keys-off"),
                ],
                className="op-keys",
            ),
            html.Div(
                [
                    html.Div(
                        hold_state(wall, setting=setting),
                        id=ids.OPERATOR_LAYERS,
                        className="op-hold",
                    ),
                    html.Button(
                        [icon("bi-plus-circle"), say("operator.extend", setting, minutes=minutes)],
                        id=ids.OPERATOR_EXTEND,
                        className="key",
                        disabled=not may_end(wall),
                    ),
                    html.Button(
                        [icon("bi-x-lg"), say("operator.clear", setting)],
                        id=ids.OPERATOR_CLEAR,
                        className="key key-danger",
                        disabled=not may_end(wall),
                    ),
                ],
                className="op-manual",
            ),
        ],
        className="op-actions",
    )


def hold_state(wall: WallView, *, setting: Setting) -> list[Component]:
    """Say how long the manual layer still stands."""
    manual = wall.manual
    if not wall.reachable:
        return [html.Span(say("output.unknown", setting), className="quiet")]
    if manual is None:
        return [html.Span(say("operator.no_manual", setting), className="quiet")]
    if manual.until_at_ms is None:
        return [html.Span(say("operator.held", setting), className="hold-words")]
    return [
        html.Span(say("operator.until", setting), className="quiet"),
        html.Span(className="ioc-countdown", **attrs(data_until_ms=manual.until_at_ms)),
    ]


@dataclass(frozen=True, slots=True)
class Asks:
    """The question a key puts before it does what the whole room will see.

    Once answered yes, keys of the same `group` ask no more for a while (assets/presses.mjs).
    """

    words: str
    group: str | None = None


def operator_key(
    do: str,
    about: str,
    symbol: str,
    setting: Setting,
    *,
    words: str | None = None,
    is_danger: bool = False,
    is_pressed: bool | None = None,
    hint: bool = False,
    asks: Asks | None = None,
) -> Component:
    """Return a key that does `do` about a list, a layer, a rule or ("") the wall.

    `words` stand for what such a key is called; `is_pressed` tells of a choice or a switch.
    """
    return html.Button(
        [icon(symbol), html.Span(words or say(f"key.{do}", setting))],
        id=ids.operator_key(do, about),
        className="key" + (" key-danger" if is_danger else ""),
        title=say(f"hint.{do}", setting) if hint else None,
        **attrs(
            data_presses=ids.OPERATOR_PRESSED,
            data_asks=asks.words if asks else None,
            data_asks_once=asks.group if asks else None,
            aria_pressed=None if is_pressed is None else str(is_pressed).lower(),
        ),
    )


def countdown(until_ms: float | None) -> Component:
    """Return how long it is until an instant, counted by the page itself."""
    return html.Span(className="ioc-countdown", **attrs(data_until_ms=until_ms))
