"""What every page of data has around it: the way to the others, and what is said beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from layouts.pages.attributes import attrs
from layouts.pages.in_world import lead_on
from layouts.pages.live import live
from layouts.pages.shell import Setting, icon, say, shell
from permissions.roles import Right

TABS = (
    ("catalogue", "/data", "bi-journal-text"),
    ("quality", "/data/quality", "bi-clipboard-check"),
    ("coverage", "/data/coverage", "bi-pie-chart"),
    ("lineage", "/data/lineage", "bi-diagram-3"),
    ("sources", "/data/sources", "bi-broadcast-pin"),
    ("twins", "/data/twins", "bi-bullseye"),
    ("quarantine", "/data/quarantine", "bi-funnel"),
    ("forecasts", "/data/forecasts", "bi-graph-up-arrow"),
    ("anomalies", "/data/anomalies", "bi-activity"),
)
RIGHTS = {
    "quarantine": Right.SEE_QUARANTINE,
    "twins": Right.SEE_TWINS,
}  # of pages that are not for all


Link = Mapping[str, Any]  # `link_url` and `link_port` of `layouts.pages.live`


def data_page(
    here: str,
    head: Sequence[Component],
    body: Sequence[Component],
    *,
    link: Link,
    setting: Setting,
) -> Component:
    """Build a page of data: `head` stands beside the tabs, of which `here` is its own."""
    topics = ["versions", "realms"] if setting.ways else ["versions"]
    hears = live(topics, language=setting.language, realm=setting.realm, **link)
    top = html.Div([_tabs(here, setting), *head, *setting.ways], className="data-head")
    return shell("data", [hears, *lead_on([top, *body], setting.realm)], setting=setting)


def unkept_page(here: str, why: str, *, link: Link, setting: Setting) -> Component:
    """Build a page of data that has nothing to tell of the world it is asked for in."""
    said = html.Div(
        [
            icon("bi-clock-history"),
            html.H2(say("data.unkept.title" if why != "over" else "data.unkept.is_over", setting)),
            html.P(say(f"data.unkept.{why}", setting)),
            html.A(say("data.unkept.now", setting), href="?", className="key key-main"),
        ],
        className="notice data-unkept",
    )
    return data_page(here, [], [said], link=link, setting=setting)


def _tabs(here: str, setting: Setting) -> Component:
    return html.Nav(
        [
            html.A(
                [icon(symbol), html.Span(say(f"data.tab.{name}", setting))],
                href=path,
                className="key data-tab" + (" is-here" if name == here else ""),
                **attrs(aria_current="page" if name == here else None),
            )
            for name, path, symbol in TABS
            if (name not in RIGHTS or setting.person.may(RIGHTS[name]))
            and name not in setting.absent
        ],
        className="data-tabs",
        **attrs(aria_label=say("data.tabs", setting)),
    )
