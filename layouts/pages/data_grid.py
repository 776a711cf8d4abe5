"""A table that is sorted by its heads, as the pages of data have it (AG Grid, in our tokens).

Values are sorted as they are, and written as the row says under `<field>_words`. Rows are as high
as a finger; the whole row names where it leads (`href`), its first cell is the link.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import dash_ag_grid
from dash import html
from dash.development.base_component import Component

from layouts.pages.attributes import attrs
from layouts.pages.shell import Setting, say

ROW_PX = 56
HEAD_PX = 48
# AG Grid makes its style sheet from these; colours are our tokens (assets/00-tokens.css).
_LOOK = {
    "backgroundColor": "var(--ground)",
    "foregroundColor": "var(--ink-2)",
    "textColor": "var(--ink-2)",
    "headerBackgroundColor": "var(--ground-1)",
    "headerTextColor": "var(--ink-2)",
    "headerFontWeight": 600,
    "rowHoverColor": "var(--ground-1)",
    "selectedRowBackgroundColor": "var(--ground-2)",
    "borderColor": "var(--rule)",
    "accentColor": "var(--focus)",
    "iconColor": "var(--ink-1)",
    "fontFamily": "inherit",
    "fontSize": 16,
    "headerFontSize": 14,
    "browserColorScheme": "dark",
    "cellHorizontalPadding": 10,
    "wrapperBorderRadius": 0,
    "rowVerticalPaddingScale": 1,
}
THEME = f"themeQuartz.withParams({json.dumps(_LOOK)})"


@dataclass(frozen=True, slots=True)
class GridColumn:
    """A column: which field of a row, under which head, how wide at least."""

    field: str
    head: str
    least_px: int = 96
    flex: int = 1
    is_figure: bool = False
    is_link: bool = False
    is_marked: bool = False  # the row says a class for its cell under `<field>_mark`
    sorted_by: str | None = None  # asc | desc, at first


def data_grid(
    grid_id: str,
    columns: Sequence[GridColumn],
    rows: Sequence[Mapping[str, Any]],
    *,
    label: str,
    nothing: str | None = None,
    setting: Setting,
) -> Component:
    """Return the table; every row needs an `id`, and `nothing` is said where there is none."""
    grid = dash_ag_grid.AgGrid(
        id=grid_id,
        columnDefs=[_column(each) for each in columns],
        rowData=[dict(row) for row in rows],
        getRowId="params.data.id",
        className="data-grid",
        defaultColDef={
            "sortable": True,
            "resizable": False,
            "suppressMovable": True,
            "suppressHeaderMenuButton": True,
            "wrapText": True,
            "wrapHeaderText": True,
            "autoHeaderHeight": True,
            "autoHeight": True,
        },
        dashGridOptions={
            "theme": {"function": THEME},
            "rowHeight": ROW_PX,
            "headerHeight": HEAD_PX,
            "accentedSort": True,
            "animateRows": False,
            "enableCellTextSelection": True,
            "suppressScrollOnNewData": True,
            "suppressColumnVirtualisation": True,
            "ensureDomOrder": True,
            "localeText": {"noRowsToShow": nothing or say("data.no_rows", setting)},
        },
        style={"height": "100%", "width": "100%"},
    )
    return html.Section(grid, className="data-body", **attrs(aria_label=label))


def _column(column: GridColumn) -> dict[str, Any]:
    made: dict[str, Any] = {
        "field": column.field,
        "headerName": column.head,
        "minWidth": column.least_px,
        "flex": column.flex,
        "sortingOrder": ["asc", "desc", None] if not column.is_figure else ["desc", "asc", None],
    }
    if column.sorted_by is not None:
        made["sort"] = column.sorted_by
    if column.is_figure:
        made |= {"cellClass": "is-figure", "headerClass": "is-figure"}
    if column.is_link or column.is_marked:
        made["cellRenderer"] = "GridLink" if column.is_link else "GridMark"
    else:
        made["valueFormatter"] = {"function": f"params.data.{column.field}_words || params.value"}
    return made
