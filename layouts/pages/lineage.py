"""The way of a dataset's data: from its source over the aggregates made of it to tiles and pages.

A tree, because everything here begins at one dataset: no line crosses another. Every part that has
a page leads there. Values in, components out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dash import html
from dash.development.base_component import Component

from data_access.envelope import Text
from language import number, pick
from layouts.pages.attributes import attrs, freshness
from layouts.pages.data_page import Link, data_page
from layouts.pages.passport import drawer
from layouts.pages.passport_words import tell
from layouts.pages.shell import Setting, icon, say


@dataclass(frozen=True, slots=True)
class Shown:
    """Where an aggregate is seen: a scene of a wall, or a topic of the console."""

    name: str
    tiles: tuple[str, ...]  # what their kinds are called
    href: str | None
    is_wall: bool


@dataclass(frozen=True, slots=True)
class Made:
    """An aggregate made of the dataset, or (`through`) of others that are."""

    aggregate: str
    label: Text
    through: tuple[Text, ...]
    as_of_ms: float | None
    stale_after_ms: float
    shown: tuple[Shown, ...]
    href: str  # the catalogue's entry of what it is made of
    mark: str = ""  # of its first figure, whose passport opens


@dataclass(frozen=True, slots=True)
class Beginning:
    """The source, and what came of it."""

    dataset: str
    name: Text
    owner: Text
    record: Text | None
    ways: tuple[str, ...]  # the format, then how it comes
    origin: str | None
    accepted: int | None  # None: of another time, not kept
    refused: int | None


@dataclass(frozen=True, slots=True)
class Choice:
    """A dataset one can look at."""

    dataset: str
    name: str


def page(
    choices: Sequence[Choice],
    beginning: Beginning,
    made: Sequence[Made],
    *,
    link: Link,
    setting: Setting,
) -> Component:
    """Build the page of one dataset."""
    return data_page(
        "lineage",
        [],
        [
            html.Div(
                [
                    _choices(choices, beginning.dataset, setting),
                    html.Section(
                        _tree(beginning, made, setting),
                        className="scroll lineage-picture",
                        tabIndex="0",
                        **attrs(aria_label=say("title.lineage", setting)),
                    ),
                ],
                className="lineage-body",
            ),
            drawer(setting=setting),
        ],
        link=link,
        setting=setting,
    )


def lineage_href(dataset: str) -> str:
    """Return where the way of a dataset's data is drawn."""
    return f"/data/lineage?dataset={dataset}"


def _choices(choices: Sequence[Choice], here: str, setting: Setting) -> Component:
    return html.Nav(
        html.Ul(
            [
                html.Li(
                    html.A(
                        each.name,
                        href=lineage_href(each.dataset),
                        className="lineage-choice" + (" is-here" if each.dataset == here else ""),
                        **attrs(aria_current="true" if each.dataset == here else None),
                    )
                )
                for each in choices
            ]
        ),
        className="scroll lineage-choices",
        **attrs(aria_label=say("lineage.datasets", setting)),
    )


def _tree(beginning: Beginning, made: Sequence[Made], setting: Setting) -> list[Component]:
    heads = ("source", "dataset", "aggregate", "shown")
    return [
        html.Ol(
            [html.Li(say(f"lineage.step.{each}", setting)) for each in heads],
            className="lineage-heads",
        ),
        html.Div(
            [
                _source(beginning, setting),
                _dataset(beginning, setting),
                _branches(made, setting),
            ],
            className="lineage-tree",
        ),
    ]


def _source(beginning: Beginning, setting: Setting) -> Component:
    language = setting.language
    record = beginning.record
    name = say("lineage.unsaid", setting) if record is None else pick(record, language)
    return html.Div(
        html.A(
            [
                html.Strong(name),
                html.Span(pick(beginning.owner, language)),
                html.Span(" · ".join(beginning.ways), className="quiet"),
            ],
            href="/data/sources",
            className="node",
        ),
        className="lineage-root",
    )


def _dataset(beginning: Beginning, setting: Setting) -> Component:
    language = setting.language
    told = say("lineage.rows_unkept", setting)
    if beginning.accepted is not None:
        told = say(
            "lineage.rows",
            setting,
            accepted=number(beginning.accepted, language=language),
            refused=number(beginning.refused, language=language),
        )
    origin = beginning.origin
    state = say(f"origin.{origin}" if origin else "lineage.no_source", setting)
    return html.Div(
        html.A(
            [
                html.Strong(pick(beginning.name, language)),
                html.Span(told),
                html.Span(state, className="quiet"),
            ],
            href=f"/data?dataset={beginning.dataset}",
            className="node node-main",
        ),
        className="lineage-root",
    )


def _branches(made: Sequence[Made], setting: Setting) -> Component:
    if not made:
        return html.P(say("lineage.nothing_made", setting), className="quiet")
    return html.Ul([_branch(each, setting) for each in made], className="branches")


def _branch(made: Made, setting: Setting) -> Component:
    language = setting.language
    age: Component | None = None
    if made.as_of_ms is not None:
        age = html.Span(
            [
                html.Span(className="ioc-age", **attrs(data_at_ms=made.as_of_ms)),
                html.Span(say("stale", setting), className="stale-word"),
            ],
            className="quiet output-age",
            **freshness(made.as_of_ms, made.stale_after_ms),
        )
    through = ""
    if made.through:
        names = ", ".join(pick(each, language) for each in made.through)
        through = say("lineage.through", setting, names=names)
    inner = [
        html.Strong(pick(made.label, language)),
        html.Code(made.aggregate),
        html.Span(through, className="quiet") if through else None,
        age,
    ]
    node: Component = html.A(inner, href=made.href, className="node node-made")
    if made.mark:
        name = tell("of", setting, figure=pick(made.label, language))
        about = attrs(data_passport=made.mark, aria_label=name, aria_haspopup="dialog")
        node = html.Button([*inner, icon("bi-card-checklist")], className="node node-made", **about)
    return html.Li([node, _shown(made.shown, setting)], className="branch")


def _shown(shown: Sequence[Shown], setting: Setting) -> Component:
    if not shown:
        return html.P(say("lineage.not_shown", setting), className="quiet branch-none")
    return html.Ul([html.Li(_place(each)) for each in shown], className="leaves")


def _place(shown: Shown) -> Component:
    inner = [
        html.Span([icon("bi-grid-3x2" if shown.is_wall else "bi-bar-chart-line"), shown.name],
                  className="leaf-name"),
        html.Span(", ".join(shown.tiles), className="quiet"),
    ]  # fmt: skip
    if shown.href is None:
        return html.Div(inner, className="node leaf")
    return html.A(inner, href=shown.href, className="node leaf")
