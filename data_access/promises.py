"""What a contract promises beyond owner and cadence: fields, what is expected, what must agree.

Only descriptions, as `city/datasets.toml` writes them. What is made of them is data_access/criteria
(the six scores) and data_access/contract_check.py (rows refused one by one).
"""

from __future__ import annotations

import unicodedata
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, ConfigDict, Discriminator, Field
from pydantic.dataclasses import dataclass

Criterion = Literal["accurate", "sufficient", "clean", "live", "consistent", "shared"]
CRITERIA: tuple[Criterion, ...] = get_args(
    Criterion
)  # đúng, đủ, sạch, sống, thống nhất, dùng chung
FieldType = Literal["text", "number", "integer", "instant", "boolean"]
STRICT = ConfigDict(extra="forbid")


def _text(text: dict[str, str]) -> dict[str, str]:
    if set(text) != {"vi", "en"} or not all(words.strip() for words in text.values()):
        raise ValueError("expected { vi = …, en = … }, both filled")
    return {language: unicodedata.normalize("NFC", words) for language, words in text.items()}


Named = Annotated[dict[str, str], AfterValidator(_text)]
Id = Annotated[str, Field(pattern=r"^[a-z0-9]+([._-][a-z0-9]+)*$")]


@dataclass(frozen=True, kw_only=True, config=STRICT)
class FieldSpec:
    """A field of a record's body: what may stand in it. `codes` are the only values it may have.

    `secrecy`: it is the label that says how secret a document is (data_access/secrecy.py).
    """

    type: FieldType = "text"
    name: Named | None = None
    unit: str = ""
    min: float | None = None
    max: float | None = None
    codes: tuple[str, ...] = ()
    optional: bool = False  # a record without it is complete all the same
    secrecy: bool = False
    mask_below: int = Field(default=0, ge=0)  # counts of fewer people are not shown (masking.py)

    def __post_init__(self) -> None:
        if self.secrecy and not self.codes:
            raise ValueError("a label of secrecy needs codes: those that may come in")
        if self.codes and self.type != "text":
            raise ValueError('codes are texts; expected type = "text"')
        if self.mask_below and self.type not in ("number", "integer"):
            raise ValueError("only counts are hidden; expected a number or an integer")
        if (self.min is not None or self.max is not None) and self.type not in (
            "number",
            "integer",
        ):
            raise ValueError("min and max are of a number or an integer")


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Expectation:
    """What every period should bring; what is not said is not expected.

    areas: units with a value ("all": each of the city's). entities: which are measured, or how many
    when the source lists fewer; default: those that report. rows: whether each has a value each
    cadence. inside: what is measured, or where a record says to be, lies in the city.
    """

    areas: Literal["all"] | tuple[str, ...] = ()
    entities: tuple[str, ...] | Annotated[int, Field(ge=1)] | None = None
    rows: bool = True
    inside: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """The entities that are expected by name."""
        return self.entities if isinstance(self.entities, tuple) else ()

    @property
    def count(self) -> int:
        """How many entities are expected at least."""
        return self.entities if isinstance(self.entities, int) else len(self.names)


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Plausibility:
    """When a value is not believed for what is measured around it, or elsewhere just the same.

    A value stands out when it is further from the median of its nearest `neighbours` than
    `deviations` of their median absolute deviations, and further than `least` (in the indicator's
    unit) from each of them: at the edge of a cloud there is always one that vouches. Without
    `least` neighbours say nothing of each other, as along roads and rivers. Entities are clones
    when their last `clone_values` values are the same, one by one.
    """

    indicators: tuple[str, ...]
    least: float | None = Field(default=None, gt=0)
    deviations: float = Field(default=8.0, gt=0)
    neighbours: int = Field(default=5, ge=3, le=50)
    clone_values: int = Field(default=12, ge=3, le=500)


@dataclass(frozen=True, kw_only=True, config=STRICT)
class PartsAgree:
    """A total is the sum of its parts, each an entity, at the same time.

    `of` is the indicator of the parts, where they have one of their own.
    """

    rule: Literal["parts"]
    indicator: str
    of: str | None = None
    total: str
    parts: tuple[str, ...] = Field(min_length=2)
    tolerance: float = Field(default=0.005, ge=0, lt=1)  # of the total


@dataclass(frozen=True, kw_only=True, config=STRICT)
class RunningAgrees:
    """A year-to-date figure is the sum of the year's months (`of`), of each entity."""

    rule: Literal["running"]
    indicator: str
    of: str
    tolerance: float = Field(default=0.005, ge=0, lt=1)


@dataclass(frozen=True, kw_only=True, config=STRICT)
class NeverMore:
    """A figure is never more than another (`of`) of the same entity and time."""

    rule: Literal["at-most"]
    indicator: str
    of: str


@dataclass(frozen=True, kw_only=True, config=STRICT)
class SourcesAgree:
    """Another dataset says about the same, by unit and day; counts by unit and whole month.

    A count of a period that lies in two months counts by its days. Only what happened is compared:
    nothing simulated, and no two days of replays that were different days.
    """

    rule: Literal["source"]
    indicator: str
    dataset: str
    of: str
    counts: bool = False  # what is told are counts, that add up
    tolerance: float = Field(default=0.1, ge=0)


Reconciliation = Annotated[
    PartsAgree | RunningAgrees | NeverMore | SourcesAgree, Discriminator("rule")
]


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Floors:
    """The least score in per cent; below it the tile pales and the owner has something overdue."""

    accurate: float = Field(default=95, ge=0, le=100)
    sufficient: float = Field(default=90, ge=0, le=100)
    clean: float = Field(default=95, ge=0, le=100)
    live: float = Field(default=90, ge=0, le=100)
    consistent: float = Field(default=95, ge=0, le=100)
    shared: float = Field(default=50, ge=0, le=100)

    def of(self, criterion: Criterion) -> float:
        """Return the floor of a criterion."""
        floor: Any = getattr(self, criterion)
        return float(floor)
