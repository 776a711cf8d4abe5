"""The twins a city has: what may be picked for a question, and whether a question stands.

A twin is asked of the city's own model or of one that was imported (`python app.py twin import`);
the chain of two of them has a model of each half.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any

from data_access.city import City
from data_access.errors import DataError
from data_access.rain_issue import DATASET as FORECAST
from jobs.kinds import offered
from jobs.working import WorkFailed
from language import words_of
from settings import Settings
from twin.coupled.scenario import picked_from
from twin.coupled.scenario import read_scenario as read_chain
from twin.drainage.gauges import backs_h
from twin.drainage.options import options as drainage_options
from twin.drainage.plan import DrainagePlan
from twin.drainage.plan import read_plan as read_drainage
from twin.drainage.scenario import check_picked
from twin.drainage.scenario import read_scenario as read_water
from twin.traffic.imports import edition as network_edition
from twin.traffic.imports import imported_names, options_of
from twin.traffic.imports import open_import as open_network
from twin.traffic.options import options as traffic_options
from twin.traffic.plan import TrafficPlan
from twin.traffic.plan import read_plan as read_traffic
from twin.traffic.scenario import read_scenario as read_roads

KINDS = ("traffic", "drainage", "coupled")
Options = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Bases:
    """Which models a question is asked of: names of imported ones, None for the city's own."""

    model: str | None = None
    network: str | None = None


@dataclass(frozen=True, slots=True)
class _Plans:
    roads: TrafficPlan | None
    water: DrainagePlan | None


def job_kind(kind: str) -> str:
    """Return the kind of job that asks a twin."""
    return f"twin.{kind}"


class Twins:
    """What may be picked of a city's twins; read once, as the city folder is.

    What was imported is read again when its files are others.
    """

    def __init__(self) -> None:
        self._plans: _Plans | None = None
        self._kept: dict[Hashable, Options | None] = {}

    def there(self, settings: Settings, city: City) -> list[str]:
        """Return the twins that can be asked here."""
        known = offered()
        return [
            kind
            for kind in KINDS
            if job_kind(kind) in known
            and self.options(kind, settings, city) is not None
            and (kind == "drainage" or self.has_roads(settings, city) or imported_names(settings))
        ]

    def has_roads(self, settings: Settings, city: City) -> bool:
        """Tell whether the city lists roads of its own; others are asked of imported networks."""
        own = self.options("traffic", settings, city)
        return own is None or bool(own["links"])

    def imported(self, kind: str, settings: Settings) -> tuple[list[str], list[str]]:
        """Return the names of imported models and networks a kind can be asked of."""
        from twin.drainage.importing import imported_ids  # SWMM's readers, and pandas with them

        models = [] if kind == "traffic" else imported_ids(settings)
        networks = [] if kind == "drainage" else imported_names(settings)
        return models, networks

    def options(
        self, kind: str, settings: Settings, city: City, bases: Bases | None = None
    ) -> Options | None:
        """Return what may be picked for a kind; None where the city has no such twin.

        Where an imported model is gone or cannot be read the city's own is offered.
        """
        bases = bases or Bases()
        plans = self._read(settings, city)
        roads = water = None
        if kind != "drainage" and plans.roads is not None:
            roads = self._of_roads(settings, city, plans.roads, bases.network)
        if kind != "traffic" and plans.water is not None:
            water = self._of_water(settings, city, plans.water, bases.model)
        if kind != "coupled":
            return roads if kind == "traffic" else water
        return None if roads is None or water is None else picked_from(water, roads)

    def asked_of(self, kind: str, settings: Settings, city: City, scenario: Any) -> Options:
        """Return what may be picked of what a scenario was asked of; empty where nothing may."""
        models, networks = self.imported(kind, settings)

        def named(*path: str) -> Any:
            found = scenario
            for name in path:
                found = found.get(name) if isinstance(found, Mapping) else None
            return found

        model = named("model") or named("drainage", "model")
        network = named("base", "network") or named("traffic", "base", "network")
        bases = Bases(model if model in models else None, network if network in networks else None)
        return self.options(kind, settings, city, bases) or {}

    def _read(self, settings: Settings, city: City) -> _Plans:
        if self._plans is None:
            folder = settings.city
            self._plans = _Plans(read_traffic(folder, city), read_drainage(folder, city))
        return self._plans

    def _of_roads(
        self, settings: Settings, city: City, plan: TrafficPlan, name: str | None
    ) -> Options | None:
        own = self._once("roads", lambda: traffic_options(city, plan))
        if name is None:
            return own

        def read() -> Options:
            return options_of(open_network(settings, name, plan, None), city, plan)

        return self._once(("network", name, network_edition(settings, name)), read) or own

    def _of_water(
        self, settings: Settings, city: City, plan: DrainagePlan, model_id: str | None
    ) -> Options | None:
        told = {"backsH": backs_h(city), "forecast": FORECAST in city.datasets}
        own = self._once("water", lambda: {**drainage_options(city, plan), **told})
        if model_id is None:
            return own

        from twin.drainage.importing import edition as model_edition
        from twin.drainage.opening import open_import as open_model

        def read() -> Options:
            return {**open_model(settings, model_id, city, plan).options, **told}

        return self._once(("model", model_id, model_edition(settings, model_id)), read) or own

    def _once(self, key: Hashable, read: Callable[[], Options]) -> Options | None:
        if key not in self._kept:
            try:
                self._kept[key] = read()
            except (WorkFailed, DataError):
                self._kept[key] = None
        return self._kept[key]


def problem(kind: str, scenario: Mapping[str, Any], options: Options) -> str:
    """Return what is wrong with a scenario as its twin reads it, as told; empty when nothing is."""
    try:
        if kind == "traffic":
            read_roads(scenario)
        elif kind == "drainage":
            check_picked(read_water(scenario), options)
        else:
            check_picked(read_chain(scenario).drainage, options)
    except ValueError as error:
        return words_of(error)
    return ""
