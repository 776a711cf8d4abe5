"""The inputs of a run: a scenario, and the newest calibrations of the twins that it runs.

They decide a result too, so whoever asks resolves them and they stand in the inputs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from jobs.job import State
from jobs.store import JobStore
from twin.drainage.calibration import for_run as for_water
from twin.traffic.calibration import for_run as for_roads

LOOKED_AT = 10  # calibrations; of them the newest that was finished counts


def inputs_of(store: JobStore, kind: str, scenario: Mapping[str, Any]) -> dict[str, Any]:
    """Return a job's inputs for a scenario of this kind of twin."""
    roads = _newest(store, "traffic", for_roads) if kind != "drainage" else None
    water = _newest(store, "drainage", for_water) if kind != "traffic" else None
    both = {"drainage": water, "traffic": roads}
    return {"scenario": dict(scenario), "calibration": both.get(kind) if kind in both else both}


def _newest(store: JobStore, kind: str, read: Callable[[Any], dict[str, Any]]) -> Any:
    recent = store.recent([f"twin.{kind}.calibrate"], LOOKED_AT)
    done = next((job for job in recent if job.state == State.DONE), None)
    newest = store.find(done.id) if done else None
    return None if newest is None or newest.result is None else read(newest.result)
