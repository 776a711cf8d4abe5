"""Which words are said of something more than of everything else.

Runs of one to three words, ranked by the z-score of their log odds with an informative Dirichlet
prior (Monroe, Colaresi, Quinn 2008, Fightin' Words): common words do not win by being common, nor
rare ones by chance. A phrase counts once a text, and texts of the same words once. It must be in
several, so that nobody's own words stand there.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import log, sqrt

from analytics.voices.normal import clean, folded, tokens
from analytics.voices.words import EMPTY, EMPTY_PHRASES
from data_access.personal import without_contacts

LONGEST = 3  # words
LEAST_TEXTS = 3
LEAST_Z = 1.96
PRIOR = 50.0  # texts the prior weighs as much as
SHOWN = 3


@dataclass(slots=True)
class Said:
    """In how many texts each phrase is, and how it is mostly written."""

    texts: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    spellings: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def add(self, written: Iterable[str]) -> Said:
        """Take in texts, those of the same words once."""
        seen: set[tuple[str, ...]] = set()
        for text in written:
            found = [m.group() for m in tokens(without_contacts(clean(text)))]
            plain = [folded(word) for word in found]
            if tuple(plain) in seen or not plain:
                continue
            seen.add(tuple(plain))
            self.texts += 1
            self._count(found, plain)
        return self

    def spelling(self, phrase: str) -> str:
        """Return the spelling of a phrase most texts have, with marks before one without."""
        known = self.spellings[phrase]
        return max(known, key=lambda each: (known[each] * (1 + (each != phrase)), each))

    def _count(self, found: Sequence[str], plain: Sequence[str]) -> None:
        mine: dict[str, str] = {}
        for start in range(len(plain)):
            for length in range(1, LONGEST + 1):
                part = plain[start : start + length]
                if len(part) == length and _tells(part):
                    words = " ".join(found[start : start + length]).lower()
                    mine.setdefault(" ".join(part), words)
        for phrase, spelled in mine.items():
            self.counts[phrase] += 1
            self.spellings[phrase][spelled] += 1


def characteristic(of: Said, others: Said, *, shown: int = SHOWN) -> list[str]:
    """Return the phrases that texts have more than others, the most telling first."""
    scored = [
        (_z(phrase, of, others), len(phrase.split()), phrase)
        for phrase, count in of.counts.items()
        if count >= LEAST_TEXTS
    ]
    ranked = sorted((each for each in scored if each[0] >= LEAST_Z), key=lambda e: (-e[0], e[2]))
    chosen: list[str] = []
    for z, length, phrase in ranked:
        # A longer run that is nearly as telling says the same and more.
        longer = next((p for other, n, p in ranked if n > length and _holds(p, phrase)
                       and other >= 0.8 * z), phrase)  # fmt: skip
        if not any(set(longer.split()) & set(each.split()) for each in chosen):
            chosen.append(longer)
        if len(chosen) == shown:
            break
    return [of.spelling(phrase) for phrase in chosen]


def _tells(part: Sequence[str]) -> bool:
    """Tell whether a run of words may stand alone: it neither begins nor ends empty."""
    ends_well = part[0] not in EMPTY and part[-1] not in EMPTY
    is_word = len(part) > 1 or len(part[0]) > 2
    joined = f" {' '.join(part)} "
    return (
        ends_well
        and is_word
        and not any(word.isdigit() for word in part)
        and not any(f" {each} " in joined for each in EMPTY_PHRASES)
    )


def _holds(longer: str, phrase: str) -> bool:
    return f" {phrase} " in f" {longer} "


def _z(phrase: str, of: Said, others: Said) -> float:
    here, there = of.counts[phrase], others.counts[phrase]
    prior = PRIOR * (here + there) / max(1, of.texts + others.texts)
    odds = [
        (count + prior) / max(texts + PRIOR - count - prior, prior)
        for count, texts in ((here, of.texts), (there, others.texts))
    ]
    return (log(odds[0]) - log(odds[1])) / sqrt(1 / (here + prior) + 1 / (there + prior))
