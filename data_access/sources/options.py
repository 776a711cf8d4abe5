"""What every source's options share: read from city/datasets.toml, unknown names refused."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict

from data_access.city import City
from data_access.contracts import DatasetContract, Duration


class SourceOptions(BaseModel):
    """Base of every source's options."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @classmethod
    def of(cls, contract: DatasetContract) -> Any:
        """Return the options of a dataset; registry.verify has named any fault before."""
        return cls.model_validate(contract.source.options)


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"{name!r} is no time zone such as Asia/Ho_Chi_Minh") from error
    return name


def _naive(at: datetime) -> datetime:
    if at.tzinfo is not None:
        raise ValueError("expected a local time; its zone is the option timezone")
    return at


ZoneName = Annotated[str, AfterValidator(_zone)]
LocalTime = Annotated[datetime, AfterValidator(_naive)]
Period = Duration
UnitsOf = Literal["then", "now"]  # by what the areas of rows from before a reform are called


def zone_of(name: str | None, city: City) -> ZoneInfo:
    """Return the zone an option names, else the city's."""
    return city.zone if name is None else ZoneInfo(name)
