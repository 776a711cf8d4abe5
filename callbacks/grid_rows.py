"""The rows of a page's grid, asked for again while the page is open."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dash import Dash, Input, Output, State, no_update

from callbacks import page_realm, session
from callbacks.desk import Desk
from layouts import ids
from layouts.pages.in_world import rows_in_world
from layouts.pages.shell import Setting

Rows = list[dict[str, Any]]


def ask_again(
    app: Dash, grid_id: str, interval_id: str, rows: Callable[[Desk, Setting], Rows]
) -> None:
    """Set the rows of a grid whenever its interval fires; nobody signed in changes nothing."""

    def refresh(_count: int | None, realm: str | None) -> Any:
        if session.person() is None:
            return no_update
        there = page_realm.world_again(realm)
        return rows_in_world(rows(there.reach, there.setting), there.setting.realm)

    app.callback(
        Output(grid_id, "rowData"),
        Input(interval_id, "n_intervals"),
        State(ids.PAGE_REALM, "data"),
        prevent_initial_call=True,
    )(refresh)
