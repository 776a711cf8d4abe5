"""Behind one score of a dataset: what was checked and what was wrong, row by row, and its course.

Values in, components out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from data_access.envelope import Text
from data_access.promises import CRITERIA
from language import number, pick
from layouts import ids
from layouts.pages.attributes import attrs
from layouts.pages.catalogue import BELOW_MARK
from layouts.pages.console_lists import SourceRow, source_rows
from layouts.pages.data_page import Link, data_page
from layouts.pages.quality_board import drill_href
from layouts.pages.score_course import Course, course
from layouts.pages.shell import Setting, icon, say


@dataclass(frozen=True, slots=True)
class Wrong:
    """One thing that was not right: what, with what is known of it, and how often."""

    what: str
    more: str
    count: int | None
    href: str | None = None  # where the very rows are


@dataclass(frozen=True, slots=True)
class CheckedPart:
    """A part of a criterion: `right` of `checked`; `wrong` is None for who may not see it.

    `formula` says in a sentence what is divided by what.
    """

    name: str
    formula: str
    right: float
    checked: float
    score: float
    wrong: tuple[Wrong, ...] | None
    total: int  # of what was wrong, of which `wrong` are the first


@dataclass(frozen=True, slots=True)
class Behind:
    """The rows of one thing that was wrong; None: not for this person's role."""

    name: str
    rows: Sequence[SourceRow] | None


@dataclass(frozen=True, slots=True)
class Drilled:
    """One dataset and one criterion, with all six scores beside."""

    dataset: str
    name: Text
    owner: Text
    steward: Text | None
    phone: str | None
    criterion: str
    scores: Mapping[str, float | None]
    floors: Mapping[str, float]
    below: frozenset[str]
    parts: tuple[CheckedPart, ...]
    is_readable: bool  # whether the store could be asked
    is_kept: bool = True  # False: of another time than now, of which the parts are not kept
    behind: Behind | None = None  # rows that were asked for


def page(
    drilled: Drilled,
    history: Course,
    *,
    link: Link,
    setting: Setting,
) -> Component:
    """Build the page of one score; `history` are the courses of all six."""
    return data_page(
        "quality",
        [_name(drilled, setting)],
        [
            html.Div(
                [
                    html.Section(
                        [
                            _criteria(drilled, setting),
                            _course(drilled, history, setting)
                            if drilled.behind is None
                            else _behind(drilled, drilled.behind, setting),
                        ],
                        className="drill-left",
                    ),
                    html.Section(
                        _parts(drilled, setting),
                        className="scroll panel drill-parts",
                        tabIndex="0",
                        **attrs(aria_label=say("quality.behind", setting)),
                    ),
                ],
                className="drill-body",
            ),
        ],
        link=link,
        setting=setting,
    )


def _name(drilled: Drilled, setting: Setting) -> Component:
    language = setting.language
    who = [pick(drilled.owner, language)]
    if drilled.steward is not None:
        who.append(pick(drilled.steward, language))
    if drilled.phone:
        who.append(drilled.phone)
    return html.Div(
        [
            html.A(
                pick(drilled.name, language),
                href=f"/data?dataset={drilled.dataset}",
                className="key data-tab drill-name",
            ),
            html.Span(" · ".join(who), className="quiet"),
        ],
        className="drill-who",
    )


def _criteria(drilled: Drilled, setting: Setting) -> Component:
    return html.Nav(
        [_criterion(drilled, each, setting) for each in CRITERIA],
        className="drill-criteria",
        **attrs(aria_label=say("quality.criteria", setting)),
    )


def _criterion(drilled: Drilled, criterion: str, setting: Setting) -> Component:
    is_here = criterion == drilled.criterion
    score = drilled.scores.get(criterion)
    least = number(drilled.floors[criterion], "%", language=setting.language)
    written = number(score, "%", decimals=1, language=setting.language)
    return html.A(
        [
            html.Span(say(f"criterion.{criterion}", setting)),
            html.Strong([icon(BELOW_MARK) if criterion in drilled.below else None, written]),
            html.Span(say("catalogue.floor", setting, floor=least), className="quiet"),
        ],
        href=drill_href(drilled.dataset, criterion),
        className="key drill-criterion" + (" is-here" if is_here else ""),
        **attrs(aria_current="true" if is_here else None),
    )


def _course(drilled: Drilled, history: Course, setting: Setting) -> Component:
    if not any(history.lines.values()):
        return html.P(say("quality.no_course", setting), className="quiet drill-course")
    floor = drilled.floors[drilled.criterion]
    figure: dict[str, Any] = course(
        history,
        drilled.criterion,
        floor=floor,
        least=say("catalogue.floor", setting, floor=number(floor, "%", language=setting.language)),
        names={each: say(f"criterion.{each}", setting) for each in history.lines},
        language=setting.language,
        timezone=setting.timezone,
    )
    return html.Div(
        [
            html.H2(say("quality.course", setting)),
            dcc.Graph(
                id=ids.QUALITY_COURSE,
                figure=figure,
                config={"displayModeBar": False, "staticPlot": True},
                responsive=True,
                className="drill-graph",
            ),
        ],
        className="drill-course",
    )


def _behind(drilled: Drilled, behind: Behind, setting: Setting) -> Component:
    back = html.A(
        [icon("bi-graph-up"), say("quality.course", setting)],
        href=drill_href(drilled.dataset, drilled.criterion),
        className="key data-tab",
    )
    return html.Div(
        [
            html.Div([html.H2(behind.name), back], className="drill-behind"),
            source_rows(behind.rows, setting=setting),
        ],
        className="drill-course",
    )


def _parts(drilled: Drilled, setting: Setting) -> list[Component]:
    head = html.H2(
        say(
            "quality.parts",
            setting,
            criterion=say(f"criterion.{drilled.criterion}", setting),
        )
    )
    if not drilled.is_readable:
        return [head, html.P(say("quality.unreadable", setting), className="is-problem")]
    if not drilled.is_kept:
        return [head, html.P(say("quality.parts_unkept", setting), className="quiet")]
    if not drilled.parts:
        return [head, html.P(say("quality.unchecked", setting), className="quiet")]
    return [
        head,
        html.P(say("quality.weakest", setting), className="quiet"),
        *(_part(each, setting) for each in drilled.parts),
    ]


def _part(part: CheckedPart, setting: Setting) -> Component:
    language = setting.language
    right, checked = (number(each, decimals=0, language=language)
                      for each in (part.right, part.checked))  # fmt: skip
    body: list[Component] = [
        html.Div(
            [
                html.H3(say(f"part.{part.name}", setting)),
                html.Strong(number(part.score, "%", decimals=1, language=language)),
            ],
            className="part-head",
        ),
        html.P(part.formula, className="part-formula"),
        html.P(say("quality.right_of", setting, right=right, checked=checked), className="quiet"),
    ]
    if part.total and part.wrong is None:
        body.append(html.P(say("quality.not_for_role", setting), className="quiet"))
    elif part.wrong:
        body.append(html.Ul([_wrong(each, setting) for each in part.wrong], className="wrongs"))
        if part.total > len(part.wrong):
            more = say("quality.more", setting, count=part.total - len(part.wrong))
            body.append(html.P(more, className="quiet"))
    return html.Div(body, className="part")


def _wrong(wrong: Wrong, setting: Setting) -> Component:
    count = "" if wrong.count is None else number(wrong.count, language=setting.language)
    what: Component = html.Span(wrong.what)
    if wrong.href is not None:
        what = html.A(
            [wrong.what, icon("bi-chevron-right")], href=wrong.href, className="wrong-rows"
        )
    return html.Li(
        [
            what,
            *([html.Span(wrong.more, className="quiet")] if wrong.more else []),
            html.Strong(count),
        ]
    )
