"""The room in small: both walls live, how each output took the last switch, who switched what.

For a visitor without panels this page is the room. Values in, components out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dash import html
from dash.development.base_component import Component

from data_access.envelope import Origin, Text
from language import moment, number, pick
from layouts import ids
from layouts.pages.attributes import attrs, freshness
from layouts.pages.live import live
from layouts.pages.outputs import output_skew, output_state
from layouts.pages.passport import drawer
from layouts.pages.shell import Setting, icon, say, shell
from layouts.pages.sites import picture, silence, site_mark
from layouts.pages.wall_view import LIVE, LayerView, OutputView, WallView

AUTOMATIC = ("schedule", "rule")  # who took a layer when it was nobody, with its id


@dataclass(frozen=True, slots=True)
class Deed:
    """Something a person did on a wall."""

    at_ms: float
    who: str
    action: str  # take | clear | extend | realm | live
    wall: Text
    scene: Text | None
    done: bool
    skew_ms: float | None = None


@dataclass(frozen=True, slots=True)
class DataAge:
    """How old an aggregate is, and where it comes from; `as_of_ms` None: there is none."""

    label: Text
    as_of_ms: float | None
    stale_after_ms: float
    origin: Origin
    reason: Text | None = None


@dataclass(frozen=True, slots=True)
class Glass:
    """The oldest data an output shows, when known."""

    as_of_ms: float
    stale_after_ms: float


def page(
    walls: Sequence[WallView],
    deeds: Sequence[Deed],
    data: Sequence[DataAge],
    *,
    glass: Mapping[tuple[str, str], Glass],
    now_ms: float,
    realms: Component,
    setting: Setting,
    link_url: str,
    link_port: int,
) -> Component:
    """Build the page; `glass` has the data age of (wall, output), `realms` lead to other worlds."""
    topics = ["versions", "realms", *(f"wall.{wall.wall_id}" for wall in walls)]
    return shell(
        "room",
        [
            live(
                topics,
                link_url=link_url,
                link_port=link_port,
                language=setting.language,
                realm=setting.realm,
            ),
            drawer(setting=setting),
            html.Div(
                [_wall(wall, glass, now_ms=now_ms, setting=setting) for wall in walls]
                or [html.P(say("no_walls.words", setting), className="quiet")],
                className="room-walls",
                **attrs(data_realm_clock=""),  # walls and people are of now
            ),
            html.Aside(
                [
                    html.P(say("room.what", setting), className="room-what"),
                    _lately(deeds, now_ms=now_ms, setting=setting),
                    _ages(data, realms, setting),
                ],
                className="room-side",
            ),
        ],
        setting=setting,
    )


def _wall(
    wall: WallView, glass: Mapping[tuple[str, str], Glass], *, now_ms: float, setting: Setting
) -> Component:
    return html.Section(
        [
            html.Div(
                wall_head(wall, now_ms=now_ms, setting=setting), id=ids.room_head(wall.wall_id)
            ),
            picture(wall, "program", over=[], setting=setting),
            html.Div(outputs(wall, glass, setting=setting), id=ids.room_outputs(wall.wall_id)),
        ],
        className="room-wall",
    )


def _lately(deeds: Sequence[Deed], *, now_ms: float, setting: Setting) -> Component:
    said = html.Div(deed_list(deeds, now_ms=now_ms, setting=setting), id=ids.ROOM_DEEDS)
    return html.Section(
        [html.H2(say("room.deeds", setting)), said],
        className="panel room-deeds",
        **attrs(data_realm_clock=""),
    )


def _ages(data: Sequence[DataAge], realms: Component, setting: Setting) -> Component:
    ages = html.Div(
        data_list(data, setting=setting), id=ids.ROOM_DATA, className="scroll", tabIndex="0"
    )
    return html.Section(
        [html.H2(say("room.data", setting)), realms, ages], className="panel room-data"
    )


def wall_head(wall: WallView, *, now_ms: float, setting: Setting) -> list[Component]:
    """Return name, scene on air, by whom since when, and how many outputs are there."""
    language = setting.language
    return [
        html.Div(
            [
                html.Div([html.H2(pick(wall.name, language)), *site_mark(wall, setting)]),
                html.Span(_outputs_online(wall, setting), className="room-online"),
            ],
            className="room-name",
        ),
        html.Div(on_air(wall, now_ms=now_ms, setting=setting), className="room-on-air"),
    ]


def on_air(wall: WallView, *, now_ms: float, setting: Setting) -> list[Component]:
    """Say what is on the wall, on which layer, since when and by whom."""
    program = wall.program
    name = wall.scene_name(wall.program_scene, setting.language)
    if not wall.reachable:
        words = silence(wall, now_ms=now_ms, setting=setting)
        last = [html.Span(say("site.last", setting, scene=name), className="quiet")] if name else []
        return [html.Span(words, className="is-problem"), *last]
    if program is None:
        return [html.Span(say("wall.nothing", setting))]
    return [
        html.Span(say("wall.on_air", setting), className="tally tally-program"),
        *exercise_tally(wall, setting),
        html.Strong(name),
        html.Span(since(program, now_ms=now_ms, setting=setting), className="quiet"),
    ]


def exercise_tally(wall: WallView, setting: Setting) -> list[Component]:
    """Return the mark of a wall on which something is on air that is not live."""
    if wall.program_realm == LIVE:
        return []
    return [html.Span(say("exercise.mark", setting), className="tally tally-exercise")]


def since(layer: LayerView, *, now_ms: float, setting: Setting) -> str:
    """Say on which layer, by whom and since when."""
    at = moment(layer.since_at_ms, now=now_ms, language=setting.language, timezone=setting.timezone)
    name = say(f"layer.{layer.layer}", setting)
    if layer.by in ("", "city"):
        return say("wall.since_start", setting, layer=name)
    sort, found, entry_id = layer.by.partition(":")
    is_automatic = bool(found) and sort in AUTOMATIC
    who = say(f"by.{sort}", setting, id=entry_id) if is_automatic else layer.by
    return say("wall.since", setting, layer=name, who=who, at=at)


def outputs(
    wall: WallView, glass: Mapping[tuple[str, str], Glass], *, setting: Setting
) -> Component:
    """Return the outputs as they hang: link, skew of the last switch, age of the data."""
    return html.Ul(
        [
            _output(each, glass.get((wall.wall_id, each.output_id)), setting)
            for each in wall.outputs
        ],
        className="outputs",
        style={"--columns": str(wall.columns)},
    )


def deed_list(deeds: Sequence[Deed], *, now_ms: float, setting: Setting) -> Component:
    """Return who took what, newest first."""
    if not deeds:
        return html.P(say("room.no_deeds", setting), className="quiet")
    return html.Ol([_deed(each, now_ms, setting) for each in deeds], className="deeds")


def data_list(data: Sequence[DataAge], *, setting: Setting) -> Component:
    """Return the aggregates with their ages; what nobody feeds says so."""
    if not data:
        return html.P(say("room.no_data", setting), className="quiet")
    return html.Ul([_data(each, setting) for each in data], className="data-ages")


def _outputs_online(wall: WallView, setting: Setting) -> str:
    if not wall.reachable:
        return say("wall.outputs", setting, count=len(wall.outputs))
    return say("wall.online", setting, online=wall.online, outputs=len(wall.outputs))


def _output(output: OutputView, glass: Glass | None, setting: Setting) -> Component:
    age: list[Component] = []
    if glass is not None and output.online:
        age = [
            html.Span(className="ioc-age", **attrs(data_at_ms=glass.as_of_ms)),
            html.Span(say("stale", setting), className="stale-word"),
        ]
    return html.Li(
        [
            html.Span(output.output_id, className="output-id"),
            output_state(output, setting),
            html.Span(output_skew(output, setting), className="output-skew"),
            html.Span(
                age,
                className="output-age",
                **(
                    freshness(glass.as_of_ms, glass.stale_after_ms)
                    if glass and output.online
                    else {}
                ),
            ),
        ],
        className="output" + (" has-problem" if output.has_problem else ""),
    )


def _deed(deed: Deed, now_ms: float, setting: Setting) -> Component:
    language = setting.language
    at = moment(deed.at_ms, now=now_ms, language=language, timezone=setting.timezone)
    what = say(
        f"deed.{deed.action}",
        setting,
        scene=pick(deed.scene, language) or say("deed.preview_scene", setting),
        wall=pick(deed.wall, language),
    )
    skew: list[Component] = []
    if deed.skew_ms is not None:
        written = number(deed.skew_ms, "ms", decimals=1, language=language)
        skew = [html.Span(say("deed.skew", setting, skew=written), className="quiet")]
    if not deed.done:
        skew = [html.Span([icon("bi-x-octagon-fill"), say("deed.refused", setting)],
                          className="is-problem")]  # fmt: skip
    return html.Li(
        [
            html.Span(at, className="deed-at"),
            html.Div([html.Div([html.Strong(deed.who), " ", what]), *skew]),
        ],
        className="deed",
    )


def _data(data: DataAge, setting: Setting) -> Component:
    language = setting.language
    if data.as_of_ms is None:
        reason = pick(data.reason, language) or say("room.no_source", setting)
        age: list[Component] = [html.Span(reason, className="quiet")]
    else:
        age = [html.Span(className="ioc-age", **attrs(data_at_ms=data.as_of_ms))]
    origin = [] if data.origin == "live" or data.as_of_ms is None else [
        html.Span(say(f"origin.{data.origin}", setting), className=f"origin origin-{data.origin}")
    ]  # fmt: skip
    return html.Li(
        [
            html.Span(pick(data.label, language), className="data-label"),
            html.Span(origin, className="data-origin"),
            html.Span(age, className="data-age"),
        ],
        className="data-row",
        **freshness(data.as_of_ms, data.stale_after_ms),
    )
