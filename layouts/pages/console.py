"""The leader's console for a finger: the city, a group, its units, one tile, the rows behind it.

The frame of the page: the bar that is always at the same place, and tiles placed by the plan with
the link that a tap on them follows. What stands beside tiles: `console_lists`. Values in,
components out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from dash import dcc, html
from dash.development.base_component import Component

from layouts import ids
from layouts.pages.anomalies import PATH as ANOMALIES
from layouts.pages.attributes import attrs
from layouts.pages.console_place import Place, group_place
from layouts.pages.console_plan import HEADING_PX, CityPlan, Planned, area_specs
from layouts.pages.console_topics import (
    AHEAD,
    BOTTLENECK_GROUPS,
    STAGE_GROUP,
    SUGGESTED,
    TOPICS,
    topic_of,
)
from layouts.pages.forecasts import card_href
from layouts.pages.live import live
from layouts.pages.passport import drawer
from layouts.pages.shell import Setting, busy, icon, say, shell
from layouts.pages.triage import PATH as TRIAGE

GROUP_ICONS = {
    "economy": "bi-graph-up-arrow",
    "transport": "bi-signpost-split",
    "environment": "bi-cloud-sun",
    "security": "bi-shield-check",
    "feedback": "bi-chat-left-text",
}
HINTED = ("city", "group", "areas")  # where a tap leads on
Tiles = Mapping[str, Component]


def page(
    wall_ids: Sequence[str],
    *,
    realms: Component,
    setting: Setting,
    link_url: str,
    link_port: int,
) -> Component:
    """Build the empty page; its body follows once the screen has told its size.

    `realms` lead to other worlds.
    """
    topics = ["versions", "realms", *(f"wall.{wall_id}" for wall_id in wall_ids)]
    return shell(
        "console",
        [
            live(
                topics,
                link_url=link_url,
                link_port=link_port,
                language=setting.language,
                realm=setting.realm,
            ),
            dcc.Location(id=ids.CONSOLE_PLACE, refresh=False),
            dcc.Store(id=ids.CONSOLE_SIZE),
            dcc.Store(id=ids.CONSOLE_SHOWN),
            dcc.Store(id=ids.CONSOLE_SEND_RESULT),
            drawer(setting=setting),
            html.Div(
                [html.Div(id=ids.CONSOLE_BAR, className="console-bar"), realms],
                className="console-top",
            ),
            busy(ids.CONSOLE_BUSY, say("console.busy", setting)),
            html.Div(
                html.P(say("loading", setting), className="quiet"),
                id=ids.CONSOLE_BODY,
                className="console-body",
            ),
        ],
        setting=setting,
    )


def bar(place: Place, *, names: Sequence[str], may_send: bool, setting: Setting) -> list[Component]:
    """Return the way back, where one is, and sending; `names` are those of the place's chain."""
    chain = place.chain()
    above = place.parent
    back = [icon("bi-arrow-left"), html.Span(say("console.back", setting))]
    crumbs: list[Component] = []
    for each, name in zip(chain, names, strict=True):
        is_here = each == place
        crumbs.append(
            html.Li(
                html.Span(name, **attrs(aria_current="page"))
                if is_here
                else html.A(name, href=each.href, className="crumb"),
            )
        )
    send: list[Component] = []
    if may_send and not place.sending:
        words = [icon("bi-display"), html.Span(say("console.send", setting))]
        send = [html.A(words, href=place.send.href, className="key console-send-key")]
    return [
        *([html.A(back, href=above.href, className="key console-back")] if above else []),
        html.Nav(
            html.Ol(crumbs), className="crumbs", **attrs(aria_label=say("console.where", setting))
        ),
        *(
            [html.P(say(f"console.hint.{place.level}", setting), className="console-hint")]
            if place.level in HINTED and not place.sending
            else []
        ),
        *send,
    ]


def city_body(plan: CityPlan, tiles: Tiles, *, setting: Setting) -> list[Component]:
    """Return the stage in a line, the five bottlenecks, and under them the five groups."""
    parts: list[Component] = [
        _heading(say("console.bottlenecks", setting), top=plan.bottlenecks[0].rect.y - HEADING_PX)
    ]
    stage = Place("tile", STAGE_GROUP, tile=plan.stage.key)
    parts += _linked(plan.stage, tiles, href=stage.href, label=say("console.rows_of", setting))
    for planned, group in zip(plan.bottlenecks, BOTTLENECK_GROUPS.values(), strict=True):
        place = Place("tile", group, tile=planned.key)
        parts += _linked(planned, tiles, href=place.href, label=say("console.rows_of", setting))
    for group, rect, planned_tiles in plan.groups:
        parts += [_placed(each, tiles) for each in planned_tiles]
        head = html.Span(
            [
                icon(GROUP_ICONS[group]),
                html.Span(say(f"group.{group}", setting), className="group-name"),
                icon("bi-chevron-right"),
            ],
            className="group-head",
        )
        parts.append(
            html.A(
                head,
                href=group_place(group).href,
                className="console-cover",
                style=rect.style(),
            )
        )
    return [_canvas(parts, height=plan.height)]


def group_body(
    place: Place, plan: Sequence[Planned], tiles: Tiles, *, setting: Setting
) -> list[Component]:
    """Return a topic's tiles; a map by unit leads to its units, any other tile to its rows."""
    group = place.group or ""
    topic = topic_of(group, place.topic)
    by_units = {spec.key: spec.aggregate for spec in area_specs(group)}
    parts: list[Component] = []
    for spec, planned in zip(TOPICS[group][topic], plan, strict=True):
        leads = replace(place, level="tile", tile=spec.key)
        if spec.key in by_units:
            leads = replace(place, level="areas", aggregate=by_units[spec.key])
        label = say("console.units" if spec.key in by_units else "console.rows_of", setting)
        href = leads.href
        if spec.kind == "anomalies":  # what bears them out is there, and what people say of them
            href, label = ANOMALIES, say("console.anomalies", setting)
        elif spec.key == SUGGESTED:
            href, label = TRIAGE, say("console.triage", setting)
        elif spec.kind == "forecast":
            name = spec.aggregate.removeprefix(AHEAD)
            href, label = card_href(name, spec.figures[0]), say("console.forecast", setting)
        parts += _linked(planned, tiles, href=href, label=label)
    bottom = max(each.rect.y + each.rect.height for each in plan)
    bar = [_topics(group, topic, setting)] if len(TOPICS[group]) > 1 else []
    return [_canvas([*bar, *parts], height=bottom)]


def _topics(group: str, chosen: str, setting: Setting) -> Component:
    """Return the keys of a group's topics."""
    keys = [
        html.A(
            say(f"topic.{topic}", setting),
            href=group_place(group, topic).href,
            className="key choice" + (" is-chosen" if topic == chosen else ""),
            **attrs(aria_current="page" if topic == chosen else None),
        )
        for topic in TOPICS[group]
    ]
    label = say("console.topics", setting)
    return html.Nav(keys, className="console-topics", **attrs(aria_label=label))


def beside_body(
    planned: Planned | None, tiles: Tiles, side: Component, *, height: int
) -> list[Component]:
    """Return one tile over the whole height, with something at its right."""
    return [html.Div([_left(planned, tiles), side], className="beside", style=_height(height))]


def tile_body(
    planned: Planned, tiles: Tiles, side: Component, below: Component, *, height: int
) -> list[Component]:
    """Return one tile with something at its right, and something under both."""
    upper = html.Div(
        [_left(planned, tiles), side], className="beside", style=_height(planned.rect.height)
    )
    return [html.Div([upper, below], className="stacked", style=_height(height))]


def three_body(parts: Sequence[Component], *, height: int) -> list[Component]:
    """Return a list at the left, and at its right one thing above another."""
    left, upper, lower = parts
    right = html.Div([upper, lower], className="stacked")
    return [html.Div([left, right], className="beside beside-list", style=_height(height))]


def tile_id(key: str) -> dict[str, str]:
    """Return the id of a drawn tile; it is drawn anew when what it reads changes."""
    return ids.console_tile(key)


def _left(planned: Planned | None, tiles: Tiles) -> Component:
    if planned is None:
        return html.Div()
    style = {"width": f"{planned.rect.width}px", "height": f"{planned.rect.height}px"}
    return html.Div([_placed(planned, tiles)], className="console-canvas", style=style)


def _height(height: int) -> dict[str, str]:
    return {"height": f"{height}px"}


def _linked(planned: Planned, tiles: Tiles, *, href: str, label: str) -> list[Component]:
    cover = html.A(
        href=href,
        className="console-cover",
        style=planned.rect.style(),
        **attrs(aria_label=label),
    )
    return [_placed(planned, tiles), cover]


def _placed(planned: Planned, tiles: Tiles) -> Component:
    return html.Div(
        tiles.get(planned.key),
        id=tile_id(planned.key),
        className="console-tile",
        style=planned.rect.style(),
    )


def _heading(words: str, *, top: int) -> Component:
    return html.H2(words, className="console-heading", style={"top": f"{top}px"})


def _canvas(parts: Sequence[Component], *, height: int) -> Component:
    return html.Div(list(parts), className="console-canvas", style={"height": f"{height}px"})
