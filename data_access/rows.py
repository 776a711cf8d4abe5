"""Observations held compactly: what the feed keeps of a file until its rows are due.

A frame of Python strings takes some hundred bytes a row; this takes about thirty.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from data_access.model import QUALITIES, SOURCE_LINE
from data_access.model import WITHDRAWN as WITHDRAWN_NAME

if TYPE_CHECKING:  # only who reads sources needs it
    import pandas as pd

SUSPECT = QUALITIES.index("suspect")
WITHDRAWN = len(QUALITIES)  # in the store alone: a revision that takes a row back
NO_LINE = -1


class SeriesKey(NamedTuple):
    """What is measured where; the area is None outside the city."""

    indicator: str
    entity: str
    area: str | None


@dataclass(frozen=True, slots=True)
class Rows:
    """Columns of equal length; `code` and `ref` point into `keys` and `refs`."""

    keys: tuple[SeriesKey, ...]
    refs: tuple[str, ...]  # source references without their last number …
    code: npt.NDArray[np.int32]
    at_us: npt.NDArray[np.int64]
    value: npt.NDArray[np.float64]
    quality: npt.NDArray[np.int8]  # position in QUALITIES, or WITHDRAWN
    ref: npt.NDArray[np.int32]
    line: npt.NDArray[np.int32]  # … and that number, NO_LINE when there is none

    def __len__(self) -> int:
        return len(self.at_us)

    def take(self, which: npt.NDArray[np.intp] | npt.NDArray[np.bool_] | slice) -> Rows:
        """Return some of the rows, in the order given."""
        return replace(
            self,
            code=self.code[which],
            at_us=self.at_us[which],
            value=self.value[which],
            quality=self.quality[which],
            ref=self.ref[which],
            line=self.line[which],
        )

    def at(self, at_us: npt.NDArray[np.int64]) -> Rows:
        """Return the same rows at other times."""
        return replace(self, at_us=at_us)

    def reference(self, row: int) -> str:
        """Return the source reference of one row."""
        return join_reference(self.refs[self.ref[row]], int(self.line[row]))

    def of_part(self, part: str, ends: str = "#") -> npt.NDArray[np.bool_]:
        """Tell which rows are of a part of their source, by their references (`is_of_part`)."""
        told = {
            (ref, line): is_of_part(join_reference(self.refs[ref], line), part, ends)
            for ref, line in set(zip(self.ref.tolist(), self.line.tolist(), strict=True))
            if self.refs[ref].startswith(part) or part.startswith(self.refs[ref])
        }
        places = zip(self.ref.tolist(), self.line.tolist(), strict=True)
        return np.fromiter((told.get(place, False) for place in places), bool, len(self))

    def changed_since(self, old: Rows) -> npt.NDArray[np.bool_]:
        """Tell which rows `old` does not have with the same key, time, value and quality."""
        both = Rows.join([old, self])
        order = np.lexsort((both.at_us, both.code))  # stable: old rows before new ones
        repeats = np.zeros(len(both), dtype=bool)
        before, after = order[:-1], order[1:]
        repeats[after] = (
            (both.code[before] == both.code[after])
            & (both.at_us[before] == both.at_us[after])
            & (both.value[before] == both.value[after])
            & (both.quality[before] == both.quality[after])
        )
        return ~repeats[len(old) :]

    @classmethod
    def of(cls, frame: pd.DataFrame) -> Rows:
        """Read a checked frame of OBSERVATION_COLUMNS."""
        import pandas as pd

        indicator, indicators = pd.factorize(frame["indicator"])
        entity, entities = pd.factorize(frame["entity"])
        area, areas = pd.factorize(frame["area"])  # -1: none
        packed = (indicator.astype(np.int64) * len(entities) + entity) * (len(areas) + 1) + area + 1
        code, combined = pd.factorize(packed)
        keys = []
        for each in combined.tolist():
            rest, area_at = divmod(each, len(areas) + 1)
            indicator_at, entity_at = divmod(rest, len(entities))
            name = None if area_at == 0 else str(areas[area_at - 1])
            keys.append(SeriesKey(str(indicators[indicator_at]), str(entities[entity_at]), name))
        quality, qualities = pd.factorize(frame["quality"])
        known = np.array([QUALITIES.index(name) for name in qualities], dtype=np.int8)
        reference, references = pd.factorize(frame["source_ref"])  # few differ
        if SOURCE_LINE in frame.columns:
            refs, ref = tuple(map(str, references)), reference.astype(np.int32)
            line = frame[SOURCE_LINE].to_numpy(np.int32, copy=True)
        else:
            refs, places, lines = _split_references(references.tolist())
            ref, line = places[reference], lines[reference]
        return cls(
            keys=tuple(keys),
            refs=refs,
            code=code.astype(np.int32),
            at_us=frame["observed_at"].to_numpy("datetime64[us]").astype(np.int64),
            value=frame["value"].to_numpy(np.float64, copy=True),
            quality=known[quality] if len(known) else np.zeros(0, np.int8),
            ref=ref,
            line=line,
        )

    @classmethod
    def join(cls, parts: Sequence[Rows]) -> Rows:
        """Return all rows of `parts`, in order."""
        keys: dict[SeriesKey, int] = {}
        refs: dict[str, int] = {}
        codes, places = [np.zeros(0, np.int32)], [np.zeros(0, np.int32)]
        for part in parts:
            code_of = [keys.setdefault(key, len(keys)) for key in part.keys]
            ref_of = [refs.setdefault(text, len(refs)) for text in part.refs]
            codes.append(np.array(code_of, np.int32)[part.code])
            places.append(np.array(ref_of, np.int32)[part.ref])
        return cls(
            keys=tuple(keys),
            refs=tuple(refs),
            code=np.concatenate(codes),
            at_us=np.concatenate([np.zeros(0, np.int64), *(part.at_us for part in parts)]),
            value=np.concatenate([np.zeros(0), *(part.value for part in parts)]),
            quality=np.concatenate([np.zeros(0, np.int8), *(part.quality for part in parts)]),
            ref=np.concatenate(places),
            line=np.concatenate([np.zeros(0, np.int32), *(part.line for part in parts)]),
        )


def quality_name(quality: int) -> str:
    """Return what a quality is called that the store has as a number."""
    return WITHDRAWN_NAME if quality == WITHDRAWN else QUALITIES[quality]


def is_of_part(reference: str, part: str, ends: str = "#") -> bool:
    """Tell whether a reference is of a part of its source.

    That is named as the part is, or in it ("air/day=22#k7"): after one of `ends`. Of a part that
    ends with "@", which comes again and again under other names ("list@…"), it is each of them.
    """
    if not reference.startswith(part):
        return False
    rest = reference[len(part) :]
    return part.endswith("@") or not rest or rest[0] in ends


def part_of(reference: str) -> str:
    """Return of which partition of a lake a reference is."""
    return reference.partition("#")[0]


def join_reference(text: str, line: int) -> str:
    """Return a source reference as its source wrote it."""
    return text if line == NO_LINE else f"{text}:{line}"


def _split_references(
    references: list[str],
) -> tuple[tuple[str, ...], npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    texts: dict[str, int] = {}
    places = np.empty(len(references), np.int32)
    lines = np.empty(len(references), np.int32)
    for row, reference in enumerate(references):
        text, colon, number = reference.rpartition(":")
        # only what comes back as it was: no "+1", "007" or a number past 32 bits
        if colon and number.isdecimal() and len(number) < 10 and str(int(number)) == number:
            lines[row] = int(number)
        else:
            text, lines[row] = reference, NO_LINE
        places[row] = texts.setdefault(text, len(texts))
    return tuple(texts), places, lines
