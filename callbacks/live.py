"""While a page's link is lost, or just came back: ask the cache which versions there are."""

from __future__ import annotations

from typing import Any

from dash import Dash, Input, Output, no_update

from callbacks import session
from callbacks.desk import desk
from layouts import ids


def register(app: Dash) -> None:
    """Add the callback to `app`."""
    app.callback(
        Output(ids.VERSIONS, "data"),
        Input(ids.LIVE_POLL, "n_intervals"),
        Input(ids.LIVE_JOINED, "data"),
        prevent_initial_call=True,
    )(poll)


def poll(_count: int | None, _joined: int | None) -> Any:
    """Return the versions of all aggregates this person may know of."""
    if session.person() is None:
        return no_update
    return desk().cache.versions()
