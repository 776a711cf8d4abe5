"""Where FHIR resources are: the organization that runs a bed, the site it lies in, their unit.

Not a source itself: data_access/sources/fhir.py counts what is there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from data_access.areas import Areas
from data_access.sources.fhir_bundle import PERSONAL, Resource, Resources
from data_access.sources.places import area_of, point

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
    """Finds places through the references of one reading."""

    def __init__(self, resources: Resources, areas: Areas) -> None:
        self.resources, self.areas = resources, areas

    def facility(self, bed: Resource) -> Place | None:
        """Return the organization that runs a bed, else the outermost place it lies in."""
        here: Resource | None = bed
        top: Any = None
        for _ in range(MAX_UP):
            if here is None:
                break
            if here.get("managingOrganization") is not None:
                place = self.find(here["managingOrganization"])
                if place is not None:
                    return place
            if here.get("partOf") is None:
                break
            top = here["partOf"]
            here = self.resources.find(top)[2]
        return self.find(top)

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

    def find(self, reference: Any) -> Place | None:
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
        return Place(key, name, None, None, None if resource is None else self._address(resource))

    def _address(self, resource: Resource) -> str | None:
        address = resource.get("address")
        first = next(iter(address), None) if isinstance(address, list) else address
        if not isinstance(first, Mapping):
            return None
        named = (first.get(part) for part in ("district", "city", "text"))
        units = (self.areas.find(each) for each in named if isinstance(each, str))
        return next((unit.code for unit in units if unit is not None), None)


def position_of(resource: Resource) -> dict[str, Any] | None:
    """Return a Location's own position as GeoJSON, None when it has none that can be."""
    position = resource.get("position")
    if not isinstance(position, Mapping):
        return None
    return point(position.get("latitude"), position.get("longitude"))
