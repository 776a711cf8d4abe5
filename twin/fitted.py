"""What a calibration was fitted to, so that a twin can say when that is no longer what it runs.

Factors hold for the network, the assumptions and the engine they were found with. With others they
are not used: nobody knows how well they would fit.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from data_access.envelope import Text
from twin.result import text


class Fitted(BaseModel):
    """A twin as it was fitted: hashes of its network and of what it assumes, its engine."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    network: str
    assumed: str = ""  # where it is no part of the network's own text
    engine: str


def outdated(then: Fitted | None, now: Fitted) -> Text | None:
    """Return why a calibration of `then` does not hold for a twin as it is now; None: it does."""
    if then is None:  # it was made before this was kept
        return text(
            "Hiệu chỉnh theo mô hình cũ, không rõ bản nào: cần hiệu chỉnh lại",
            "Fitted to an older model, nobody knows which: calibrate anew",
        )
    if then.engine != now.engine:
        return text(
            f"Hiệu chỉnh theo mô hình cũ ({then.engine}, nay là {now.engine}): cần hiệu chỉnh lại",
            f"Fitted to an older model ({then.engine}, now {now.engine}): calibrate anew",
        )
    if then.network != now.network:
        return text(
            "Hiệu chỉnh theo mô hình cũ (mạng lưới đã thay đổi): cần hiệu chỉnh lại",
            "Fitted to an older model (its network has changed): calibrate anew",
        )
    if then.assumed != now.assumed:
        return text(
            "Hiệu chỉnh theo mô hình cũ (các giả định đã thay đổi): cần hiệu chỉnh lại",
            "Fitted to an older model (what it assumes has changed): calibrate anew",
        )
    return None
