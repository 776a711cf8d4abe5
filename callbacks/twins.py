"""The twins a city has: what may be picked for a question, and whether a question stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from data_access.city import City
from jobs.kinds import offered
from settings import Settings
from twin.coupled.scenario import picked_from
from twin.coupled.scenario import read_scenario as read_chain
from twin.drainage.options import options as drainage_options
from twin.drainage.plan import read_plan as read_drainage
from twin.drainage.scenario import check_picked
from twin.drainage.scenario import read_scenario as read_water
from twin.traffic.options import options as traffic_options
from twin.traffic.plan import read_plan as read_traffic
from twin.traffic.scenario import read_scenario as read_roads

KINDS = ("traffic", "drainage", "coupled")
Options = Mapping[str, Any]


def job_kind(kind: str) -> str:
    """Return the kind of job that asks a twin."""
    return f"twin.{kind}"


class Twins:
    """What may be picked of a city's twins; read once, as the city folder is."""

    def __init__(self) -> None:
        self._options: dict[str, Options | None] | None = None

    def there(self, settings: Settings, city: City) -> list[str]:
        """Return the twins that can be asked here."""
        known = offered()
        return [
            kind
            for kind in KINDS
            if job_kind(kind) in known and self.options(kind, settings, city) is not None
        ]

    def options(self, kind: str, settings: Settings, city: City) -> Options | None:
        """Return what may be picked for a kind; None where the city has no such twin."""
        if self._options is None:
            self._options = _options(settings, city)
        return self._options.get(kind)


def problem(kind: str, scenario: Mapping[str, Any], options: Options) -> str:
    """Return what is wrong with a scenario as its twin reads it; empty when nothing is."""
    try:
        if kind == "traffic":
            read_roads(scenario)
        elif kind == "drainage":
            check_picked(read_water(scenario), options)
        else:
            check_picked(read_chain(scenario).drainage, options)
    except ValueError as error:
        return str(error)
    return ""


def _options(settings: Settings, city: City) -> dict[str, Options | None]:
    roads, water = read_traffic(settings.city, city), read_drainage(settings.city, city)
    of_roads = None if roads is None else traffic_options(city, roads)
    of_water = None if water is None else drainage_options(city, water)
    coupled = None
    if of_roads is not None and of_water is not None:
        coupled = picked_from(of_water, of_roads)
    return {"traffic": of_roads, "drainage": of_water, "coupled": coupled}
