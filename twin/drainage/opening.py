"""The model a scenario names, ready to run: the city's own, or one that was imported."""

from __future__ import annotations

from dataclasses import dataclass, replace

from data_access.city import City
from jobs.working import WorkFailed
from language import told, words_of
from settings import Settings
from twin.drainage.building import city_model
from twin.drainage.importing import hash_of, imported_model
from twin.drainage.model import Model
from twin.drainage.options import storms_everywhere
from twin.drainage.plan import DrainagePlan, read_plan
from twin.drainage.scenario import CITY_MODEL
from twin.opened import Opened, opened_city


@dataclass(frozen=True, slots=True)
class Twin:
    """A city, its plan and the model that is asked."""

    city: City
    plan: DrainagePlan
    model: Model


_own: Opened[Twin] = Opened()  # the city's own


def open_twin(
    settings: Settings, model_id: str = CITY_MODEL, model_hash: str | None = None
) -> Twin:
    """Open a model; raises WorkFailed("input") when there is none, CityError, BoundaryError.

    An imported one that is not what `model_hash` names is refused: it was imported anew since.
    """
    if model_id == CITY_MODEL:
        return _own.get(settings, lambda: _open_own(settings))
    city, plan = open_plan(settings)
    return Twin(city, plan, open_import(settings, model_id, city, plan, model_hash=model_hash))


def _open_own(settings: Settings) -> Twin:
    city, plan = open_plan(settings)
    try:
        return Twin(city, plan, city_model(plan, city))
    except ValueError as error:
        raise WorkFailed(
            "input", told("{where}: {what}", where="drainage.toml", what=words_of(error))
        ) from error


def open_import(
    settings: Settings,
    model_id: str,
    city: City,
    plan: DrainagePlan,
    *,
    model_hash: str | None = None,
) -> Model:
    """Open a model that was imported, with the city's storms that are the same everywhere.

    Raises WorkFailed where there is none, or another one by that hash.
    """
    found = hash_of(settings, model_id)
    if model_hash is not None and model_hash != found:
        raise WorkFailed(
            "input",
            told(
                "model {model!r} was imported anew: it is {now} now, {asked} was asked",
                model=model_id,
                now=found,
                asked=model_hash,
            ),
        )
    model = imported_model(settings, model_id, city.areas)
    storms = storms_everywhere(plan)
    return replace(model, options={**model.options, "modelHash": found, "storms": storms})


def open_plan(settings: Settings) -> tuple[City, DrainagePlan]:
    """Read the city and its plan of drainage; raises WorkFailed, CityError, BoundaryError."""
    city = opened_city(settings)
    plan = read_plan(settings.city, city)
    if plan is None:
        raise WorkFailed("input", told("this city has no drainage twin"))
    return city, plan
