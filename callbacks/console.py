"""The leader's console: what a place shows, and which tiles are drawn anew when data changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from dash import ALL, Dash, Input, Output, State, ctx, no_update
from dash.development.base_component import Component

from callbacks import (
    console_choices,
    console_sending,
    console_sources,
    page_realm,
    page_setting,
    session,
)
from callbacks.console_tiles import draw, needs, within_ceiling
from callbacks.desk import Desk, desk
from data_access.realms.realm import read_published
from language import pick
from layouts import ids
from layouts.pages import console, console_lists
from layouts.pages.console_place import Place, parse_place
from layouts.pages.console_plan import (
    SMALLEST,
    Planned,
    area_specs,
    areas_spec,
    city_plan,
    planned,
    tile_spec,
)
from layouts.pages.console_topics import BOTTLENECKS, TileSpec
from layouts.pages.outcome import Outcome
from layouts.pages.shell import Setting, say
from layouts.pages.sites import drawing
from permissions.errors import Forbidden
from permissions.roles import Person, Right

Size = Mapping[str, float]
Shown = dict[str, int]
Result = Mapping[str, Any]  # an Outcome, the wall it is of, and the place it was asked at


def layout(realm: str | None = None, date: str | None = None, time: str | None = None) -> Any:
    """Build the page of a realm, or of what was known at a `date` and `time` as typed.

    Its body follows once the screen has told its size.
    """
    typed = page_realm.asked(realm, date, time)
    realm = typed.realm or realm
    reach, setting = desk(), page_realm.setting_in(realm)
    if not setting.person.may(Right.SEE_CONSOLE):
        raise Forbidden("not for this role")
    realms, link = page_realm.choice(realm, typed, path="/console"), page_setting.link()
    return console.page(list(reach.walls), realms=realms, setting=setting, **link)


def register(app: Dash) -> None:
    """Add the callbacks to `app`."""
    app.callback(
        Output(ids.CONSOLE_BAR, "children"),
        Output(ids.CONSOLE_BAR, "data-place"),
        Output(ids.CONSOLE_BODY, "children"),
        Output(ids.CONSOLE_SHOWN, "data"),
        Input(ids.CONSOLE_PLACE, "hash"),
        Input(ids.CONSOLE_SIZE, "data"),
        State(ids.PAGE_REALM, "data"),
        prevent_initial_call=True,
    )(open_place)
    app.callback(
        Output({"part": "console-tile", "tile": ALL}, "children"),
        Output(ids.CONSOLE_SHOWN, "data", allow_duplicate=True),
        Input(ids.VERSIONS, "data"),
        State({"part": "console-tile", "tile": ALL}, "id"),
        State(ids.CONSOLE_PLACE, "hash"),
        State(ids.CONSOLE_SIZE, "data"),
        State(ids.CONSOLE_SHOWN, "data"),
        State(ids.PAGE_REALM, "data"),
        prevent_initial_call=True,
    )(refresh)
    # Apart: the wall's event of the very change comes before the answer, and would replace it.
    app.callback(
        Output(ids.CONSOLE_SEND_RESULT, "data"),
        Input({"part": "console-send", "wall": ALL, "scene": ALL}, "n_clicks"),
        Input({"part": "console-undo", "wall": ALL}, "n_clicks"),
        State(ids.CONSOLE_PLACE, "hash"),
        running=[(Output(ids.CONSOLE_BUSY, "hidden"), False, True)],
        prevent_initial_call=True,
    )(send)
    app.callback(
        Output({"part": "console-offer", "wall": ALL}, "children"),
        Output({"part": "wall-drawn", "wall": ALL, "view": ALL}, "children"),
        Input(ids.CONSOLE_SEND_RESULT, "data"),
        Input(ids.WALL_EVENT, "data"),
        Input(ids.LIVE_POLL, "n_intervals"),
        Input(ids.LIVE_JOINED, "data"),
        State({"part": "console-offer", "wall": ALL}, "id"),
        State({"part": "wall-drawn", "wall": ALL, "view": ALL}, "id"),
        State(ids.CONSOLE_PLACE, "hash"),
        prevent_initial_call=True,
    )(refresh_offers)


def open_place(address: str | None, size: Size | None, realm: str | None) -> Any:
    """Show the place of the address in the room the screen has."""
    who = session.person()
    if who is None or not size:
        return (no_update,) * 4
    reach, setting = page_realm.desk_in(desk(), realm), page_setting.setting()
    place = parse_place(address, areas=reach.city.areas.codes)
    bar = console.bar(
        place,
        names=[_name(reach, each, setting) for each in place.chain()],
        may_send=any(who.may_command(wall.control) for wall in reach.walls.values()),
        setting=setting,
    )
    shown = reach.cache.versions()
    return bar, place.href, _body(reach, place, _room(size), who, setting), shown


def refresh(
    versions: Shown | None,
    shown_tiles: list[dict[str, str]],
    address: str | None,
    size: Size | None,
    shown: Shown | None,
    realm: str | None,
) -> Any:
    """Draw anew only the tiles whose aggregates have a newer version than is shown."""
    who, here = session.person(), page_realm.chosen(realm)
    moved = {
        read_published(name)
        for name, version in (versions or {}).items()
        if (shown or {}).get(name) != version
    }
    changed = {aggregate for of, aggregate in moved if of == here}
    if who is None or not size or not changed or not shown_tiles:
        return [no_update] * len(shown_tiles), no_update
    reach, setting = page_realm.desk_in(desk(), realm), page_setting.setting()
    place = parse_place(address, areas=reach.city.areas.codes)
    wanted = {tile.key: tile for tile in planned(place, *_room(size))}
    concerned = [
        wanted[each["tile"]]
        for each in shown_tiles
        if each["tile"] in wanted and changed & set(needs(wanted[each["tile"]]))
    ]
    drawn = draw(reach, concerned, who=who, language=setting.language)
    return (
        [drawn.get(each["tile"], no_update) for each in shown_tiles],
        {**(shown or {}), **(versions or {})},
    )


def send(_sends: Any, _undos: Any, address: str | None) -> Any:
    """Send a scene to a wall or take it back; return what came of it, and where that was asked."""
    who, pressed = session.person(), ctx.triggered_id
    reach = desk()
    place = parse_place(address, areas=reach.city.areas.codes)
    if who is None or not place.sending or not ctx.triggered[0]["value"]:
        return no_update  # without a value a key was drawn anew, nobody pressed it
    language, wall_id = session.page_language(), str(pressed["wall"])
    if pressed["part"] == "console-undo":
        outcome = console_sending.take_back(who, wall_id, language)
    else:
        scene_id = str(pressed["scene"])
        outcome = console_sending.send(reach, who, wall_id, scene_id, language)
    at_ms = outcome.at_ms or reach.now_ms()
    return {"place": place.href, "wall": wall_id, **asdict(replace(outcome, at_ms=at_ms))}


def refresh_offers(
    result: Result | None,
    _event: Any,
    _poll: Any,
    _joined: Any,
    shown: list[dict[str, str]],
    drawn: list[dict[str, str]],
    address: str | None,
) -> Any:
    """Say how the walls stand now, and what came of what was sent last from here."""
    who, reach, setting = session.person(), desk(), page_setting.setting()
    place = parse_place(address, areas=reach.city.areas.codes)
    if who is None or not place.sending:
        return [no_update] * len(shown), [no_update] * len(drawn)
    told = dict(result or {})
    asked_at, wall_id = told.pop("place", None), str(told.pop("wall", ""))
    outcomes = {}
    if asked_at == place.href:
        outcomes = {wall_id: Outcome(**{**told, "details": tuple(told["details"])})}
    found = {
        each.wall.wall_id: each
        for each in console_sending.offers(reach, place, who, outcomes=outcomes)
    }
    if any(each["wall"] not in found for each in shown):
        return [no_update] * len(shown), [no_update] * len(drawn)
    now_ms = reach.now_ms()
    return (
        [
            console_lists.offer_parts(found[each["wall"]], now_ms=now_ms, setting=setting)
            for each in shown
        ],
        [drawing(found[each["wall"]].wall, each["view"], setting=setting) for each in drawn],
    )


def _body(
    reach: Desk, place: Place, room: tuple[float, float], who: Person, setting: Setting
) -> list[Component]:
    if place.sending:
        return _offers(reach, place, who)
    plan = planned(place, *room)
    tiles = draw(reach, plan, who=who, language=setting.language)
    if place.level == "city":
        return console.city_body(city_plan(*room), tiles, setting=setting)
    if place.level == "group":
        return console.group_body(place, plan, tiles, setting=setting)
    if place.level == "areas":
        return _areas(reach, place, plan, tiles, room, who, setting)
    if place.level == "area":
        return _area(reach, place, room, who, setting)
    return _tile(reach, place, plan, tiles, room, who, setting)


def _areas(
    reach: Desk,
    place: Place,
    plan: list[Planned],
    tiles: Mapping[str, Component],
    room: tuple[float, float],
    who: Person,
    setting: Setting,
) -> list[Component]:
    spec = areas_spec(place)
    if spec is None:
        return console.beside_body(None, {}, _nothing(setting), height=round(room[1]))
    choices = console_choices.map_choices(reach, spec, place, who, setting)
    rows = console_sources.unit_rows(reach, spec, place, who=who, language=setting.language)
    side = console_lists.unit_list(rows, choices=choices, setting=setting)
    return console.beside_body(plan[0], tiles, side, height=round(room[1]))


def _area(
    reach: Desk, place: Place, room: tuple[float, float], who: Person, setting: Setting
) -> list[Component]:
    unit = reach.city.areas.get(place.area or "")
    assert unit is not None  # noqa: S101 - the place was parsed against the city's units
    figures = console_sources.unit_figures(reach, unit, place, who=who, language=setting.language)
    left = console_lists.unit_figures(
        figures, about=console_sources.facts_of_unit(unit, setting), setting=setting
    )
    dataset = place.dataset or (_dataset(figures[0].href) if figures else "")
    envelope = within_ceiling(reach, [dataset], who).get(dataset)
    card = console_sources.card(reach, envelope, dataset, setting=setting)
    found = console_sources.rows(
        reach, {"dataset": dataset, "area": unit.code}, who=who, setting=setting
    )
    parts = [
        left,
        console_lists.source_card(card, setting=setting),
        console_lists.source_rows(found, setting=setting),
    ]
    return console.three_body(parts, height=round(room[1]))


def _tile(
    reach: Desk,
    place: Place,
    plan: list[Planned],
    tiles: Mapping[str, Component],
    room: tuple[float, float],
    who: Person,
    setting: Setting,
) -> list[Component]:
    spec = tile_spec(place.group or "", place.tile or "")
    if spec is None:
        return console.beside_body(None, {}, _nothing(setting), height=round(room[1]))
    envelope = within_ceiling(reach, [spec.aggregate], who).get(spec.aggregate)
    figure = console_choices.chosen_figure(envelope, spec, place)
    source = console_sources.source_of(envelope, figure)
    if spec.kind == "camera":
        source = {**source, "entity": console_sources.camera_of(envelope, spec)}
    choices = console_choices.figure_choices(envelope, spec, place, setting.language)
    mark = console_choices.passport_mark(envelope, spec, figure)
    dataset = str(source.get("dataset", spec.aggregate))
    if spec.aggregate == BOTTLENECKS:  # what it is made of answers for it
        envelope = within_ceiling(reach, [dataset], who).get(dataset)
    units = {each.aggregate: each.topic for each in area_specs(place.group or "")}
    by_units = replace(place, level="areas", aggregate=dataset, topic=units.get(dataset),
                       figure=None).href  # fmt: skip
    card = console_sources.card(
        reach,
        envelope,
        dataset,
        choices=choices,
        units_href=by_units if dataset in units else "",
        passport=mark,
        setting=setting,
    )
    found = console_sources.rows(reach, source, who=who, setting=setting)
    side = console_lists.source_card(card, setting=setting)
    below = console_lists.source_rows(found, setting=setting)
    return console.tile_body(plan[0], tiles, side, below, height=round(room[1]))


def _offers(reach: Desk, place: Place, who: Person) -> list[Component]:
    given = console_sending.offers(reach, place, who)
    return console_lists.offers(given, now_ms=reach.now_ms(), setting=page_setting.setting())


def _name(reach: Desk, place: Place, setting: Setting) -> str:
    """Return what a place is called in the bar."""
    if place.sending:
        return say("console.send", setting)
    if place.level == "city":
        return pick(reach.city.name, setting.language)
    if place.level == "group":
        return say(f"group.{place.group}", setting)
    if place.level == "areas":
        return say("console.unit_list", setting)
    if place.level == "area":
        unit = reach.city.areas.get(place.area or "")
        return console_sources.unit_name(unit, setting.language) if unit else place.area or ""
    spec = tile_spec(place.group or "", place.tile or "")
    return _tile_name(reach, spec, place, setting) if spec else ""


def _tile_name(reach: Desk, spec: TileSpec, place: Place, setting: Setting) -> str:
    envelope = reach.cache.read(spec.aggregate)
    figure = console_choices.chosen_figure(envelope, spec, place)
    return console_choices.figure_name(envelope, spec, figure, setting.language)


def _dataset(href: str) -> str:
    return href.rsplit("/", 1)[-1]


def _nothing(setting: Setting) -> Component:
    return console_lists.source_rows([], setting=setting)


def _room(size: Size) -> tuple[float, float]:
    return (
        max(float(size.get("width", 0)), SMALLEST[0]),
        max(float(size.get("height", 0)), SMALLEST[1]),
    )
