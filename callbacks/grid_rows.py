"""The rows of a page's grid, asked for again while the page is open."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dash import Dash, Input, Output, no_update

from callbacks import page_setting, session
from callbacks.desk import Desk, desk
from layouts.pages.shell import Setting

Rows = list[dict[str, Any]]


def ask_again(
    app: Dash, grid_id: str, interval_id: str, rows: Callable[[Desk, Setting], Rows]
) -> None:
    """Set the rows of a grid whenever its interval fires; nobody signed in changes nothing."""

    def refresh(_count: int | None) -> Any:
        return no_update if session.person() is None else rows(desk(), page_setting.setting())

    app.callback(
        Output(grid_id, "rowData"), Input(interval_id, "n_intervals"), prevent_initial_call=True
    )(refresh)
