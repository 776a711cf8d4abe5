"""Which world a page shows: live, or an exercise that its address names; and how to look there.

A page that shows an exercise says so around all of it. What it reads, it reads of that world alone:
numbers from that realm's envelopes, rows as they were known at what time it is there.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
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
from data_access.envelope import Envelope, furthest
from data_access.finding import is_finding
from data_access.realms.realm import is_beside, known_at_ms, published
from jobs.findings import FindingStore
from layouts import ids
from layouts.pages import known as known_page
from layouts.pages import realm_band
from layouts.pages.exercise_view import find
from layouts.pages.known import KnownAsked
from layouts.pages.shell import Setting
from layouts.pages.wall_view import LIVE
from permissions.usage import Reader, UsageLog, Used

EVENT = "realms"
NOTHING: Mapping[str, str] = {}


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
        State(ids.REALM_CHOICE, "data-kept"),
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


def offer(
    event: Mapping[str, Any] | None, _joined: Any, realm: str | None, kept: str | None
) -> Any:
    """Say anew which worlds there are to look at."""
    if not _is_news(event):
        return no_update
    setting = page_setting.setting()
    found = exercises(desk())
    return realm_band.choices(found, chosen(realm), kept=_read(kept), setting=setting)


@dataclass(frozen=True, slots=True)
class World:
    """A page in the world its address names: what it reads, what it says around itself."""

    reach: Desk
    setting: Setting

    @property
    def is_live(self) -> bool:
        """Whether that world is now."""
        return self.setting.realm == LIVE

    @property
    def is_exercise(self) -> bool:
        """Whether it is neither now nor what was known then: what people do is done elsewhere."""
        return not self.is_live and known_at_ms(self.setting.realm) is None

    @property
    def is_over(self) -> bool:
        """Whether it is an exercise that nobody plays any more, or of which nobody can tell."""
        return self.is_exercise and not self.setting.realm_clock


def world(
    path: str, realm: str | None, date: str | None, time: str | None, **kept: str | None
) -> World:
    """Return the world of a page at `path`, all of which is of it; raises Forbidden.

    `kept` is what else its address names, which the ways to other worlds keep.
    """
    typed = asked(realm, date, time)
    here = typed.realm or realm
    named = {name: value for name, value in kept.items() if value}
    setting = setting_in(here)
    ways = choice(here, typed, path=path, kept=named)
    return World(desk_then(desk(), here), replace(setting, ways=(ways,)))


def world_again(realm: str | None) -> World:
    """Return the world of a page that is shown already, for what is drawn of it anew."""
    setting = replace(page_setting.setting(), realm=chosen(realm))
    return World(desk_then(desk(), realm), setting)


def setting_of_now(
    page: str, realm: str | None, date: str | None, time: str | None
) -> tuple[Setting, str]:
    """Return (the setting of a page of now alone, the world its address names).

    Of a world that is not live the page says why it has no past, and leads back there.
    """
    here = chosen(asked(realm, date, time).realm or realm)
    setting = page_setting.setting()
    said = realm_band.of_now(page, here, setting=setting)
    return replace(setting, of_now=tuple(said)), here


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


def choice(
    realm: str | None, typed: KnownAsked, *, path: str, kept: Mapping[str, str] = NOTHING
) -> Component:
    """Return the ways to the worlds that this page, at `path`, can show; `typed`: as asked.

    `kept` is what else the address names.
    """
    setting, here = page_setting.setting(), chosen(realm)
    found = realm_band.choices(exercises(desk()), here, kept=kept, setting=setting)
    is_known = known_at_ms(here) is not None
    picker = known_page.picker(typed, path=path, kept=kept, is_known=is_known, setting=setting)
    links = realm_band.choice(found, kept=kept, setting=setting)
    return html.Div([links, picker], className="realm-ways")


def _read(kept: str | None) -> dict[str, str]:
    """Return what a page keeps of its address, as its links carry it."""
    try:
        found = json.loads(kept or "{}")
    except ValueError:
        return {}
    return {str(k): str(v) for k, v in found.items()} if isinstance(found, dict) else {}


def _is_news(event: Mapping[str, Any] | None) -> bool:
    return session.person() is not None and (event is None or event.get("topic") == EVENT)


def desk_in(reach: Desk, realm: str | None) -> Desk:
    """Return the desk as it stands in a realm: the same, but for what is read of data."""
    here = chosen(realm)
    if here == LIVE:
        return reach
    rows = None if reach.rows is None else _RowsThen(reach, here)
    cache: Any = _CacheThere(reach.cache, here, FindingStore(reach.engine))
    return replace(reach, cache=cache, rows=rows)


def desk_then(reach: Desk, realm: str | None) -> Desk:
    """Return the desk of a page that is of a realm as a whole: its clock, too, is the realm's."""
    here = chosen(realm)
    if here == LIVE:
        return reach
    at_ms = known_at_ms(here)
    if at_ms is None:
        playing = find(exercises(reach), here)
        at_ms = reach.now_ms() if playing is None else playing.glass_ms(reach.now_ms())
    there_ms = at_ms
    usage: Any = _UsageNow(reach.usage, reach.now_ms)
    return replace(desk_in(reach, here), now_ms=lambda: there_ms, usage=usage)


@dataclass(frozen=True, slots=True)
class _CacheThere:
    """The cache, read of one realm; the ground under maps is the same in all.

    What work had found by a minute is asked of where it is kept; what it had found by the time that
    an exercise plays, the feed has put into its realm.
    """

    cache: EnvelopeCache
    realm: str
    findings: FindingStore

    def read(self, aggregate: str) -> Envelope | None:
        if aggregate == GEOMETRY:
            return self.cache.read(aggregate)
        return self.read_many([aggregate]).get(aggregate)

    def read_many(self, names: Iterable[str]) -> dict[str, Envelope]:
        wanted, at_ms = list(names), known_at_ms(self.realm)
        if at_ms is None:
            return self.cache.read_many(wanted, self.realm)
        made = [name for name in wanted if is_finding(name)]
        rest = [name for name in wanted if not is_finding(name)]
        return {**self.cache.read_many(rest, self.realm), **self._found(made, at_ms)}

    def _found(self, names: Sequence[str], at_ms: float) -> dict[str, Envelope]:
        if not names:
            return {}
        said = self.findings.as_of(names, at_ms) or {}
        return {
            name: replace(each, realm=self.realm, origin=furthest([each.origin, "replay"]))
            for name, each in said.items()
        }

    def versions(self) -> dict[str, int]:
        found = self.cache.versions(self.realm)
        return {published(self.realm, name): version for name, version in found.items()}


@dataclass(frozen=True, slots=True)
class _UsageNow:
    """Who uses what: that is of now, whatever time a page is of."""

    usage: UsageLog
    now_ms: Callable[[], float]

    def note(self, datasets: Iterable[str], reader: Reader, *, at_ms: float, **more: Any) -> None:
        self.usage.note(datasets, reader, at_ms=self.now_ms(), **more)

    def of(self, dataset: str, **which: Any) -> list[Used]:
        return self.usage.of(dataset, **which)


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
