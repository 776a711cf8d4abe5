"""Telling a label by a text, and how well: beside what the commonest label and plain TF-IDF reach.

A model is as good as it is on texts it has not seen. Texts of the same words stay together when
they are divided, so that a sentence that many send is not learned by heart and asked again. Pure:
texts and labels in, figures out; nothing is kept but what is returned.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.dummy import DummyClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import precision_recall_fscore_support
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.neighbors import NearestCentroid
from sklearn.pipeline import make_pipeline, make_union

from analytics.voices.normal import clean, key

FOLDS = 5
MAJORITY, TFIDF, LINEAR = "majority", "tfidf", "linear"
CHANCE = 20_251_130  # seed of how texts are divided


@dataclass(frozen=True, slots=True)
class LabelScore:
    """How well one label is told."""

    support: int  # texts
    distinct: int  # … of different words
    precision: float
    recall: float
    f1: float


@dataclass(frozen=True, slots=True)
class Measured:
    """What models reach on texts they have not seen: macro-F1 by model, the linear one by label."""

    texts: int
    distinct: int
    macro_f1: Mapping[str, float]
    labels: Mapping[str, LabelScore]
    told: Sequence[str]  # the linear model's label of each text …
    sure: Sequence[float]  # … and the probability it gives it

    def wins(self) -> bool:
        """Tell whether the linear model beats the commonest label, and does not lose to TF-IDF."""
        reached = self.macro_f1[LINEAR]
        return reached > self.macro_f1[MAJORITY] and reached >= self.macro_f1[TFIDF]


def spelled(text: str) -> str:
    """Return a text as models read it: with its marks, and without, so that either is known."""
    return f"{clean(text).lower()} \n {key(text)}"


def features() -> Any:
    """Return what makes numbers of texts: their words, pairs of words, and runs of letters."""
    return make_union(
        TfidfVectorizer(ngram_range=(1, 2), token_pattern=r"[^\W\d_]+", sublinear_tf=True),
        TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True, min_df=2),
    )


def linear() -> Any:
    """Return an untrained linear model on words and letters."""
    return make_pipeline(
        features(), LogisticRegression(C=10, max_iter=2000, tol=1e-3, class_weight="balanced")
    )


def plain_tfidf() -> Any:
    """Return the baseline of words alone: the label whose mean text is the nearest."""
    return make_pipeline(TfidfVectorizer(token_pattern=r"[^\W\d_]+"), NearestCentroid())


def majority() -> Any:
    """Return the baseline that always says the commonest label."""
    return make_pipeline(TfidfVectorizer(token_pattern=r"[^\W\d_]+"), DummyClassifier())


MODELS = {MAJORITY: majority, TFIDF: plain_tfidf, LINEAR: linear}


def measure(texts: Sequence[str], labels: Sequence[str]) -> Measured | None:
    """Return how well labels are told, None when there is not enough to divide.

    Wanted are two labels at least, each of FOLDS different texts.
    """
    groups = [key(text) for text in texts]
    distinct = _distinct(groups, labels)
    if len(distinct) < 2 or min(distinct.values()) < FOLDS:
        return None
    given = np.array(labels, dtype=object).astype(str)
    told: dict[str, npt.NDArray[Any]] = {}
    sure = np.zeros(len(given))
    for name, make in MODELS.items():
        told[name], chances = _unseen(texts, given, groups, make)
        if name == LINEAR:
            sure = chances
    names = sorted(distinct)
    return Measured(
        texts=len(given),
        distinct=len(set(groups)),
        macro_f1={name: _macro_f1(given, told[name], names) for name in MODELS},
        labels=_by_label(given, told[LINEAR], names, distinct),
        told=told[LINEAR].tolist(),
        sure=sure.tolist(),
    )


def unseen(texts: Sequence[str], labels: Sequence[str], make: Callable[[], Any]) -> list[str]:
    """Return what a model says of each text after learning from texts of other words."""
    given = np.array(labels, dtype=object).astype(str)
    told, _ = _unseen(texts, given, [key(text) for text in texts], make)
    return [str(each) for each in told]


def macro_f1(labels: Sequence[str], told: Sequence[str]) -> float:
    """Return the mean F1 of the labels that there are."""
    return _macro_f1(np.array(labels), np.array(told), sorted(set(labels)))


def _distinct(groups: Sequence[str], labels: Sequence[str]) -> Counter[str]:
    return Counter(label for _, label in set(zip(groups, labels, strict=True)))


def _unseen(
    texts: Sequence[str],
    given: npt.NDArray[Any],
    groups: Sequence[str],
    make: Callable[[], Any],
) -> tuple[npt.NDArray[Any], npt.NDArray[np.float64]]:
    """Return what a model says of each text, and the probability it gives that (0: none)."""
    written = np.array([spelled(text) for text in texts], dtype=object)
    told = np.full(len(given), "", dtype=given.dtype)
    sure = np.zeros(len(given))
    for known, asked in _divided(given, groups):
        model = make().fit(written[known], given[known])
        if not hasattr(model, "predict_proba"):
            told[asked] = model.predict(written[asked])
            continue
        chances = model.predict_proba(written[asked])
        told[asked] = model.classes_[chances.argmax(axis=1)]
        sure[asked] = chances.max(axis=1)
    return told, sure


def _divided(
    given: npt.NDArray[Any], groups: Sequence[str]
) -> list[tuple[npt.NDArray[Any], npt.NDArray[Any]]]:
    folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=CHANCE)
    parts = list(folds.split(given, given, groups))
    return [(known, asked) for known, asked in parts if len(asked) and len(set(given[known])) > 1]


def _macro_f1(given: npt.NDArray[Any], told: npt.NDArray[Any], names: Sequence[str]) -> float:
    found = precision_recall_fscore_support(
        given, told, labels=list(names), average="macro", zero_division=0.0
    )
    return float(found[2])


def _by_label(
    given: npt.NDArray[Any], told: npt.NDArray[Any], names: Sequence[str], distinct: Counter[str]
) -> dict[str, LabelScore]:
    precision, recall, f1, support = precision_recall_fscore_support(
        given, told, labels=list(names), average=None, zero_division=0.0
    )
    return {
        name: LabelScore(
            int(support[at]), distinct[name], float(precision[at]), float(recall[at]), float(f1[at])
        )
        for at, name in enumerate(names)
    }
