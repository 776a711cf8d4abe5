"""What stands behind the console's numbers: units, owners, and the rows of the sources."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from callbacks import record_pictures
from callbacks.console_tiles import within_ceiling
from callbacks.desk import Desk
from callbacks.old_units import then_words
from data_access.areas import Unit
from data_access.city import City
from data_access.contracts import DatasetContract
from data_access.envelope import Envelope
from data_access.errors import DataError
from data_access.freshness import ABSENT, freshness
from data_access.old_units import THEN
from language import datetime_, has, moment, number, period, pick, sort_key, text
from layouts.pages.console_lists import SourceCard, SourceRow, UnitFigure, UnitRow
from layouts.pages.console_place import Place
from layouts.pages.console_topics import TileSpec
from layouts.pages.shell import Setting, say
from layouts.tiles import camera, reading
from permissions.roles import Person, Right

log = logging.getLogger(__name__)
ROWS = 50
CITY_AREA = "city"
BODY_NAMES = ("title", "headline", "event", "service_name", "summary", "description", "category")
BODY_PLACES = ("place", "address", "area_names")
LONGEST_WORDS = 80


def unit_name(unit: Unit, language: str) -> str:
    """Return a unit's full name: Phường Hoàn Kiếm, Hoàn Kiếm ward."""
    return pick(unit.title, language)


def unit_kind(unit: Unit, language: str) -> str:
    """Return what a unit is: phường, ward."""
    key = "ward" if unit.kind.lower() == "phường" else "commune"
    return text(f"pages.unit.{key}", language)


def unit_rows(
    reach: Desk, spec: TileSpec, place: Place, *, who: Person, language: str
) -> list[UnitRow]:
    """Return all units, the highest value first, those not measured by name at the end."""
    envelope = within_ceiling(reach, [spec.aggregate], who).get(spec.aggregate)
    layer = _layer(envelope, str(spec.options["map"]))
    dataset = spec.aggregate
    if envelope is not None and dataset not in reach.city.datasets and envelope.datasets:
        dataset = envelope.datasets[0]
    values = layer.get("values", {})
    bands = _bands(reach.city, layer.get("scale"))

    def order(unit: Unit) -> tuple[float, Any]:
        figure = values.get(unit.code, {}).get("value")
        return (-figure if figure is not None else float("inf"), sort_key(unit.name))

    return [
        UnitRow(
            href=replace(place, level="area", area=unit.code, aggregate=None, figure=None,
                         dataset=dataset).href,
            name=unit.name,
            kind=unit_kind(unit, language),
            words=_written(values.get(unit.code, {}).get("value"), layer, language),
            band=bands.get(values.get(unit.code, {}).get("band")),
        )
        for unit in sorted(reach.city.areas, key=order)
    ]  # fmt: skip


def unit_figures(
    reach: Desk, unit: Unit, place: Place, *, who: Person, language: str
) -> list[UnitFigure]:
    """Return every figure that is known of a unit, of all groups."""
    names = sorted(reach.city.datasets)
    found: list[UnitFigure] = []
    dataset = place.dataset
    for name, envelope in within_ceiling(reach, names, who).items():
        told: set[str] = set()
        for label, words, band in _of_unit(envelope, unit.code, reach.city, language):
            if words in told:  # the map and the table of one aggregate say the same
                continue
            told.add(words)
            dataset = dataset or name  # the first one's rows stand beside, when none is named
            found.append(
                UnitFigure(
                    href=replace(place, dataset=name).href,
                    label=label,
                    words=words,
                    owner=pick(envelope.owner_label, language),
                    as_of_ms=envelope.as_of_ms,
                    stale_after_ms=envelope.stale_after_ms,
                    band=band,
                    is_chosen=name == dataset,
                )
            )
    return found


def source_of(envelope: Envelope | None, figure: str | None) -> Mapping[str, Any]:
    """Return where the rows behind a figure of an envelope stand."""
    if envelope is None:
        return {}
    for kind in ("numbers", "series", "tables", "maps"):
        part = envelope.payload.get(kind, {})
        found = part.get(figure, {}) if isinstance(part, Mapping) else {}
        if isinstance(found, Mapping) and "source" in found:
            return dict(found["source"])
    return {"dataset": envelope.datasets[0] if envelope.datasets else envelope.aggregate}


def camera_of(envelope: Envelope | None, spec: TileSpec) -> str:
    """Return which camera a tile of the console shows."""
    options = camera.Options.model_validate(spec.options)
    counts = None if envelope is None else reading.table(envelope, options.table)
    return camera.chosen(options, counts)


def card(
    reach: Desk,
    envelope: Envelope | None,
    dataset: str,
    *,
    choices: Iterable[tuple[str, str, bool]] = (),
    units_href: str = "",
    passport: str = "",
    setting: Setting,
) -> SourceCard:
    """Return owner, telephone, age and nature of a dataset."""
    language = setting.language
    contract = reach.city.datasets.get(dataset)
    owner = contract.owner if contract else (envelope.owner if envelope else "")
    agency = reach.city.agencies.get(owner)
    return SourceCard(
        owner=pick(agency.name, language) if agency else owner,
        phone=(agency.phone or "") if agency else "",
        as_of_ms=envelope.as_of_ms if envelope else None,
        stale_after_ms=envelope.stale_after_ms if envelope else 0.0,
        facts=tuple(_facts(reach, contract, envelope, setting)),
        figures=tuple(choices),
        units_href=units_href,
        passport=passport,
    )


def rows(
    reach: Desk, source: Mapping[str, Any], *, who: Person, setting: Setting
) -> list[SourceRow] | None:
    """Return the newest rows of a source, or None where this person may not see them."""
    dataset = str(source.get("dataset", ""))
    contract = reach.city.datasets.get(dataset)
    if not who.may(Right.SEE_SOURCE_ROWS) or reach.rows is None:
        return None
    if contract is not None and not who.may_see(contract.classification):
        return None
    try:
        found = reach.rows.source_rows(
            dataset,
            indicator=source.get("indicator"),
            entity=source.get("entity"),
            area=source.get("area"),
            categories=source.get("categories", ()),
            statuses=source.get("statuses", ()),
            limit=ROWS,
        )
    except DataError as error:
        log.warning("rows of %s cannot be read: %s", dataset, error)
        return []
    names_unit = source.get("area") in (None, CITY_AREA)
    return [
        replace(
            _row(each, contract, reach.city, names_unit=names_unit, setting=setting),
            picture=record_pictures.address_of(reach, contract, each),
        )
        for each in found
    ]


def facts_of_unit(unit: Unit, setting: Setting) -> list[tuple[str, str]]:
    """Return what a unit is: kind, size, people."""
    language = setting.language
    facts = [
        (say("unit.kind", setting), unit_kind(unit, language)),
        (say("unit.size", setting), number(unit.km2, "km²", decimals=2, language=language)),
    ]
    if unit.population:
        people = number(unit.population, decimals=0, language=language)
        facts.append((say("unit.population", setting), people))
    facts.append((say("unit.code", setting), unit.code))
    return facts


def _of_unit(
    envelope: Envelope, code: str, city: City, language: str
) -> Iterable[tuple[str, str, Mapping[str, Any] | None]]:
    for layer in envelope.payload.get("maps", {}).values():
        figure = layer["values"].get(code) if layer["layer"] == "areas" else None
        if figure is not None:
            band = _bands(city, layer["scale"]).get(str(figure.get("band")))
            yield pick(layer["label"], language), _written(figure["value"], layer, language), band
    for table in envelope.payload.get("tables", {}).values():
        for row in table["rows"]:
            if row.get("area") != code and row.get("source", {}).get("area") != code:
                continue
            for column in table["columns"]:
                figure = row.get(column["id"])
                if column["kind"] == "number" and isinstance(figure, int | float):
                    yield pick(column["label"], language), _written(figure, column, language), None


def _facts(
    reach: Desk, contract: DatasetContract | None, envelope: Envelope | None, setting: Setting
) -> Iterable[tuple[str, str]]:
    language = setting.language
    if contract is not None:
        yield say("fact.dataset", setting), pick(contract.name, language)
        for role in ("steward", "deputy"):
            agency = reach.city.agencies.get(getattr(contract, role) or "")
            if agency is not None:
                yield say(f"fact.{role}", setting), pick(agency.name, language)
        due_ms = freshness(reach.cache).get(contract.id, ABSENT).due_ms
        if due_ms is not None:
            at = moment(due_ms, now=reach.now_ms(), language=language, timezone=setting.timezone)
            yield say("fact.due", setting), at
        yield say("fact.cadence", setting), period(contract.cadence, language=language)
        level = contract.classification.level
        yield say("fact.classification", setting), say(f"level.{level}", setting)
    if envelope is None:
        return
    failing = envelope.quality.get("failing", {})
    why = failing.get(contract.id if contract is not None else envelope.aggregate)
    if why:
        yield (
            text("passport.fact.state", language),
            text("passport.failing", language, why=pick(why, language)),
        )
    yield say("fact.origin", setting), say(f"origin.{envelope.origin}", setting)
    if envelope.source_at_ms is not None:
        at = datetime_(envelope.source_at_ms, language=language, timezone=setting.timezone)
        yield say("fact.source_at", setting), at
    accepted, rejected = envelope.quality.get("accepted"), envelope.quality.get("rejected")
    if accepted is not None:
        words = say("fact.rows_words", setting,
                    accepted=number(accepted, decimals=0, language=language),
                    rejected=number(rejected or 0, decimals=0, language=language))  # fmt: skip
        yield say("fact.rows", setting), words


def _row(
    row: Mapping[str, Any],
    contract: DatasetContract | None,
    city: City,
    *,
    names_unit: bool,
    setting: Setting,
) -> SourceRow:
    language = setting.language
    indicator = contract.indicators.get(row["indicator"]) if contract else None
    unit = city.areas.get(row["area"]) if row.get("area") else None
    body = row.get("body") or {}
    what = pick(indicator.name, language) if indicator else _body_words(body, BODY_NAMES, language)
    # A record's entity is its number; where it is stands in its body.
    at = row.get("entity") if not body else _body_words(body, BODY_PLACES, language)
    then = str(body.get(THEN) or "") if body else str(at or "")
    where = (
        at if body else "",
        then_words(city, then, language),
        unit_name(unit, language) if unit and names_unit else "",
    )
    place = " · ".join(part for part in where if part and part != CITY_AREA)
    return SourceRow(
        observed=_at(row["observed_at"], setting),
        what=what or str(row.get("indicator") or row.get("entity") or ""),
        place=place,
        figure=text("tiles.masked", language)
        if row.get("masked") and row["value"] is None
        else _value(row["value"], indicator, language),
        quality=say(f"quality.{row['quality']}", setting),
        is_suspect=row["quality"] != "good",
        reference=str(row["source_ref"]),
        recorded=_at(row["recorded_at"], setting),
    )


def _value(found: Any, indicator: Any, language: str) -> str:
    if found is None or isinstance(found, int | float):
        unit = indicator.unit if indicator else ""
        decimals = indicator.decimals if indicator else None
        return number(found, unit, decimals=decimals, language=language)
    key = f"pages.record.{found}"
    return text(key, language) if has(key) else str(found)


def _body_words(body: Mapping[str, Any], names: Iterable[str], language: str) -> str:
    """Return the first of the fields that says something: words, words by language, or several."""
    words = next(filter(None, (_words(body.get(name), language) for name in names)), "")
    return words if len(words) <= LONGEST_WORDS else words[: LONGEST_WORDS - 1].rstrip() + "…"


def _words(found: Any, language: str) -> str:
    if isinstance(found, Mapping):
        return pick(found, language)
    if isinstance(found, list | tuple):
        return ", ".join(str(each) for each in found)
    return found if isinstance(found, str) else ""


def _at(at: datetime, setting: Setting) -> str:
    return datetime_(at, language=setting.language, timezone=setting.timezone, seconds=True)


def _layer(envelope: Envelope | None, name: str) -> Mapping[str, Any]:
    return envelope.payload.get("maps", {}).get(name, {}) if envelope else {}


def _bands(city: City, scale: str | None) -> dict[str, Mapping[str, Any]]:
    found = city.scales.get(scale or "")
    return {band["id"]: band for band in found.to_json()["bands"]} if found else {}


def _written(figure: float | None, column: Mapping[str, Any], language: str) -> str:
    if figure is None:
        return ""
    unit = "" if column.get("unit") == "VN_AQI" else column.get("unit", "")
    return number(figure, unit, decimals=column.get("decimals", 0), language=language)
