"""What is unusual, what bears it out, what people say of it, and how often it was right.

Links and forms, so that nothing is said twice by a reload. Values in, components out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from dash import html
from dash.development.base_component import Component

from analytics.precision import Precision
from data_access.envelope import Status
from language import text
from layouts import ids
from layouts.pages import passport
from layouts.pages.attributes import attrs
from layouts.pages.data_page import Link, data_page
from layouts.pages.share import percent, spanned
from layouts.pages.shell import Setting, hidden, icon
from layouts.tiles.spark import Points, spark
from layouts.tiles.status import mark

PATH = "/data/anomalies"
LABELS_PATH = "/data/anomalies/labels"
PROBLEMS = ("forbidden", "unknown", "unreadable")
VERDICTS = (("right", "bi-check2"), ("wrong", "bi-x-lg"), ("fault", "bi-tools"))
UNIT_PX = 16
SPARK_U = (11.0, 3.5)
LISTS = ("events", "muted", "faults", "ended")


@dataclass(frozen=True, slots=True)
class AlertView:
    """One alert as it is read; `said` is the newest word about it, `verdict` one's own."""

    alert_id: str
    title: str
    severity: Status
    detector: str
    when: str
    evidence: tuple[str, ...]
    causes: tuple[str, ...]
    is_fault: bool
    dataset: str
    now: Points = ()
    usual: Points = ()
    verdict: str = ""
    said: str = ""
    mark: str = ""  # of its passport


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured of one detector, or of one sort of trouble; "" where nothing was.

    `walls`: whether walls show what the detector finds, and since when not.
    """

    name: str
    about: str
    count: str
    precision: Precision
    recall: Precision | None = None
    delay: str = ""
    walls: str = ""
    is_muted: bool = False


@dataclass(frozen=True, slots=True)
class DetectorView:
    """What is watched, with what thresholds, and when it looked last."""

    name: str
    dataset: str
    basis: str
    looked: str
    open: int


@dataclass(frozen=True, slots=True)
class AnomaliesView:
    """All that the page shows; `reason` says why there is nothing."""

    alerts: dict[str, tuple[AlertView, ...]]  # by list
    feedback: str  # precision by feedback, in words
    by_feedback: tuple[Measured, ...]
    rule: str  # from where on walls do not show what a detector finds
    replayed: str  # where the replay's figures are from
    replayed_well: tuple[str, ...]  # precision and recall of all of it
    by_replay: tuple[Measured, ...]
    detectors: tuple[DetectorView, ...]
    may_label: bool
    origin: str = "live"  # of what it was found in: live | replay | simulated
    reason: str = ""
    problem: str = ""


def page(view: AnomaliesView, *, link: Link, setting: Setting) -> Component:
    """Build the page."""
    count = len(view.alerts.get("events", ()))
    head = html.P(tell("count", setting, count=count), className="quiet data-count")
    body = html.Div(
        [
            html.Section(
                [
                    *([_problem(view.problem, setting)] if view.problem else []),
                    html.Div(lists(view, setting=setting), id=ids.ANOMALIES_LISTS),
                ],
                className="scroll anomalies-lists",
                style={"--u": f"{UNIT_PX}px"},
                tabIndex="0",
            ),
            html.Section(_measured(view, setting), className="scroll anomalies-side", tabIndex="0"),
        ],
        className="anomalies",
    )
    drawer = passport.drawer(setting=setting)
    return data_page("anomalies", [head], [body, drawer], link=link, setting=setting)


def lists(view: AnomaliesView, *, setting: Setting) -> list[Component]:
    """Return the alerts by list: events, suspected sensors, what is over."""
    if view.reason:
        return [html.P(view.reason, className="quiet")]
    parts: list[Component] = []
    if view.origin != "live":
        parts.append(
            html.P([icon("bi-info-circle"), tell(f"origin.{view.origin}", setting)],
                   className="anomaly-origin"),
        )  # fmt: skip
    for name in LISTS:
        alerts = view.alerts.get(name, ())
        if name == "muted" and not alerts:
            continue
        parts.append(html.H2(tell(f"list.{name}", setting)))
        if not alerts:
            parts.append(html.P(tell(f"none.{name}", setting), className="quiet"))
            continue
        parts.append(
            html.Ul(
                [_card(each, may_label=view.may_label, setting=setting) for each in alerts],
                className="anomaly-cards",
            )
        )
    return parts


def tell(name: str, setting: Setting, **values: object) -> str:
    """Return words of the anomalies' catalogue."""
    return text(f"anomalies.{name}", setting.language, **values)


def _card(alert: AlertView, *, may_label: bool, setting: Setting) -> Component:
    course = spark(alert.now, alert.usual, width_u=SPARK_U[0], height_u=SPARK_U[1])
    said = [html.Li(words) for words in alert.evidence]
    said += [html.Li(tell("cause", setting, cause=each)) for each in alert.causes]
    word = "fault" if alert.is_fault else alert.severity
    return html.Li(
        [
            html.Div(
                [
                    html.Div(
                        [
                            html.Span([mark(alert.severity), tell(f"word.{word}", setting)],
                                      className=f"anomaly-word ink-{alert.severity}"),
                            html.Strong(alert.title),
                        ],
                        className="anomaly-title",
                    ),
                    html.P(f"{alert.detector} · {alert.when}", className="quiet"),
                    html.Ul(said, className="anomaly-why"),
                    html.Div(
                        [
                            *([passport.key(alert.mark, setting=setting)] if alert.mark else []),
                            html.A(
                                [tell("rows", setting), icon("bi-chevron-right")],
                                href=f"/data?dataset={alert.dataset}",
                                className="anomaly-rows",
                            ),
                        ],
                        className="anomaly-ways",
                    ),
                ],
                className="anomaly-words",
            ),
            html.Div(
                [
                    *([course] if course is not None else []),
                    *([_buttons(alert, setting)] if may_label else []),
                    *([html.P(alert.said, className="quiet")] if alert.said else []),
                ],
                className="anomaly-said",
            ),
        ],
        id=alert.alert_id,
        className="anomaly-card",
    )  # fmt: skip


def _buttons(alert: AlertView, setting: Setting) -> Component:
    return html.Form(
        [
            hidden("csrf_token", setting.csrf_token),
            hidden("alert", alert.alert_id),
            *(
                html.Button(
                    [icon(symbol), tell(f"verdict.{verdict}", setting)],
                    type="submit",
                    name="verdict",
                    value=verdict,
                    className="key choice" + (" is-chosen" if verdict == alert.verdict else ""),
                    **attrs(aria_pressed="true" if verdict == alert.verdict else "false"),
                )
                for verdict, symbol in VERDICTS
            ),
        ],
        action=LABELS_PATH,
        method="POST",
        className="anomaly-verdicts",
        **attrs(aria_label=f"{tell('ask', setting)} {alert.title}"),
    )


def _measured(view: AnomaliesView, setting: Setting) -> list[Component]:
    return [
        html.H2(tell("measured", setting)),
        html.H3(tell("by_feedback", setting)),
        html.P(view.feedback),
        *_table(
            view.by_feedback, ("detector", "judged", "precision", "walls"), setting,
            lambda each: (
                each.name, each.count, _share(each.precision, setting), _walls(each)
            ),
        ),
        *([html.P(view.rule, className="quiet")] if view.rule else []),
        html.H3(tell("by_replay", setting)),
        html.P(view.replayed, className="quiet"),
        *(html.P(words) for words in view.replayed_well),
        *_table(
            view.by_replay, ("trouble", "put_in", "precision", "recall", "delay"),
            setting,
            lambda each: (
                _two(each.name, each.about),
                each.count,
                _share(each.precision, setting),
                _share(each.recall, setting) if each.recall is not None else "",
                html.Span(each.delay, className="anomaly-share"),
            ),
        ),
        html.H2(tell("watched", setting)),
        *_table(
            view.detectors, ("detector", "dataset", "basis", "looked"), setting,
            lambda each: (each.name, each.dataset, each.basis, each.looked),
        ),
    ]  # fmt: skip


def _share(told: Precision, setting: Setting) -> Component:
    """Return a share with its interval below it."""
    return _two(percent(told.share, setting), spanned(told, setting), "anomaly-share")


def _two(words: str, about: str, class_name: str = "") -> Component:
    return html.Span(
        [words, *([html.Span(about, className="anomaly-about")] if about else [])],
        className=class_name,
    )


def _walls(each: Measured) -> Component:
    symbol = "bi-volume-mute" if each.is_muted else "bi-display"
    return html.Span([icon(symbol), each.walls], className="anomaly-walls")


def _table(
    rows: Sequence[Any],
    heads: Sequence[str],
    setting: Setting,
    cells: Callable[[Any], Sequence[str | Component]],
) -> list[Component]:
    if not rows:
        return []
    return [
        html.Table(
            [
                html.Thead(html.Tr([html.Th(tell(f"column.{head}", setting)) for head in heads])),
                html.Tbody([html.Tr([html.Td(cell) for cell in cells(row)]) for row in rows]),
            ],
            className="anomaly-table",
        )
    ]


def _problem(code: str, setting: Setting) -> Component:
    return html.P(
        [icon("bi-exclamation-triangle-fill"), tell(f"problem.{code}", setting)],
        className="is-problem",
        role="alert",
    )
