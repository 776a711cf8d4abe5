"""The operator's page: preview in green beside program in red, scenes, take, and what went wrong.

One wall at a time, all of them as tabs. Built whole at loading; afterwards `callbacks.operator`
redraws the parts that change. Values in, components out.
"""

from __future__ import annotations

from collections.abc import Sequence

from dash import dcc, html
from dash.development.base_component import Component

from language import pick
from layouts import ids
from layouts.pages.asking import asking
from layouts.pages.attributes import attrs
from layouts.pages.guard import guard
from layouts.pages.live import live
from layouts.pages.monitors import monitor
from layouts.pages.operator_keys import actions
from layouts.pages.operator_state import Beside, operator_state
from layouts.pages.passport import drawer
from layouts.pages.scene_keys import MANY, scene_columns, scenes
from layouts.pages.shell import Setting, icon, say, shell
from layouts.pages.sites import silence
from layouts.pages.wall_view import WallView


def page(
    walls: Sequence[WallView],
    wall: WallView,
    beside: Beside,
    exercise_form: Component,
    *,
    may_command: bool,
    now_ms: float,
    setting: Setting,
    link_url: str,
    link_port: int,
) -> Component:
    """Build the page for `wall`, one of `walls`."""
    name = pick(wall.name, setting.language)
    topics = ["versions", "rules", "realms", *(f"wall.{each.wall_id}" for each in walls)]
    return shell(
        "operator",
        [
            live(topics, link_url=link_url, link_port=link_port, language=setting.language),
            dcc.Store(id=ids.OPERATOR_WALL, data=wall.wall_id),
            drawer(setting=setting),
            dcc.Store(id=ids.OPERATOR_SEEN, data=seen(wall)),
            dcc.Store(id=ids.OPERATOR_DONE),
            dcc.Store(id=ids.OPERATOR_PRESSED),
            _top(walls, wall, beside, may_command=may_command, now_ms=now_ms, setting=setting),
            html.Div(
                away(wall, now_ms=now_ms, setting=setting),
                id=ids.OPERATOR_AWAY,
                className="op-away",
                role="alert",
            ),
            html.Section(
                [
                    html.Div(
                        [
                            monitor("preview", wall, now_ms=now_ms, setting=setting),
                            monitor("program", wall, now_ms=now_ms, setting=setting),
                        ],
                        className="op-monitors",
                    ),
                    actions(wall, setting=setting),
                    html.Div(
                        [
                            _scenes(wall, setting),
                            operator_state(
                                wall,
                                beside,
                                exercise_form,
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
                **attrs(aria_label=say("operator.panel", setting, wall=name)),
            ),
            asking(setting=setting),
        ],
        setting=setting,
    )


def _top(
    walls: Sequence[WallView],
    wall: WallView,
    beside: Beside,
    *,
    may_command: bool,
    now_ms: float,
    setting: Setting,
) -> Component:
    """Return the tabs of the walls, and who may change what is on this one."""
    return html.Div(
        [
            html.Nav(
                tabs(walls, wall.wall_id, now_ms=now_ms, setting=setting),
                id=ids.OPERATOR_TABS,
                className="op-tabs",
                **attrs(aria_label=say("operator.walls", setting)),
            ),
            html.Div(
                guard(
                    wall,
                    beside.exercises,
                    may_command=may_command,
                    now_ms=now_ms,
                    setting=setting,
                ),
                id=ids.OPERATOR_GUARD,
                className="op-guard",
            ),
        ],
        className="op-top",
    )


def _scenes(wall: WallView, setting: Setting) -> Component:
    keys = html.Div(
        scenes(wall, setting=setting),
        id=ids.OPERATOR_SCENES,
        className="op-scenes is-many" if len(wall.scenes) > MANY else "op-scenes",
        style={"--columns": str(scene_columns(wall))},
    )
    return html.Section(
        [html.H2(say("operator.scenes", setting)), keys], className="panel op-scenes-panel"
    )


def seen(wall: WallView) -> dict[str, str | None]:
    """Return what the operator sees on air and prepared: a take says that it was this."""
    return {
        "sceneId": wall.program_scene,
        "revision": wall.program_revision,
        "preview": wall.preview_scene,
    }


def tabs(
    walls: Sequence[WallView], current: str, *, now_ms: float, setting: Setting
) -> list[Component]:
    """Return one link a wall: name, what is on it, how many outputs are there; and to its proof."""
    proof = html.A(
        [icon("bi-clock-history"), html.Span(say("operator.proof", setting))],
        href=f"/proof?wall={current}",
        className="key op-proof",
        title=say("operator.proof", setting),
        **attrs(aria_label=say("operator.proof", setting)),
    )
    return [*(_tab(wall, wall.wall_id == current, now_ms, setting) for wall in walls), proof]


def away(wall: WallView, *, now_ms: float, setting: Setting) -> list[Component]:
    """Say that nothing can be commanded, and what the wall does meanwhile; [] when all is well."""
    if wall.reachable:
        return []
    return [
        icon("bi-plug-fill"),
        html.Strong(silence(wall, now_ms=now_ms, setting=setting)),
        html.Span(say("site.away" if wall.is_lost else "operator.away", setting)),
    ]


def _tab(wall: WallView, is_current: bool, now_ms: float, setting: Setting) -> Component:
    program = wall.scene_name(wall.program_scene, setting.language)
    problems = len(wall.problems)
    state = [html.Span(say("wall.online", setting, online=wall.online, outputs=len(wall.outputs)))]
    if not wall.reachable:
        words = silence(wall, now_ms=now_ms, setting=setting, is_short=True)
        state = [html.Span([icon("bi-plug"), words], className="is-problem")]
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
            html.Span([pick(wall.name, setting.language), *_site(wall)], className="tab-name"),
            html.Span(
                [html.Span(program or say("wall.nothing", setting)), *state],
                className="tab-state",
            ),
        ],
        href=f"/operator?wall={wall.wall_id}",
        className="op-tab" + (" is-here" if is_current else ""),
        **attrs(aria_current="true" if is_current else None),
    )


def _site(wall: WallView) -> list[Component]:
    return [icon("bi-building")] if wall.peer is not None else []
