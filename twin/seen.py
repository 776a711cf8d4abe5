"""Which data of the platform a twin was held against: of which dataset, how much, up to when.

Resolved by whoever reads the store, and carried with the inputs and the fit: so a figure of a run
leads to the owners of what it came from (callbacks/made_by.py), and stays a function of its inputs.
"""

from __future__ import annotations

from typing import Any, TypedDict

from pydantic import BaseModel, ConfigDict, Field


class Seen(TypedDict):
    """Data of one dataset: how many series told something, and until when (glass time)."""

    dataset: str
    origin: str  # live | replay | simulated
    series: int
    untilMs: float


class SeenModel(BaseModel):
    """What is read of it where it comes with inputs."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    dataset: str = Field(max_length=128)
    origin: str = Field(max_length=16)
    series: int = Field(ge=0)
    untilMs: float

    def told(self) -> Seen:
        """Return it as a fit carries it."""
        found: Any = self.model_dump()
        seen: Seen = found
        return seen
