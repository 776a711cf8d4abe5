"""How the switches of a wall went: percentiles, their course as a dot each, and the last ones.

A dot's shape says what its colour says: in time, late, failed, or with an output that was not
there. Values in, components out.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from dash import html
from dash.development.base_component import Component

from data_access.envelope import Text
from language import date, moment, number, pick, time
from layouts.pages.attributes import attrs
from layouts.pages.shell import HIDDEN, Setting, icon, say
from layouts.pages.wall_view import LIVE

DOTS = 48  # switches drawn; as many as stand apart in the narrowest panel
LISTED = 24  # switches told one by one
SHARES = ("p50", "p95", "p99")

State = Literal["shown", "offline", "late", "failed"]
STATES: tuple[State, ...] = ("shown", "late", "failed", "offline")
ICONS: Mapping[State, str] = {
    "shown": "bi-check-circle",
    "late": "bi-hourglass-split",
    "failed": "bi-x-octagon-fill",
    "offline": "bi-plug",
}


@dataclass(frozen=True, slots=True)
class SwitchRecord:
    """A switch that settled; `by` is None for one of the controller's own."""

    at_ms: float
    scene: Text | str
    layer: str
    by: str | None
    skew_ms: float | None
    promised_ms: float | None
    latency_ms: float | None
    shown: int
    late: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()  # and those that never answered
    offline: tuple[str, ...] = ()
    is_exercise: bool = False  # it brought on air what is not live

    @property
    def state(self) -> State:
        """The worst that happened on an output."""
        if self.failed:
            return "failed"
        if self.late:
            return "late"
        return "offline" if self.offline else "shown"

    @property
    def outputs(self) -> int:
        """How many outputs the wall had."""
        return self.shown + len(self.late) + len(self.failed) + len(self.offline)


@dataclass(frozen=True, slots=True)
class History:
    """The newest switches first, and percentiles (ms, by name) over the `count` that are kept."""

    switches: tuple[SwitchRecord, ...]
    count: int
    skew: Mapping[str, float | None]
    latency: Mapping[str, float | None]


def read_history(
    body: Mapping[str, Any],
    *,
    scenes: Mapping[str, Text],
    names: Mapping[str, str],
) -> History:
    """Return what `wall.history` told; `names` are what people, rules and windows are called."""
    return History(
        switches=tuple(_record(each, scenes, names) for each in body["switches"]),
        count=int(body["count"]),
        skew=body["skewMs"],
        latency=body["latencyMs"],
    )


def switch_history(history: History | None, *, now_ms: float, setting: Setting) -> list[Component]:
    """Return percentiles, course and the last switches; what is missing is said."""
    if history is None:
        return [html.P(say("history.unknown", setting), className="quiet")]
    if not history.switches:
        return [html.P(say("operator.no_switch", setting), className="quiet")]
    drawn = tuple(reversed(history.switches[:DOTS]))
    return [
        html.Div(
            [
                _course("skew", history.skew, drawn, now_ms, setting),
                _course("latency", history.latency, drawn, now_ms, setting),
            ],
            className="op-courses",
        ),
        _legend(history, setting),
        html.Div(
            html.Ol(
                [_row(each, now_ms, setting) for each in history.switches[:LISTED]],
                className="op-switches",
            ),
            className="scroll op-scroll",
            tabIndex="0",
            **attrs(aria_label=say("operator.view_history", setting)),
        ),
    ]


def scale_top(values: Sequence[float]) -> float:
    """Return the least of 1, 2, 2.5, 5, 10, 20 … (and tenths) that no value exceeds."""
    most = max([*values, 0.1])
    step = 10.0 ** math.floor(math.log10(most))
    return next(step * each for each in (1, 2, 2.5, 5, 10) if step * each >= most * (1 - 1e-9))


def _record(
    body: Mapping[str, Any], scenes: Mapping[str, Text], names: Mapping[str, str]
) -> SwitchRecord:
    by, scene_id = body.get("by"), body.get("sceneId")
    return SwitchRecord(
        at_ms=float(body["showAtMs"]),
        scene=scenes.get(str(scene_id), str(scene_id or "")),
        layer=str(body["layer"]),
        by=names.get(str(by), str(by)) if by else None,
        skew_ms=body.get("skewMs"),
        promised_ms=body.get("promisedSkewMs"),
        latency_ms=body.get("latencyMs"),
        shown=int(body.get("shown", 0)),
        late=tuple(body.get("late", ())),
        failed=(*body.get("failed", ()), *body.get("noAnswer", ())),
        offline=tuple(body.get("offline", ())),
        is_exercise=body.get("realm", LIVE) != LIVE,
    )


def _course(
    figure: Literal["skew", "latency"],
    shares: Mapping[str, float | None],
    drawn: Sequence[SwitchRecord],
    now_ms: float,
    setting: Setting,
) -> Component:
    """Return one figure's percentiles over its course, the oldest switch at the left."""
    decimals = 1 if figure == "skew" else 0
    measured: Callable[[SwitchRecord], float | None] = (
        (lambda each: each.skew_ms) if figure == "skew" else (lambda each: each.latency_ms)
    )
    promised = [each.promised_ms if figure == "skew" else None for each in drawn]
    told = [measured(each) for each in drawn]
    top = scale_top([each for each in (*told, *promised) if each is not None])
    places = max(len(drawn), 16)  # few switches do not spread over the whole width
    marks: list[Component] = []
    for place, (each, figure_ms, promise) in enumerate(
        zip(drawn, told, promised, strict=True), places - len(drawn)
    ):
        left = f"{(place + 0.5) / places * 100:.2f}%"
        if promise is not None:
            style = {"left": left, "bottom": _height(promise, top), "width": f"{100 / places:.2f}%"}
            marks.append(html.I(className="promise", style=style))
        marks.append(
            html.I(
                className=f"dot is-{each.state}" + ("" if figure_ms is not None else " is-unknown"),
                style={"left": left, "bottom": _height(figure_ms or 0.0, top)},
                title=f"{_at(each, now_ms, setting)} {_ms(figure_ms, decimals, setting)}",
            )
        )
    words = [f"{share} {_ms(shares.get(share), decimals, setting)}" for share in SHARES]
    return html.Div(
        [
            html.H3(say(f"operator.{figure}", setting)),
            html.Dl(
                [
                    html.Div([html.Dt(share), html.Dd(_ms(shares.get(share), decimals, setting))])
                    for share in SHARES
                ],
                className="op-shares",
            ),
            html.Div(
                [
                    html.Div(
                        marks,
                        className="plot-marks",
                        role="img",
                        **attrs(
                            aria_label=f"{say(f'operator.{figure}', setting)}: {', '.join(words)}"
                        ),
                    ),
                    html.Span(_ms(top, None, setting), className="plot-top", **HIDDEN),
                ],
                className="op-plot",
            ),
        ],
        className="op-course",
    )


def _legend(history: History, setting: Setting) -> Component:
    shapes = [
        html.Li([html.I(className=f"dot is-{state}", **HIDDEN), say(f"history.{state}", setting)])
        for state in STATES
    ]
    promise = html.I(className="promise", **HIDDEN)
    return html.Ul(
        [
            *shapes,
            html.Li([promise, say("history.promised", setting)]),
            html.Li(say("history.count", setting, count=history.count), className="legend-count"),
        ],
        className="op-legend",
    )


def _row(each: SwitchRecord, now_ms: float, setting: Setting) -> Component:
    scene = pick(each.scene, setting.language) if isinstance(each.scene, Mapping) else each.scene
    layer = say(f"layer.{each.layer}", setting)
    layer += f" · {say('exercise.mark', setting)}" if each.is_exercise else ""
    figures = f"{_ms(each.skew_ms, 1, setting)} · {_ms(each.latency_ms, 0, setting)}"
    return html.Li(
        [
            html.Span(_when(each, now_ms, setting), className="switch-at"),
            html.Strong(scene or say("wall.nothing", setting), className="switch-scene"),
            html.Span(figures, className="switch-figures"),
            html.Span(
                f"{layer} · {each.by or say('history.controller', setting)}", className="switch-by"
            ),
            html.Span(
                [icon(ICONS[each.state]), html.Span(_outcome(each, setting))],
                className=f"switch-outcome output-state is-{each.state}",
            ),
        ],
        className="op-switch-row",
    )


def _outcome(each: SwitchRecord, setting: Setting) -> str:
    """Say how many outputs were in time, and what was with the others."""
    told = [say("history.reached", setting, shown=each.shown, of=each.outputs)]
    for state, outputs in (("late", each.late), ("failed", each.failed), ("offline", each.offline)):
        if outputs:
            told.append(f"{', '.join(outputs)} {say(f'history.{state}', setting)}")
    return " · ".join(told)


def _when(each: SwitchRecord, now_ms: float, setting: Setting) -> list[Component]:
    """Return the time of day, and under it the day when that was another."""
    place = {"language": setting.language, "timezone": setting.timezone}
    lines: list[Component] = [html.Div(time(each.at_ms, seconds=True, **place))]
    today = date(now_ms, **place)
    day = date(each.at_ms, **place)
    if day != today:
        is_this_year = day[-4:] == today[-4:]
        lines.append(html.Div(date(each.at_ms, style="short", **place) if is_this_year else day))
    return lines


def _at(each: SwitchRecord, now_ms: float, setting: Setting) -> str:
    return moment(
        each.at_ms, now=now_ms, language=setting.language, timezone=setting.timezone, seconds=True
    )


def _ms(length: float | None, decimals: int | None, setting: Setting) -> str:
    return number(length, "ms", decimals=decimals, language=setting.language)


def _height(figure_ms: float, top: float) -> str:
    return f"{min(figure_ms / top, 1.0) * 100:.2f}%"
