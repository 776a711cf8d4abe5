"""What city/datasets.toml says of a dataset in NGSI: which attribute is which number or field.

Not a source itself: data_access/sources/ngsi.py reads by it.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator

from data_access.contracts import Named
from data_access.sources.options import SourceOptions, UnitsOf, ZoneName

OBSERVED = (
    "dateObserved", "dateObservedFrom", "observationDateTime", "observedAt", "TimeInstant",
    "timestamp", "dateModified", "modifiedAt",
)  # fmt: skip
REPORTED = (
    "dateModified", "modifiedAt", "dateIssued", *OBSERVED[:6], "dateCreated", "createdAt",
)  # fmt: skip
STARTS = ("validFrom", "dateIssued", "dateObservedFrom", "dateObserved")
ENDS = ("validTo", "dateObservedTo")


def _several(found: Any) -> Any:
    return (found,) if isinstance(found, str) else found


Names = Annotated[tuple[str, ...], BeforeValidator(_several)]


class Number(BaseModel):
    """Where an indicator's number stands; `unit` (code or symbol) is used where none is said."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    attributes: Names = Field(min_length=1)  # the first that is there
    unit: str | None = None
    boolean: bool = False  # true and false are 1 and 0; else they are refused


class Record(BaseModel):
    """How an entity becomes a record. Every name is an attribute or a path into one."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    status: Names = ()
    statuses: dict[str, str] = Field(default_factory=dict)  # theirs (lower case) -> ours
    default: str = "open"  # of an entity that says none
    reported: Names = REPORTED
    starts: Names = STARTS
    ends: Names = ENDS
    closed: Names = ()  # when a closed one was closed; then it comes as two versions …
    closing: Names = ("closed",)  # … and these statuses are closed
    opens_as: str = "open"
    title: Names = ()
    titles: dict[str, Named] = Field(default_factory=dict)  # the title's value -> words
    fields: dict[str, Names] = Field(default_factory=dict)  # name in the body -> attribute
    times: dict[str, Names] = Field(default_factory=dict)  # … of instants; names end in _at

    @field_validator("times")
    @classmethod
    def _instants(cls, times: dict[str, Names]) -> dict[str, Names]:
        if wrong := [name for name in times if not name.endswith("_at")]:
            raise ValueError(f"{wrong[0]!r}: names of instants end in _at")
        return times

    @field_validator("fields")
    @classmethod
    def _no_instants(cls, fields: dict[str, Names]) -> dict[str, Names]:
        if wrong := [name for name in fields if name.endswith("_at")]:
            raise ValueError(f"{wrong[0]!r}: an instant belongs in times")
        return fields

    def status_of(self, word: str | None) -> str:
        """Return our status for theirs; what no option names stays, for the contract to judge."""
        if word is None:
            return self.default
        return self.statuses.get(word, self.statuses.get(word.lower(), word))


def _number(found: Any) -> Any:
    return {"attributes": found} if isinstance(found, str | list | tuple) else found


class Options(SourceOptions):
    """What is read of which entities, and where and when it was."""

    types: Names = ()  # entity types; none: all
    timezone: ZoneName = "UTC"  # of times without a zone
    numbers: dict[str, Annotated[Number, BeforeValidator(_number)]] = Field(default_factory=dict)
    record: Record | None = None
    observed: Names = OBSERVED  # when, for attributes that do not say
    until: Names = ("dateObservedTo",)  # the end of a period; before its start: refused
    entity: Names = ()  # what was measured; default: the entity's id without URN and times
    name: Names = ("name", "stationName")
    location: Names = ("location",)
    area: Names = ()  # an attribute with a unit's code or name, before the location
    units: UnitsOf = "then"  # codes and names of units in what is from before a reform
    map_to_city: bool = False  # show what is elsewhere in units here
