"""What stands beside tiles on the console: units, figures of a unit, owners, source rows, walls.

Every number says whose it is and how old. Values in, components out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dash import html
from dash.development.base_component import Component

from data_access.envelope import Text
from language import pick
from layouts import ids
from layouts.pages import passport
from layouts.pages.attributes import attrs, freshness
from layouts.pages.miniature import thumbnail
from layouts.pages.operator_keys import hold_state
from layouts.pages.outcome import Outcome, result
from layouts.pages.room import on_air
from layouts.pages.shell import Setting, icon, say
from layouts.pages.sites import picture
from layouts.pages.wall_view import WallView
from layouts.tiles.bands import name as band_name
from layouts.tiles.bands import swatch

Band = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A ward or commune in a list; `words` is its value as written, empty when not measured."""

    href: str
    name: str
    kind: str
    words: str = ""
    band: Band | None = None


@dataclass(frozen=True, slots=True)
class UnitFigure:
    """One figure of one unit."""

    href: str
    label: str
    words: str
    owner: str
    as_of_ms: float | None
    stale_after_ms: float
    band: Band | None = None
    is_chosen: bool = False


@dataclass(frozen=True, slots=True)
class SourceCard:
    """Who answers for a number, and what it is made of: pairs of words, and its age."""

    owner: str
    phone: str
    as_of_ms: float | None
    stale_after_ms: float
    facts: tuple[tuple[str, str], ...] = ()
    figures: tuple[tuple[str, str, bool], ...] = ()  # href, name, chosen
    units_href: str = ""  # where the same stands by ward and commune
    passport: str = ""  # mark of the figure whose passport can be asked for


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One row of a source, as written for a reader."""

    observed: str
    what: str
    place: str
    figure: str
    quality: str
    is_suspect: bool
    reference: str
    recorded: str
    picture: str = ""  # where the one is that it came with


@dataclass(frozen=True, slots=True)
class Offer:
    """A wall and its scenes that show the place one came from, the fittest first."""

    wall: WallView
    scene_ids: tuple[str, ...]
    allowed: bool
    outcome: Outcome | None = None


def unit_list(
    rows: Sequence[UnitRow],
    *,
    choices: Sequence[tuple[str, str, bool]],
    setting: Setting,
) -> Component:
    """Return the units, gravest first; `choices` (href, name, chosen) change what orders them."""
    measured = sum(bool(row.words) for row in rows)
    return html.Section(
        [
            html.Div(
                [
                    html.H2(say("console.unit_list", setting)),
                    html.Span(
                        say("console.measured", setting, measured=measured, units=len(rows)),
                        className="quiet",
                    ),
                    *([_choices(choices)] if len(choices) > 1 else []),
                ],
                className="list-head",
            ),
            html.Ul([html.Li(_unit(row, setting)) for row in rows], className="unit-rows"),
        ],
        className="console-side unit-list",
    )


def unit_figures(
    figures: Sequence[UnitFigure], *, about: Sequence[tuple[str, str]], setting: Setting
) -> Component:
    """Return every figure known of a unit; the chosen one's rows stand beside."""
    if not figures:
        body: Component = html.P(say("console.unit_unknown", setting), className="quiet")
    else:
        body = html.Ul([html.Li(_figure(each, setting)) for each in figures], className="figures")
    return html.Section([_facts(about), body], className="console-unit")


def source_card(card: SourceCard, *, setting: Setting) -> Component:
    """Return owner, telephone and age, then what kind of data it is."""
    age: list[Component] = [html.Span(say("console.no_data", setting), className="quiet")]
    if card.as_of_ms is not None:
        age = [html.Span(className="ioc-age", **attrs(data_at_ms=card.as_of_ms)),
               html.Span(say("stale", setting), className="stale-word")]  # fmt: skip
    phone = card.phone or say("console.no_phone", setting)
    return html.Section(
        [
            *([_choices(card.figures)] if len(card.figures) > 1 else []),
            html.Div(
                [
                    html.Div(
                        [
                            html.Div(say("console.owner", setting), className="card-label"),
                            html.Div(card.owner, className="card-owner"),
                            html.Div([icon("bi-telephone"), phone], className="card-phone"),
                        ],
                        className="card-who",
                    ),
                    html.Div(
                        [
                            html.Div(say("console.age", setting), className="card-label"),
                            html.Div(
                                age,
                                className="card-age",
                                **freshness(card.as_of_ms, card.stale_after_ms),
                            ),
                        ]
                    ),
                ],
                className="card-top",
            ),
            html.Div(
                [
                    *([passport.key(card.passport, setting=setting)] if card.passport else []),
                    *([_by_units(card.units_href, setting)] if card.units_href else []),
                ],
                className="card-keys",
            ),
            _facts(card.facts),
        ],
        className="console-side source-card",
    )


def source_rows(rows: Sequence[SourceRow] | None, *, setting: Setting) -> Component:
    """Return the rows behind a figure; None: this person's role may not see them."""
    if rows is None:
        body: Component = html.P(say("console.rows_forbidden", setting), className="quiet")
    elif not rows:
        body = html.P(say("console.no_rows", setting), className="quiet")
    else:
        heads = ("observed", "what", "place", "figure", "quality", "reference", "recorded")
        body = html.Table(
            [
                html.Thead(
                    html.Tr([html.Th(say(f"rows.{head}", setting), className=f"row-{head}")
                             for head in heads])
                ),
                html.Tbody([_row(row, setting) for row in rows]),
            ],
            className="source-rows",
        )  # fmt: skip
    return html.Section(
        [html.H2(say("console.rows", setting)), html.Div(body, className="scroll", tabIndex="0")],
        className="console-rows",
    )


def offers(given: Sequence[Offer], *, now_ms: float, setting: Setting) -> list[Component]:
    """Return the walls, live, with their fitting scenes and how to take back what was sent."""
    return [
        html.Div(
            [
                html.Section(
                    [
                        picture(offer.wall, "program", over=[], setting=setting),
                        html.Div(
                            offer_parts(offer, now_ms=now_ms, setting=setting),
                            id=ids.console_offer(offer.wall.wall_id),
                            className="offer-parts",
                        ),
                    ],
                    className="offer",
                )
                for offer in given
            ],
            className="offers",
            **attrs(data_realm_clock=""),  # walls are of now, whatever the page shows
        )
    ]


def offer_parts(offer: Offer, *, now_ms: float, setting: Setting) -> list[Component]:
    """Return what changes around a wall's picture: the picture itself is not loaded again."""
    outcome = [result(offer.outcome, now_ms=now_ms, setting=setting)] if offer.outcome else []
    return [
        html.Div(
            [
                html.H2(pick(offer.wall.name, setting.language)),
                html.Div(
                    on_air(offer.wall, now_ms=now_ms, setting=setting), className="room-on-air"
                ),
            ],
            className="offer-head",
        ),
        html.Div(
            _undo(offer, setting) if offer.allowed else _why_not(offer, setting),
            className="offer-undo",
        ),
        html.Div(outcome, className="offer-outcome", role="status"),
        html.Ul(
            [html.Li(_scene(offer, scene_id, setting)) for scene_id in offer.scene_ids],
            className="offer-scenes",
        ),
    ]


def _unit(row: UnitRow, setting: Setting) -> Component:
    figure: list[Component] = [html.Span(say("console.not_measured", setting), className="quiet")]
    if row.words:
        figure = [html.Span(row.words, className="unit-figure")]
        if row.band is not None:
            figure.insert(0, html.Span(band_name(row.band, setting.language), className="quiet"))
            figure.insert(0, swatch(row.band))
    return html.A(
        [
            html.Span(row.name, className="unit-name"),
            html.Span(row.kind, className="quiet unit-kind"),
            html.Span(figure, className="unit-value"),
            icon("bi-chevron-right"),
        ],
        href=row.href,
        className="unit-row",
    )


def _figure(figure: UnitFigure, setting: Setting) -> Component:
    band: list[Component] = []
    if figure.band is not None:
        band = [swatch(figure.band), html.Span(band_name(figure.band, setting.language))]
    age: list[Component] = []
    if figure.as_of_ms is not None:
        age = [html.Span(className="ioc-age", **attrs(data_at_ms=figure.as_of_ms))]
    return html.A(
        [
            html.Span(figure.label, className="figure-label"),
            html.Span([html.Strong(figure.words), *band], className="figure-words"),
            html.Span([html.Span(figure.owner), *age], className="figure-foot"),
        ],
        href=figure.href,
        className="figure-row" + (" is-chosen" if figure.is_chosen else ""),
        **attrs(aria_current="true" if figure.is_chosen else None),
    )


def _row(row: SourceRow, setting: Setting) -> Component:
    what: list[Component | str] = [row.what]
    if row.picture:
        told = say("console.picture", setting)
        image = html.Img(src=row.picture, alt=f"{told}: {row.what}")
        what.append(html.A(image, href=row.picture, target="_blank", className="row-picture"))
    quality = "row-quality is-suspect" if row.is_suspect else "row-quality"
    return html.Tr(
        [
            html.Td(row.observed, className="row-observed"),
            html.Td(what, className="row-what"),
            html.Td(row.place, className="row-place"),
            html.Td(row.figure, className="row-figure"),
            html.Td(row.quality, className=quality),
            html.Td(row.reference, className="row-reference"),
            html.Td(row.recorded, className="row-recorded"),
        ]
    )


def _choices(choices: Sequence[tuple[str, str, bool]]) -> Component:
    return html.Div(
        [
            html.A(
                name,
                href=href,
                className="key choice" + (" is-chosen" if chosen else ""),
                **attrs(aria_current="true" if chosen else None),
            )
            for href, name, chosen in choices
        ],
        className="choices",
    )


def _facts(facts: Sequence[tuple[str, str]]) -> Component:
    return html.Dl(
        [html.Div([html.Dt(name), html.Dd(words)]) for name, words in facts], className="facts"
    )


def _by_units(href: str, setting: Setting) -> Component:
    words = [icon("bi-map"), html.Span(say("console.by_units", setting)), icon("bi-chevron-right")]
    return html.A(words, href=href, className="key by-units")


def _undo(offer: Offer, setting: Setting) -> list[Component]:
    manual = offer.wall.manual
    return [
        html.Div(hold_state(offer.wall, setting=setting), className="op-hold"),
        html.Button(
            [icon("bi-arrow-counterclockwise"), say("console.undo", setting)],
            id=ids.console_undo(offer.wall.wall_id),
            className="key",
            disabled=manual is None,
        ),
    ]


def _why_not(offer: Offer, setting: Setting) -> list[Component]:
    words = say("console.not_allowed", setting)
    if not offer.wall.reachable:
        words = say("site.away" if offer.wall.is_lost else "console.away", setting)
    return [html.P(words, className="quiet")]


def _scene(offer: Offer, scene_id: str, setting: Setting) -> Component:
    scene = offer.wall.scene(scene_id)
    assert scene is not None  # noqa: S101 - an offer names scenes of its wall
    is_program = bool(offer.wall.program and offer.wall.program.scene_id == scene_id)
    tally = [html.Span(say("wall.on_air", setting), className="tally tally-program")]
    words = pick(Text(scene.name), setting.language)
    return html.Button(
        [
            thumbnail(scene, offer.wall),
            html.Span([html.Span(words, className="scene-name")], className="scene-foot"),
            html.Span(tally if is_program else [], className="scene-marks"),
        ],
        id=ids.console_send(offer.wall.wall_id, scene_id),
        className="key scene" + (" is-program" if is_program else ""),
        disabled=not offer.allowed,
        **attrs(aria_label=say("console.send_scene", setting, scene=words)),
    )
