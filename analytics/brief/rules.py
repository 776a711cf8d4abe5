"""What a brief says, and when: the rules of `city/brief/*.toml`, read and checked.

A sentence is about figures of one aggregate. It has ways of saying it, of which the first that
holds is taken, and additions, of which all that hold are. Templates hold no digit: every number
comes out of an envelope. Not for how sentences are made of them: `compose`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from data_access.city_file import read_file
from data_access.classification import LEVELS, Classification
from data_access.contracts import GROUPS
from data_access.envelope import Status
from data_access.errors import CityError
from data_access.figure import LONGEST, kind_of
from data_access.promises import Id, Named

FOLDER = "brief"
PARTS = ("value", "previous", "target")  # of a figure: numbers
WORDS = ("label", "period", "previousLabel", "targetLabel", "note")  # and what they are called
ROWS = "rows"  # the slot that a sentence's list of rows fills

_STRICT = ConfigDict(extra="forbid", frozen=True)
_SLOT = re.compile(r"[a-z][a-z0-9_]*")
Kind = Literal["morning", "flash"]
Bound = float | Literal["target", "previous"]


def _slots(words: dict[str, str]) -> dict[str, str]:
    for language, template in words.items():
        try:
            pieces = list(Formatter().parse(template))
        except ValueError as error:
            raise ValueError(f"{language}: {error}") from error
        for literal, slot, form, conversion in pieces:
            if any(character.isnumeric() for character in literal):
                raise ValueError(f"{language}: a number that is in no row: {literal.strip()!r}")
            if form or conversion or slot == "":
                raise ValueError(f"{language}: expected slots such as {{speed}}, not {template!r}")
    if len({_figures(template) for template in words.values()}) > 1:
        raise ValueError("both languages must tell the same figures")
    return words


def _figures(template: str) -> frozenset[str]:
    """Return the slots of a template that are not words of an envelope."""
    return frozenset(s for s in slots_of(template) if s.partition(".")[2] not in WORDS)


Template = Annotated[Named, AfterValidator(_slots)]


class When(BaseModel):
    """What must hold of one figure (default: the sentence's first)."""

    model_config = _STRICT

    figure: str = ""
    status: Status | None = None  # at least as grave
    over: Bound | None = None
    under: Bound | None = None
    equals: float | None = None


class Way(BaseModel):
    """One way of saying it, or one addition."""

    model_config = _STRICT

    when: tuple[When, ...] = ()
    words: Template
    single: str | None = None  # English where the first figure said is one


class Rows(BaseModel):
    """A list of rows of a table, in its own order or by a column."""

    model_config = _STRICT

    table: Id
    words: Template  # of one row; slots are columns
    most: int = Field(default=3, ge=1, le=5)
    largest: str = ""  # column that puts them in order
    smallest: str = ""
    over: dict[str, float] = Field(default_factory=dict)  # column -> above what it must be


class SentenceRule(BaseModel):
    """One sentence."""

    model_config = _STRICT

    id: Id
    group: str
    aggregate: Id
    figures: dict[str, str] = Field(min_length=1)  # slot -> address of a figure or a text cell
    say: tuple[Way, ...] = Field(min_length=1)
    more: tuple[Way, ...] = ()
    rows: Rows | None = None
    about: tuple[Id, ...] = ()  # of a flash brief: what an alert must be of; () any

    @model_validator(mode="after")
    def _consistent(self) -> SentenceRule:
        if self.group not in GROUPS:
            raise ValueError(f"group {self.group!r}; expected one of {', '.join(GROUPS)}")
        for slot, address in self.figures.items():
            if not _SLOT.fullmatch(slot) or slot == ROWS:
                raise ValueError(f"figures: {slot!r} is no name of a slot")
            if len(address) > LONGEST or kind_of(address) != address.split("/", 1)[0]:
                raise ValueError(f"figures.{slot}: {address!r} is no address of a figure")
        for way in (*self.say, *self.more):
            self._known(way)
        return self

    def _known(self, way: Way) -> None:
        for slot in slots_of(way.words["vi"]) | slots_of(way.single or ""):
            name, _, part = slot.partition(".")
            if slot == ROWS and self.rows is not None:
                continue
            if name not in self.figures or part not in ("", *PARTS, *WORDS):
                raise ValueError(f"{slot!r} is no slot; expected one of {', '.join(self.figures)}")
        for condition in way.when:
            if condition.figure and condition.figure not in self.figures:
                raise ValueError(f"when.figure: {condition.figure!r} is none of its figures")


class Ceiling(BaseModel):
    """How secret what is published may be."""

    model_config = _STRICT

    level: str = "internal"
    compartments: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _level(self) -> Ceiling:
        if self.level not in LEVELS:
            raise ValueError(f"level {self.level!r}; expected one of {', '.join(LEVELS)}")
        return self

    @property
    def classification(self) -> Classification:
        """The ceiling as data is held against it."""
        return Classification(self.level, frozenset(self.compartments))


class BriefRules(BaseModel):
    """All rules of one brief."""

    model_config = _STRICT

    kind: Kind
    title: Named
    owner: Id  # agency that answers for it
    ceiling: Ceiling = Ceiling()
    stale_after_h: float = Field(default=24, gt=0, le=168)
    daily_at: str | None = Field(default=None, pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")
    # of a flash brief: aggregates whose alerts (list `active`) may be what it is about
    alerts: tuple[Id, ...] = ()
    watched: tuple[Id, ...] = ()  # those of them of which one is made by itself
    sentence: tuple[SentenceRule, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _once(self) -> BriefRules:
        names = [each.id for each in self.sentence]
        if len(set(names)) != len(names):
            raise ValueError("two sentences have the same id")
        if (self.kind == "flash") != bool(self.alerts):
            raise ValueError("alerts: a flash brief names what it may be about, no other does")
        if not set(self.watched) <= set(self.alerts):
            raise ValueError("watched: expected some of the alerts")
        if self.kind == "flash" and self.daily_at is not None:
            raise ValueError("daily_at: a flash brief is made of an alert, not at an hour")
        return self

    @property
    def aggregates(self) -> tuple[str, ...]:
        """What the sentences are made of."""
        return tuple(dict.fromkeys(each.aggregate for each in self.sentence))


def read_rules(city_folder: Path) -> dict[Kind, BriefRules]:
    """Return the rules of a city's briefs by kind ({}: it has none); raises CityError."""
    found: dict[Kind, BriefRules] = {}
    for path in sorted((city_folder / FOLDER).glob("*.toml")):
        rules = read_file(path, BriefRules)
        if rules.kind in found:
            raise CityError(path.name, "kind", f"there are rules of {rules.kind!r} already")
        found[rules.kind] = rules
    return found


def slots_of(template: str) -> frozenset[str]:
    """Return the slots that a template names."""
    return frozenset(slot for _, slot in pieces_of(template) if slot is not None)


def pieces_of(template: str) -> Iterator[tuple[str, str | None]]:
    """Yield a template's literal words with the slot that follows each, or None at the end."""
    for literal, slot, _, _ in Formatter().parse(template):
        yield literal, slot
