"""`python app.py twin import`: a model or network of others, for the twin that reads it.

A `.inp` of SWMM is the drainage twin's; an OSM extract or a GMNS folder the traffic twin's.
"""

from __future__ import annotations

from pathlib import Path

from processes.errors import RunError
from settings import Settings


class NoImport(RunError):
    """What is to be imported cannot be used; the sentence is the engine's own where it has one."""


def import_source(settings: Settings, source: Path, *, crs: str | None = None) -> str:
    """Keep `source` for its twin and return what to print; raises NoImport.

    `crs` names the system of a GMNS folder's coordinates.
    """
    from data_access.errors import DataError
    from jobs.working import WorkFailed

    try:
        if source.suffix.lower() == ".inp":
            if crs is not None:
                raise NoImport(f"{source}: --crs is of GMNS folders")
            return _drainage(settings, source)
        return _traffic(settings, source, crs)
    except (WorkFailed, DataError) as error:
        raise NoImport(f"{source}: {error}") from error


def _drainage(settings: Settings, source: Path) -> str:
    from twin.drainage.importing import import_model, imported_model

    model = imported_model(settings, import_model(source, settings))
    limits = [f"- {limit['en']}" for limit in model.limits]
    counted = (
        f"{model.id}: {len(model.places)} nodes, {len(model.stretches)} conduits,"
        f" {len(model.pools)} storages, {len(model.pumps)} pumps, {len(model.gages)} rain gages."
    )
    return "\n".join([counted, *limits, f'A scenario asks it by "model": "{model.id}".'])


def _traffic(settings: Settings, source: Path, crs: str | None) -> str:
    from data_access.opening import read_city
    from twin.traffic.importing import import_network
    from twin.traffic.plan import read_plan

    city = read_city(settings)
    plan = read_plan(settings.city, city)
    if plan is None:
        raise NoImport("This city has no twin/traffic.toml: no traffic twin to import for.")
    made = import_network(source, city, settings, cycle_s=plan.cycle_s, crs=crs)
    streets = made.streets
    counted = (
        f"{made.name}: {len(streets.junctions)} junctions, {len(streets.links)} links,"
        f" {made.signals} signals."
    )
    said = [f"- {each['en']}" for each in streets.said]
    return "\n".join([counted, *said, f'A scenario asks it by "network": "{made.name}".'])
