"""SDMX-ML data messages: generic and structure specific, by series or flat.

What an element is called decides, not its namespace: versions 2.0 to 3.0 differ in little else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element
from zoneinfo import ZoneInfo

from data_access.errors import SourceWrongFormat
from data_access.model import Rejected
from data_access.sources.payload import Payload
from data_access.sources.rows import instant
from data_access.sources.sdmx_message import EXPECTED, TIME, VALUE, DataSet, Message, Observation
from language import told

DATA = (
    "GenericData", "GenericTimeSeriesData", "StructureSpecificData",
    "StructureSpecificTimeSeriesData", "CompactData",
)  # fmt: skip


def message_of(payload: Payload, zone: ZoneInfo) -> Message:
    """Read a message; raises SourceError. `zone`: of a preparation time without one."""
    root = payload.xml()
    if _name(root) not in DATA:
        words = "".join(root.itertext())[:120].split()
        found = (
            told("a <{name}> ({words})", name=_name(root), words=" ".join(words))
            if words
            else told("a <{name}>", name=_name(root))
        )
        raise SourceWrongFormat(found, payload.name, EXPECTED)
    header = _child(root, "Header")
    observed = {
        each.get("structureID", ""): each.get("dimensionAtObservation", TIME)
        for each in root.iter()
        if _name(each) == "Structure" and each.get("structureID")
    }
    reader = _Reader(payload.name, next(iter(observed.values()), TIME))
    data_sets = [each for each in root if _name(each) == "DataSet"]
    return Message(
        prepared=instant(_text(header, "Prepared"), zone),
        is_test=_text(header, "Test").lower() in ("true", "1"),
        data_sets=tuple(
            DataSet(_own(each).get("action", "").lower(), reader.observations(each, number))
            for number, each in enumerate(data_sets, start=1)
        ),
    )


@dataclass(slots=True)
class _Groups:
    """Attributes of groups, by the dimensions that make a group."""

    by_dimensions: dict[tuple[str, ...], dict[tuple[str, ...], dict[str, str]]] = field(
        default_factory=dict
    )

    def add(self, key: Mapping[str, str], attributes: Mapping[str, str]) -> None:
        names = tuple(sorted(key))
        values = tuple(key[name] for name in names)
        self.by_dimensions.setdefault(names, {}).setdefault(values, {}).update(attributes)

    def of(self, key: Mapping[str, str]) -> dict[str, str]:
        found: dict[str, str] = {}
        for names, groups in self.by_dimensions.items():
            found |= groups.get(tuple(key.get(name, "") for name in names), {})
        return found


class _Reader:
    def __init__(self, name: str, observed: str) -> None:
        self.name = name
        self.observed = TIME if observed == "AllDimensions" else observed

    def observations(self, data_set: Element, number: int) -> Iterator[Observation | Rejected]:
        """Yield the observations of a data set in the order they stand in."""
        shared = _values(_child(data_set, "Attributes")) | _codes(data_set)
        groups = _Groups()
        every = _names_of_all(data_set)
        for element in data_set:
            if _name(element) == "Group":
                generic = _child(element, "GroupKey")
                if generic is not None:
                    groups.add(_values(generic), _values(_child(element, "Attributes")))
                    continue
                said = _codes(element)  # structure specific: what each series says is its key
                key = {name: said.pop(name) for name in sorted(every & said.keys())}
                if key:
                    groups.add(key, said)
        where = f"DataSet[{number}]"
        series_number = flat_number = 0
        for element in data_set:
            if _name(element) == "Series":
                series_number += 1
                key = _values(_child(element, "SeriesKey")) | _codes(element)
                key = shared | groups.of(key) | key | _values(_child(element, "Attributes"))
                place = f"{where}/Series[{series_number}]"
                observed = (each for each in element if _name(each) == "Obs")
                for at, each in enumerate(observed, start=1):
                    yield self._observation(each, key, f"{place}/Obs[{at}]")
            elif _name(element) == "Obs":
                flat_number += 1
                key = _values(_child(element, "ObsKey")) | _codes(element)
                key = shared | groups.of(key) | key
                yield self._observation(element, key, f"{where}/Obs[{flat_number}]")

    def _observation(
        self, element: Element, shared: Mapping[str, str], where: str
    ) -> Observation | Rejected:
        key = dict(shared) | _codes(element) | _values(_child(element, "Attributes"))
        dimension = _child(element, "ObsDimension")
        if dimension is not None:
            key[dimension.get("id") or self.observed] = dimension.get("value", "").strip()
        time = _text(element, "Time")  # as version 2.0 has it
        period = key.pop(TIME, "") or time
        measured = _child(element, "ObsValue")
        value = key.pop(VALUE, None) if measured is None else measured.get("value")
        if not period:
            detail = told("{where} says no {time}", where=where, time=TIME)
            return Rejected(f"{self.name}#{where}", "noTime", detail, str(key)[:500])
        return Observation(key, period, value, where)


def _names_of_all(data_set: Element) -> set[str]:
    """Return what every series, or flat observation, of a structure specific data set names."""
    names: set[str] | None = None
    for element in data_set:
        if _name(element) in ("Series", "Obs"):
            own = _codes(element).keys()
            names = set(own) if names is None else names & own
    return names or set()


def _values(element: Element | None) -> dict[str, str]:
    """Return what a generic key or attributes say: <Value id="FREQ" value="M"/>."""
    if element is None:
        return {}
    return {
        name: each.get("value", "").strip()
        for each in element
        if (name := each.get("id") or each.get("concept"))
    }


def _codes(element: Element) -> dict[str, str]:
    """Return what a structure specific element says: <Series FREQ="M">."""
    return {name: value.strip() for name, value in element.items() if not name.startswith("{")}


def _own(element: Element) -> dict[str, str]:
    return {name.rpartition("}")[2]: value for name, value in element.items()}


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _child(parent: Element | None, name: str) -> Element | None:
    if parent is None:
        return None
    return next((child for child in parent if _name(child) == name), None)


def _text(parent: Element | None, name: str) -> str:
    child = _child(parent, name)
    return "" if child is None else (child.text or "").strip()
