"""The passport of a number in a drawer over a page: what it is, whose, how made, from which rows.

The dialog stands in the page, closed; a tap on a figure opens it (assets/passport.mjs) and its body
follows. Values in, components out; what is in them is `callbacks.passport_view`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from dash import dcc, html
from dash.development.base_component import Component

from language import text
from layouts import ids
from layouts.pages.attributes import attrs, freshness
from layouts.pages.exercise_view import ExerciseView
from layouts.pages.exercises import time_there
from layouts.pages.known import KnownView, band
from layouts.pages.passport_made import MadeView, made
from layouts.pages.passport_words import Fact, facts_of, part, tell
from layouts.pages.shell import HIDDEN, Setting, busy, icon, say

TITLE = "passport-title"
ROWS_A_PAGE = 8

Verdict = Literal[
    "same", "differs", "kept", "changed", "gone", "modelled", "sayable", "judged", "forgotten"
]  # fmt: skip
SYMBOLS: Mapping[Verdict, str] = {
    "same": "bi-check2-circle",
    "kept": "bi-check2-circle",
    "differs": "bi-exclamation-triangle-fill",
    "changed": "bi-exclamation-triangle-fill",
    "gone": "bi-info-circle",
    "modelled": "bi-info-circle",
    "sayable": "bi-info-circle",
    "judged": "bi-info-circle",
    "forgotten": "bi-info-circle",
}


@dataclass(frozen=True, slots=True)
class ScoreView:
    """How good a dataset is by one criterion; `words` is the score as written."""

    name: str
    words: str
    share: float  # 0 to 100
    is_below: bool


@dataclass(frozen=True, slots=True)
class OriginView:
    """A dataset behind the number: whose it is, how old, how good."""

    name: str
    facts: tuple[Fact, ...]
    as_of_ms: float | None
    stale_after_ms: float
    cadence: str
    scores: tuple[ScoreView, ...]
    failing: str = ""  # why nothing new of it is let in
    scored: str = ""  # of another time: that nobody had measured how good it was


@dataclass(frozen=True, slots=True)
class RowView:
    """A source row, as written for a reader."""

    observed: str
    what: str
    place: str
    figure: str
    quality: str
    is_suspect: bool
    revision: str
    reference: str
    recorded: str


@dataclass(frozen=True, slots=True)
class GroundView:
    """A what-if that a directive rests on: what was asked, who attached it and when, and where."""

    name: str
    by: str
    href: str


@dataclass(frozen=True, slots=True)
class PassportView:
    """Everything the drawer says of one number."""

    name: str
    figure: str
    facts: tuple[Fact, ...]  # period, time, what it is held against
    formula: str
    steps: tuple[str, ...]
    verdict: Verdict
    recomputed: str
    owner: str
    phone: str
    origins: tuple[OriginView, ...]
    rows: tuple[RowView, ...] | None  # None: not for this role
    total: int
    choices: tuple[tuple[str, str, bool], ...] = ()  # mark, name, chosen
    made: MadeView | None = None  # of a figure that work has made
    grounds: tuple[GroundView, ...] = ()  # of a directive


def drawer(*, setting: Setting) -> Component:
    """Build the dialog, closed and empty."""
    return html.Div(
        [
            dcc.Store(id=ids.PASSPORT_ASKED),
            html.Dialog(
                [
                    html.Div(
                        [
                            html.H2(tell("title", setting), id=TITLE),
                            html.A(
                                [html.Span(tell("open", setting)), icon("bi-chevron-right")],
                                href="#",
                                className="key passport-open",
                                hidden=True,
                            ),
                            html.Button(
                                icon("bi-x-lg"),
                                className="key key-icon passport-close",
                                **attrs(aria_label=tell("close", setting), data_close="passport"),
                            ),
                        ],
                        className="passport-head",
                    ),
                    busy(ids.PASSPORT_BUSY, tell("busy", setting)),
                    html.Div(id=ids.PASSPORT_BODY, className="passport-body"),
                ],
                id=ids.PASSPORT,
                className="passport",
                **attrs(aria_labelledby=TITLE),
            ),
        ],
        className="passport-holder",
    )


def body(view: PassportView, *, setting: Setting) -> list[Component]:
    """Return all that is said of a number."""
    # What a model made of many series has no rows of its own.
    has_rows = view.made is None or view.total > 0
    rows = [part("rows", [_rows(view, setting)], setting, count=view.total)] if has_rows else []
    return [
        *([_choices(view.choices, setting)] if len(view.choices) > 1 else []),
        html.Div(
            [
                html.H3(view.name),
                html.Div(view.figure, className="passport-figure"),
                _verdict(view, setting),
                facts_of(view.facts),
            ],
            className="passport-number",
        ),
        *([part("grounds", [_grounds(view.grounds)], setting)] if view.grounds else []),
        part("formula", [html.P(view.formula), _steps(view.steps)], setting),
        *(made(view.made, setting) if view.made is not None else []),
        part("owner", [_owner(view)], setting),
        *(_origin(each, setting) for each in view.origins),
        *rows,
    ]


def exercised(
    body: Sequence[Component], exercise: ExerciseView, *, setting: Setting
) -> list[Component]:
    """Return a passport's body in the frame of an exercise, with the time there."""
    said = [
        html.Strong([icon("bi-cone-striped"), say("exercise.band", setting)]),
        html.Span(exercise.name, className="realm-name"),
        time_there(exercise),
    ]
    return _framed(body, said, exercise.realm, exercise.clock_words)


def known(
    body: Sequence[Component], realm: str, at_ms: float, *, setting: Setting
) -> list[Component]:
    """Return a passport's body in the frame of what was known at a minute."""
    then = KnownView(at_ms, "running")
    return _framed(body, band(then, setting=setting), realm, then.clock_words)


def _framed(
    body: Sequence[Component], said: Sequence[Component], realm: str, clock_words: str
) -> list[Component]:
    head = html.P(list(said), className="passport-exercise-head")
    there = attrs(data_realm=realm, data_realm_clock=clock_words)
    return [html.Div([head, *body], className="passport-exercise", **there)]


def refusal(code: str, *, setting: Setting) -> list[Component]:
    """Say why there is no passport: forbidden, unknown, unreadable, exercise."""
    words = text(f"passport.refused.{code}", setting.language)
    return [html.P([icon("bi-info-circle"), words], className="passport-refused", role="status")]


def key(mark: str, *, setting: Setting) -> Component:
    """Return a key that opens the passport of the figure of a mark, for hands and keyboards."""
    words = [icon("bi-card-checklist"), html.Span(tell("title", setting))]
    return html.Button(words, className="key passport-key", **attrs(data_passport=mark))


def _choices(choices: Sequence[tuple[str, str, bool]], setting: Setting) -> Component:
    keys = [
        html.Button(
            name,
            className="key choice" + (" is-chosen" if chosen else ""),
            **attrs(data_passport=mark, aria_pressed="true" if chosen else "false"),
        )
        for mark, name, chosen in choices
    ]
    return html.Div(
        keys,
        className="passport-choices",
        role="group",
        **attrs(aria_label=tell("choices", setting)),
    )


def _verdict(view: PassportView, setting: Setting) -> Component:
    words = tell(view.verdict, setting, figure=view.recomputed)
    is_problem = view.verdict in ("differs", "changed")
    return html.P(
        [icon(SYMBOLS[view.verdict]), html.Span(words)],
        className="passport-verdict" + (" is-problem" if is_problem else ""),
        **attrs(data_verdict=view.verdict),
    )


def _grounds(grounds: Sequence[GroundView]) -> Component:
    return html.Ul(
        [
            html.Li(
                [
                    html.A([html.Span(each.name), icon("bi-chevron-right")], href=each.href),
                    html.Span(each.by, className="quiet"),
                ]
            )
            for each in grounds
        ],
        className="passport-steps passport-grounds",
    )


def _steps(steps: Sequence[str]) -> Component:
    return html.Ol([html.Li(step) for step in steps], className="passport-steps")


def _owner(view: PassportView) -> Component:
    return html.Div(
        [
            html.Div(view.owner, className="card-owner"),
            html.Div([icon("bi-telephone"), view.phone], className="card-phone"),
        ]
    )


def _origin(origin: OriginView, setting: Setting) -> Component:
    age: list[Component | str] = [html.Span(tell("no_data", setting), className="quiet")]
    if origin.as_of_ms is not None:
        age = [
            html.Span(className="ioc-age", **attrs(data_at_ms=origin.as_of_ms)),
            html.Span(say("stale", setting), className="stale-word"),
            html.Span(origin.cadence, className="quiet"),
        ]
    failing = []
    if origin.failing:
        words = [icon("bi-sign-stop-fill"), html.Span(origin.failing)]
        failing = [html.P(words, className="passport-failing is-problem")]
    return html.Section(
        [
            html.H3(origin.name),
            *failing,
            html.Div(
                age,
                className="card-age passport-age",
                **freshness(origin.as_of_ms, origin.stale_after_ms),
            ),
            facts_of(origin.facts),
            *([html.P(origin.scored, className="quiet")] if origin.scored else []),
            html.Ul([html.Li(_score(each)) for each in origin.scores], className="passport-scores"),
        ],
        className="passport-part part-origin",
    )


def _score(score: ScoreView) -> list[Component]:
    mark = [icon("bi-exclamation-triangle-fill")] if score.is_below else []
    return [
        html.Span([*mark, score.name], className="score-name"),
        html.Span(score.words, className="score-words"),
        html.Span(
            html.I(style={"width": f"{max(0.0, min(score.share, 100.0)):.1f}%"}),
            className="score-bar" + (" is-below" if score.is_below else ""),
            **HIDDEN,
        ),
    ]


def _rows(view: PassportView, setting: Setting) -> Component:
    if view.rows is None:
        return html.P(say("console.rows_forbidden", setting), className="quiet")
    if not view.rows:
        return html.P(say("console.no_rows", setting), className="quiet")
    heads = ("observed", "what", "place", "figure", "quality", "reference", "recorded")
    pages = [view.rows[at : at + ROWS_A_PAGE] for at in range(0, len(view.rows), ROWS_A_PAGE)]
    table = html.Table(
        [
            html.Thead(
                html.Tr([html.Th(say(f"rows.{h}", setting), className=f"row-{h}") for h in heads])
            ),
            *(
                html.Tbody([_row(row) for row in page], hidden=number > 0)
                for number, page in enumerate(pages)
            ),
        ],
        className="source-rows passport-rows",
    )
    parts: list[Component] = [html.Div(table, className="scroll", tabIndex="0")]
    if view.total > len(view.rows):
        newest = tell("newest", setting, count=len(view.rows), total=view.total)
        parts.append(html.P(newest, className="quiet"))
    if len(pages) > 1:
        parts.append(_pager(len(pages), setting))
    return html.Div(parts)


def _pager(pages: int, setting: Setting) -> Component:
    def step(by: int, symbol: str, words: str) -> Component:
        return html.Button(
            icon(symbol),
            className="key key-icon",
            disabled=by < 0,
            **attrs(data_page=by, aria_label=words),
        )

    return html.Div(
        [
            step(-1, "bi-chevron-left", tell("page.before", setting)),
            html.Span(
                tell("page", setting, number=1, pages=pages),
                className="page-words",
                **attrs(data_words=tell("page", setting, number="{n}", pages=pages)),
                role="status",
            ),
            step(1, "bi-chevron-right", tell("page.after", setting)),
        ],
        className="passport-pager",
    )


def _row(row: RowView) -> Component:
    quality = "row-quality is-suspect" if row.is_suspect else "row-quality"
    return html.Tr(
        [
            html.Td(row.observed, className="row-observed"),
            html.Td(row.what, className="row-what"),
            html.Td(row.place, className="row-place"),
            html.Td(row.figure, className="row-figure"),
            html.Td(row.quality, className=quality),
            html.Td([row.reference, row.revision], className="row-reference"),
            html.Td(row.recorded, className="row-recorded"),
        ]
    )
