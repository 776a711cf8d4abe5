"""Which world a page shows: live, or an exercise that its address names; and how to look there.

A page that shows an exercise says so around all of it. What it reads, it reads of that world alone:
numbers from that realm's envelopes, rows as they were known at what time it is there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from dash import Dash, Input, Output, State, html, no_update
from dash.development.base_component import Component

from callbacks import known, page_setting, session
from callbacks.desk import Desk, SourceRows, desk
from callbacks.exercises import exercises
from callbacks.tile_context import GEOMETRY
from data_access.cache import EnvelopeCache
from data_access.envelope import Envelope
from data_access.realms.realm import is_beside, known_at_ms, published
from layouts import ids
from layouts.pages import known as known_page
from layouts.pages import realm_band
from layouts.pages.exercise_view import find
from layouts.pages.known import KnownAsked
from layouts.pages.shell import Setting
from layouts.pages.wall_view import LIVE

EVENT = "realms"


def chosen(asked: str | None) -> str:
    """Return the realm that an address names; live when it names none that a page may show."""
    return asked if asked is not None and is_beside(asked) else LIVE


def register(app: Dash) -> None:
    """Add the callback to `app`."""
    app.callback(
        Output(ids.REALM_BAND, "children"),
        Output(ids.REALM_CLOCK, "data-realm-clock"),
        Input(ids.WALL_EVENT, "data"),
        Input(ids.LIVE_JOINED, "data"),
        State(ids.PAGE_REALM, "data"),
        prevent_initial_call=True,
    )(refresh)
    app.callback(
        Output(ids.REALM_BAND, "children", allow_duplicate=True),
        Input(ids.KNOWN_AGAIN, "n_intervals"),
        State(ids.PAGE_REALM, "data"),
        prevent_initial_call=True,
    )(ask_again)
    app.callback(
        Output(ids.REALM_CHOICE, "children"),
        Input(ids.WALL_EVENT, "data"),
        Input(ids.LIVE_JOINED, "data"),
        State(ids.PAGE_REALM, "data"),
        prevent_initial_call=True,
    )(offer)


def refresh(event: Mapping[str, Any] | None, _joined: Any, realm: str | None) -> Any:
    """Say anew what time it is in the world that the page shows."""
    if chosen(realm) == LIVE or not _is_news(event):
        return no_update, no_update
    setting = setting_in(realm)
    return setting.band, setting.realm_clock


def ask_again(_count: int | None, realm: str | None) -> Any:
    """Ask again for the minute that the page shows, so that it is not let go."""
    here = chosen(realm)
    if session.person() is None or known_at_ms(here) is None:
        return no_update
    return setting_in(here).band


def offer(event: Mapping[str, Any] | None, _joined: Any, realm: str | None) -> Any:
    """Say anew which worlds there are to look at."""
    if not _is_news(event):
        return no_update
    return realm_band.choices(exercises(desk()), chosen(realm), setting=page_setting.setting())


def setting_in(realm: str | None) -> Setting:
    """Return the setting of this request on a page that shows `realm`; raises Forbidden."""
    setting, here = page_setting.setting(), chosen(realm)
    if here == LIVE:
        return setting
    reach = desk()
    then = known.known(reach, here)
    if then is not None:
        said = tuple(known_page.band(then, setting=setting))
        return replace(setting, realm=here, realm_clock=then.clock_words, band=said)
    playing = find(exercises(reach), here)
    band = realm_band.band(playing, now_ms=reach.now_ms(), setting=setting)
    clock = playing.clock_words if playing is not None else ""
    return replace(setting, realm=here, realm_clock=clock, band=tuple(band))


def asked(realm: str | None, date: str | None, time: str | None) -> KnownAsked:
    """Return which minute an address asks for, and what is wrong with how it does."""
    return known.asked(desk(), realm, date, time, setting=page_setting.setting())


def choice(realm: str | None, typed: KnownAsked, *, path: str) -> Component:
    """Return the ways to the worlds that this page, at `path`, can show; `typed`: as asked."""
    setting, here = page_setting.setting(), chosen(realm)
    found = realm_band.choices(exercises(desk()), here, setting=setting)
    is_known = known_at_ms(here) is not None
    picker = known_page.picker(typed, path=path, is_known=is_known, setting=setting)
    return html.Div([realm_band.choice(found, setting=setting), picker], className="realm-ways")


def _is_news(event: Mapping[str, Any] | None) -> bool:
    return session.person() is not None and (event is None or event.get("topic") == EVENT)


def desk_in(reach: Desk, realm: str | None) -> Desk:
    """Return the desk as it stands in a realm: the same, but for what is read of data."""
    here = chosen(realm)
    if here == LIVE:
        return reach
    rows = None if reach.rows is None else _RowsThen(reach, here)
    return replace(reach, cache=_CacheThere(reach.cache, here), rows=rows)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class _CacheThere:
    """The cache, read of one realm; the ground under maps is the same in all."""

    cache: EnvelopeCache
    realm: str

    def read(self, aggregate: str) -> Envelope | None:
        realm = LIVE if aggregate == GEOMETRY else self.realm
        return self.cache.read(aggregate, realm)

    def read_many(self, names: Iterable[str]) -> dict[str, Envelope]:
        return self.cache.read_many(names, self.realm)

    def versions(self) -> dict[str, int]:
        found = self.cache.versions(self.realm)
        return {published(self.realm, name): version for name, version in found.items()}


@dataclass(frozen=True, slots=True)
class _RowsThen:
    """The rows behind figures as they count at what time it is in an exercise."""

    reach: Desk
    realm: str

    def source_rows(self, dataset: str, **which: Any) -> list[dict[str, Any]]:
        rows: SourceRows | None = self.reach.rows
        then_ms = known_at_ms(self.realm)
        if then_ms is not None and rows is not None:
            then = datetime.fromtimestamp(then_ms / 1000, UTC)
            return rows.source_rows(dataset, **which, known_at=then)
        playing = find(exercises(self.reach), self.realm)
        if playing is None or rows is None:
            return []
        at = datetime.fromtimestamp(playing.glass_ms(self.reach.now_ms()) / 1000, UTC)
        return rows.source_rows(dataset, **which, known_at=at, basis=playing.basis)
