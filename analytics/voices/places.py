"""The places a text names: streets and spots, lanes, doors, hamlets.

People write "ngập ở phố Hoa Bằng", "DUONG LE LOI", "hoa bằng lại ngập". A name is known by the word
for a street, a bridge or a market before it and by its capitals, or because the gazetteer has it:
names of the city's network, and those that reports themselves spell out often enough. Names of
units are no places: a whole ward is not one spot. Pure; not for geocoding, no point is made up, nor
for whether two reports mean one place (spots.py).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from analytics.voices.normal import clean, folded, tokens
from data_access.city import Network

# Words before a name that is without them: "phố Huế" and "đường Huế" are "hue".
ROADS = frozenset({("pho",), ("duong",), ("dg",), ("nga", "ba"), ("nga", "tu"), ("nga", "nam")})
# Words that belong to the name: "cầu Giấy", "chợ Hôm".
SPOTS = frozenset(
    {("cau",), ("cho",), ("ho",), ("ham",), ("ben", "xe"), ("cong", "vien"), ("chung", "cu")}
    | {("benh", "vien"), ("khu", "do", "thi"), ("kdt",), ("ga",)}
)
LANES = frozenset({("ngo",), ("ngach",), ("hem",)})  # a number follows, or a name
DOORS = frozenset({("so",), ("so", "nha"), ("sn",)})
HAMLETS = frozenset({("to", "dan", "pho"), ("tdp",), ("thon",), ("xom",)})
UNITS = frozenset({("phuong",), ("p",), ("xa",), ("quan",), ("q",), ("huyen",), ("thi", "tran")})
_MARKERS = ROADS | SPOTS | LANES | DOORS | HAMLETS | UNITS
_LONGEST_MARKER = max(map(len, _MARKERS))

LONGEST_NAME = 5  # syllables
LONGEST_NUMBER = 4  # digits
SPELLED_OUT = 3  # reports that write a name in capitals before it is one
ALL_CAPITALS = 0.6  # share of letters, from which capitals tell no name
SHORTENED = 2  # letters of a word after which a point ends no sentence: "p. Láng"


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """Names of streets and spots by their folded syllables."""

    names: frozenset[tuple[str, ...]] = frozenset()

    @classmethod
    def of(cls, names: Iterable[str], texts: Iterable[str] = ()) -> Gazetteer:
        """Return the names given, and those that SPELLED_OUT different `texts` spell out.

        A name of one syllable is only one after a word for a road.
        """
        given = {tuple(folded(each.group()) for each in tokens(clean(name))) for name in names}
        seen: Counter[str] = Counter()
        for text in set(texts):
            seen.update(mentions(text).names)
        given |= {tuple(name.split(" ")) for name, times in seen.items() if times >= SPELLED_OUT}
        return cls(frozenset(name for name in given if 2 <= len(name) <= LONGEST_NAME))

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and tuple(name.split(" ")) in self.names


NOWHERE = Gazetteer()


@dataclass(frozen=True, slots=True)
class Mentions:
    """The places a text names, and its folded words without them."""

    names: frozenset[str]
    lanes: frozenset[int]
    doors: frozenset[int]
    hamlets: frozenset[str]
    others: tuple[str, ...]


def network_names(network: Network) -> list[str]:
    """Return the names of streets and junctions that a city's network has."""
    named = [node.name for node in network.nodes.values()]
    named += [link.name for link in network.links.values()]
    return sorted({part.strip() for name in named for part in re.split(r"[-–→/,()]", name)} - {""})


def mentions(text: str, gazetteer: Gazetteer = NOWHERE) -> Mentions:
    """Return the places a text names; see the module."""
    reading = _Reading(clean(text), gazetteer)
    at = 0
    while at < len(reading.plain):
        at = reading.step(at)
    return Mentions(
        frozenset(reading.names),
        frozenset(reading.lanes),
        frozenset(reading.doors),
        frozenset(reading.hamlets),
        tuple(reading.others),
    )


class _Reading:
    """A clean text as syllables, and the places found in it so far."""

    def __init__(self, text: str, gazetteer: Gazetteer) -> None:
        self.names: set[str] = set()
        self.lanes: set[int] = set()
        self.doors: set[int] = set()
        self.hamlets: set[str] = set()
        self.others: list[str] = []
        self._gazetteer = gazetteer
        found = tokens(text)
        self.plain = [folded(each.group()) for each in found]
        letters = [sign for sign in text if sign.isalpha()]
        capitals = sum(sign.isupper() for sign in letters)
        tells = capitals < ALL_CAPITALS * len(letters)
        self._capital = [tells and each.group()[0].isupper() for each in found]
        gaps = [text[one.end() : other.start()] for one, other in pairwise(found)]
        self._joined = [True] + [
            not gap.strip() or (gap.strip() == "." and len(word) <= SHORTENED)
            for gap, word in zip(gaps, self.plain, strict=False)
        ]

    def step(self, at: int) -> int:
        """Read what begins at a syllable; return where the next begins."""
        marker = self._marker(at)
        after = at + len(marker)
        if not marker:
            return self._word(at)
        if marker in HAMLETS:
            return self._hamlet(at, after)
        if marker in LANES or marker in DOORS:
            return self._numbered(at, after, is_lane=marker in LANES)
        end = self._name(after)
        if end == after:
            self.others += self.plain[at:after]  # "đường ngập": a word as any other
        elif marker not in UNITS:
            self._add(marker if marker in SPOTS else (), after, end)
        return end

    def _word(self, at: int) -> int:
        if length := self._known(at):
            self._add((), at, at + length)
            return at + length
        self.others.append(self.plain[at])
        return at + 1

    def _hamlet(self, at: int, after: int) -> int:
        after += 1 if self.plain[after : after + 1] == ["so"] else 0
        end = after + 1 if self._number(after) is not None else self._name(after)
        if end == after:
            self.others += self.plain[at:after]
        else:
            self.hamlets.add(" ".join(self.plain[after:end]))
        return end

    def _numbered(self, at: int, after: int, *, is_lane: bool) -> int:
        """Read "ngõ 12 Lê Lợi", "số 45 phố Huế", "ngõ Trạm"."""
        number = self._number(after)
        if number is not None:
            (self.lanes if is_lane else self.doors).add(number)
            after += 1
            while self._number(after) is not None:  # "ngõ 12/34"
                after += 1
        end = self._name(after)
        if end > after:
            self._add(("ngo",) if is_lane and number is None else (), after, end)
        elif number is None:
            self.others += self.plain[at:after]
        return end

    def _add(self, front: tuple[str, ...], start: int, end: int) -> None:
        self.names.add(" ".join([*front, *self.plain[start:end]]))

    def _marker(self, at: int) -> tuple[str, ...]:
        """Return the word for a place that begins here, the longest; empty when none does."""
        for length in range(_LONGEST_MARKER, 0, -1):
            found = tuple(self.plain[at : at + length])
            if (
                len(found) == length
                and found in _MARKERS
                and all(self._joined[at + 1 : at + length])
            ):
                return found
        return ()

    def _number(self, at: int) -> int | None:
        word = self.plain[at] if at < len(self.plain) else ""
        is_short = word.isascii() and word.isdigit() and len(word) <= LONGEST_NUMBER
        return int(word) if is_short else None

    def _known(self, at: int) -> int:
        """Return how many syllables the longest known name has that begins here, 0 without one."""
        for length in range(LONGEST_NAME, 1, -1):
            name = tuple(self.plain[at : at + length])
            if name in self._gazetteer.names and all(self._joined[at + 1 : at + length]):
                return length
        return 0

    def _name(self, at: int) -> int:
        """Return where the name ends that begins here, `at` itself where there is none."""
        if length := self._known(at):
            return at + length
        end = at
        while (
            end < min(len(self.plain), at + LONGEST_NAME)
            and self._capital[end]
            and self._joined[end]
            and (end == at or not self._marker(end))
        ):
            end += 1
        return end
