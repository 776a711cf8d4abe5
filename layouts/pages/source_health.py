"""How each live source is: its last answer, its last error, and until when it is left alone.

Where nothing is live: what would be told, and what makes it so. Values in, components out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from data_access.contracts import WAYS
from data_access.envelope import Text
from data_access.intake.health import PORT
from language import duration, moment, number, pick
from layouts import ids
from layouts.pages.data_grid import GridColumn, data_grid
from layouts.pages.data_page import Link, data_page
from layouts.pages.shell import Setting, icon, say

AGAIN_MS = 5_000  # as often as the feed says so
STATE_MARKS = {
    "up": "bi-circle-fill",
    "waiting": "bi-hourglass-split",
    "failing": "bi-exclamation-triangle-fill",
}


@dataclass(frozen=True, slots=True)
class SourceState:
    """One way of one dataset; instants are Unix milliseconds, None: never, or not now."""

    dataset: str
    name: Text
    way: str
    place: str
    state: str  # up | waiting | failing
    success_ms: float | None
    until_ms: float | None
    failures: int
    error: str
    rows: int
    refused: int
    withdrawn: int  # rows that are said no more
    turned: int  # senders that were turned away
    lag_s: float | None


def nothing_live(*, files: int, is_off: bool, link: Link, setting: Setting) -> Component:
    """Build the page where nothing is live, or (`is_off`) what would be is left alone."""
    how = [
        html.P(say("sources.none.how", setting)),
        html.Ul(
            [html.Li([html.Code(way), say(f"way.{way}", setting)]) for way in WAYS],
            className="ways-there-are",
        ),
    ]
    said = html.Div(
        [
            icon("bi-broadcast-pin"),
            html.H2(say("sources.off" if is_off else "sources.none", setting)),
            html.P(say("sources.off.why" if is_off else "sources.none.why", setting, count=files)),
            html.P(say("sources.none.told", setting)),
            *([] if is_off else how),
        ],
        className="notice data-unkept sources-none",
    )
    return data_page("sources", [], [said], link=link, setting=setting)


def page(
    sources: Sequence[SourceState],
    *,
    files: int,
    now_ms: float,
    link: Link,
    setting: Setting,
) -> Component:
    """Build the page; `files` datasets come as files, which cannot be up or down."""
    said = say("sources.count", setting, count=len(sources), files=files)
    return data_page(
        "sources",
        [html.P(said, className="quiet data-count")],
        [
            dcc.Interval(id=ids.SOURCES_AGAIN, interval=AGAIN_MS),
            data_grid(
                ids.SOURCES_GRID,
                _columns(setting),
                rows(sources, now_ms=now_ms, setting=setting),
                label=say("title.sources", setting),
                nothing=say("sources.unheard", setting),
                setting=setting,
            ),
        ],
        link=link,
        setting=setting,
    )


def rows(
    sources: Sequence[SourceState], *, now_ms: float, setting: Setting
) -> list[dict[str, Any]]:
    """Return the rows, as the grid takes them."""
    return [_row(each, now_ms, setting) for each in sources]


def _columns(setting: Setting) -> list[GridColumn]:
    def head(name: str) -> str:
        return say(f"sources.column.{name}", setting)

    return [
        GridColumn("name", head("name"), 140, 2, is_link=True),
        GridColumn("state", head("state"), 116, 1, is_marked=True),
        GridColumn("way", head("way"), 140, 2),
        GridColumn("success", head("success"), 96, 1),
        GridColumn("failures", head("failures"), 108, 1, is_figure=True, sorted_by="desc"),
        GridColumn("until", head("until"), 104, 1),
        GridColumn("error", head("error"), 132, 3),
        GridColumn("rows", head("rows"), 84, 1, is_figure=True),
        GridColumn("refused", head("refused"), 76, 1, is_figure=True),
        GridColumn("withdrawn", head("withdrawn"), 72, 1, is_figure=True),
        GridColumn("turned", head("turned"), 76, 1, is_figure=True),
        GridColumn("lag", head("lag"), 92, 1, is_figure=True),
    ]


def _row(each: SourceState, now_ms: float, setting: Setting) -> dict[str, Any]:
    language = setting.language

    def at(at_ms: float | None) -> str:
        if at_ms is None:
            return say("sources.never", setting)
        place = {"language": language, "timezone": setting.timezone}
        return moment(at_ms, now=now_ms, seconds=True, **place)

    until = ""
    if each.until_ms is not None and each.until_ms > now_ms:
        left = duration((each.until_ms - now_ms) / 1000, language=language)
        until = say("sources.alone", setting, left=left)
    return {
        "id": f"{each.dataset}/{each.way}/{each.place}",
        "href": "/data/sources" if each.way == PORT[1] else f"/data?dataset={each.dataset}",
        "name": pick(each.name, language),
        "state": say(f"sources.state.{each.state}", setting),
        "state_mark": STATE_MARKS[each.state],
        "way": each.way,
        "way_words": f"{say(f'way.{each.way}', setting)} {each.place}".strip(),
        "success": each.success_ms,
        "success_words": at(each.success_ms),
        "failures": each.failures,
        "until": each.until_ms,
        "until_words": until,
        "error": each.error,
        "rows": each.rows,
        "rows_words": number(each.rows, language=language),
        "refused": each.refused,
        "refused_words": number(each.refused, language=language),
        "withdrawn": each.withdrawn,
        "withdrawn_words": number(each.withdrawn, language=language),
        "turned": each.turned,
        "turned_words": number(each.turned, language=language),
        "lag": each.lag_s,
        "lag_words": "" if each.lag_s is None else duration(each.lag_s, language=language),
    }
