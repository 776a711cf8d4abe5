"""How good the analysis is on this city's own labels, as a payload; and what it would suggest.

What is not borne out by labels has no figure and says why.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from threadpoolctl import threadpool_limits

from analytics.voices import categories, sentiment
from analytics.voices.categories import Suggester
from analytics.voices.measured import LINEAR, MAJORITY, TFIDF
from analytics.voices.quotes import quote
from analytics.voices.reports import OTHER, words_of
from analytics.voices.sentiment import Moods
from analytics.voices.voice import Heard
from data_access.aggregates.aggregate import text
from data_access.aggregates.feedback import REQUESTS
from data_access.aggregates.parts import column, number, table, words
from data_access.aggregates.social import SOCIAL
from data_access.envelope import Number, Payload, Source
from data_access.store.snapshot import Life

LEARNED_FROM = 12_000  # of each: the newest, within 1 GB (`python -m benchmarks.voices`)
SUGGESTED = 40


def of_quality(heard: Heard, learned: Learned) -> Payload:
    """Return how well categories and moods are told here, and which categories are suggested."""
    if not heard.voices:
        return {}
    suggester = learned.suggester
    return {
        "numbers": {**_quality_numbers(suggester, learned.moods), "learned": _learned(learned)},
        "tables": {
            "categories": _category_table(heard, suggester),
            "suggestions": _suggestions(heard, suggester),
        },
    }


@dataclass(frozen=True, slots=True)
class Learned:
    """What the store's own labels taught, and from how many requests at most."""

    suggester: Suggester
    moods: Moods
    requests: int = 0
    is_bounded: bool = False  # there were older ones, that were not read


def learned(heard: Heard) -> Learned:
    """Return what labels teach: categories of requests, moods of posts; of each the newest."""

    most = LEARNED_FROM

    def newest(dataset: str) -> list[Life]:
        return heard.view.snapshot.lives(dataset, limit=most + 1, bodies=True)

    requests = newest(REQUESTS)

    labelled = [(words_of(life.body), _category(heard, life)) for life in requests[:most]]
    moods = [
        (words_of(life.body), sentiment.mood_of(figure))
        for life in newest(SOCIAL)[:most]
        if isinstance(figure := life.body.get("sentiment"), int | float)
    ]
    with threadpool_limits(limits=1):  # it runs beside the room
        suggester = categories.learn([t for t, _ in labelled], [c for _, c in labelled])
        told = sentiment.learn([t for t, _ in moods], [m for _, m in moods])
    return Learned(suggester, told, len(labelled), is_bounded=len(requests) > most)


def _category(heard: Heard, life: Life) -> str:
    """Return the category of a request: what people gave it, where the hotline gave none."""
    return heard.decided.get(life.base_id, OTHER) if life.category == OTHER else life.category


def _learned(learned: Learned) -> Number:
    bound = text(
        f"chỉ {_count(learned.requests, '.')} phản ánh mới nhất; cũ hơn không đọc",
        f"the newest {_count(learned.requests, ',')} only; older ones are not read",
    )
    return number(
        text("Học từ phản ánh", "Requests learned from"),
        learned.requests,
        note=bound if learned.is_bounded else None,
        source={"dataset": REQUESTS},
    )


def _count(figure: int, between: str) -> str:
    return f"{figure:,}".replace(",", between)


def _quality_numbers(suggester: Suggester, moods: Moods) -> dict[str, Number]:
    measured = suggester.measured
    f1 = {} if measured is None else measured.macro_f1
    source: Source = {"dataset": REQUESTS}
    short = text("không hỗ trợ: chưa đủ dữ liệu có nhãn", "not supported: too few labelled texts")
    lost = text("không hỗ trợ: không hơn mức cơ sở", "not supported: no better than its baselines")
    why = short if measured is None else None if suggester.borne_out else lost
    unmoved = short if moods.measured is None else None if moods.way else lost

    def score(label: tuple[str, str], name: str) -> Number:
        found = None if name not in f1 else round(100 * f1[name], 1)
        return number(text(*label), found, "%", 1, better="up", note=why, source=source)

    return {
        "category_f1": score(("Gợi ý lĩnh vực, macro-F1", "Categories, macro-F1"), LINEAR),
        "tfidf_f1": score(("Cơ sở TF-IDF, macro-F1", "TF-IDF baseline, macro-F1"), TFIDF),
        "majority_f1": score(("Cơ sở đa số, macro-F1", "Majority baseline, macro-F1"), MAJORITY),
        "right": number(
            text("Gợi ý đúng", "Right suggestions"),
            None if suggester.right.share is None else round(suggester.right.share, 1),
            "%", 1, better="up", note=why, source=source,
        ),
        "mood_f1": number(
            text("Sắc thái, macro-F1", "Moods, macro-F1"),
            None if moods.macro_f1 is None else round(100 * moods.macro_f1, 1),
            "%", 1, better="up", note=unmoved, source={"dataset": SOCIAL},
        ),
    }  # fmt: skip


def _category_table(heard: Heard, suggester: Suggester) -> Any:
    scores = {} if suggester.measured is None else suggester.measured.labels
    yes, no = text("có", "yes"), text("không", "no")
    rows = [
        {
            "name": heard.category(name),
            "texts": score.distinct,
            "precision": round(100 * score.precision, 1),
            "f1": round(100 * score.f1, 1),
            "suggested": yes if name in suggester.borne_out else no,
            "source": {"dataset": REQUESTS, "categories": [name]},
        }
        for name, score in sorted(scores.items(), key=lambda pair: (-pair[1].f1, pair[0]))
    ]
    columns = [
        words("name", text("Lĩnh vực", "Category")),
        column("texts", text("Nội dung khác nhau", "Different texts")),
        column("precision", text("Độ chính xác", "Precision"), "%", 1),
        column("f1", text("F1", "F1"), "%", 1),
        words("suggested", text("Gợi ý", "Suggested")),
    ]
    return table(text("Gợi ý lĩnh vực đo được", "Categories as measured"), columns, rows)


def _suggestions(heard: Heard, suggester: Suggester) -> Any:
    given = [
        (life, said)
        for life in heard.requests
        if life.category == OTHER
        and life.status == "open"
        and life.base_id not in heard.decided
        and (said := words_of(life.body))
    ]
    found = suggester.suggest([said for _, said in given])
    rows = [
        {
            "name": quote(said, heard.gazetteer).text,
            "suggested": heard.category(each.category),
            "category": each.category,
            "sure": round(100 * each.sure),
            "right": suggester.right_of[each.category].right,
            "told": suggester.right_of[each.category].told,
            "atMs": heard.at_ms(life),
            "source": {"dataset": REQUESTS, "entity": life.base_id},
        }
        for (life, said), each in zip(given, found, strict=True)
        if each is not None
    ]
    columns = [
        words("name", text("Nội dung", "Words")),
        words("suggested", text("Gợi ý lĩnh vực", "Suggested category")),
        column("sure", text("Chắc chắn", "Sure"), "%"),
    ]
    return table(
        text("Phản ánh chưa phân loại", "Requests without a category"),
        columns, rows[:SUGGESTED], total=len(rows),
    )  # fmt: skip
