"""Categories and moods are told only where labels bear it out."""

from __future__ import annotations

import random

import pytest

from analytics.voices import categories, sentiment
from analytics.voices.measured import LINEAR, MAJORITY, measure
from analytics.voices.sentiment import by_words

PARTS = ("ở đầu phố", "gần chợ", "trước cổng trường", "cuối ngõ", "cạnh công viên", "bên bờ hồ",
         "sau bệnh viện", "ngay ngã tư")  # fmt: skip
TIMES = ("từ sáng", "hai ngày nay", "mấy hôm rồi", "suốt tuần", "đêm qua")
MATTERS = {
    "drainage": ("nước ngập sâu", "cống tắc nước tràn"),
    "waste": ("rác chất đống bốc mùi", "xe rác không thu gom"),
    "lighting": ("đèn đường tắt", "cột đèn không sáng"),
}


def labelled() -> tuple[list[str], list[str]]:
    pairs = [
        (f"{matter} {part} {time}", category)
        for category, matters in MATTERS.items()
        for matter in matters
        for part in PARTS
        for time in TIMES
    ]
    return [text for text, _ in pairs], [category for _, category in pairs]


def test_categories_that_labels_bear_out_are_suggested_with_their_measure():
    suggester = categories.learn(*labelled())
    assert suggester.measured is not None
    assert suggester.measured.macro_f1[LINEAR] > 0.9
    assert suggester.measured.macro_f1[MAJORITY] < 0.4
    assert suggester.borne_out == set(MATTERS)
    ask = ["nuoc ngap sau truoc cong truong", "xin chào", "", "😀"]
    sure, *unsure = suggester.suggest(ask)
    assert sure is not None
    assert sure.category == "drainage"
    assert unsure[1:] == [None, None]


def test_a_sentence_that_many_send_is_no_support():
    texts, labels = labelled()
    few = ["mất điện cả ngõ"] * 200
    suggester = categories.learn([*texts, *few], [*labels, *["power"] * 200])
    assert "power" not in suggester.borne_out


def test_labels_that_words_do_not_tell_are_not_suggested():
    texts, labels = labelled()
    mixed = random.Random(4).sample(labels, len(labels))
    suggester = categories.learn(texts, mixed)
    assert suggester.suggest(texts[:3]) == [None, None, None]


@pytest.mark.parametrize("labels", [[], ["waste"], ["waste"] * 40, ["other"] * 40])
def test_without_labels_nothing_is_measured(labels):
    texts = [f"rác ở {part} {n}" for n, part in enumerate(["chợ"] * len(labels))]
    suggester = categories.learn(texts, labels)
    assert suggester.measured is None
    assert suggester.suggest(["rác"]) == [None]


def test_the_same_texts_are_measured_the_same():
    assert measure(*labelled()) == measure(*labelled())


def test_moods_without_labels_are_not_supported():
    moods = sentiment.learn(["tốt quá"] * 500, ["positive"] * 500)
    assert moods.way is None
    assert moods.macro_f1 is None
    assert moods.tell(["tốt quá"]) == [None]


@pytest.mark.parametrize(
    ("said", "mood"),
    [
        ("cán bộ nhiệt tình, nhanh gọn", "positive"),
        ("can bo nhiet tinh", "positive"),
        ("rác bốc mùi, rất bức xúc", "negative"),
        ("không tốt", "negative"),
        ("chưa kịp thời", "negative"),
        ("hỏi giờ mở cửa", "neutral"),
        ("", "neutral"),
    ],
)
def test_moods_by_words(said, mood):
    assert by_words(said) == mood
