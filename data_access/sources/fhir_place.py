"""Where FHIR resources are: the organization that runs a bed, the site it lies in, their unit.

Not a source itself: data_access/sources/fhir.py counts what is there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from data_access.sources.fhir_bundle import PERSONAL, Resource, Resources, updated
from data_access.sources.joining import Joining
from data_access.sources.periods import start_of
from data_access.sources.places import area_of, point

LATEST = datetime(9000, 1, 1, tzinfo=UTC)  # after any reform: units as they are called today
MAX_UP = 20  # places a bed may lie in, one within the other


@dataclass(frozen=True, slots=True)
class Place:
    """Who or what was counted, where."""

    key: str
    name: str
    lat: float | None
    lon: float | None
    area: str | None


class Places:
    """Finds places through the references of one reading.

    `said` is when whatever refers to a place was put together: an address that does not say when
    it was written down names units as they were called then.
    """

    def __init__(self, resources: Resources, joining: Joining) -> None:
        self.resources, self.joining, self.areas = resources, joining, joining.city.areas

    def facility(self, bed: Resource, said: datetime | None) -> Place | None:
        """Return the organization that runs a bed, else the outermost place it lies in."""
        here: Resource | None = bed
        top: Any = None
        for _ in range(MAX_UP):
            if here is None:
                break
            if here.get("managingOrganization") is not None:
                place = self.find(here["managingOrganization"], said)
                if place is not None:
                    return place
            if here.get("partOf") is None:
                break
            top = here["partOf"]
            here = self.resources.find(top)[2]
        return self.find(top, said)

    @cached_property
    def _sites(self) -> dict[str, dict[str, Any]]:
        """Where each organization is: the position of a place it manages, or that this lies in."""
        found: dict[str, dict[str, Any]] = {}
        for _, location, _ in self.resources.of("Location"):
            kind, key, _ = self.resources.find(location.get("managingOrganization"))
            if kind == "Organization" and key not in found:
                here: Resource | None = location
                for _ in range(MAX_UP):
                    if here is None:
                        break
                    position = position_of(here)
                    if position is not None:
                        found[key] = position
                        break
                    here = self.resources.find(here.get("partOf"))[2]
        return found

    def find(self, reference: Any, said: datetime | None) -> Place | None:
        """Return what a reference points at: its id, its name, and where it is."""
        kind, key, resource = self.resources.find(reference)
        if not key or kind in PERSONAL:
            return None
        display = reference.get("display") if isinstance(reference, Mapping) else None
        name = resource.get("name") if resource is not None else None
        name = next((each for each in (name, display) if isinstance(each, str) and each), key)
        geometry = None if resource is None else position_of(resource)
        geometry = geometry or (self._sites.get(key) if kind == "Organization" else None)
        if geometry is not None:
            lon, lat = geometry["coordinates"]
            return Place(key, name, lat, lon, area_of(geometry, self.areas))
        area = None if resource is None else self._address(resource, said)
        return Place(key, name, None, None, area)

    def _address(self, resource: Resource, said: datetime | None) -> str | None:
        """Return the unit an address names, by what that meant when it was written down."""
        address = resource.get("address")
        first = next(iter(address), None) if isinstance(address, list) else address
        if not isinstance(first, Mapping):
            return None
        named = (first.get(part) for part in ("district", "text", "city"))
        words = [
            part.strip() for each in named if isinstance(each, str) for part in each.split(",")
        ]
        at = start_of(updated(resource), self.joining.city.zone) or said or LATEST
        found = self.joining.first((each for each in words if not each.isdecimal()), at)
        return None if found is None else found.area


def position_of(resource: Resource) -> dict[str, Any] | None:
    """Return a Location's own position as GeoJSON, None when it has none that can be."""
    position = resource.get("position")
    if not isinstance(position, Mapping):
        return None
    return point(position.get("latitude"), position.get("longitude"))
