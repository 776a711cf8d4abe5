"""The page of forecasts: their list and the card of each, from the findings, within a ceiling."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import Dash

from analytics.forecast.declared import declared
from callbacks import page_realm, page_setting
from callbacks.catalogue import reader
from callbacks.desk import Desk
from callbacks.grid_rows import Rows, ask_again
from callbacks.tile_context import GEOMETRY, tile_context
from data_access.classification import Classification, highest
from data_access.envelope import Envelope
from data_access.figure import cell_at, figure_at, number_at
from layouts import ids
from layouts.pages import forecast_card, forecasts
from layouts.pages.data_page import unkept_page
from layouts.pages.forecasts import Listed
from layouts.pages.shell import Setting
from layouts.tiles.kind import Frame
from layouts.tiles.registry import build
from permissions.errors import Forbidden
from permissions.roles import Person

FRAME_PX, UNIT_PX = (840, 520), 18


def layout(
    forecast: str | None = None,
    series: str | None = None,
    realm: str | None = None,
    date: str | None = None,
    time: str | None = None,
) -> Any:
    """Build the list, or the card of the series named in the address, in the world it names."""
    who = reader()
    there = page_realm.world("/data/forecasts", realm, date, time, forecast=forecast, series=series)
    reach, setting = there.reach, there.setting
    if there.is_over:
        return unkept_page("forecasts", "over", link=page_setting.link(), setting=setting)
    if forecast is not None and series is not None:
        envelope = found(reach).get(forecast)
        if envelope is not None and (row := _row(envelope, series)) is not None:
            if not who.may_see(_secrecy(reach, envelope)):
                raise Forbidden("above the ceiling")
            return forecast_card.page(
                envelope.label,
                row,
                envelope.quality,
                _tile(reach, envelope, row, setting.language),
                mark=_mark(envelope, row),
                now_ms=reach.now_ms(),
                link=page_setting.link(),
                setting=setting,
            )
    shown, withheld = listed(reach, who)
    return forecasts.page(shown, withheld=withheld, link=page_setting.link(), setting=setting)


def register(app: Dash) -> None:
    """Add the callback to `app`."""
    ask_again(app, ids.FORECASTS_GRID, ids.FORECASTS_AGAIN, _fresh_rows)


def _fresh_rows(reach: Desk, setting: Setting) -> Rows:
    shown, _ = listed(reach, setting.person)
    return forecasts.series_rows(shown, setting)


def found(reach: Desk) -> dict[str, Envelope]:
    """Return the findings there are, by id of forecasts.toml, in its order."""
    names = {name: each.finding for name, each in declared(reach.settings.city, reach.city).items()}
    kept = reach.cache.read_many([*names.values()])
    return {name: kept[finding] for name, finding in names.items() if finding in kept}


def listed(reach: Desk, who: Person) -> tuple[list[Listed], int]:
    """Return every series a person may see, and how many forecasts are above the ceiling."""
    there = found(reach)
    shown: list[Listed] = []
    withheld = 0
    for name, what in declared(reach.settings.city, reach.city).items():
        envelope = there.get(name)
        contract = reach.city.datasets[what.dataset]
        if not who.may_see(
            contract.classification if envelope is None else _secrecy(reach, envelope)
        ):
            withheld += 1
            continue
        rows = [] if envelope is None else _rows(envelope)
        shown += [Listed(name, what.name, row) for row in rows or [{}]]
    return shown, withheld


def _secrecy(reach: Desk, envelope: Envelope) -> Classification:
    """Return how secret a finding is: as it was made, or as its dataset has become since."""
    contracts = (reach.city.datasets[name].classification for name in envelope.datasets
                 if name in reach.city.datasets)  # fmt: skip
    return highest([envelope.classification, *contracts])


def _rows(envelope: Envelope) -> list[dict[str, Any]]:
    table = envelope.payload.get("tables", {}).get("series")
    return [] if table is None else [*table["rows"]]


def _row(envelope: Envelope, series: str) -> dict[str, Any] | None:
    return next((row for row in _rows(envelope) if row["id"] == series), None)


def _mark(envelope: Envelope, row: Mapping[str, Any]) -> str:
    """Return the mark of the next figure of a series; "" of one without."""
    address = number_at(row["id"])
    if row["id"] not in envelope.payload.get("numbers", {}):
        address = cell_at("series", _rows(envelope).index(dict(row)), "next")
    found = figure_at(envelope.payload, address)
    return "" if found is None else f"{envelope.aggregate}:{address}"


def _tile(reach: Desk, envelope: Envelope, row: Mapping[str, Any], language: str) -> Any:
    series = row["id"]
    if series not in envelope.payload.get("series", {}):
        return None
    frame = Frame(*FRAME_PX, UNIT_PX, detail="console", language=language)
    context = tile_context(reach.city, reach.cache.read(GEOMETRY))
    options = {"aggregate": envelope.aggregate, "series": series, "title": row["name"]}
    return build("forecast", options, frame, {envelope.aggregate: envelope}, context)
