"""What can be chosen on the console: a tile's figures, the parts of its rows, maps of units."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from callbacks.console_tiles import within_ceiling
from callbacks.desk import Desk
from data_access.envelope import Envelope
from data_access.figure import addresses, line_at, number_at
from language import pick
from layouts.pages.console_place import Place
from layouts.pages.console_plan import area_specs
from layouts.pages.console_topics import TileSpec
from layouts.pages.shell import Setting
from permissions.roles import Person

Choice = tuple[str, str, bool]  # address, words, whether it is chosen
PARTS = {
    "kpi": "numbers",
    "stage": "numbers",
    "trend": "series",
    "forecast": "series",
    "table": "tables",
    "bars": "tables",
    "map": "maps",
}


def chosen_figure(envelope: Envelope | None, spec: TileSpec, place: Place) -> str:
    """Return the figure a place names, of the tile's own or what breaks one down; else the first.

    A row of a table may name the table of its parts (`table`): a department its projects.
    """
    known = (*spec.figures, *(table for table, _ in _parts(envelope, spec)))
    return place.figure if place.figure in known and place.figure else spec.figures[0]


def figure_choices(
    envelope: Envelope | None, spec: TileSpec, place: Place, language: str
) -> list[Choice]:
    """Return a tile's figures, and of a table the parts of its rows."""
    chosen = chosen_figure(envelope, spec, place)
    named = [(each, figure_name(envelope, spec, each, language)) for each in spec.figures]
    named += [(table, pick(words, language)) for table, words in _parts(envelope, spec)]
    return [
        (replace(place, level="tile", tile=spec.key, figure=each).href, words, each == chosen)
        for each, words in named
    ]


def passport_mark(envelope: Envelope | None, spec: TileSpec, figure: str) -> str:
    """Return the mark of the figure whose passport a tile's own key opens; "" without any."""
    payload = envelope.payload if envelope is not None else {}
    known = addresses(payload)
    if spec.kind == "kpi":
        known = [each for each in known if each == number_at(figure)]
    elif spec.kind == "trend":
        series = payload.get("series", {}).get(figure)
        known = [line_at(figure, line["id"]) for line in series["lines"]] if series else []
    return f"{spec.aggregate}:{known[0]}" if known else ""


def figure_name(envelope: Envelope | None, spec: TileSpec, figure: str, language: str) -> str:
    """Return what a figure of a tile is called."""
    if envelope is None:
        return figure
    part: Any = envelope.payload.get(PARTS.get(spec.kind, ""), {})
    found = part.get(figure)
    label = found.get("label") if isinstance(found, dict) else None
    return pick(label or envelope.label, language)


def map_choices(
    reach: Desk, spec: TileSpec, place: Place, who: Person, setting: Setting
) -> list[Choice]:
    """Return the maps by unit of the place's topic, with the further ones of the one shown."""
    group, language = place.group or "", setting.language
    specs = [each for each in area_specs(group) if each.topic == spec.topic] or [spec]
    envelopes = within_ceiling(
        reach, [name for each in specs for name in (each.aggregate, each.more) if name], who
    )
    choices: list[Choice] = []
    for each in specs:
        own = envelopes.get(each.aggregate)
        href = replace(
            place, level="areas", aggregate=each.aggregate, figure=None, topic=each.topic
        ).href
        name = figure_name(own, each, each.figures[0], language)
        choices.append((href, name, each.options == spec.options))
        for figure, label in _further(envelopes.get(each.more), each):
            further = replace(place, level="areas", aggregate=each.more, figure=figure)
            is_chosen = (each.more, figure) == (spec.aggregate, spec.options["map"])
            choices.append((further.href, pick(label, language), is_chosen))
    return choices


def _parts(envelope: Envelope | None, spec: TileSpec) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Yield (table, name) of the rows of a tile's table that are broken down."""
    if envelope is None or "table" not in spec.options:
        return
    tables = envelope.payload.get("tables", {})
    for row in tables.get(str(spec.options["table"]), {"rows": ()})["rows"]:
        table, name = row.get("table"), row.get("name")
        if isinstance(table, str) and table in tables:
            yield table, name if isinstance(name, Mapping) else {"vi": str(name or table)}


def _further(envelope: Envelope | None, spec: TileSpec) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Yield the maps of units of an aggregate but a tile's own."""
    maps = {} if envelope is None else envelope.payload.get("maps", {})
    for name, layer in maps.items():
        is_own = (spec.more, name) == (spec.aggregate, spec.options["map"])
        if layer["layer"] == "areas" and not is_own:
            yield name, layer["label"]
