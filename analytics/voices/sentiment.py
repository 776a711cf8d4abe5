"""The mood of a text: by a small list of words, or learned; only where its error was measured.

Moods of others (a listening system's figures) are labels to be measured against. Without enough of
them, or where neither way beats the commonest mood clearly, moods are not supported, and nothing is
said of any.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from analytics.voices.measured import LINEAR, MAJORITY, Measured, linear, macro_f1, measure, spelled
from analytics.voices.normal import key
from analytics.voices.words import NEGATIVE, NOT, POSITIVE

Mood = Literal["negative", "neutral", "positive"]
BY_WORDS, LEARNED = "words", "learned"
AGAINST, FOR = -0.2, 0.2  # of a figure from -1 to 1: below and above it is a mood
LEAST_TEXTS = 200  # different labelled ones
LEAST_F1, LEAST_GAIN = 0.6, 0.15  # macro-F1, and how far above the commonest mood's

_LONGEST = 3  # words of an entry
_REACH = 2  # words before, among which a "not" turns an entry round


def mood_of(figure: float) -> Mood:
    """Return the mood that a figure from -1 to 1 stands for."""
    return "negative" if figure < AGAINST else "positive" if figure > FOR else "neutral"


def by_words(text: str) -> Mood:
    """Return the mood of a text by the words in it."""
    said = key(text).split()
    balance, at = 0, 0
    while at < len(said):
        for length in range(_LONGEST, 0, -1):
            entry = " ".join(said[at : at + length])
            sign = (entry in POSITIVE) - (entry in NEGATIVE)
            if sign:
                turned = bool(NOT & set(said[max(0, at - _REACH) : at]))
                balance += -sign if turned else sign
                at += length - 1
                break
        at += 1
    return "positive" if balance > 0 else "negative" if balance < 0 else "neutral"


@dataclass(frozen=True, slots=True)
class Moods:
    """What tells moods, and how well; `way` is None where moods are not supported."""

    measured: Measured | None
    words_f1: float | None  # macro-F1 of the list of words
    way: str | None
    _model: Any = None

    @property
    def macro_f1(self) -> float | None:
        """The macro-F1 of the way that is taken."""
        if self.measured is None or self.way is None:
            return None
        return self.words_f1 if self.way == BY_WORDS else self.measured.macro_f1[LINEAR]

    def tell(self, texts: Sequence[str]) -> list[Mood | None]:
        """Return the mood of each text; None of each where moods are not supported."""
        if self.way is None or not texts:
            return [None] * len(texts)
        if self.way == BY_WORDS:
            return [by_words(text) for text in texts]
        told: list[Mood] = self._model.predict([spelled(text) for text in texts]).tolist()
        return [mood if key(text) else None for text, mood in zip(texts, told, strict=True)]


NOT_SUPPORTED = Moods(None, None, None)


def learn(texts: Sequence[str], moods: Sequence[Mood]) -> Moods:
    """Return what tells moods after these labelled texts, if anything may."""
    if len({key(text) for text in texts}) < LEAST_TEXTS:
        return NOT_SUPPORTED
    measured = measure(texts, moods)
    if measured is None:
        return NOT_SUPPORTED
    words_f1 = macro_f1(moods, [by_words(text) for text in texts])
    learned_f1 = measured.macro_f1[LINEAR]
    best = max(words_f1, learned_f1)
    if best < max(LEAST_F1, measured.macro_f1[MAJORITY] + LEAST_GAIN):
        return Moods(measured, words_f1, None)
    if words_f1 >= learned_f1:
        return Moods(measured, words_f1, BY_WORDS)
    model = linear().fit([spelled(text) for text in texts], list(moods))
    return Moods(measured, words_f1, LEARNED, model)
