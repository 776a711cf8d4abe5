"""Up to four runs side by side, ranked by a figure, and the way to a wall.

Values in, components out.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from dash import html
from dash.development.base_component import Component

from language import number, pick
from layouts import ids
from layouts.pages.attributes import attrs
from layouts.pages.outcome import Outcome, result
from layouts.pages.shell import Setting, icon, say
from layouts.pages.wall_view import WallView
from layouts.pages.what_if_pair import LETTERS
from layouts.pages.what_if_run import Listed, document_key
from layouts.pages.what_if_words import tell
from layouts.tiles.map_time import slider, words
from twin.comparison import MOST, Compared, Row, ranking


def body(
    maps: Sequence[Component],
    minutes: Sequence[float],
    table: Sequence[Component],
    *,
    sent: Sequence[Component],
    below: Sequence[Component],
    columns: int,
    choice: Sequence[Component],
    pairs: Sequence[Component] = (),
    setting: Setting,
) -> list[Component]:
    """Return the maps under one slider, and what is said of the runs beside them."""
    bar: list[Component] = [html.Div(list(choice), className="choices")]
    if minutes:
        bar += [
            html.Div(
                [html.Span(words(minutes[-1]), className="map-minute"), " ",
                 tell("since", setting)],
                className="wi-minute",
            ),
            slider(minutes, label=tell("minute", setting)),
        ]  # fmt: skip
    return [
        html.Div(
            [
                html.Div(
                    [
                        html.Div(bar, className="frames-bar"),
                        *([html.Div(list(pairs), className="choices wi-pair")] if pairs else []),
                        html.Div(
                            list(maps),
                            className="scroll wi-maps",
                            style={"gridTemplateColumns": f"repeat({columns}, auto)"},
                            tabIndex="0",
                        ),
                    ],
                    className="wi-left",
                    **attrs(data_frames=json.dumps(list(minutes))),
                ),
                html.Div(
                    [
                        *table,
                        html.Div(list(sent), id=ids.WHAT_IF_SENT, className="wi-sent"),
                        html.Div(list(below), className="scroll wi-below", tabIndex="0"),
                    ],
                    className="wi-right",
                ),
            ],
            className="wi-two",
        )
    ]


def gone(setting: Setting) -> list[Component]:
    """Say that none of these runs is there for this person."""
    return [html.P(tell("no_run", setting), className="quiet")]


def map_choice(of: str, names: Sequence[str], query: dict[str, str], setting: Setting) -> Any:
    """Return the keys that choose which map of the runs is seen."""
    if len(names) < 2:
        return []
    return [
        html.A(
            tell(f"map.{name}", setting),
            href=f"/what-if?{urlencode({**query, 'map': name})}",
            className="key choice" + (" is-chosen" if name == of else ""),
            **attrs(aria_current="true" if name == of else None),
        )
        for name in names
    ]


def ranked(
    rows: Sequence[Row], runs: Sequence[Compared], by: str, query: dict[str, str], setting: Setting
) -> list[Component]:
    """Return the runs by one figure, the best first; what chance may have ordered is one rank."""
    if len(runs) < 2:
        return []
    row = next((each for each in rows if each.kpi_id == by), rows[0])
    choices = [
        html.A(
            pick(each.label, setting.language),
            href=f"/what-if?{urlencode({**query, 'by': each.kpi_id})}",
            className="key choice" + (" is-chosen" if each is row else ""),
            **attrs(aria_current="true" if each is row else None),
        )
        for each in rows
    ]
    places = [
        html.Li(
            [
                html.Strong(f"{rank}."),
                html.Span(f"{LETTERS[index]} · {pick(runs[index].title, setting.language)}"),
                html.Span(_figure(row, index, setting), className="wi-rank-figure"),
            ]
        )
        for index, rank in ranking(row)
    ]
    shared = [rank for _, rank in ranking(row)]
    why = tell("tied_water", setting) if row.balance_pct else tell("tied", setting)
    tied = [html.P(why, className="quiet")] if len(set(shared)) < len(shared) else []
    return [
        html.H2(tell("rank", setting, figure=pick(row.label, setting.language))),
        html.Ol(places, className="wi-rank"),
        *tied,
        *([html.P(tell("bases_differ", setting), className="is-problem")]
          if any(each.bases_differ for each in rows) else []),
        html.H2(tell("rank_by", setting)),
        html.Div(choices, className="choices"),
    ]  # fmt: skip


def sending(
    walls: Sequence[tuple[WallView, bool]],
    outcomes: dict[str, Outcome],
    *,
    now_ms: float,
    setting: Setting,
) -> list[Component]:
    """Return for each wall the key that sends what is compared to it, and the one that undoes."""
    parts: list[Component] = [html.H2(tell("send", setting))]
    for wall, may in walls:
        outcome = outcomes.get(wall.wall_id)
        name = pick(wall.name, setting.language)
        if not may:
            why = say("console.not_allowed" if wall.reachable else "console.away", setting)
            parts.append(html.P(f"{name}: {why}", className="quiet"))
            continue
        parts.append(
            html.Div(
                [
                    html.Button(
                        [icon("bi-display"), name],
                        id=ids.what_if_send("send", wall.wall_id),
                        className="key key-main wi-send",
                        **attrs(aria_label=tell("send_to", setting, wall=name)),
                    ),
                    html.Button(
                        [icon("bi-arrow-counterclockwise"), tell("take_back", setting)],
                        id=ids.what_if_send("undo", wall.wall_id),
                        className="key",
                        disabled=wall.manual is None,
                        **attrs(aria_label=f"{tell('take_back', setting)}: {name}"),
                    ),
                ],
                className="wi-wall",
            )
        )
        if outcome is not None:
            parts.append(result(outcome, now_ms=now_ms, setting=setting))
    return parts


def more_runs(
    runs: Sequence[Compared], others: Sequence[Listed], setting: Setting
) -> list[Component]:
    """Return the runs that can stand beside these, those there with a key to leave them out."""
    here = [run.job_id for run in runs]
    leaving = [
        html.Li(
            [
                html.Span(f"{LETTERS[index]} · {pick(run.title, setting.language)}"),
                *(
                    [
                        html.A(
                            icon("bi-x-lg"),
                            href=_address([each for each in here if each != run.job_id]),
                            className="key key-icon",
                            **attrs(aria_label=tell("leave_out", setting)),
                        )
                    ]
                    if len(runs) > 1
                    else []
                ),
            ]
        )
        for index, run in enumerate(runs)
    ]
    adding = [
        html.Li(
            html.A(
                [html.Span(pick(each.title, setting.language)), icon("bi-plus-lg")],
                href=_address([*here, each.job_id]),
                className="key wi-entry",
            )
        )
        for each in others
    ]
    add: list[Component] = []
    if adding and len(runs) < MOST:
        add = [html.H2(tell("add_run", setting)), html.Ul(adding, className="wi-entries")]
    return [
        html.Ul(leaving, className="wi-chosen"),
        *add,
        document_key(here, setting),
    ]


def _address(job_ids: Sequence[str]) -> str:
    return f"/what-if?{urlencode({'runs': ','.join(job_ids)})}"


def _figure(row: Row, index: int, setting: Setting) -> str:
    cell = row.cells[index]
    if cell is None:
        return "–"
    mean = cell["value"]["mean"]
    return number(mean, row.unit, decimals=row.decimals, language=setting.language)
