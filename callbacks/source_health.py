"""The page of live sources, as the feed says them in `data.quality`, within a person's ceiling."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import Dash

from callbacks import page_realm, page_setting
from callbacks.catalogue import reader
from callbacks.catalogue_api import visible
from callbacks.desk import Desk
from callbacks.grid_rows import Rows, ask_again
from data_access.aggregates.quality import QUALITY
from data_access.intake.health import PORT
from language import pick
from layouts import ids
from layouts.pages import source_health
from layouts.pages.data_page import unkept_page
from layouts.pages.shell import Setting
from layouts.pages.source_health import SourceState
from permissions.roles import Person, Right


def layout(realm: str | None = None, date: str | None = None, time: str | None = None) -> Any:
    """Build the page; how sources were at another time is not kept."""
    who = reader()
    there = page_realm.world("/data/sources", realm, date, time)
    reach, setting = there.reach, there.setting
    if not there.is_live:
        return unkept_page("sources", "sources", link=page_setting.link(), setting=setting)
    found, known = sources(reach, who, setting.language), visible(reach, who)
    files = sum(1 for each in known if not each.source.ways)
    if not found and (files == len(known) or not reach.settings.live):
        return source_health.nothing_live(
            files=files, is_off=files < len(known), link=page_setting.link(), setting=setting
        )
    return source_health.page(
        found,
        files=files,
        now_ms=reach.now_ms(),
        link=page_setting.link(),
        setting=setting,
    )


def register(app: Dash) -> None:
    """Add the callback to `app`."""
    ask_again(app, ids.SOURCES_GRID, ids.SOURCES_AGAIN, _fresh_rows)


def _fresh_rows(reach: Desk, setting: Setting) -> Rows:
    found = sources(reach, setting.person, setting.language)
    return source_health.rows(found, now_ms=reach.now_ms(), setting=setting)


def sources(reach: Desk, who: Person, language: str) -> list[SourceState]:
    """Return the live sources; where they are and what they answered is for who sees rows."""
    envelope = reach.cache.read(QUALITY)
    tables: Mapping[str, Any] = envelope.payload.get("tables", {}) if envelope else {}
    known = {each.id for each in visible(reach, who)}
    in_full = who.may(Right.SEE_SOURCE_ROWS)
    return [
        _source(row, in_full=in_full, language=language)
        for row in tables.get("sources", {}).get("rows", ())
        if row["source"]["dataset"] in known or (in_full and row["way"] == PORT[1])
    ]


def _source(row: Mapping[str, Any], *, in_full: bool, language: str) -> SourceState:
    return SourceState(
        dataset=row["source"]["dataset"],
        name=row["name"],
        way=row["way"],
        place=row["place"] if in_full else "",
        state=row["state_id"],
        success_ms=row["success"],
        until_ms=row["until"],
        failures=row["failures"],
        error=pick(row["error"], language) if in_full else "",
        rows=row["rows"],
        refused=row["refused"],
        withdrawn=row.get("withdrawn", 0),
        turned=row.get("turned", 0),  # an envelope of the edition before has none
        lag_s=row["lag"],
    )
