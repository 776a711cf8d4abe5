"""The pages of what-ifs at the touch console: asking, one run, several compared.

Three addresses of one page, so that every step is a link and going back is the browser's own:

    /what-if?twin=traffic        what is asked, on the map
    /what-if?run=<job>           one run: its progress, then its answer
    /what-if?runs=<job>,<job>    up to four runs side by side, and the way to a wall

Values in, components out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from dash import dcc, html
from dash.development.base_component import Component

from layouts import ids
from layouts.pages.attributes import attrs
from layouts.pages.live import live
from layouts.pages.passport import drawer
from layouts.pages.shell import Setting, busy, icon, shell
from layouts.pages.what_if_words import tell

PATH = "/what-if"
POLL_MS = 500
Link = Mapping[str, Any]


def asking(
    kinds: Sequence[str],
    here: str,
    *,
    draft: Mapping[str, Any],
    pick_map: Component,
    sheet: Sequence[Component],
    recent: Sequence[Component],
    bases: Sequence[Component] = (),
    link: Link,
    setting: Setting,
) -> Component:
    """Return the page that asks one of the twins there are."""
    tabs = [
        html.A(
            tell(f"kind.{kind}", setting),
            href=f"{PATH}?{urlencode({'twin': kind})}",
            className="key choice" + (" is-chosen" if kind == here else ""),
            **attrs(aria_current="page" if kind == here else None),
        )
        for kind in kinds
    ]
    return _page(
        [
            dcc.Store(id=ids.WHAT_IF_DRAFT, data=dict(draft)),
            dcc.Store(id=ids.WHAT_IF_RAIN),
            dcc.Location(id=ids.WHAT_IF_GO, refresh=True),
            html.Div(
                [
                    html.Nav(tabs, className="wi-tabs", **attrs(aria_label=tell("kinds", setting))),
                    html.P(tell("simulated", setting), className="wi-honest quiet"),
                ],
                className="wi-head",
            ),
            *bases,
            html.Div(
                [
                    html.Div([pick_map], className="wi-left"),
                    html.Div(
                        [
                            html.Div(list(sheet), id=ids.WHAT_IF_SHEET, className="wi-sheet"),
                            html.Div(id=ids.WHAT_IF_PROBLEM, role="status"),
                            html.Div(list(recent), className="wi-recent"),
                        ],
                        className="wi-right",
                    ),
                ],
                className="wi-two",
            ),
            busy(ids.WHAT_IF_BUSY, tell("busy", setting)),
        ],
        link=link,
        setting=setting,
    )


def answering(
    title: str,
    *,
    job_id: str,
    is_over: bool,
    kind: str,
    link: Link,
    setting: Setting,
) -> Component:
    """Return the page of one run; its body follows once the screen has told its size."""
    return _page(
        [
            dcc.Store(id=ids.WHAT_IF_JOB, data=job_id),
            dcc.Store(id=ids.WHAT_IF_SIZE),
            dcc.Interval(id=ids.WHAT_IF_POLL, interval=POLL_MS, disabled=is_over),
            _head(title, f"{PATH}?{urlencode({'twin': kind})}", setting),
            dcc.Store(id=ids.WHAT_IF_SHOWN),
            html.Div(id=ids.WHAT_IF_STATE, className="wi-state"),
            html.Div(id=ids.WHAT_IF_BODY, className="wi-body"),
            drawer(setting=setting),
        ],
        link=link,
        setting=setting,
    )


def comparing(
    title: str,
    *,
    asked: Mapping[str, Any],
    back: str,
    walls: Sequence[str],
    link: Link,
    setting: Setting,
) -> Component:
    """Return the page of several runs; its body follows once the screen has told its size."""
    return _page(
        [
            dcc.Store(id=ids.WHAT_IF_RUNS, data=dict(asked)),
            dcc.Store(id=ids.WHAT_IF_ROOM),
            _head(title, back, setting),
            html.Div(id=ids.WHAT_IF_SIDES, className="wi-body"),
            drawer(setting=setting),
            busy(ids.WHAT_IF_BUSY, tell("sending", setting)),
        ],
        topics=[f"wall.{wall_id}" for wall_id in walls],
        link=link,
        setting=setting,
    )


def nothing(words: str, *, link: Link, setting: Setting) -> Component:
    """Say that there is no such run, or no twin at all."""
    body = html.Div(
        [
            icon("bi-signpost-split"),
            html.H1(words),
            html.A(tell("ask_again", setting), href=PATH, className="key key-main"),
        ],
        className="notice",
    )
    return _page([body], link=link, setting=setting)


def _head(title: str, back: str, setting: Setting) -> Component:
    return html.Div(
        [
            html.A(
                [icon("bi-arrow-left"), html.Span(tell("to_asking", setting))],
                href=back,
                className="key",
            ),
            html.H2(title, className="wi-title"),
        ],
        className="wi-head",
    )


def _page(
    children: Sequence[Component], *, link: Link, setting: Setting, topics: Sequence[str] = ()
) -> Component:
    hears = live(["versions", *topics], language=setting.language, **link)
    return shell("what_if", [hears, *children], setting=setting)
