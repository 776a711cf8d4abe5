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

LOOKED_AT = 40  # calibrations; of them the newest of the model that was finished counts


def inputs_of(store: JobStore, kind: str, scenario: Mapping[str, Any]) -> dict[str, Any]:
    """Return a job's inputs for a scenario of this kind of twin."""
    roads = water = None
    if kind != "drainage":
        asked = scenario["traffic"] if kind == "coupled" else scenario
        roads = _newest(store, "traffic", network_of(asked), for_roads)
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


def _newest(
    store: JobStore, kind: str, model: str | None, read: Callable[[Any], dict[str, Any]]
) -> Any:
    recent = store.recent([f"twin.{kind}.calibrate"], LOOKED_AT)
    of_model = (job for job in recent if model_of(kind, job.inputs) == model)
    done = next((job for job in of_model if job.state == State.DONE), None)
    newest = store.find(done.id) if done else None
    return None if newest is None or newest.result is None else read(newest.result)
