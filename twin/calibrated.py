"""The inputs of a run: a scenario, and the newest calibrations of the twins that it runs.

They decide a result too, so whoever asks resolves them and they stand in the inputs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from jobs.job import State
from jobs.store import JobStore
from twin.drainage.calibration import for_run as for_water
from twin.drainage.scenario import CITY_MODEL
from twin.traffic.calibration import for_run as for_roads
from twin.traffic.scenario import Base

LOOKED_AT = 40  # calibrations; of them the newest of the model that was finished counts


def inputs_of(store: JobStore, kind: str, scenario: Mapping[str, Any]) -> dict[str, Any]:
    """Return a job's inputs for a scenario of this kind of twin."""
    roads = water = None
    if kind != "drainage":
        asked = scenario["traffic"] if kind == "coupled" else scenario
        of = network_of(asked)
        roads = _newest(store, "traffic", of, for_roads, at=hour_of(asked))
    if kind != "traffic":
        asked = scenario["drainage"] if kind == "coupled" else scenario
        water = _newest(store, "drainage", str(asked.get("model", CITY_MODEL)), for_water)
    both = {"drainage": water, "traffic": roads}
    return {"scenario": dict(scenario), "calibration": both.get(kind) if kind in both else both}


def network_of(asked: Mapping[str, Any]) -> str | None:
    """Return which imported network a scenario, or a calibration, is of; None of the city's own."""
    name = (asked.get("base") or {}).get("network")
    return None if name is None else str(name)


def model_of(kind: str, inputs: Mapping[str, Any]) -> str | None:
    """Return which model a calibration of this kind was asked of."""
    if kind == "traffic":
        return network_of(inputs)
    return str((inputs.get("scenario") or {}).get("model", CITY_MODEL))


def hour_of(asked: Mapping[str, Any]) -> tuple[int, str] | None:
    """Return at which hour of which kind of day it is asked; None of what is no such question."""
    try:
        base = Base.model_validate(asked.get("base") or {})
    except ValueError:
        return None
    return base.begins_h, base.dayKind


def _newest(
    store: JobStore,
    kind: str,
    model: str | None,
    read: Callable[[Any], dict[str, Any]],
    *,
    at: tuple[int, str] | None = None,
) -> Any:
    """Return the newest calibration of a model, one of the hour `at` before those of others."""
    recent = store.recent([f"twin.{kind}.calibrate"], LOOKED_AT)
    usable = [
        job for job in recent if job.state == State.DONE and model_of(kind, job.inputs) == model
    ]
    of_hour = (job for job in usable if at is not None and hour_of(job.inputs) == at)
    done = next(of_hour, next(iter(usable), None))
    newest = store.find(done.id) if done else None
    return None if newest is None or newest.result is None else read(newest.result)
