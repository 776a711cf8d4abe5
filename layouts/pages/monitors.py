"""Preview in green beside program in red, and how each output of a wall does.

Over a picture what is wrong lies on its own part of it. Values in, components out.
"""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from language import moment, number
from layouts import ids
from layouts.pages.attributes import attrs
from layouts.pages.outputs import output_skew, output_state, state_of
from layouts.pages.room import exercise_tally, since
from layouts.pages.shell import Setting, icon, say
from layouts.pages.sites import picture, silence
from layouts.pages.wall_view import OutputView, WallView


def monitor(view: str, wall: WallView, *, now_ms: float, setting: Setting) -> Component:
    """Return a picture of the wall under its head: `view` is preview or program."""
    head_id = ids.OPERATOR_PREVIEW_HEAD if view == "preview" else ids.OPERATOR_PROGRAM_HEAD
    over = (
        html.Div(empty(wall, setting=setting), id=ids.OPERATOR_EMPTY, className="monitor-empty")
        if view == "preview"
        else html.Div(trouble(wall, setting=setting), id=ids.OPERATOR_MARKS)
    )
    return html.Div(
        [
            html.Div(
                monitor_head(view, wall, now_ms=now_ms, setting=setting),
                id=head_id,
                className="monitor-head",
            ),
            picture(wall, view, over=[over], setting=setting),
        ],
        className=f"monitor monitor-{view}",
    )


def monitor_head(view: str, wall: WallView, *, now_ms: float, setting: Setting) -> list[Component]:
    """Return what stands over a picture: which it is, the scene, by whom, until when."""
    tally = html.Span(say(f"operator.{view}", setting), className=f"tally tally-{view}")
    if not wall.reachable:
        words = silence(wall, now_ms=now_ms, setting=setting, is_short=True)
        scene_id = wall.preview_scene if view == "preview" else wall.program_scene
        last = wall.scene_name(scene_id, setting.language)
        said = [html.Strong(last)] if last else []
        return [tally, *said, html.Span(words, className="is-problem")]
    if view == "preview":
        name = wall.scene_name(wall.preview_scene, setting.language)
        return [tally, html.Strong(name or say("operator.no_preview", setting))]
    program = wall.program
    if program is None:
        return [tally, html.Strong(say("wall.nothing", setting))]
    return [
        tally,
        *exercise_tally(wall, setting),
        html.Strong(wall.scene_name(program.scene_id, setting.language)),
        html.Span(since(program, now_ms=now_ms, setting=setting), className="quiet"),
    ]


def empty(wall: WallView, *, setting: Setting) -> list[Component]:
    """Return what covers the preview while nothing is prepared: how to prepare something."""
    if not wall.reachable or wall.preview_scene is not None:
        return []
    return [icon("bi-hand-index-thumb"), html.Span(say("operator.how_to_preview", setting))]


def trouble(wall: WallView, *, setting: Setting) -> Component:
    """Return what is wrong with an output, on its own part of the picture."""
    return html.Ul(
        [
            html.Li(
                [
                    html.Span(each.output_id, className="output-id"),
                    output_state(each, setting),
                    html.Span(output_skew(each, setting), className="output-skew"),
                ],
                className=f"trouble-mark is-{state_of(each)}",
                style=each.box.style(),
            )
            for each in wall.problems
        ],
        className="trouble",
    )


def outputs(wall: WallView, *, setting: Setting) -> Component:
    """Return the outputs as they hang, each with its state, lateness and clock."""
    return html.Ul(
        [_output(each, setting) for each in wall.outputs],
        className="outputs op-outputs",
        style={"--columns": str(wall.columns)},
    )


def last_switch(wall: WallView, *, now_ms: float, setting: Setting) -> list[Component]:
    """Return skew and latency of the last switch, and how many outputs it reached."""
    switch = wall.last_switch
    language = setting.language
    if not wall.reachable:
        return [html.P(say("output.unknown", setting), className="quiet")]
    if switch is None or switch.show_at_ms is None:
        return [html.P(say("operator.no_switch", setting), className="quiet")]
    at = moment(
        switch.show_at_ms, now=now_ms, language=language, timezone=setting.timezone, seconds=True
    )
    shown = switch.counts.get("shown", 0)
    figures = (
        ("skew", number(switch.skew_ms, "ms", decimals=1, language=language)),
        ("latency", number(switch.latency_ms, "ms", decimals=0, language=language)),
        ("reached", f"{shown}/{len(wall.outputs)}"),
        ("at", at),
    )
    return [
        html.Dl(
            [
                html.Div([html.Dt(say(f"operator.{name}", setting)), html.Dd(words)])
                for name, words in figures
            ],
            className="op-figures",
        )
    ]


def _output(output: OutputView, setting: Setting) -> Component:
    details: list[Component] = [html.Span(output_skew(output, setting), className="output-skew")]
    if not output.online and output.last_seen_at_ms is not None:
        age = html.Span(className="ioc-age", **attrs(data_at_ms=output.last_seen_at_ms))
        details = [html.Span([html.Span(say("output.seen", setting), className="wide"), age])]
    elif output.online and output.uncertainty_ms is not None:
        clock = number(output.uncertainty_ms, "ms", decimals=1, language=setting.language)
        details.append(html.Span(f"±{clock}", className="output-clock"))
    return html.Li(
        [
            html.Div(
                [html.Span(output.output_id, className="output-id"), output_state(output, setting)],
                className="output-line",
            ),
            html.Div(details, className="output-more"),
        ],
        className="output" + (" has-problem" if output.has_problem else ""),
    )
