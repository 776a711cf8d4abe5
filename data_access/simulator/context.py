"""Context information as NGSI key-values, in the attributes a contract names: for `ngsi`.

A generator says what was measured, or what there is; which attribute stands for it is the
contract's. Not a generator itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson

from data_access.contracts import DatasetContract
from data_access.sources.ngsi_options import Options
from data_access.sources.units import conversion

Row = Mapping[str, Any]


class Context:
    """Writes entities of one dataset.

    Keys of a row: `id` (default: entity and time), `entity`, `name`, `at`, `lat` and `lon` or
    `geometry`, `area`, indicators by id; of records `status` (ours), `title`, `reported`, `starts`,
    `ends`, `closed`, and the names of fields and times. What is not given is left out.
    """

    def __init__(self, contract: DatasetContract) -> None:
        self._options: Options = Options.of(contract)
        self._contract = contract
        self._type = next(iter(self._options.types), "Thing")

    def write(self, rows: Iterable[Row]) -> bytes:
        """Return a list of entities."""
        return orjson.dumps([self._entity(row) for row in rows])

    def _entity(self, row: Row) -> dict[str, Any]:
        at = row.get("at")
        name = row.get("id") or f"{row.get('entity')}:{_written(at)}"
        made: dict[str, Any] = {"id": f"urn:ngsi-ld:{self._type}:{name}", "type": self._type}
        for path, found in [*self._named(row), *self._numbers(row), *self._record(row)]:
            if found is not None:
                _put(made, path.split("."), _written(found))
        return made

    def _named(self, row: Row) -> Iterator[tuple[str, Any]]:
        options = self._options
        place = row.get("geometry")
        if place is None and row.get("lat") is not None:
            place = {"type": "Point", "coordinates": [row["lon"], row["lat"]]}
        yield from _first(options.entity, row.get("entity"))
        yield from _first(options.name, row.get("name"))
        yield from _first(options.observed, row.get("at"))
        yield from _first(options.area, row.get("area"))
        yield from _first(options.location, place)

    def _numbers(self, row: Row) -> Iterator[tuple[str, Any]]:
        for indicator, said in self._options.numbers.items():
            value = row.get(indicator)
            if value is None:
                continue
            ours = self._contract.indicators[indicator].unit
            given = value if said.unit is None else conversion(ours, said.unit)(value)
            yield said.attributes[0], round(given, 4)

    def _record(self, row: Row) -> Iterator[tuple[str, Any]]:
        record = self._options.record
        if record is None:
            return
        words = {ours: theirs for theirs, ours in reversed(record.statuses.items())}
        status = row.get("status")
        yield from _first(record.status, words.get(str(status), status))
        for name in ("reported", "starts", "ends", "closed", "title"):
            yield from _first(getattr(record, name), row.get(name))
        for name, paths in [*record.fields.items(), *record.times.items()]:
            yield from _first(paths, row.get(name))


def _first(paths: Sequence[str], found: Any) -> Iterator[tuple[str, Any]]:
    if paths:
        yield paths[0], found


def _put(made: dict[str, Any], path: Sequence[str], found: Any) -> None:
    for name in path[:-1]:
        made = made.setdefault(name, {})
    made[path[-1]] = found


def _written(found: Any) -> Any:
    if isinstance(found, datetime):
        return found.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return found
