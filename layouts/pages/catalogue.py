"""The catalogue's list: every dataset of the city, who answers for it, how it comes, how it stands.

Values in, components out; one dataset whole is `layouts.pages.catalogue_entry`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from data_access.contracts import Share
from data_access.envelope import Text
from language import moment, number, period, pick
from layouts import ids
from layouts.pages.attributes import attrs
from layouts.pages.data_grid import GridColumn, data_grid
from layouts.pages.data_page import Link, data_page
from layouts.pages.shell import Setting, icon, say

AGAIN_MS = 15_000
STATE_MARKS = {
    "ok": "bi-circle-fill",
    "stale": "bi-clock-history",
    "absent": "bi-dash-circle",
}
BELOW_MARK = "bi-exclamation-triangle-fill"


@dataclass(frozen=True, slots=True)
class Listed:
    """A dataset in the list; instants are of the glass."""

    dataset: str
    name: Text
    group: str
    owner: Text
    cadence: str  # ISO 8601
    cadence_s: float
    at_ms: float | None
    due_ms: float | None
    state: str  # ok | stale | absent
    origin: str | None
    share: Share | None
    lowest: float | None  # of its six scores, per cent
    below: int  # scores that are below their floor


def page(
    listed: Sequence[Listed],
    *,
    withheld: int,
    now_ms: float,
    link: Link,
    setting: Setting,
) -> Component:
    """Build the page; `withheld` datasets are above the person's ceiling."""
    return data_page(
        "catalogue",
        [
            _search(setting),
            html.P(_count(listed, withheld, setting), className="quiet data-count"),
            html.A(
                [icon("bi-download"), html.Span("DCAT-AP")],
                href="/api/catalogue",
                className="key",
                title=say("catalogue.export", setting),
                **attrs(aria_label=say("catalogue.export", setting)),
            ),
        ],
        [
            dcc.Interval(id=ids.CATALOGUE_AGAIN, interval=AGAIN_MS),
            data_grid(
                ids.CATALOGUE_GRID,
                _columns(setting),
                rows(listed, now_ms=now_ms, setting=setting),
                label=say("title.data", setting),
                setting=setting,
            ),
        ],
        link=link,
        setting=setting,
    )


def rows(listed: Sequence[Listed], *, now_ms: float, setting: Setting) -> list[dict[str, Any]]:
    """Return the rows of the list, as the grid takes them."""
    return [_row(each, now_ms, setting) for each in listed]


def _search(setting: Setting) -> Component:
    return html.Div(
        [
            html.Label(
                say("catalogue.search", setting),
                htmlFor=ids.CATALOGUE_SEARCH,
                className="visually-hidden",
            ),
            dcc.Input(
                id=ids.CATALOGUE_SEARCH,
                type="search",
                placeholder=say("catalogue.search", setting),
                autoComplete="off",
                maxLength=60,
                debounce=False,
            ),
        ],
        className="data-search",
    )


def _count(listed: Sequence[Listed], withheld: int, setting: Setting) -> str:
    words = say("catalogue.count", setting, count=len(listed))
    return words if not withheld else f"{words} · {say('data.withheld', setting, count=withheld)}"


def _columns(setting: Setting) -> list[GridColumn]:
    def head(name: str) -> str:
        return say(f"catalogue.column.{name}", setting)

    return [
        GridColumn("name", head("name"), 200, 3, is_link=True),
        GridColumn("group", head("group"), 120, 1),
        GridColumn("owner", head("owner"), 180, 2),
        GridColumn("cadence", head("cadence"), 88, 1),
        GridColumn("at", head("at"), 104, 1),
        GridColumn("due", head("due"), 104, 1, is_marked=True),
        GridColumn("state", head("state"), 136, 2, is_marked=True),
        GridColumn("share", head("share"), 112, 1),
        GridColumn("lowest", head("lowest"), 100, 1, is_figure=True, is_marked=True),
    ]


def _row(each: Listed, now_ms: float, setting: Setting) -> dict[str, Any]:
    language = setting.language
    is_late = each.due_ms is not None and each.due_ms < now_ms
    nothing = say("catalogue.nothing", setting)
    return {
        "id": each.dataset,
        "href": f"/data?dataset={each.dataset}",
        "name": pick(each.name, language),
        "group": say(f"group.{each.group}", setting),
        "owner": pick(each.owner, language),
        "cadence": each.cadence_s,
        "cadence_words": period(each.cadence, language=language),
        "at": each.at_ms,
        "at_words": instant(each.at_ms, now_ms, setting) or nothing,
        "due": each.due_ms,
        "due_words": instant(each.due_ms, now_ms, setting) or nothing,
        "due_mark": "bi-clock-history" if is_late else None,
        "state": state_words(each.state, each.origin, setting),
        "state_mark": STATE_MARKS[each.state],
        "share": say(f"share.{each.share or 'unsaid'}", setting),
        "lowest": each.lowest,
        "lowest_words": number(each.lowest, "%", decimals=1, language=language),
        "lowest_mark": BELOW_MARK if each.below else None,
    }


def state_words(state: str, origin: str | None, setting: Setting) -> str:
    """Say how a dataset stands, and where it comes from when that is not live."""
    words = say(f"catalogue.state.{state}", setting)
    if origin in (None, "live"):
        return words
    return f"{words}, {say(f'origin.{origin}', setting)}"


def instant(at_ms: float | None, now_ms: float, setting: Setting) -> str:
    """Write an instant as short as is clear; "" when there is none."""
    if at_ms is None:
        return ""
    return moment(at_ms, now=now_ms, language=setting.language, timezone=setting.timezone)
