"""A category for a request by its words, only where the hotline's own labels bear it out.

A category is suggested when enough different texts of it are labelled, and texts not seen in
learning are told well; and none at all when the model does not beat its baselines. What is shown
beside a suggestion is what was measured here, on this city's own labels. A person decides.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from analytics.precision import Precision
from analytics.voices.measured import FOLDS, Measured, linear, measure, spelled
from analytics.voices.normal import key
from analytics.voices.reports import OTHER

LEAST_TEXTS = 30  # different ones of a category
LEAST_PRECISION, LEAST_F1 = 0.7, 0.6
SURE = 0.6  # probability from which a suggestion is made


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A category for a text, and how sure the model is."""

    category: str
    sure: float


@dataclass(frozen=True, slots=True)
class Suggester:
    """What suggests categories; `measured` is None where there was not enough to measure."""

    measured: Measured | None
    borne_out: frozenset[str]
    right: Precision  # suggestions that were right, on texts not seen
    suggested: float | None  # share of those texts for which one was made
    right_of: Mapping[str, Precision] = field(default_factory=dict)  # … by category
    _model: Any = None

    def suggest(self, texts: Sequence[str]) -> list[Suggestion | None]:
        """Return a category for each text, None where none is borne out or none is sure."""
        if self._model is None or not texts:
            return [None] * len(texts)
        chances = self._model.predict_proba([spelled(text) for text in texts])
        found: list[Suggestion | None] = []
        for text, row in zip(texts, chances, strict=True):
            best = int(row.argmax())
            name, sure = str(self._model.classes_[best]), float(row[best])
            is_told = name in self.borne_out and sure >= SURE and bool(key(text))
            found.append(Suggestion(name, sure) if is_told else None)
        return found


NOTHING = Suggester(None, frozenset(), Precision(0, 0), None)


def learn(texts: Sequence[str], categories: Sequence[str]) -> Suggester:
    """Return what suggests categories after these labelled texts; those without words count not.

    `other` is no category to learn: it says that none was found.
    """
    pairs = [
        (text, category)
        for text, category in zip(texts, categories, strict=True)
        if category != OTHER and key(text)
    ]
    distinct = Counter(category for _, category in {(key(t), c) for t, c in pairs})
    pairs = [(text, category) for text, category in pairs if distinct[category] >= FOLDS]
    measured = measure([text for text, _ in pairs], [category for _, category in pairs])
    if measured is None:
        return NOTHING
    borne_out = frozenset(
        name
        for name, score in measured.labels.items()
        if score.distinct >= LEAST_TEXTS
        and score.precision >= LEAST_PRECISION
        and score.f1 >= LEAST_F1
    )
    if not measured.wins() or not borne_out:
        return Suggester(measured, frozenset(), Precision(0, 0), None)
    made = [
        (told, told == category)
        for told, sure, (_, category) in zip(measured.told, measured.sure, pairs, strict=True)
        if told in borne_out and sure >= SURE
    ]
    by_name = {name: [right for told, right in made if told == name] for name in borne_out}
    model = linear().fit([spelled(text) for text, _ in pairs], [c for _, c in pairs])
    return Suggester(
        measured,
        borne_out,
        Precision(sum(right for _, right in made), len(made)),
        len(made) / len(pairs),
        {name: Precision(sum(right), len(right)) for name, right in by_name.items()},
        model,
    )
