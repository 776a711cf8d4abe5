"""Charging and refuelling sites in DATEX II version 3 as JSON (AFIR): a record a site.

A table is read by what its objects are called; a site's version is when it was last updated.
Whether a point is free now is another publication, which is not read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from data_access.city import City
from data_access.contracts import DatasetContract
from data_access.errors import SourceWrongFormat
from data_access.model import Batch, RecordRow, Rejected
from data_access.sources.datex2 import POINTS
from data_access.sources.options import SourceOptions
from data_access.sources.payload import good_files, load
from data_access.sources.places import area_of, point, shown_in
from data_access.sources.rows import instant, iso
from language import told

FORMAT = "datex2-energy"
EXPECTED = told("DATEX II 3 in JSON with an energyInfrastructureTable")
STATUS = "open"
MAX_TEXT = 500
MAX_DEEP = 60  # objects within objects


class Options(SourceOptions):
    """`map_to_city`: show sites elsewhere in units here."""

    map_to_city: bool = False


def read(files: Sequence[Path], *, contract: DatasetContract, city: City) -> Iterator[Batch]:
    """Yield a batch a file: its sites, in the order they were updated."""
    options: Options = Options.of(contract)
    rejected: list[Rejected] = []
    for records, refused in good_files(files, lambda path: _read(path, options, city), rejected):
        yield Batch(records=records, rejected=[*rejected, *refused])
        rejected.clear()
    if rejected:
        yield Batch(rejected=rejected)


def _read(path: Path, options: Options, city: City) -> tuple[list[RecordRow], list[Rejected]]:
    payload = load(path)
    document = payload.json()
    if not any(True for _ in _named(document, "energyInfrastructureTable")):
        raise SourceWrongFormat(told("JSON without any"), payload.name, EXPECTED)
    records: list[RecordRow] = []
    rejected: list[Rejected] = []
    for number, site in enumerate(_named(document, "energyInfrastructureSite"), start=1):
        made = _record(site, f"{payload.name}#{number}", options, city)
        if isinstance(made, RecordRow):
            records.append(made)
        else:
            rejected.append(made)
    return sorted(records, key=lambda record: record.reported_at), rejected


def _record(site: Any, where: str, options: Options, city: City) -> RecordRow | Rejected:
    key = site.get("idG") if isinstance(site, Mapping) else None
    if not isinstance(key, str) or not key.strip():
        return Rejected(where, "emptyKey", told("a site without idG"))
    written = site.get("lastUpdated") or site.get("versionG")
    at = instant(written) if isinstance(written, str) else None
    if at is None:
        return Rejected(
            where,
            "badTime",
            told("{key} was updated {written!r}", key=key[:80], written=str(written)[:40]),
        )
    points = list(_named(site, "egiElectricChargingPoint"))
    powers = [
        float(power)
        for each in points
        for power in _named(each, "maxPowerAtSocket")
        if isinstance(power, int | float) and not isinstance(power, bool) and 0 < power < 1e8
    ]
    body: dict[str, Any] = {
        "class": "charging",
        "title": _texts(site.get("name")) or {"en": key[:MAX_TEXT]},
        "operator": next(iter(_texts(_first(site.get("operator"), "name")).values()), ""),
        "points": len(points),
        "max_power_kw": round(max(powers) / 1000, 1) if powers else None,  # told in watts
        "updated_at": iso(at),
    }
    location = site.get("locationReference")
    found = (_first(location, each) for each in POINTS)
    place = next((each for each in found if isinstance(each, Mapping)), None)
    geometry = None
    if place is not None:
        geometry = point(place.get("latitude"), place.get("longitude"))
    area = None if geometry is None else area_of(geometry, city.areas)
    if area is None and options.map_to_city:
        area, geometry = shown_in(key, city.areas)
        body["placed"] = "demo"
    return RecordRow(
        record_id=key.strip(),
        version=at.isoformat(),
        status=STATUS,
        reported_at=at,
        valid_from=at,
        valid_to=None,
        area=area,
        geometry=geometry,
        body=body,
        source_ref=where,
    )


def _named(found: Any, name: str, deep: int = 0) -> Iterator[Any]:
    """Yield what stands under a name, anywhere; of a list, each."""
    if deep > MAX_DEEP:
        return
    if isinstance(found, list):
        for each in found:
            yield from _named(each, name, deep + 1)
    elif isinstance(found, Mapping):
        for key, value in found.items():
            if key == name:
                yield from value if isinstance(value, list) else [value]
            else:
                yield from _named(value, name, deep + 1)


def _first(found: Any, name: str) -> Any:
    return next(_named(found, name), None)


def _texts(found: Any) -> dict[str, str]:
    """Return a multilingual text by language: {"values": [{"lang": "fi", "value": "…"}]}."""
    values = found.get("values") if isinstance(found, Mapping) else None
    texts: dict[str, str] = {}
    for each in values if isinstance(values, list) else []:
        value = each.get("value") if isinstance(each, Mapping) else None
        if isinstance(value, str) and value.strip():
            language = str(each.get("lang") or "und").split("-")[0].lower()
            texts.setdefault(language, " ".join(value.split())[:MAX_TEXT])
    return texts
