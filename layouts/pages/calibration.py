"""The page of calibrations: what was observed against what the twins say, fitted there and not.

What a twin says where it was held back from the fitting is what counts, and is told apart. Values
in, components out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from data_access.envelope import Text
from jobs.job import Job, State
from language import datetime_, number, pick
from layouts import ids
from layouts.pages.calibration_course import against, courses
from layouts.pages.data_page import Link, data_page
from layouts.pages.shell import Setting, icon
from layouts.pages.what_if_run import ended, progress
from layouts.pages.what_if_words import tell

GRAPH: Any = {"staticPlot": True, "displayModeBar": False, "responsive": True}
POLL_MS = 1_000
GRAPH_PX = 280
PEAKS = {"traffic": ("morning", "evening")}  # of a twin that is fitted at an hour
FIGURES = {  # of a fit: unit, decimals
    "gehBelow5Pct": ("%", 0),
    "heldBackGehBelow5Pct": ("%", 0),
    "beforeGehBelow5Pct": ("%", 0),
    "junctions": ("", 0),
    "speedErrorKmh": ("km/h", 1),
    "speedBiasKmh": ("km/h", 1),
    "nse": ("", 2),
    "peakErrorM": ("m", 2),
    "spotErrorM": ("m", 2),
    "gaugesHeldBack": ("", 0),
    "runoff": ("", 2),
    "roughness": ("", 2),
}


@dataclass(frozen=True, slots=True)
class Calibrated:
    """A twin with its newest calibration, and the job that is under way or failed since."""

    kind: str
    result: Mapping[str, Any] | None
    made_at_ms: float | None
    under_way: Job | None = None
    network: str | None = None  # an imported one, or an imported model of drainage
    outdated: Text | None = None  # why it does not hold for the twin as it is now

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from the others of the page."""
        return self.kind, self.network or ""


def page(twins: Sequence[Calibrated], *, may_run: bool, link: Link, setting: Setting) -> Component:
    """Build the page; it looks again while a calibration is under way."""
    is_busy = any(is_running(each) for each in twins)
    poll = dcc.Interval(id=ids.CALIBRATION_POLL, interval=POLL_MS, disabled=not is_busy)
    body = html.Div(
        body_of(twins, may_run=may_run, setting=setting),
        id=ids.CALIBRATION_BODY,
        className="calibrations",
    )
    about = html.P(tell("calibration.about", setting), className="quiet")
    return data_page("twins", [about], [poll, body], link=link, setting=setting)


def body_of(
    twins: Sequence[Calibrated],
    *,
    may_run: bool,
    setting: Setting,
    problems: Mapping[tuple[str, str], str] | None = None,
) -> list[Component]:
    """Return one section a twin; `problems` say why a calibration could not be asked."""
    told = problems or {}
    return [_twin(each, told.get(each.key, ""), may_run, setting) for each in twins]


def fit_of(result: Mapping[str, Any]) -> tuple[str, Text, Mapping[str, float]]:
    """Return state, reason and figures of a calibration's fit, as either twin tells it."""
    fit = result.get("fit") or result
    return str(fit["state"]), dict(fit["why"]), dict(fit.get("figures") or {})


def _twin(twin: Calibrated, problem: str, may_run: bool, setting: Setting) -> Component:
    name = tell(f"kind.{twin.kind}", setting)
    if twin.network is not None:
        name += " " + tell("on_model", setting, name=twin.network)
    parts: list[Component] = [html.H2(name)]
    if twin.result is None:
        parts.append(_state("uncalibrated", tell("calibration.none", setting), setting))
    else:
        parts += _told(twin, setting)
    if problem:
        words = [html.P(tell("problem.input", setting)), html.P(problem, className="quiet")]
        parts.append(html.Div(words, className="outcome is-refused"))
    job = twin.under_way
    if job is not None:
        parts.append(ended(job, setting) if job.has_ended else _waiting(job, setting))
    if may_run and not is_running(twin):  # above what scrolls
        keys = [_key(twin, peak, setting) for peak in PEAKS.get(twin.kind, ("",))]
        parts.append(html.Div(keys, className="choices"))
    if twin.result is not None:
        parts += _shown(twin, setting)
    return html.Section(parts, className="scroll panel calibration", tabIndex="0")


def _key(twin: Calibrated, peak: str, setting: Setting) -> Component:
    """Return the key that asks for a calibration, at a `peak` where the twin has any."""
    words = tell("calibration.begin" if twin.result is None else "calibration.again", setting)
    if peak:
        words = f"{words}: {tell(f'calibration.peak.{peak}', setting)}"
    key = ids.calibrate(twin.kind, twin.network, peak)
    return html.Button([icon("bi-bullseye"), words], id=key, className="key")


def _waiting(job: Job, setting: Setting) -> Component:
    return progress(job, setting, may_cancel=False)


def _told(twin: Calibrated, setting: Setting) -> list[Component]:
    """Return how well it fits, and its figures."""
    assert twin.result is not None  # noqa: S101 - asked where there is one
    result, language = twin.result, setting.language
    state, why, figures = fit_of(result)
    at = datetime_(twin.made_at_ms or 0.0, language=language, timezone=setting.timezone)
    facts = [(tell("calibration.made", setting), at)]
    if "hour" in result:
        facts.append((tell("calibration.hour", setting), f"{result['hour']}:00"))
    facts += [
        (tell(f"figure.{name}", setting), _figure(name, each, language))
        for name, each in figures.items()
        if name in FIGURES
    ]
    if twin.outdated is not None:
        state, why = "outdated", twin.outdated
    return [
        _state(state, pick(why, language), setting),
        html.Dl(
            [html.Div([html.Dt(name), html.Dd(words)]) for name, words in facts],
            className="facts",
        ),
    ]


def _shown(twin: Calibrated, setting: Setting) -> list[Component]:
    """Return what was observed against what is simulated."""
    assert twin.result is not None  # noqa: S101 - asked where there is one
    result = twin.result
    parts: list[Component] = []
    points = [each for each in result.get("points") or () if "heldBackGeh" in each]
    if points:
        figure = against(points, setting=setting)
        graph = "-".join(filter(None, ("calibration", *twin.key)))
        parts += [_graph(graph, figure), _points(points, setting)]
    gauges = [each for each in result.get("gauges") or () if each["heldBack"] and each["minutes"]]
    parts += [
        _graph(
            "-".join(filter(None, ("calibration-gauge", twin.network, str(index)))),
            courses(gauge, setting=setting),
        )
        for index, gauge in enumerate(gauges)
    ]
    spots = result.get("spots") or ()
    if spots:
        parts.append(_spots(spots, setting))
    return parts


def _state(state: str, why: str, setting: Setting) -> Component:
    symbol = "bi-check-circle" if state == "calibrated" else "bi-exclamation-triangle"
    words = tell(f"fit.{state}", setting)
    return html.P(
        [icon(symbol), html.Strong(words), html.Span(why, className="quiet")],
        className=f"calibration-state is-{state}",
    )


def _points(points: Sequence[Mapping[str, Any]], setting: Setting) -> Component:
    """Return each junction with a count, that of the worst fit while it was held back on top."""
    language = setting.language
    ordered = sorted(points, key=lambda each: -each["heldBackGeh"])
    heads = ("place", "counted", "before", "simulated", "geh", "held_back", "held_back_geh")
    rows = [
        [
            pick(each["name"], language) if isinstance(each["name"], dict) else str(each["name"]),
            number(each["counted"], decimals=0, language=language),
            number(each["before"], decimals=0, language=language),
            number(each["simulated"], decimals=0, language=language),
            number(each["geh"], decimals=1, language=language),
            number(each["heldBack"], decimals=0, language=language),
            number(each["heldBackGeh"], decimals=1, language=language),
        ]
        for each in ordered
    ]
    return _table(heads, rows, setting)


def _spots(spots: Sequence[Mapping[str, Any]], setting: Setting) -> Component:
    language = setting.language
    rows = [
        [
            pick(each["name"], language),
            number(each["observedM"], "m", decimals=2, language=language),
            number(each["simulatedM"], "m", decimals=2, language=language),
        ]
        for each in spots
    ]
    return _table(("place", "observed", "simulated"), rows, setting)


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]], setting: Setting) -> Component:
    return html.Table(
        [
            html.Thead(_row(html.Th, [tell(f"column.{head}", setting) for head in heads])),
            html.Tbody([_row(html.Td, row) for row in rows]),
        ],
        className="source-rows",
    )


def _row(cell: Callable[..., Component], words: Sequence[str]) -> Component:
    """Return a row whose cells after the first are figures."""
    return html.Tr(
        [cell(each, className="row-figure" if n else "") for n, each in enumerate(words)]
    )


def _graph(name: str, figure: Any) -> Component:
    size = {"height": f"{GRAPH_PX}px"}
    return dcc.Graph(
        id=name, figure=figure, config=GRAPH, className="calibration-graph", style=size
    )


def _figure(name: str, figure: float, language: str) -> str:
    unit, decimals = FIGURES[name]
    return number(figure, unit, decimals=decimals, language=language)


def is_running(twin: Calibrated) -> bool:
    """Tell whether a calibration is under way."""
    return twin.under_way is not None and twin.under_way.state in (State.QUEUED, State.RUNNING)
