"""Every series that is forecast: by what, how well against its baselines, and whether it still is.

A row leads to the model card of its series (`forecast_card`). Values in, components out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from data_access.envelope import Text
from language import number, pick
from layouts import ids
from layouts.pages.data_grid import GridColumn, data_grid
from layouts.pages.data_page import Link, data_page
from layouts.pages.shell import Setting, icon, say

AGAIN_MS = 60_000
MODEL_MARK, LATE_MARK, NONE_MARK = "bi-cpu", "bi-exclamation-triangle-fill", "bi-dash-circle"
DRIFT_MARKS = {"drifted": LATE_MARK}
MASES = ("mase", "mase_naive", "mase_profile", "mase_model")


@dataclass(frozen=True, slots=True)
class Listed:
    """A series of a finding: `row` is its card (analytics/forecast/card.py), {} before any run."""

    forecast: str
    name: Text  # of the finding
    row: Mapping[str, Any]


def page(listed: Sequence[Listed], *, withheld: int, link: Link, setting: Setting) -> Component:
    """Build the list; `withheld` findings are above this person's ceiling."""
    rows = series_rows(listed, setting)
    shown = sum(1 for each in listed if each.row and "reason" not in each.row)
    models = sum(bool(each.row.get("is_model")) for each in listed)
    said = say("forecasts.count", setting, count=shown, models=models)
    head: list[Component] = [html.P(said, className="quiet data-count")]
    drifted = [each for each in listed if each.row.get("drift_state") == "drifted"]
    if drifted:
        names = ", ".join(dict.fromkeys(pick(each.name, setting.language) for each in drifted))
        words = say("forecasts.drifted", setting, count=len(drifted), names=names)
        head.append(html.P([icon(LATE_MARK), html.Span(words)], className="data-count"))
    if withheld:
        head.append(html.P(say("data.withheld", setting, count=withheld), className="quiet"))
    return data_page(
        "forecasts",
        head,
        [
            dcc.Interval(id=ids.FORECASTS_AGAIN, interval=AGAIN_MS),
            data_grid(
                ids.FORECASTS_GRID,
                _columns(setting),
                rows,
                label=say("title.forecasts", setting),
                nothing=say("forecasts.none", setting),
                setting=setting,
            ),
            html.P(say("forecasts.times_of", setting), className="quiet forecasts-foot"),
        ],
        link=link,
        setting=setting,
    )


def series_rows(listed: Sequence[Listed], setting: Setting) -> list[dict[str, Any]]:
    """Return the rows, as the grid takes them."""
    return [_row(each, setting) for each in listed]


def card_href(forecast: str, series: str) -> str:
    """Return where a series' card is."""
    return f"/data/forecasts?forecast={forecast}&series={series}"


def _columns(setting: Setting) -> list[GridColumn]:
    def head(name: str) -> str:
        return say(f"forecasts.column.{name}", setting)

    return [
        GridColumn("name", head("name"), 200, 3, is_link=True),
        GridColumn("forecast", head("forecast"), 160, 2),
        GridColumn("method", head("method"), 172, 3, is_marked=True),
        *(GridColumn(each, head(each), 84, 1, is_figure=True) for each in MASES),
        GridColumn("error", head("error"), 104, 1, is_figure=True),
        GridColumn("coverage80", head("coverage80"), 84, 1, is_figure=True),
        GridColumn("coverage95", head("coverage95"), 84, 1, is_figure=True),
        GridColumn("drift", head("drift"), 112, 1, is_marked=True),
    ]


def _row(each: Listed, setting: Setting) -> dict[str, Any]:
    language, row = setting.language, each.row
    if not row:
        return {
            "id": each.forecast,
            "href": f"/data/forecasts?forecast={each.forecast}",
            "name": pick(each.name, language),
            "forecast": "–",
            "method": say("forecasts.not_yet", setting),
            "method_mark": NONE_MARK,
            "drift": "–",
            **{f"{figure}_words": "–" for figure in (*MASES, "error", "coverage80", "coverage95")},
        }
    made: dict[str, Any] = {
        "id": f"{each.forecast}/{row['id']}",
        "href": card_href(each.forecast, row["id"]),
        "name": pick(row["name"], language),
        "forecast": pick(each.name, language),
        "method": pick(row["method"], language),
        "method_mark": MODEL_MARK if row.get("is_model") else NONE_MARK if "reason" in row else "",
        "drift": "" if "reason" in row else pick(row["drift"], language),
        "drift_mark": DRIFT_MARKS.get(row.get("drift_state", ""), ""),
    }
    for name in MASES:
        made |= _figure(name, row.get(name), "", 2, language)
    made |= _figure("error", row.get("error"), str(row.get("error_unit", "")), 1, language)
    for name in ("coverage80", "coverage95"):
        made |= _figure(name, row.get(name), "%", 0, language)
    return made


def _figure(
    name: str, figure: float | None, unit: str, decimals: int, language: str
) -> dict[str, Any]:
    if figure is None:
        return {name: None, f"{name}_words": "–"}
    return {
        name: figure,
        f"{name}_words": number(figure, unit, decimals=decimals, language=language),
    }
