"""Drawing the console's tiles: the walls' kinds at the console's unit, within a ceiling."""

from __future__ import annotations

import json
import logging
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from dash.development.base_component import Component

from callbacks.desk import Desk
from callbacks.tile_context import GEOMETRY, tile_context
from callbacks.usage import note
from data_access.aggregates.build import undeclared
from data_access.aggregates.registry import aggregates
from data_access.city import City
from data_access.envelope import Envelope
from language import LANGUAGES, text
from layouts.pages.console_plan import UNIT_PX, Planned
from layouts.pages.console_topics import BOTTLENECKS
from layouts.tiles.absence import missing
from layouts.tiles.anatomy import Tile
from layouts.tiles.kind import Frame, TileContext
from layouts.tiles.registry import build, read_options
from permissions.roles import Person

DOUBTS = ("below", "failing")  # of an envelope's quality, by dataset

log = logging.getLogger(__name__)


def needs(planned: Planned) -> tuple[str, ...]:
    """Return the aggregates whose change draws this tile anew."""
    kind, options = read_options(planned.kind, planned.options)
    return kind.needs(options)


def draw(
    reach: Desk, planned: Iterable[Planned], *, who: Person, language: str
) -> dict[str, Component]:
    """Return the tiles by key; one that cannot be drawn says so and disturbs no other."""
    tiles = list(planned)
    names = {name for tile in tiles for name in needs(tile)}
    envelopes = within_ceiling(reach, names, who)
    if any(tile.options.get("aggregate") == BOTTLENECKS for tile in tiles):
        behind = within_ceiling(reach, _behind(envelopes.get(BOTTLENECKS)), who)
    else:
        behind = {}
    geometry = reach.cache.read(GEOMETRY)
    context = tile_context(reach.city, geometry)
    drawn: dict[str, Component] = {}
    for tile in tiles:
        given: Mapping[str, Envelope | None] = {
            name: envelopes.get(name) or undeclared(aggregates().get(name), reach.city)
            for name in needs(tile)
        }
        if tile.options.get("aggregate") == BOTTLENECKS:
            number = str(tile.options["numbers"][0])
            given = {BOTTLENECKS: as_source(envelopes.get(BOTTLENECKS), number, behind, reach.city)}
        key = _key(tile, given, geometry, language)
        drawn[tile.key] = reach.drawn.get(key, partial(_draw, tile, given, context, language))
    return drawn


def _key(
    tile: Planned,
    given: Mapping[str, Envelope | None],
    geometry: Envelope | None,
    language: str,
) -> Hashable:
    """Return all that a drawing depends on."""
    made_of = tuple(
        (name, None if envelope is None else _edition(envelope)) for name, envelope in given.items()
    )
    options = json.dumps(tile.options, sort_keys=True)
    size = (tile.rect.width, tile.rect.height)
    ground = None if geometry is None else geometry.version
    return tile.kind, options, size, language, made_of, ground


def _edition(envelope: Envelope) -> Hashable:
    """Return what tells an envelope from every other of its aggregate, a withheld one included."""
    return (
        envelope.realm,
        envelope.version,
        envelope.made_at_ms,
        envelope.state,
        envelope.owner,
        envelope.origin,
        envelope.as_of_ms,
        None if envelope.reason is None else envelope.reason["vi"],
    )


def within_ceiling(reach: Desk, names: Iterable[str], who: Person) -> dict[str, Envelope]:
    """Return envelopes; one above the person's ceiling is absent, and says why."""
    found = reach.cache.read_many(names)
    seen = {name: each for name, each in found.items() if who.may_see(each.classification)}
    note(reach, who, {d for each in seen.values() for d in each.datasets}, place="console")
    return {name: seen.get(name) or _withheld(envelope) for name, envelope in found.items()}


def as_source(
    envelope: Envelope | None, number: str, behind: Mapping[str, Envelope], city: City
) -> Envelope | None:
    """Return a bottleneck's envelope with owner, age, origin and doubts of the figure's source."""
    figure = envelope.payload.get("numbers", {}).get(number) if envelope else None
    if envelope is None or figure is None:
        return envelope
    dataset = figure.get("source", {}).get("dataset", "")
    source = behind.get(dataset)
    if source is not None and source.state == "absent":
        return source
    owner = figure.get("owner", envelope.owner)
    agency = city.agencies.get(owner)
    owned = replace(
        envelope,
        payload={"numbers": {number: figure}},
        quality=_quality_of(envelope, dataset),
        owner=owner,
        owner_label=agency.name if agency else envelope.owner_label,
    )
    if figure["value"] is None:  # what is not there has no age, and comes from nowhere
        return replace(owned, as_of_ms=None, source_at_ms=None, origin="live")
    return replace(
        owned,
        as_of_ms=figure.get("atMs", envelope.as_of_ms),
        origin=source.origin if source else envelope.origin,
        source_at_ms=source.source_at_ms if source else None,
        stale_after_ms=source.stale_after_ms if source else envelope.stale_after_ms,
    )


def _quality_of(envelope: Envelope, dataset: str) -> dict[str, Any]:
    """Return an envelope's quality with what is said against one of its datasets alone."""
    own = {
        name: {dataset: envelope.quality[name][dataset]}
        for name in DOUBTS
        if dataset in envelope.quality.get(name, {})
    }
    rest = {name: each for name, each in envelope.quality.items() if name not in DOUBTS}
    return {**rest, **own}


def _draw(
    tile: Planned, given: Mapping[str, Envelope | None], context: TileContext, language: str
) -> Component:
    frame = Frame(
        width_px=tile.rect.width,
        height_px=tile.rect.height,
        unit_px=UNIT_PX,
        detail="console",
        language=language,
    )
    try:
        return build(tile.kind, tile.options, frame, given, context)
    except Exception:  # one tile must not take the page with it
        log.exception("tile %s (%s) cannot be drawn", tile.key, tile.kind)
        envelope = next(iter(given.values()), None)
        return missing(Tile(frame, tile.kind, envelope=envelope), envelope)


def _behind(envelope: Envelope | None) -> set[str]:
    numbers = envelope.payload.get("numbers", {}) if envelope else {}
    return {figure["source"]["dataset"] for figure in numbers.values() if "source" in figure}


def _withheld(envelope: Envelope) -> Envelope:
    reason = {language: text("pages.console.withheld", language) for language in LANGUAGES}
    return replace(
        envelope, state="absent", reason=reason, payload={}, as_of_ms=None, source_at_ms=None
    )
