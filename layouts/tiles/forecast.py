"""A forecast as a fan, with what made it and how far it was wrong in the past.

A model that was no better than its baselines is not there: the chart is the baseline's and says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html

import language as lang
from data_access.envelope import Envelope
from data_access.figure import line_at
from layouts.tiles import reading
from layouts.tiles.absence import missing, nothing
from layouts.tiles.anatomy import CAPTION, Tile, type_class
from layouts.tiles.fan import FORECAST, fan
from layouts.tiles.graph import graph
from layouts.tiles.kind import Frame, TileContext, TileKind, TileOptions
from layouts.tiles.measure import whole_clauses
from layouts.tiles.opening import opened

LEAST_HEIGHT, LEAST_WIDTH = 4.0, 10.0  # units of the body
LINE = 1.0  # of a line of words
AIR = 0.25
TABLE = "series"


class Options(TileOptions):
    """Options of `forecast`."""

    aggregate: str  # a finding forecast.<id>
    series: str  # of it: an indicator, or <indicator>.<place>


def build(
    frame: Frame,
    options: Options,
    envelopes: Mapping[str, Envelope | None],
    context: TileContext,
) -> html.Section:
    """Build the tile; see the module."""
    envelope = envelopes.get(options.aggregate)
    series = reading.series(envelope, options.series) if envelope else None
    unit = series["unit"] if series else ""
    tile = opened(frame, "forecast", envelope, title=options.title, part=series, unit=unit,
                  spans=True)  # fmt: skip
    if envelope is None or series is None:
        return nothing(tile, envelope)
    if tile.height_u < LEAST_HEIGHT or tile.width_u < LEAST_WIDTH:
        return tile.reason(tile.say("tooSmall"), cause="small")
    told = _told(tile, card(envelope, options.series))
    room = tile.height_u - LINE * len(told) - (AIR if told else 0.0)
    made = fan(
        tile, series, height_u=room, timezone=context.timezone, says=tile.say("forecast.begins")
    )
    if made is None:
        return missing(tile, envelope)
    lines = [html.Div(words, className=f"t-line {type_class(CAPTION)}") for words in told]
    body = [html.Div(lines, className="t-forecast-told"), graph(*made)]
    return tile.build(body, about=line_at(options.series, FORECAST))


def card(envelope: Envelope, series: str) -> Mapping[str, Any]:
    """Return the card of a series, nothing where there is none."""
    table = reading.table(envelope, TABLE)
    rows = table["rows"] if table else []
    return next((row for row in rows if row.get("id") == series), {})


def _told(tile: Tile, row: Mapping[str, Any]) -> Sequence[str]:
    """Return what made it and how well, as many lines as there is height for."""
    parts = [told_method(row, tile.language), told_errors(row, tile.language)]
    most = 1 if tile.height_u < 2 * LEAST_HEIGHT else 2
    lines: list[str] = []
    for part in filter(None, parts):
        left = min(most, most + 1 - len(lines))  # the errors have what the method leaves
        lines += whole_clauses(part, tile.lead_u, CAPTION, lines=left)
    return lines


def told_method(row: Mapping[str, Any], language: str) -> str:
    """Return what made a forecast, in words; also that a model was tried and lost."""
    method = row.get("method")
    if not isinstance(method, Mapping):
        return ""
    lost = row.get("lost")
    words = lang.pick(method, language)
    words = words[:1].upper() + words[1:]
    return f"{words}; {lang.pick(lost, language)}" if isinstance(lost, Mapping) else words


def told_errors(row: Mapping[str, Any], language: str) -> str:
    """Return the error of the back-test and the coverage, or that nothing could be tested."""

    def written(name: str, unit: str) -> str | None:
        figure = row.get(name)
        if not reading.finite(figure):
            return None
        decimals = 1 if abs(figure) >= 1 else 2
        return lang.number(figure, unit, decimals=decimals, language=language)

    def say(key: str, **values: str) -> str:
        return lang.text(f"tiles.forecast.{key}", language, **values)

    parts: list[str] = []
    unit = str(row.get("error_unit", ""))
    if (error := written("error", unit)) is not None:
        if (even := written("error_even", unit)) is not None:
            parts.append(say("even", error=error, even=even))
        else:
            against = _held_against(row, language)
            parts.append(", ".join(filter(None, (say("error", error=error), against))))
    if reading.finite(share := row.get("coverage80")):
        held = lang.number(share, "%", decimals=0, language=language)
        parts.append(say("covers", share=held))
    return " · ".join(parts) if parts else say("untested")


def _held_against(row: Mapping[str, Any], language: str) -> str:
    """Return by how much it erred less than repeating the season before, "" of that itself."""
    mase, naive, name = row.get("mase"), row.get("mase_naive"), row.get("naive")
    if not (reading.finite(mase) and reading.finite(naive) and naive and name):
        return ""
    if row.get("is_naive"):
        return ""
    share = round(100 * (1 - mase / naive))
    key = "less" if share > 0 else "more" if share < 0 else "same"
    return lang.text(
        f"tiles.forecast.{key}",
        language,
        share=lang.number(abs(share), "%", decimals=0, language=language),
        naive=lang.pick(name, language),
    )


KIND = TileKind(
    kind="forecast",
    name={"vi": "Dự báo", "en": "Forecast"},
    options=Options,
    needs=lambda options: (options.aggregate,),
    build=build,
)
