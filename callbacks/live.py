"""While a page's link is lost, or just came back: ask the cache which versions there are."""

from __future__ import annotations

from typing import Any

from dash import Dash, Input, Output, State, no_update

from callbacks import page_realm, session
from callbacks.desk import desk
from layouts import ids


def register(app: Dash) -> None:
    """Add the callback to `app`."""
    app.callback(
        Output(ids.VERSIONS, "data"),
        Input(ids.LIVE_POLL, "n_intervals"),
        Input(ids.LIVE_JOINED, "data"),
        State(ids.PAGE_REALM, "data"),
        prevent_initial_call=True,
    )(poll)


def poll(_count: int | None, _joined: int | None, realm: str | None) -> Any:
    """Return the versions of all aggregates of the page's realm."""
    if session.person() is None:
        return no_update
    return page_realm.desk_in(desk(), realm).cache.versions()
