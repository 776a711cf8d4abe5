"""A calibration as a run takes it: factors on the model, and how well it fits with them.

Made by calibrate.py, given with the inputs of a run, so that a run stays a function of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from data_access.envelope import Text
from jobs.working import WorkFailed
from language import told
from twin.drainage.model import Model
from twin.drainage.scenario import CITY_MODEL
from twin.fitted import Fitted, outdated
from twin.refusal import refusal
from twin.result import Fit, text
from twin.seen import SeenModel

NOT_CALIBRATED = text(
    "Chưa có độ sâu ngập hoặc mực nước quan trắc để hiệu chỉnh mô hình",
    "No flood depth or water level has been observed to calibrate the model by",
)
STREETS_UNSEEN = text(
    "Chỉ mực nước sông, hồ được hiệu chỉnh; độ sâu ngập trên phố chưa có số đo để đối chiếu",
    "Only levels of rivers and lakes are calibrated; no depth in the streets was ever measured",
)


class Calibration(BaseModel):
    """What a run needs of the result of a calibration; the rest of that is for the page."""

    model_config = ConfigDict(extra="ignore", frozen=True, allow_inf_nan=False)

    model: str = CITY_MODEL
    modelHash: str | None = None  # of an imported one
    runoff: float = Field(default=1.0, ge=0.2, le=2)  # on imperviousness
    roughness: float = Field(default=1.0, ge=0.3, le=3)  # on Manning's n of conduits
    state: Literal["calibrated", "uncalibrated"] = "uncalibrated"
    why: dict[str, str] = NOT_CALIBRATED
    figures: dict[str, float] = {}
    seen: tuple[SeenModel, ...] = ()
    fitted: Fitted | None = None

    @property
    def fit(self) -> Fit:
        """How well the model fits what was observed."""
        fit: Fit = {"state": self.state, "why": self.why}
        if self.figures:
            fit["figures"] = self.figures
        if self.seen:
            fit["seen"] = [each.told() for each in self.seen]
        return fit


def fitted_to(model: Model) -> Fitted:
    """Return what a calibration of a model is fitted to; of an imported one the hash it has."""
    return fitted_to_text(str(model.options.get("modelHash") or model.digest))


def fitted_to_text(digest: str) -> Fitted:
    """Return what a calibration is fitted to, by the hash of the text that SWMM reads."""
    return Fitted(network=digest, engine=f"swmm-toolkit {version('swmm-toolkit')}")


def read_calibration(body: Any, model: str, now: Fitted) -> Calibration:
    """Return what of a calibration holds for a model as it is now; raises WorkFailed for no such.

    Where the model, or the engine, is another than then nothing does, and the fit says why.
    """
    if body is None:
        return Calibration(model=model)
    try:
        found = Calibration.model_validate(body)
    except ValidationError as error:
        raise WorkFailed(
            "input",
            told("{where}: {what}", where="calibration", what=refusal(error, "calibration")),
        ) from error
    if found.model != model:
        return Calibration(model=model)
    why = outdated(found.fitted, now) if found.figures else None  # else nothing was fitted
    return found if why is None else Calibration(model=model, why=why)


def unseen(fit: Fit) -> list[Text]:
    """Return what of the water nobody measured where the rest of it is calibrated."""
    is_seen = "spotErrorM" in fit.get("figures", {})
    return [] if fit["state"] == "uncalibrated" or is_seen else [STREETS_UNSEEN]


def for_run(result: Mapping[str, Any]) -> dict[str, Any]:
    """Return of a calibration's result what belongs into the inputs of a run.

    Factors that were not right where gauges were held back change no run.
    """
    factors = set() if result.get("state") == "calibrated" else {"runoff", "roughness"}
    kept = [key for key in Calibration.model_fields if key in result and key not in factors]
    return {key: result[key] for key in kept}
