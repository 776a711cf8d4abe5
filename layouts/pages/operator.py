"""The operator's page: preview in green beside program in red, scenes, take, and what went wrong.

One wall at a time, all of them as tabs. Built whole at loading; afterwards `callbacks.operator`
redraws the parts that change. Values in, components out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from language import moment, number, pick
from layouts import ids
from layouts.pages.attributes import attrs
from layouts.pages.automation import automation_view, guard, urgent
from layouts.pages.automation_view import Automation
from layouts.pages.live import live
from layouts.pages.miniature import live_wall, thumbnail
from layouts.pages.outputs import output_skew, output_state, state_of
from layouts.pages.room import Deed, deed_list, since
from layouts.pages.shell import HIDDEN, Setting, busy, icon, say, shell
from layouts.pages.switch_history import History, switch_history
from layouts.pages.wall_view import OutputView, SceneView, WallView

DIGITS = 9  # scenes that have a key
VIEWS = ("now", "history", "automation")  # of the state beside the scenes


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a command: done or not, in one sentence, and per output."""

    done: bool
    words: str
    details: tuple[str, ...] = ()
    at_ms: float | None = None


def page(
    walls: Sequence[WallView],
    wall: WallView,
    deeds: Sequence[Deed],
    *,
    history: History | None,
    automation: Automation,
    may_command: bool,
    now_ms: float,
    setting: Setting,
    link_url: str,
    link_port: int,
) -> Component:
    """Build the page for `wall`, one of `walls`, where `deeds` were done lately."""
    topics = ["versions", "rules", *(f"wall.{each.wall_id}" for each in walls)]
    return shell(
        "operator",
        [
            live(topics, link_url=link_url, link_port=link_port, language=setting.language),
            dcc.Store(id=ids.OPERATOR_WALL, data=wall.wall_id),
            dcc.Store(id=ids.OPERATOR_SEEN, data=seen(wall)),
            dcc.Store(id=ids.OPERATOR_DONE),
            dcc.Store(id=ids.OPERATOR_PRESSED),
            html.Div(
                [
                    html.Nav(
                        tabs(walls, wall.wall_id, setting=setting),
                        id=ids.OPERATOR_TABS,
                        className="op-tabs",
                        **attrs(aria_label=say("operator.walls", setting)),
                    ),
                    html.Div(
                        guard(wall, may_command=may_command, now_ms=now_ms, setting=setting),
                        id=ids.OPERATOR_GUARD,
                        className="op-guard",
                    ),
                ],
                className="op-top",
            ),
            html.Div(
                away(wall, setting=setting),
                id=ids.OPERATOR_AWAY,
                className="op-away",
                role="alert",
            ),
            html.Section(
                [
                    html.Div(
                        [
                            _monitor("preview", wall, now_ms=now_ms, setting=setting),
                            _monitor("program", wall, now_ms=now_ms, setting=setting),
                        ],
                        className="op-monitors",
                    ),
                    _actions(wall, setting),
                    html.Div(
                        [
                            html.Section(
                                [
                                    html.H2(say("operator.scenes", setting)),
                                    html.Div(
                                        scenes(wall, setting=setting),
                                        id=ids.OPERATOR_SCENES,
                                        className="op-scenes",
                                        style={"--columns": str(_scene_columns(wall))},
                                    ),
                                ],
                                className="panel op-scenes-panel",
                            ),
                            _state(
                                wall,
                                deeds,
                                history,
                                automation,
                                may_command=may_command,
                                now_ms=now_ms,
                                setting=setting,
                            ),
                        ],
                        className="op-lower",
                    ),
                ],
                id=ids.OPERATOR_PANEL,
                className="op-panel",
                tabIndex="0",
                **attrs(aria_label=say("operator.panel", setting, wall=_name(wall, setting))),
            ),
        ],
        setting=setting,
    )


def seen(wall: WallView) -> dict[str, str | None]:
    """Return what the operator sees on air and prepared: a take says that it was this."""
    return {
        "sceneId": wall.program.scene_id if wall.program else None,
        "revision": wall.program_revision,
        "preview": wall.preview_scene,
    }


def tabs(walls: Sequence[WallView], current: str, *, setting: Setting) -> list[Component]:
    """Return one link a wall: name, what is on it, how many outputs are there; and to its proof."""
    proof = html.A(
        [icon("bi-clock-history"), html.Span(say("operator.proof", setting))],
        href=f"/proof?wall={current}",
        className="key op-proof",
        title=say("operator.proof", setting),
        **attrs(aria_label=say("operator.proof", setting)),
    )
    return [*(_tab(wall, wall.wall_id == current, setting) for wall in walls), proof]


def away(wall: WallView, *, setting: Setting) -> list[Component]:
    """Say that nothing can be commanded, and what the wall does meanwhile; [] when all is well."""
    if wall.reachable:
        return []
    return [
        icon("bi-plug-fill"),
        html.Strong(say("wall.unreachable", setting)),
        html.Span(say("operator.away", setting)),
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


def may_take(wall: WallView) -> bool:
    """Tell whether there is something to take, and somebody to take it."""
    return wall.reachable and wall.preview_scene is not None


def monitor_head(view: str, wall: WallView, *, now_ms: float, setting: Setting) -> list[Component]:
    """Return what stands over a picture: which it is, the scene, by whom, until when."""
    tally = html.Span(say(f"operator.{view}", setting), className=f"tally tally-{view}")
    if not wall.reachable:
        return [tally, html.Span(say("wall.unreachable", setting), className="is-problem")]
    if view == "preview":
        name = _scene_name(wall, wall.preview_scene, setting)
        return [tally, html.Strong(name or say("operator.no_preview", setting))]
    program = wall.program
    if program is None:
        return [tally, html.Strong(say("wall.nothing", setting))]
    return [
        tally,
        html.Strong(_scene_name(wall, program.scene_id, setting)),
        html.Span(since(program, now_ms=now_ms, setting=setting), className="quiet"),
    ]


def hold_state(wall: WallView, *, setting: Setting) -> list[Component]:
    """Say how long the manual layer still stands."""
    manual = wall.manual
    if not wall.reachable:
        return [html.Span(say("output.unknown", setting), className="quiet")]
    if manual is None:
        return [html.Span(say("operator.no_manual", setting), className="quiet")]
    if manual.until_at_ms is None:
        return [html.Span(say("operator.held", setting), className="hold-words")]
    return [
        html.Span(say("operator.until", setting), className="quiet"),
        html.Span(className="ioc-countdown", **attrs(data_until_ms=manual.until_at_ms)),
    ]


def scenes(wall: WallView, *, setting: Setting) -> list[Component]:
    """Return a key a scene: its arrangement drawn, its name, its digit, where it is now."""
    if not wall.reachable:
        return [html.P(say("operator.scenes_unknown", setting), className="quiet")]
    if not wall.scenes:
        return [html.P(say("operator.no_scenes", setting), className="quiet")]
    return [_scene(wall, scene, number_, setting) for number_, scene in enumerate(wall.scenes, 1)]


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


def result(outcome: Outcome, *, now_ms: float, setting: Setting) -> Component:
    """Return what came of the last command, and what went wrong on which output."""
    is_troubled = outcome.done and bool(outcome.details)
    symbol = "bi-check-circle" if outcome.done else "bi-x-octagon-fill"
    symbol = "bi-exclamation-triangle-fill" if is_troubled else symbol
    at = moment(
        outcome.at_ms or now_ms,
        now=now_ms,
        language=setting.language,
        timezone=setting.timezone,
        seconds=True,
    )
    return html.Div(
        [
            html.P([icon(symbol), html.Span(outcome.words), html.Span(at, className="quiet")]),
            *([html.Ul([html.Li(each) for each in outcome.details])] if outcome.details else []),
        ],
        className="outcome "
        + ("is-troubled" if is_troubled else "is-done" if outcome.done else "is-refused"),
    )


def _monitor(view: str, wall: WallView, *, now_ms: float, setting: Setting) -> Component:
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
            live_wall(wall, view, setting.language, over=[over]),
        ],
        className=f"monitor monitor-{view}",
    )


def _state(
    wall: WallView,
    deeds: Sequence[Deed],
    history: History | None,
    automation: Automation,
    *,
    may_command: bool,
    now_ms: float,
    setting: Setting,
) -> Component:
    """Return what is said beside the scenes, one view of it at a time, and what a command came to.

    The style sheet shows the view that is chosen: nothing is asked for, and nothing drawn anew.
    """
    return html.Section(
        [
            dbc.RadioItems(
                id=ids.OPERATOR_VIEW,
                options=[
                    {"label": say(f"operator.view_{view}", setting), "value": view}
                    for view in VIEWS
                ],
                value=VIEWS[0],
                persistence=True,
                persistence_type="session",
                className="op-views",
            ),
            html.Div(
                urgent(automation, may_command=may_command, setting=setting),
                id=ids.OPERATOR_URGENT,
                className="op-urgent",
                role="status",
            ),
            html.Div(
                [
                    html.P(say("operator.outputs_legend", setting), className="legend"),
                    html.Div(outputs(wall, setting=setting), id=ids.OPERATOR_OUTPUTS),
                    html.Div(
                        last_switch(wall, now_ms=now_ms, setting=setting),
                        id=ids.OPERATOR_SWITCH,
                        className="op-switch",
                    ),
                    html.Div(
                        [
                            html.H2(say("operator.deeds", setting)),
                            html.Div(
                                deed_list(deeds, now_ms=now_ms, setting=setting),
                                id=ids.OPERATOR_DEEDS,
                                className="scroll",
                                tabIndex="0",
                                **attrs(aria_label=say("operator.deeds", setting)),
                            ),
                        ],
                        className="op-deeds",
                    ),
                ],
                className="op-view op-view-now",
            ),
            html.Div(
                switch_history(history, now_ms=now_ms, setting=setting),
                id=ids.OPERATOR_HISTORY,
                className="op-view op-view-history",
            ),
            html.Div(
                html.Div(
                    automation_view(
                        automation, may_command=may_command, now_ms=now_ms, setting=setting
                    ),
                    id=ids.OPERATOR_AUTOMATION,
                    className="scroll op-scroll op-automation",
                    tabIndex="0",
                    **attrs(aria_label=say("operator.view_automation", setting)),
                ),
                className="op-view op-view-automation",
            ),
            busy(ids.OPERATOR_BUSY, say("operator.busy", setting)),
            html.Div(
                id=ids.OPERATOR_RESULT,
                className="op-result",
                role="status",
                **attrs(aria_live="polite"),
            ),
        ],
        className="panel op-state",
    )


def _actions(wall: WallView, setting: Setting) -> Component:
    minutes = number(wall.manual_hold_min, decimals=0, language=setting.language)
    return html.Div(
        [
            html.Div(
                [
                    html.Button(
                        [
                            html.Span(say("operator.take", setting)),
                            html.Kbd("Enter", **HIDDEN),
                        ],
                        id=ids.OPERATOR_TAKE,
                        className="key key-take",
                        disabled=not may_take(wall),
                        **attrs(aria_keyshortcuts="Enter"),
                    ),
                    dbc.Switch(
                        id=ids.OPERATOR_HOLD,
                        label=say("operator.hold", setting),
                        value=False,
                        className="hold-switch",
                    ),
                ],
                className="op-take",
            ),
            html.P(
                [
                    icon("bi-keyboard"),
                    html.Span(say("operator.keys_on", setting), className="keys-on"),
                    html.Span(say("operator.keys_off", setting), className="keys-off"),
                ],
                className="op-keys",
            ),
            html.Div(
                [
                    html.Div(
                        hold_state(wall, setting=setting),
                        id=ids.OPERATOR_LAYERS,
                        className="op-hold",
                    ),
                    html.Button(
                        [icon("bi-plus-circle"), say("operator.extend", setting, minutes=minutes)],
                        id=ids.OPERATOR_EXTEND,
                        className="key",
                        disabled=wall.manual is None,
                    ),
                    html.Button(
                        [icon("bi-x-lg"), say("operator.clear", setting)],
                        id=ids.OPERATOR_CLEAR,
                        className="key key-danger",
                        disabled=wall.manual is None,
                    ),
                ],
                className="op-manual",
            ),
        ],
        className="op-actions",
    )


def _tab(wall: WallView, is_current: bool, setting: Setting) -> Component:
    program = _scene_name(wall, wall.program.scene_id if wall.program else None, setting)
    problems = len(wall.problems)
    state = [html.Span(say("wall.online", setting, online=wall.online, outputs=len(wall.outputs)))]
    if not wall.reachable:
        state = [
            html.Span([icon("bi-plug"), say("wall.unreachable", setting)], className="is-problem")
        ]
    elif problems:
        state.append(
            html.Span(
                [
                    icon("bi-exclamation-triangle-fill"),
                    say("wall.problems", setting, count=problems),
                ],
                className="is-problem",
            )
        )
    return html.A(
        [
            html.Span(_name(wall, setting), className="tab-name"),
            html.Span(
                [html.Span(program or say("wall.nothing", setting)), *state],
                className="tab-state",
            ),
        ],
        href=f"/operator?wall={wall.wall_id}",
        className="op-tab" + (" is-here" if is_current else ""),
        **attrs(aria_current="true" if is_current else None),
    )


def _scene(wall: WallView, scene: SceneView, position: int, setting: Setting) -> Component:
    name = pick(scene.name, setting.language)
    is_program = bool(wall.program and wall.program.scene_id == scene.scene_id)
    is_preview = wall.preview_scene == scene.scene_id
    marks = [
        html.Span(say(f"operator.{view}", setting), className=f"tally tally-{view}")
        for view, is_there in (("preview", is_preview), ("program", is_program))
        if is_there
    ]
    key = [html.Kbd(str(position), **HIDDEN)] if position <= DIGITS else []
    return html.Button(
        [
            thumbnail(scene, wall),
            html.Span([*key, html.Span(name, className="scene-name")], className="scene-foot"),
            html.Span(marks, className="scene-marks"),
        ],
        id=ids.operator_scene(scene.scene_id),
        className="key scene"
        + (" is-program" if is_program else "")
        + (" is-preview" if is_preview else ""),
        title=say("operator.to_preview", setting, scene=name),
        **attrs(
            data_position=str(position),
            data_presses=ids.OPERATOR_PRESSED,
            aria_pressed=str(is_preview).lower(),
            aria_keyshortcuts=str(position) if position <= DIGITS else None,
        ),
    )


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


def _scene_columns(wall: WallView) -> int:
    """Return how many keys stand in a row, so that all scenes are seen at once."""
    return 3 if len(wall.scenes) <= DIGITS else 4 if len(wall.scenes) <= 12 else 5


def _scene_name(wall: WallView, scene_id: str | None, setting: Setting) -> str:
    scene = wall.scene(scene_id)
    return pick(scene.name, setting.language) if scene else (scene_id or "")


def _name(wall: WallView, setting: Setting) -> str:
    return pick(wall.name, setting.language)
