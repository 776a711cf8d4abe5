"""The page of a rule: when it would have fired on a day, with its own threshold or another.

Built whole at loading; `callbacks.rule_day` fills in what was found. Values in, components out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from data_access.envelope import Text
from language import date, duration, number, pick, time
from layouts import ids
from layouts.pages.attributes import attrs
from layouts.pages.automation_view import Meaning
from layouts.pages.live import live
from layouts.pages.rule_course import course, phases
from layouts.pages.shell import Setting, busy, icon, say, shell
from operations.replayed import Replayed
from operations.rule_table import header, notes, rows

POLL_MS = 700
GRAPH: Any = {"staticPlot": True, "displayModeBar": False, "responsive": True}


def page(
    rules: Sequence[tuple[str, Text]],
    rule_id: str,
    wall_id: str,
    day: str,
    *,
    threshold: str,
    limit: str,
    setting: Setting,
    link_url: str,
    link_port: int,
) -> Component:
    """Build the page for one of `rules`, asked from the page of a wall.

    `limit` says the rule's own threshold in words, `threshold` its figure as it is typed.
    """
    names = dict(rules)
    return shell(
        "rule_day",
        [
            live(["versions"], link_url=link_url, link_port=link_port, language=setting.language),
            dcc.Store(id=ids.RULE_DAY_RULE, data=rule_id),
            dcc.Store(id=ids.RULE_DAY_JOB),
            dcc.Interval(id=ids.RULE_DAY_POLL, interval=POLL_MS, disabled=True),
            html.Div(
                [
                    html.A(
                        [icon("bi-arrow-left"), say("rule_day.back", setting)],
                        href=f"/operator?wall={wall_id}",
                        className="key",
                    ),
                    html.Div(
                        [
                            html.H1(pick(names[rule_id], setting.language)),
                            html.Span(limit, className="quiet"),
                        ],
                        className="rule-day-name",
                    ),
                ],
                className="rule-day-head",
            ),
            _others(rules, rule_id, wall_id, setting),
            _question(day, threshold, setting),
            busy(ids.RULE_DAY_BUSY, say("rule_day.running", setting)),
            html.Div(id=ids.RULE_DAY_STATUS, className="rule-day-status", role="status"),
            html.Div(
                html.P(say("rule_day.what", setting), className="quiet"),
                id=ids.RULE_DAY_RESULT,
                className="rule-day-result",
            ),
        ],
        setting=setting,
    )


def nothing(wall_id: str, *, setting: Setting, link_url: str, link_port: int) -> Component:
    """Say that there is no such rule here, or nobody who could tell."""
    return shell(
        "rule_day",
        [
            live(["versions"], link_url=link_url, link_port=link_port, language=setting.language),
            html.Div(
                [
                    icon("bi-signpost-split"),
                    html.H1(say("error.unknownRule", setting)),
                    html.P(say("rule_day.nothing", setting)),
                    html.A(
                        say("rule_day.back", setting),
                        href=f"/operator?wall={wall_id}",
                        className="key key-main",
                    ),
                ],
                className="notice",
            ),
        ],
        setting=setting,
    )


def refusal(code: str, *, setting: Setting) -> Component:
    """Say why there is no answer."""
    return html.P(
        [icon("bi-exclamation-triangle"), html.Span(say(f"rule_day.problem.{code}", setting))],
        className="outcome is-refused rule-day-problem",
    )


def found(replayed: Replayed, meaning: Meaning, *, setting: Setting) -> list[Component]:
    """Return what a replay found: the firings in words, the number's course, each change."""
    language, rule = setting.language, replayed.rule
    threshold = number(rule.threshold, replayed.unit, language=language)
    clear = number(rule.clear_at, replayed.unit, language=language)
    first, *more = notes(replayed, language)
    return [
        html.Div(
            [
                html.Div(
                    [
                        html.H2(_day(replayed, setting)),
                        html.Strong(first, className="rule-day-fired"),
                        *_firings(replayed, setting),
                    ],
                    className="rule-day-said",
                ),
                html.Ul([html.Li(each) for each in more], className="rule-day-notes quiet"),
            ],
            className="rule-day-words",
        ),
        html.Figure(
            [
                html.Figcaption(
                    [
                        html.Span(_measured(meaning, replayed, language)),
                        *(
                            html.Span(
                                [html.I(className=f"band band-{phase}"),
                                 say(f"rule_day.band_{phase}", setting)],
                                className="band-words",
                            )
                            for phase in ("proposed", "firing")
                        ),
                    ],
                ),
                dcc.Graph(
                    id=ids.RULE_DAY_GRAPH,
                    figure=course(
                        replayed,
                        language=language,
                        timezone=setting.timezone,
                        threshold=say("rule_day.threshold_at", setting, at=threshold),
                        clear=say("rule_day.clear_at", setting, at=clear),
                    ),
                    config=GRAPH,
                    className="rule-day-graph",
                ),
            ],
            className="rule-day-course",
        ),
        _changes(replayed, setting),
    ]  # fmt: skip


def _others(
    rules: Sequence[tuple[str, Text]], rule_id: str, wall_id: str, setting: Setting
) -> Component:
    return html.Nav(
        [
            html.A(
                pick(name, setting.language),
                href=f"/rule?rule={each}&wall={wall_id}",
                className="key choice" + (" is-chosen" if each == rule_id else ""),
                **attrs(aria_current="true" if each == rule_id else None),
            )
            for each, name in rules
        ],
        className="choices",
        **attrs(aria_label=say("automation.rules", setting)),
    )


def _question(day: str, threshold: str, setting: Setting) -> Component:
    return html.Div(
        [
            html.Label(say("rule_day.day", setting), htmlFor=ids.RULE_DAY_DAY),
            _field(ids.RULE_DAY_DAY, day, say("rule_day.day_form", setting)),
            html.Label(say("rule_day.threshold", setting), htmlFor=ids.RULE_DAY_THRESHOLD),
            _field(ids.RULE_DAY_THRESHOLD, "", threshold),
            html.Button(
                [icon("bi-search"), say("rule_day.ask", setting)],
                id=ids.RULE_DAY_ASK,
                className="key key-main",
            ),
            html.Button(
                [icon("bi-x-lg"), say("rule_day.cancel", setting)],
                id=ids.RULE_DAY_CANCEL,
                className="key",
                disabled=True,
            ),
        ],
        className="proof-form rule-day-form",
    )


def _field(field_id: str, typed: str, form: str) -> Component:
    return dcc.Input(
        id=field_id,
        type="text",
        value=typed,
        placeholder=form,
        autoComplete="off",
        maxLength=20,
    )


def _day(replayed: Replayed, setting: Setting) -> str:
    return date(
        replayed.from_ms, language=setting.language, timezone=setting.timezone, style="long"
    )


def _firings(replayed: Replayed, setting: Setting) -> list[Component]:
    """Say of each firing from when until when, and how long that is."""
    language, timezone = setting.language, setting.timezone
    said = []
    for phase, at_ms, after_ms in phases(replayed):
        if phase != "firing":
            continue
        words = say(
            "rule_day.fired",
            setting,
            begins=time(at_ms, language=language, timezone=timezone),
            ends=time(after_ms, language=language, timezone=timezone),
            lasted=duration((after_ms - at_ms) / 1000, language=language),
        )
        said.append(html.Li([icon("bi-exclamation-octagon-fill"), words]))
    return [html.Ul(said, className="rule-day-firings")] if said else []


def _measured(meaning: Meaning, replayed: Replayed, language: str) -> str:
    label = pick(meaning.label, language)
    return f"{label} ({replayed.unit})" if replayed.unit else label


def _changes(replayed: Replayed, setting: Setting) -> Component:
    if not replayed.moments:
        body: Component = html.P(say("rule_day.no_change", setting), className="quiet")
    else:
        told = rows(replayed, setting.language, setting.timezone)
        body = html.Table(
            [
                html.Thead(html.Tr([html.Th(each) for each in header(setting.language)])),
                html.Tbody([html.Tr([html.Td(each) for each in row]) for row in told]),
            ],
            className="source-rows",
        )
    return html.Section(
        [
            html.H2(say("rule_day.changes", setting)),
            html.Div(
                body,
                className="scroll",
                tabIndex="0",
                **attrs(aria_label=say("rule_day.changes", setting)),
            ),
        ],
        className="panel rule-day-changes",
    )
