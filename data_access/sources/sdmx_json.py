"""SDMX-JSON data messages, versions 1.0 and 2.0: positions in lists turned into codes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from data_access.errors import SourceWrongFormat
from data_access.model import Rejected
from data_access.sources.payload import Payload
from data_access.sources.rows import instant
from data_access.sources.sdmx_message import EXPECTED, TIME, DataSet, Message, Observation, spelled
from language import told

BROKEN = (LookupError, TypeError, ValueError, AttributeError)  # of JSON that is shaped otherwise
LEVELS = ("dataSet", "series", "observation")


def message_of(payload: Payload, zone: ZoneInfo) -> Message:
    """Read a message; raises SourceError. `zone`: of a preparation time without one."""
    document = payload.json()
    try:
        data = document.get("data", document)
        header = document.get("meta") or document.get("header") or {}
        structures = data.get("structures") or [data.get("structure")]
        data_sets = data["dataSets"]
        if not isinstance(data_sets, list) or not all(isinstance(s, dict) for s in structures):
            raise TypeError("no data sets or no structure")
        read = [_data_set(payload.name, structures, each, n) for n, each in enumerate(data_sets, 1)]
        prepared = instant(str(header.get("prepared") or ""), zone)
        is_test = header.get("test") is True
    except BROKEN as error:
        found = told("JSON that is no data message ({document})", document=_what(document))
        raise SourceWrongFormat(found, payload.name, EXPECTED) from error
    return Message(prepared, is_test, tuple(read))


def _data_set(name: str, structures: Sequence[Any], found: Any, number: int) -> DataSet:
    structure = structures[found.get("structure", 0)]
    action = str(found.get("action") or "").lower()
    return DataSet(action, _Reader(name, structure, found, f"dataSets[{number}]").observations())


class _Reader:
    """One data set with the structure its positions point into."""

    def __init__(self, name: str, structure: Mapping[str, Any], data: Any, where: str) -> None:
        self.name, self.where = name, where
        dimensions, attributes = structure["dimensions"], structure.get("attributes") or {}
        self.dimensions = {level: dimensions.get(level) or [] for level in LEVELS}
        self.attributes = {
            level: attributes.get(level) or [] for level in (*LEVELS, "dimensionGroup")
        }
        self.measures = len((structure.get("measures") or {}).get("observation") or [0])
        whole = self.dimensions["dataSet"]
        self.shared = _codes(whole, ":".join("0" for _ in whole))
        self.shared |= _attributes(self.attributes["dataSet"], data.get("attributes") or [])
        self.series, self.flat = data.get("series") or {}, data.get("observations") or {}
        if not isinstance(self.series, dict) or not isinstance(self.flat, dict):
            raise TypeError("series or observations that are no object")
        self.every = [each for level in LEVELS for each in self.dimensions[level]]
        self.broken: list[Rejected] = []
        self.groups = self._groups(data.get("dimensionGroupAttributes") or {})

    def observations(self) -> Iterator[Observation | Rejected]:
        """Yield the observations of all series, then those that stand flat."""
        yield from self.broken
        for series, content in self.series.items():
            where = f"{self.where}.series[{series}]"
            try:
                key = self.shared | _codes(self.dimensions["series"], series)
                key |= _attributes(self.attributes["series"], content.get("attributes") or [])
                observed = content.get("observations") or {}
                yield from self._observed(observed, key, where)
            except BROKEN as error:
                yield self._broken(where, error, content)
        yield from self._observed(self.flat, self.shared, self.where)

    def _observed(
        self, found: Mapping[str, Any], shared: Mapping[str, str], where: str
    ) -> Iterator[Observation | Rejected]:
        for position, content in found.items():
            place = f"{where}.observations[{position}]"
            try:
                key = dict(shared) | _codes(self.dimensions["observation"], position)
                values = content if isinstance(content, list) else [content]
                after = values[self.measures :]
                key |= self._group_of(key) | _attributes(self.attributes["observation"], after)
                period = key.pop(TIME, "")
                value = spelled(values[0])
            except BROKEN as error:
                yield self._broken(place, error, content)
                continue
            if not period:
                detail = told("{where} says no {time}", where=place, time=TIME)
                yield Rejected(f"{self.name}#{place}", "noTime", detail, str(key)[:500])
            else:
                yield Observation(key, period, value, place)

    def _broken(self, where: str, error: Exception, content: Any) -> Rejected:
        detail = told("{where} points nowhere ({error})", where=where, error=error)
        return Rejected(f"{self.name}#{where}", "badRow", detail, str(content)[:500])

    def _groups(self, found: Mapping[str, Any]) -> list[tuple[dict[str, str], dict[str, str]]]:
        """Return attributes of groups with the codes that make each ("0:1:" leaves some open)."""
        groups = []
        for position, values in found.items():
            try:
                chosen = {
                    _id(dimension): _id(dimension["values"][_index(place)])
                    for dimension, place in zip(self.every, position.split(":"), strict=True)
                    if place
                }
                attributes = _attributes(self.attributes["dimensionGroup"], values or [])
            except BROKEN as error:
                where = f"{self.where}.dimensionGroupAttributes[{position}]"
                self.broken.append(self._broken(where, error, values))
                continue
            groups.append((chosen, attributes))
        return groups

    def _group_of(self, key: Mapping[str, str]) -> dict[str, str]:
        found: dict[str, str] = {}
        for chosen, attributes in self.groups:
            if all(key.get(name) == code for name, code in chosen.items()):
                found |= attributes
        return found


def _codes(dimensions: Sequence[Any], position: str) -> dict[str, str]:
    """Return the codes at "0:3:1" of as many dimensions."""
    places = position.split(":") if position else []
    return {
        _id(dimension): _id(dimension["values"][_index(place)])
        for dimension, place in zip(dimensions, places, strict=True)
    }


def _attributes(attributes: Sequence[Any], values: Sequence[Any]) -> dict[str, str]:
    """Return attributes that are said: by position in their list of values, or as they are."""
    found: dict[str, str] = {}
    for attribute, value in zip(attributes, values, strict=False):
        listed = attribute.get("values") or []
        if isinstance(value, int) and not isinstance(value, bool) and listed:
            value = listed[_index(value)]
        if isinstance(value, list):
            value = next(iter(value), None)
        if isinstance(value, Mapping):
            value = value.get("id", value.get("value", value.get("name")))
        said = spelled(value if value is not None else attribute.get("default"))
        if said is not None:
            found[_id(attribute)] = said
    return found


def _id(found: Mapping[str, Any]) -> str:
    """Return the id of a dimension, code or attribute; only a text is one."""
    if not isinstance(found["id"], str):
        raise TypeError(found["id"])
    return found["id"]


def _index(place: Any) -> int:
    """Return a position; a negative one would count from the end."""
    if int(place) < 0:
        raise IndexError(place)
    return int(place)


def _what(document: Any) -> str:
    if isinstance(document, Mapping):
        errors = document.get("errors")
        words = f"errors: {errors}" if errors else ", ".join(map(str, document))
        return words[:200]
    return type(document).__name__
