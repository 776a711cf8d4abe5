"""A brief: sentences with their figures, what each was taken from, and what nothing is said of.

Plain values that go as JSON into a job's result and an envelope, and back. Not for how they are
made (`compose`), nor for how they are drawn.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Annotated, Any, Literal

import orjson
from pydantic import PlainSerializer, TypeAdapter

from data_access.classification import Classification, highest
from data_access.envelope import Envelope, Origin, Payload, Status, Text, furthest

LANGUAGES = ("vi", "en")
GRAVITY: tuple[Status, ...] = ("critical", "warning", "caution", "information", "normal")
MARK_DIGITS = 12  # of the digest, in the mark of a figure
Why = Literal["absent", "stale", "missing", "masked", "failing"]
Part = Literal["value", "previous", "target"]
Secret = Annotated[Classification, PlainSerializer(Classification.to_json)]  # always in one order


@dataclass(frozen=True, slots=True)
class Figure:
    """A number as it stands in an envelope, and as it is written; `number` is all that is there."""

    address: str
    part: Part
    value: float
    written: Text
    number: dict[str, Any]  # of data_access.envelope.Number


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a sentence: words of a rule, a figure, or words taken from the rows."""

    words: str
    figure: int | None = None  # position in the sentence's figures
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Head:
    """Of an aggregate that was read: which version, how old, whose, how secret."""

    aggregate: str
    label: Text
    realm: str
    version: int
    made_at_ms: float
    as_of_ms: float
    stale_after_ms: float
    owner: str
    owner_label: Text
    datasets: tuple[str, ...]
    origin: Origin
    classification: Secret
    below: tuple[str, ...] = ()  # criteria below their floors

    def envelope(self, payload: Payload) -> Envelope:
        """Return the envelope that was read, with no more in it than `payload`."""
        return Envelope(
            **{
                each.name: getattr(self, each.name) for each in fields(self) if each.name != "below"
            },
            state="ok",
            source_at_ms=None,
            payload=payload,
        )


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence in both languages; figures in the order they are written."""

    id: str
    group: str
    status: Status
    head: Head
    figures: tuple[Figure, ...]
    pieces: dict[str, tuple[Piece, ...]]  # by language

    def text(self, language: str) -> str:
        """Return the sentence in words."""
        return "".join(piece.words for piece in self.pieces[language])

    def quoted(self, language: str) -> tuple[str, ...]:
        """Return the words in it that were taken from rows."""
        return tuple(piece.words for piece in self.pieces[language] if piece.quoted)


@dataclass(frozen=True, slots=True)
class Silence:
    """An aggregate of which nothing is said, and why."""

    aggregate: str
    group: str
    label: Text
    owner_label: Text
    why: Why
    as_of_ms: float | None
    classification: Secret


@dataclass(frozen=True, slots=True)
class Brief:
    """All that was to be said at one instant, the gravest first."""

    kind: str
    title: Text
    made_at_ms: float
    sentences: tuple[Sentence, ...]
    silences: tuple[Silence, ...] = ()
    about: str = ""  # of a flash brief: the alert, as "<aggregate>:<id>"

    @property
    def digest(self) -> str:
        """SHA-256 of everything it says (hexadecimal)."""
        body = orjson.dumps(self.to_json(), option=orjson.OPT_SORT_KEYS)
        return hashlib.sha256(body).hexdigest()

    @property
    def classification(self) -> Classification:
        """The highest of what it is made of."""
        return highest(
            [
                *(each.head.classification for each in self.sentences),
                *(each.classification for each in self.silences),
            ]
        )

    @property
    def origin(self) -> Origin:
        """The furthest from live of what it is made of."""
        return furthest(each.head.origin for each in self.sentences)

    @property
    def as_of_ms(self) -> float | None:
        """How old the oldest of its numbers is."""
        return min((each.head.as_of_ms for each in self.sentences), default=None)

    def within(self, ceiling: Classification) -> Brief:
        """Return the brief that somebody with `ceiling` may read."""
        return replace(
            self,
            sentences=tuple(s for s in self.sentences if s.head.classification.within(ceiling)),
            silences=tuple(s for s in self.silences if s.classification.within(ceiling)),
        )

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        body: dict[str, Any] = _BRIEF.dump_python(self, mode="json")
        return body

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Brief:
        """Read `to_json`; raises ValueError for what is none."""
        return _BRIEF.validate_python(body)


def gravest(sentences: Iterable[Sentence]) -> list[Sentence]:
    """Return sentences in the order of their seriousness, else as they came."""
    return sorted(sentences, key=lambda each: GRAVITY.index(each.status))


_BRIEF = TypeAdapter(Brief)
