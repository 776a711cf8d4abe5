"""What city/datasets.toml says of a table people made: which heading is which number or field.

Not a source itself: data_access/sources/sheet.py reads by it. Headings are named as they are
written; "*" stands for anything, "{period}" for the period a column is of.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from data_access.contracts import Named
from data_access.sources.options import SourceOptions, UnitsOf, ZoneName
from data_access.sources.sheet_cells import Decimal

STRICT = ConfigDict(extra="forbid", frozen=True)


def _several(found: Any) -> Any:
    return (found,) if isinstance(found, str) else found


Names = Annotated[tuple[str, ...], BeforeValidator(_several)]


class Column(BaseModel):
    """A column of numbers. `unit`: of those whose heading, and whose table, say none."""

    model_config = STRICT
    heading: str = Field(min_length=1)
    unit: str | None = None
    offset: float = 0  # added to the number in the contract's unit: an index of 107 is 7 % more
    cumulative: bool = False  # of a year to date: stamped with its last month
    quality: Literal["good", "estimated"] = "good"


def _column(found: Any) -> Any:
    return {"heading": found} if isinstance(found, str) else found


def _columns(found: Any) -> Any:
    return (found,) if isinstance(found, str | dict) else found


OneColumn = Annotated[Column, BeforeValidator(_column)]
Columns = Annotated[tuple[OneColumn, ...], BeforeValidator(_columns), Field(min_length=1)]


class Record(BaseModel):
    """How a row becomes a record: a project, a premises, a case. Every text names a heading."""

    model_config = STRICT
    id: Names  # several are joined by "/"
    status: str | None = None
    statuses: dict[str, str] = Field(default_factory=dict)  # theirs -> ours
    default: str = "open"
    reported: str | None = None  # default: the table's own time
    starts: str | None = None
    ends: str | None = None
    title: str | None = None
    titles: dict[str, Named] = Field(default_factory=dict)
    fields: dict[str, str] = Field(default_factory=dict)  # texts: name in the body -> heading
    numbers: dict[str, OneColumn] = Field(default_factory=dict)
    times: dict[str, str] = Field(default_factory=dict)  # names end in _at
    lat: str | None = None
    lon: str | None = None

    @field_validator("times")
    @classmethod
    def _instants(cls, times: dict[str, str]) -> dict[str, str]:
        if wrong := [name for name in times if not name.endswith("_at")]:
            raise ValueError(f"{wrong[0]!r}: names of instants end in _at")
        return times

    @field_validator("fields", "numbers")
    @classmethod
    def _no_instants(cls, fields: dict[str, Any]) -> dict[str, Any]:
        if wrong := [name for name in fields if name.endswith("_at")]:
            raise ValueError(f"{wrong[0]!r}: an instant belongs in times")
        return fields


class Options(SourceOptions):
    """Where the tables are, and what their columns and rows mean."""

    sheets: Names = ()  # patterns of names; none: all that have the headings
    encodings: Names = ("utf-8",)
    decimal: Decimal = ","  # in cells that are text
    # numbers: indicators across …
    columns: dict[str, Columns] = Field(default_factory=dict)
    # … or down: a column with their words, and one or more with their values
    indicator: str | None = None
    indicators: dict[str, str] = Field(default_factory=dict)  # their word -> indicator
    values: Columns | None = None
    # what was measured, where, and when
    entity: Names = ()  # headings, joined by "/"
    entity_columns: tuple[int, ...] = ()  # or columns from 1 without a heading: the last that says
    area: str | None = None  # heading of a unit's code or name
    entities_are_areas: bool = False
    units: UnitsOf = "then"  # codes and names of units in rows from before a reform
    city_names: tuple[str, ...] = ()  # rows that are the whole city
    time: str | None = None  # heading; else "{period}" in the columns; else …
    period_in: Literal["title", "sheet", "file"] | None = None
    date_format: str | None = None
    unfilled: Literal["zeros"] | None = None  # newest periods of which every row says 0: not yet
    timezone: ZoneName | None = None
    skip: Names = ()  # rows that begin so
    until: Names = ()  # a row that begins so ends the table: "Ghi chú"
    record: Record | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Options:
        if (self.indicator is None) != (self.values is None):
            raise ValueError("expected both indicator and values, or none")
        if not (self.columns or self.values or self.record):
            raise ValueError("expected columns, or indicator and values, or a record")
        return self
