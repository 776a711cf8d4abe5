"""The room's tools on the operator's page: night, held picture, masks, another site's picture.

What the whole room sees at once is asked first; covering is not: it must be quick, and hides only.
The installer's tools are `align`. Values in, components out.
"""

from __future__ import annotations

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from data_access.classification import LEVELS, Classification
from language import has, moment, number, pick
from layouts.pages.operator_keys import Asks, countdown, operator_key
from layouts.pages.shell import Setting, icon, say
from layouts.pages.tools_view import NIGHT_MODES, FollowingView, NightView
from layouts.pages.wall_view import MaskView, WallView

NIGHT_ICONS = {"auto": "bi-clock", "on": "bi-moon-stars-fill", "off": "bi-sun-fill"}


def tools(
    wall: WallView,
    others: Sequence[WallView],
    *,
    orbit_px: int,
    may_command: bool,
    now_ms: float,
    setting: Setting,
) -> list[Component]:
    """Return what the tools do to the wall now, with their keys for who may command.

    `others` are the walls of other sites, `orbit_px` how far the wall's file lets it wander.
    """
    if not wall.reachable:
        return [html.P(say("automation.unknown", setting), className="quiet")]
    return [
        html.H3(say("tools.light", setting)),
        _night(wall, may_command, now_ms, setting),
        _orbit(wall, orbit_px, may_command, setting),
        html.H3(say("tools.picture", setting)),
        _freeze(wall, may_command, setting),
        *(_mask(each, wall, may_command, now_ms, setting) for each in wall.masks),
        *_cover(wall, may_command, setting),
        *_sites(wall, others, may_command, now_ms, setting),
    ]


def level_words(ceiling: Classification, setting: Setting) -> str:
    """Return a ceiling in words: its level, and the compartments it lets through."""
    level = say(f"level.{ceiling.level}", setting)
    if not ceiling.compartments:
        return level
    names = [_compartment(each, setting) for each in sorted(ceiling.compartments)]
    return say("tools.level_with", setting, level=level, names=", ".join(names))


Words = Component | str | list[Component | str]


def row(told: Component | str, more: Words, keys: Sequence[Component]) -> Component:
    """Return a line of the tools: what it is, how it stands, and its keys."""
    return html.Div(
        [
            html.Div([html.Strong(told), html.Div(more, className="tool-state")]),
            html.Div(list(keys), className="tool-keys"),
        ],
        className="tool-row",
    )


def _night(wall: WallView, may_command: bool, now_ms: float, setting: Setting) -> Component:
    night = wall.tools.night
    if night is None:
        return row(say("tools.night", setting), say("tools.no_night", setting), [])
    keys = [
        operator_key(
            "wall.night",
            mode,
            NIGHT_ICONS[mode],
            setting,
            words=say(f"tools.night_{mode}", setting),
            is_pressed=night.mode == mode,
            asks=_asks(f"night_{mode}", wall, setting),
        )
        for mode in NIGHT_MODES
    ]
    told = _night_state(night, now_ms, setting)
    return row(say("tools.night", setting), told, keys if may_command else [])


def _night_state(night: NightView, now_ms: float, setting: Setting) -> str:
    language = setting.language
    return say(
        "tools.night_is" if night.is_now(now_ms) else "tools.day_is",
        setting,
        begins=night.begins,
        ends=night.ends,
        dim=number(night.dim * 100, "%", decimals=0, language=language),
        white=number(night.white_k, "K", decimals=0, language=language),
    )


def _orbit(wall: WallView, orbit_px: int, may_command: bool, setting: Setting) -> Component:
    name = say("tools.orbit", setting)
    planned_px = wall.tools.orbit_px or orbit_px
    if not planned_px:
        return row(name, say("tools.no_orbit", setting), [])
    is_on = wall.tools.orbit_px > 0
    far = number(planned_px, "px", decimals=0, language=setting.language)
    keys = [
        operator_key(
            "wall.orbit",
            each,
            symbol,
            setting,
            words=say(f"tools.{each}", setting),
            is_pressed=is_on == (each == "on"),
            asks=_asks(f"orbit_{each}", wall, setting),
        )
        for each, symbol in (("on", "bi-arrows-move"), ("off", "bi-stop"))
    ]
    told = say("tools.orbit_on" if is_on else "tools.orbit_off", setting, far=far)
    return row(name, told, keys if may_command else [])


def _freeze(wall: WallView, may_command: bool, setting: Setting) -> Component:
    is_held = wall.tools.is_frozen
    do, symbol = ("off", "bi-play-fill") if is_held else ("on", "bi-pause-fill")
    key = operator_key(
        "wall.freeze",
        do,
        symbol,
        setting,
        words=say(f"tools.freeze_{do}", setting),
        asks=_asks(f"freeze_{do}", wall, setting),
    )
    told = html.Span(
        [icon("bi-pause-circle-fill"), say("tools.is_frozen", setting)], className="is-problem"
    )
    state = told if is_held else say("tools.is_moving", setting)
    return row(say("tools.freeze", setting), state, [key] if may_command else [])


def _mask(
    mask: MaskView, wall: WallView, may_command: bool, now_ms: float, setting: Setting
) -> Component:
    at = moment(mask.since_at_ms, now=now_ms, language=setting.language, timezone=setting.timezone)
    told: list[Component | str] = [say("tools.mask_by", setting, who=mask.by, at=at)]
    if mask.until_at_ms is None:
        told.append(f" · {say('tools.mask_open', setting)}")
    else:
        told += [f" · {say('tools.mask_ends', setting)} ", countdown(mask.until_at_ms)]
    key = operator_key(
        "wall.unmask", mask.mask_id, "bi-eye", setting, asks=_asks("unmask", wall, setting)
    )
    ceiling = Classification(mask.level, frozenset(mask.compartments))
    name = html.Span(
        [
            icon("bi-eye-slash-fill"),
            say("guard.masked", setting, level=level_words(ceiling, setting)),
        ]
    )
    return row(name, told, [key] if may_command else [])


def _cover(wall: WallView, may_command: bool, setting: Setting) -> list[Component]:
    """Return keys that cover what is above a level; a level that hides nothing has none."""
    standing = {each.mask_id for each in wall.masks}
    levels = [
        level
        for level in LEVELS
        if not wall.ceiling.within(Classification(level)) and mask_id(level) not in standing
    ]
    if not may_command or not levels:
        return []
    keys = [
        operator_key(
            "wall.mask", level, "bi-eye-slash", setting, words=say(f"tools.above_{level}", setting)
        )
        for level in levels
    ]
    return [row(say("tools.cover", setting), say("tools.cover_what", setting), keys)]


def mask_id(level: str) -> str:
    """Return under which name this page covers what is above a level."""
    return f"above-{level}"


def _sites(
    wall: WallView,
    others: Sequence[WallView],
    may_command: bool,
    now_ms: float,
    setting: Setting,
) -> list[Component]:
    following = wall.tools.following
    if not others and following is None:
        return []
    known = {each.wall_id: each for each in others}
    said: list[Component] = [html.H3(say("tools.sites", setting))]
    if following is not None:
        said.append(_following(following, wall, known, may_command, now_ms, setting))
    return said + [
        _other(each, wall, may_command, setting)
        for each in others
        if following is None or each.wall_id != following.of
    ]


def _following(
    following: FollowingView,
    wall: WallView,
    known: dict[str, WallView],
    may_command: bool,
    now_ms: float,
    setting: Setting,
) -> Component:
    language = setting.language
    other = known.get(following.of)
    name = pick(other.name, language) if other is not None else following.of
    at = moment(following.since_at_ms, now=now_ms, language=language, timezone=setting.timezone)
    told: list[Component | str] = [say("tools.mask_by", setting, who=following.by, at=at)]
    if not following.is_shown:
        told = [html.Span(say("tools.not_followed", setting), className="is-problem")]
    key = operator_key(
        "wall.follow",
        "",
        "bi-x-lg",
        setting,
        words=say("tools.release", setting),
        asks=_asks("release", wall, setting),
    )
    head = html.Span([icon("bi-broadcast"), say("tools.follows", setting, wall=name)])
    return row(head, told, [key] if may_command else [])


def _other(other: WallView, wall: WallView, may_command: bool, setting: Setting) -> Component:
    language = setting.language
    name = pick(other.name, language)
    scene = other.scene_name(other.program_scene, language)
    told = say("tools.other_shows", setting, scene=scene) if scene else say("wall.nothing", setting)
    key = operator_key(
        "wall.follow",
        other.wall_id,
        "bi-broadcast",
        setting,
        asks=Asks(say("asking.follow", setting, wall=pick(wall.name, language), other=name)),
    )
    return row(name, told, [key] if may_command else [])


def _asks(what: str, wall: WallView, setting: Setting) -> Asks:
    return Asks(say(f"asking.{what}", setting, wall=pick(wall.name, setting.language)))


def _compartment(name: str, setting: Setting) -> str:
    key = f"pages.compartment.{name}"
    return say(f"compartment.{name}", setting) if has(key, setting.language) else name
