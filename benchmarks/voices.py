"""Citizens' words: 10,000 reports told apart, and what labels can be told by the words.

The flood of reports is invented and labelled (benchmarks/report_flood.py). The list of thresholds
was tuned on the first four matters with other seeds; the figures are of all eight, and of the four
it was not tuned on. Labels are of UIT-VSFC, students' feedback in Vietnamese, for research only: it
is read where it lies, and nothing of it is kept.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Sequence
from multiprocessing import get_context
from pathlib import Path
from resource import RUSAGE_SELF, getrusage

from sklearn.metrics import f1_score
from sklearn.naive_bayes import ComplementNB
from sklearn.pipeline import make_pipeline
from threadpoolctl import threadpool_limits

from analytics.voices import categories
from analytics.voices.duplicates import Duplicates
from analytics.voices.measured import LINEAR, MAJORITY, TFIDF, features, measure, unseen
from analytics.voices.places import Gazetteer
from analytics.voices.quality import LEARNED_FROM
from analytics.voices.reports import reports_of, words_of
from analytics.voices.sentiment import by_words
from benchmarks.figures import Report, Table, publish, verdict
from benchmarks.report_flood import MATTERS, Matter, Told, flood

WITHIN_S, LEAST_PRECISION = 10.0, 0.9
LEARN_WITHIN_S, LEARN_WITHIN_MB = 120.0, 1_000
LEARNING_SEED, MORE = 104, 20_000
SEEDS = (101, 102, 103)
MOODS = {"0": "negative", "1": "neutral", "2": "positive"}


def main() -> None:
    """Measure, print, and keep the figures when asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reports", type=int, default=10_000)
    parser.add_argument("--labelled", type=Path, help="folder of uit_vsfc_dev_*.txt")
    parser.add_argument("--write", action="store_true", help="keep the figures in BENCHMARKS.md")
    chosen = parser.parse_args()
    report = Report(
        name="voices",
        title="Citizens' words",
        how=f"""{chosen.reports:,} invented reports, labelled with the event each tells of: several
            wordings, slips, missing marks, decomposed letters, abbreviations, 30 % without a
            position, 2 % from home; beside each event the next street with the same words at the
            same hour, another matter at the same corner, and the same matter days later. Precision
            and recall are of pairs of reports; a pure cluster holds reports of one event.""",
    )
    report.tables.append(_flood_table(chosen.reports))
    report.notes.append(
        f"At most {WITHIN_S:.0f} s and a precision of {LEAST_PRECISION} were to be reached."
    )
    report.tables.append(_learning_table())
    report.notes.append(
        f"Learning (`topics.learning`) takes the newest {LEARNED_FROM:,} labelled texts at most: "
        "older ones are not read, and what is published says so. Measured in processes of their "
        f"own, on one thread; at most {LEARN_WITHIN_S:.0f} s, {LEARN_WITHIN_MB:,} MB. Here every "
        "label follows from a few words, so that plain TF-IDF tells as much; then nothing is "
        "suggested."
    )
    if chosen.labelled is not None:
        report.tables.append(_label_table(chosen.labelled))
        report.notes.append(
            "Macro-F1 on texts not seen in learning (5 parts, equal texts kept together) of the "
            "development part of UIT-VSFC, research use only. The city's own labels are measured "
            "in the room and shown there (`voices.quality`)."
        )
    publish(report, write=chosen.write)


def _flood_table(count: int) -> Table:
    rows = []
    cases = [("all matters", MATTERS, seed) for seed in SEEDS]
    cases += [("matters not tuned on", MATTERS[4:], seed) for seed in SEEDS[:1]]
    for name, matters, seed in cases:
        rows.append((f"{name}, seed {seed}", *_told_apart(count, seed, matters)))
    return Table(
        ("reports", "seconds", "", "precision", "", "recall", "events", "clusters", "pure"),
        rows,
    )


def _told_apart(count: int, seed: int, matters: Sequence[Matter]) -> tuple[str, ...]:
    told = flood(count, seed=seed, matters=matters)
    lives = [each.life for each in told]
    begun_s = time.perf_counter()
    names = Gazetteer.of([], [words_of(life.body) for life in lives])
    duplicates = Duplicates()
    duplicates.add(reports_of(lives, names))
    took_s = time.perf_counter() - begun_s
    found = [[each.report_id for each in cluster.reports] for cluster in duplicates.clusters]
    precision, recall, pure = _judged(told, found)
    return (
        f"{took_s:.1f}",
        verdict(took_s, WITHIN_S),
        f"{precision:.3f}",
        verdict(LEAST_PRECISION, precision),
        f"{recall:.3f}",
        str(len({each.event for each in told})),
        str(len(found)),
        f"{pure:.3f}",
    )


def _judged(told: Sequence[Told], found: Sequence[Sequence[str]]) -> tuple[float, float, float]:
    """Return precision and recall of pairs, and the share of clusters that are of one event."""
    event = {each.life.base_id: each.event for each in told}
    mixed = [Counter(event[each] for each in members) for members in found]
    right = sum(_pairs(count) for counts in mixed for count in counts.values())
    claimed = sum(_pairs(len(members)) for members in found)
    wanted = sum(_pairs(count) for count in Counter(event.values()).values())
    several = [counts for counts in mixed if sum(counts.values()) > 1]
    pure = sum(len(counts) == 1 for counts in several) / max(1, len(several))
    return right / max(1, claimed), right / max(1, wanted), pure


def _pairs(count: int) -> int:
    return count * (count - 1) // 2


def _learning_table() -> Table:
    """Return what learning categories takes: of as many as are taken, and of more."""
    rows = []
    for count in (LEARNED_FROM, MORE):
        with get_context("spawn").Pool(1) as alone:
            rows.append(alone.apply(_learned, (count,)))
    return Table(
        ("texts learned from", "seconds", "", "peak MB", "", "macro-F1", "TF-IDF", "majority",
         "suggested"),
        rows,
    )  # fmt: skip


def _learned(count: int) -> tuple[str, ...]:
    told = [each.life for each in flood(count, seed=LEARNING_SEED)]
    begun_s = time.perf_counter()
    with threadpool_limits(limits=1):  # as the job does
        suggester = categories.learn(
            [words_of(one.body) for one in told], [one.category for one in told]
        )
    took_s = time.perf_counter() - begun_s
    peak_mb = getrusage(RUSAGE_SELF).ru_maxrss / 1024
    f1 = suggester.measured.macro_f1 if suggester.measured is not None else {}
    return (
        f"{count:,}",
        f"{took_s:.0f}",
        verdict(took_s, LEARN_WITHIN_S),
        f"{peak_mb:.0f}",
        verdict(peak_mb, LEARN_WITHIN_MB),
        f"{f1.get(LINEAR, 0.0):.3f}",
        f"{f1.get(TFIDF, 0.0):.3f}",
        f"{f1.get(MAJORITY, 0.0):.3f}",
        f"{len(suggester.borne_out)} categories",
    )


def _label_table(folder: Path) -> Table:
    texts = _lines(folder / "uit_vsfc_dev_sents.txt")
    topics = _lines(folder / "uit_vsfc_dev_topics.txt")
    moods = [MOODS[each] for each in _lines(folder / "uit_vsfc_dev_sentiments.txt")]
    by_list = f1_score(moods, [by_words(text) for text in texts], average="macro")
    rows = []
    for name, labels, extra in (("topic", topics, None), ("mood", moods, by_list)):
        measured = measure(texts, labels)
        if measured is None:
            raise SystemExit(f"{folder}: too few texts of a {name}")
        told = unseen(texts, labels, lambda: make_pipeline(features(), ComplementNB()))
        bayes = f1_score(labels, told, average="macro")
        rows.append(
            (
                f"{name}, {len(set(labels))} labels",
                f"{measured.texts}",
                *(f"{measured.macro_f1[each]:.3f}" for each in (MAJORITY, TFIDF)),
                f"{bayes:.3f}",
                "" if extra is None else f"{extra:.3f}",
                f"{measured.macro_f1[LINEAR]:.3f}",
                ", ".join(f"{key} {s.f1:.2f}" for key, s in measured.labels.items()),
            )
        )
    return Table(
        ("macro-F1", "texts", "majority", "TF-IDF centroid", "naive Bayes", "list of words",
         "linear (taken)", "F1 by label"),
        rows,
    )  # fmt: skip


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


if __name__ == "__main__":
    main()
