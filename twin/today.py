"""What a calibration made now would be fitted to, without making a net or running an engine.

For whoever shows calibrations: one of another network, of other assumptions or of another engine
is outdated (`fitted.py`). Kept in this process while the files it is read of are as they were.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from data_access.envelope import Text
from data_access.errors import DataError
from jobs.working import WorkFailed
from settings import Settings
from twin.drainage import calibration as water
from twin.drainage import importing as models
from twin.drainage.opening import open_twin
from twin.drainage.scenario import CITY_MODEL
from twin.fitted import Fitted, outdated
from twin.opened import edition_of
from twin.traffic import imports as networks
from twin.traffic.run import fitted_today

_kept: dict[tuple[str, str | None], tuple[object, Fitted]] = {}


def outdated_now(
    kind: str, settings: Settings, name: str | None, result: Mapping[str, Any]
) -> Text | None:
    """Return why a calibration of a kind of twin does not hold for its model `name` any more.

    None where it does, where nothing was fitted, and where the model cannot be opened: then
    nobody knows, and a run will say so. `name` is of an imported model, None for the city's own.
    """
    if not (result.get("fit") or result).get("figures"):
        return None
    try:
        now = _today(kind, settings, name)
    except (WorkFailed, DataError):
        return None
    then = result.get("fitted")
    return outdated(None if then is None else Fitted.model_validate(then), now)


def _today(kind: str, settings: Settings, name: str | None) -> Fitted:
    edition = edition_of(settings), _edition(kind, settings, name)
    found = _kept.get((kind, name))
    if found is None or found[0] != edition:
        found = edition, _read(kind, settings, name)
        _kept[kind, name] = found
    return found[1]


def _edition(kind: str, settings: Settings, name: str | None) -> object:
    if name is None:
        return None
    edition = networks.edition if kind == "traffic" else models.edition
    return edition(settings, name)


def _read(kind: str, settings: Settings, name: str | None) -> Fitted:
    if kind == "traffic":
        return fitted_today(settings, name)
    if name is None:
        return water.fitted_to(open_twin(settings, CITY_MODEL).model)
    return water.fitted_to_text(models.hash_of(settings, name))
