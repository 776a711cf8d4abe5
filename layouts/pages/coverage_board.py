"""The coverage board: of what agencies have, what is registered, connected and live (R54).

Values in, components out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from data_access.envelope import Number, Text
from language import number, pick
from layouts import ids
from layouts.pages.attributes import attrs
from layouts.pages.data_grid import GridColumn, data_grid
from layouts.pages.data_page import Link, data_page
from layouts.pages.shell import Setting, icon, say

AGAIN_MS = 60_000
FIGURES = ("registered", "connected", "live", "shown")
STAGES = ("live", "connected", "shown", "registered")
STAGE_MARKS = {
    "live": "bi-broadcast",
    "connected": "bi-clock-history",
    "shown": "bi-play-btn",
    "registered": "bi-journal",
}


@dataclass(frozen=True, slots=True)
class AgencyCoverage:
    """How many datasets of an agency are how far; `coverage` in per cent."""

    agency: str
    name: Text
    registered: int
    connected: int
    live: int
    shown: int
    coverage: float


@dataclass(frozen=True, slots=True)
class Goal:
    """What coverage is to be in a year, in per cent."""

    year: int
    share: float


@dataclass(frozen=True, slots=True)
class Step:
    """A dataset and how far it is; `href` where there is more of it than its name."""

    name: Text
    owner: Text
    stage: str  # registered | shown | connected | live
    origin: str | None
    href: str | None


def page(
    figures: Mapping[str, Number],
    agencies: Sequence[AgencyCoverage],
    steps: Sequence[Step],
    *,
    chosen: str | None,
    goal: Goal | None,
    link: Link,
    setting: Setting,
) -> Component:
    """Build the board; `steps` are the datasets of the agency that is `chosen`, or all."""
    return data_page(
        "coverage",
        [],
        [
            dcc.Interval(id=ids.COVERAGE_AGAIN, interval=AGAIN_MS),
            html.Div(
                [
                    _figures(figures, goal, setting),
                    data_grid(
                        ids.COVERAGE_GRID,
                        _columns(setting),
                        rows(agencies, setting=setting),
                        label=say("title.coverage", setting),
                        setting=setting,
                    ),
                    html.Section(
                        _steps(steps, agencies, chosen, setting),
                        className="scroll panel overdue",
                        tabIndex="0",
                        **attrs(aria_label=say("coverage.steps", setting)),
                    ),
                ],
                className="quality-body",
            ),
        ],
        link=link,
        setting=setting,
    )


def rows(agencies: Sequence[AgencyCoverage], *, setting: Setting) -> list[dict[str, Any]]:
    """Return the rows of the board, as the grid takes them."""
    return [
        {
            "id": each.agency,
            "href": f"/data/coverage?agency={each.agency}",
            "name": pick(each.name, setting.language),
            "registered": each.registered,
            "connected": each.connected,
            "live": each.live,
            "shown": each.shown,
            "coverage": each.coverage,
            "coverage_words": number(each.coverage, "%", decimals=1, language=setting.language),
        }
        for each in agencies
    ]


def _figures(figures: Mapping[str, Number], goal: Goal | None, setting: Setting) -> Component:
    """Return the coverage against its goal, and the counts it is made of."""
    coverage = figures.get("coverage")
    parts = [_coverage(coverage, goal, setting)] if coverage is not None else []
    parts += [
        html.Li(
            [
                html.Span(
                    pick(figures[name]["label"], setting.language), className="criterion-name"
                ),
                html.Strong(number(figures[name]["value"], decimals=0, language=setting.language)),
            ],
            className="criterion",
        )
        for name in FIGURES
        if name in figures
    ]
    if not parts:
        return html.P(say("coverage.unknown", setting), className="quiet")
    return html.Ul(parts, className="criteria coverage-figures")


def _coverage(figure: Number, goal: Goal | None, setting: Setting) -> Component:
    language = setting.language
    share = figure["value"] or 0.0
    note = figure.get("note")
    told = [pick(note, language)] if note else []
    if goal is not None:
        most = number(goal.share, "%", language=language)
        told.append(say("coverage.goal", setting, share=most, year=goal.year))
    return html.Li(
        [
            html.Span(pick(figure["label"], language), className="criterion-name"),
            html.Strong(number(figure["value"], "%", decimals=1, language=language)),
            html.Span(
                html.I(style={"width": f"{share:.1f}%"}, className="score-fill"),
                className="score-track",
                **attrs(aria_hidden="true"),
            ),
            html.Span(
                " · ".join(told),
                className="quiet criterion-note",
            ),
        ],
        className="criterion coverage-whole",
    )


def _columns(setting: Setting) -> list[GridColumn]:
    def head(name: str) -> str:
        return say(f"coverage.column.{name}", setting)

    return [
        GridColumn("name", head("agency"), 220, 3, is_link=True),
        *(GridColumn(each, head(each), 104, 1, is_figure=True) for each in FIGURES),
        GridColumn("coverage", head("coverage"), 104, 1, is_figure=True),
    ]


def _steps(
    steps: Sequence[Step],
    agencies: Sequence[AgencyCoverage],
    chosen: str | None,
    setting: Setting,
) -> list[Component]:
    name = next((pick(a.name, setting.language) for a in agencies if a.agency == chosen), None)
    found: list[Component] = [html.H2(name or say("coverage.all", setting))]
    if name is not None:
        back = html.A(say("coverage.all", setting), href="/data/coverage", className="key")
        found.append(back)
    ordered = sorted(steps, key=lambda each: STAGES.index(each.stage))
    for stage, mine in groupby(ordered, key=lambda each: each.stage):
        listed = list(mine)
        head = say(f"coverage.stage.{stage}", setting)
        found += [
            html.H3([icon(STAGE_MARKS[stage]), f" {head} ({len(listed)})"]),
            html.Ul([html.Li(_step(each, chosen, setting)) for each in listed]),
        ]
    return found


def _step(each: Step, chosen: str | None, setting: Setting) -> Component:
    told = [] if each.origin in (None, "live") else [say(f"origin.{each.origin}", setting)]
    if chosen is None:
        told.insert(0, pick(each.owner, setting.language))
    inner: list[Component] = [html.Strong(pick(each.name, setting.language))]
    if told:
        inner.append(html.Span(" · ".join(told), className="quiet"))
    if each.href is None:
        return html.Div(inner, className="overdue-item is-plain")
    return html.A(inner, href=each.href, className="overdue-item")
