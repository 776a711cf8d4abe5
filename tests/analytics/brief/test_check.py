"""A text is let past only when each of its numbers is one of the rows; what is unclear is not."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.brief.brief import Sentence
from analytics.brief.check import LONGEST, check, check_rewritten
from tests.analytics.brief.making import brief, envelope, number, rules, sentence, text


def made(**figures: Any) -> Sentence:
    say = "; ".join(f"{name}: {{{name}}}" for name in figures)
    of = rules(
        sentence(figures={n: f"numbers/{n}" for n in figures}, say=[{"words": text(say, say)}])
    )
    (only,) = brief(envelope(payload={"numbers": figures}), of=of).sentences
    return only


def codes(words: str, *sentences: Sentence, language: str = "vi") -> set[str]:
    return {each.code for each in check(words, sentences, language=language).refusals}


SPEED = number(35.64, previous=41.2)
CITY = made(
    speed=SPEED,
    revenue=number(12345.5, "tỷ đồng", 1),
    share=number(87.4, "%", 1),
    cases=number(12, "ca", 0),
    jams=number(3, "", 0),
    cold=number(-2.5, "°C", 1),
)


@pytest.mark.parametrize(
    ("words", "language"),
    [
        ("Vận tốc là 35,6 km/h.", "vi"),
        ("Vận tốc khoảng 36 km/h.", "vi"),  # rounded to fewer decimals
        ("Thu 12.345,5 tỷ đồng, đạt 87,4%.", "vi"),
        ("Thu 12.345,5\u00a0tỷ đồng, đạt 87,4 %.", "vi"),
        ("Revenue is 12,345.5 bn VND, or 87.4%.", "en"),
        ("Nhiệt độ \u22122,5 °C.", "vi"),
        ("Có 12 ca mới trong năm nay, đầu tư và thiên tai.", "vi"),
        ("(3)", "vi"),
        ("Không có con số nào.", "vi"),
    ],
)
def test_figures_as_people_here_write_them_are_found(words: str, language: str) -> None:
    verdict = check(words, [CITY], language=language)
    assert verdict.refusals == ()
    assert verdict.is_right


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("Vận tốc là 35,7 km/h.", "digits"),  # a digit changed
        ("Vận tốc là 35,64 km/h.", "digits"),  # more decimals than it has
        ("Vận tốc là 35.6 km/h.", "digits"),  # the other language's point
        ("Vận tốc là 35,6 %.", "unit"),
        ("Vận tốc là 35,6.", "unit"),
        ("Đạt 87,4 km/h.", "unit"),
        ("Đạt 87,4 điểm %.", "unit"),
        ("Thu 12.345,5 triệu đồng.", "unit"),
        ("Thu 12.345,5 tỷ đồng tỷ.", "words"),
        ("Thu 12,345.5 tỷ đồng.", "digits"),
        ("Thu 1.2345,5 tỷ đồng.", "digits"),
        ("Có 3 triệu điểm ùn tắc.", "unit"),
        ("Có 3 người chết.", "unit"),
        ("Có 3%.", "unit"),
        ("Nhiệt độ 2,5 °C.", "digits"),  # without its sign
        ("Ngày 12/11/2026 có 12 ca.", "digits"),
        ("Ngày 30-11 có 12 ca.", "digits"),
        ("Lúc 12:30 có 12 ca.", "digits"),
        ("Từ 3-12 ca.", "digits"),
        ("Từ 3 – 12 ca.", "digits"),
        ("Có 1 2 ca.", "digits"),
        ("Có 012 ca.", "digits"),
        ("Có 12a ca.", "digits"),
        ("Có x12 ca.", "digits"),
        ("Có l2 ca.", "digits"),
        ("Có 12^3 ca.", "digits"),
        ("Có 12×3 ca.", "digits"),
        ("Có 1e3 ca.", "digits"),
        ("Có mười hai ca.", "words"),
        ("Có muoi hai ca.", "words"),
        ("Tăng gấp đôi.", "words"),
        ("Tăng gấp rưỡi.", "words"),
        ("Một nửa số ca.", "words"),
        ("Có năm ca.", "words"),
        ("Có MƯỜI HAI ca.", "words"),
        ("Quý XII.", "words"),
        ("Có \u0661\u0662 ca.", "script"),  # Arabic
        ("Có \uff11\uff12 ca.", "script"),  # full width
        ("Có \u0967\u0968 ca.", "script"),  # Devanagari
        ("Có 十二 ca.", "script"),
        ("Có \u246b ca.", "script"),  # twelve in a circle
        ("Có \u216b ca.", "script"),  # one letter, Roman
        ("Có 12\u00bd ca.", "script"),
        ("Có 12\u00b2 ca.", "script"),
        ("Có 1\u200b2 ca.", "script"),  # with what nobody sees
        ("Có 12\u202e ca.", "script"),
        ("Có \U0001d7cf\U0001d7d0 ca.", "script"),  # bold mathematical
    ],
)
def test_hostile_forms_are_refused(words: str, code: str) -> None:
    found = codes(words, CITY)
    assert code in found or (found and code == "digits"), found


@pytest.mark.parametrize(
    "words",
    ["Twice as many.", "Twelve cases.", "Doubled.", "A third of links.", "A dozen.", "Half.",
     "12 thousand cases.", "12k cases.", "On 12 Nov 2026.", "12 %."],
)  # fmt: skip
def test_hostile_forms_in_english_are_refused(words: str) -> None:
    assert codes(words, CITY, language="en")


def test_words_taken_from_rows_may_hold_digits_and_only_the_whole_of_them() -> None:
    place = number(35.6, note=text("Bệnh viện 108", "Hospital 108"))
    say = [{"words": text("{speed} tại {speed.note}", "{speed} at {speed.note}")}]
    (only,) = brief(
        envelope(payload={"numbers": {"mean_speed": place}}), of=rules(sentence(say=say))
    ).sentences
    assert codes("Tại Bệnh viện 108 là 35,6 km/h.", only) == set()
    for words in ("108", "Bệnh viện 1089", "Bệnh viện 10", "Có 108 km/h."):
        assert codes(words, only), words


def test_the_noun_behind_a_count_is_that_of_its_sentence() -> None:
    say = [{"words": text("Có {jams} trạm đo có mưa", "There is rain at {jams} gauges")}]
    of = rules(sentence(figures={"jams": "numbers/jams"}, say=say))
    (only,) = brief(envelope(payload={"numbers": {"jams": number(3, "", 0)}}), of=of).sentences
    assert codes("3 trạm đo có mưa.", only) == set()
    assert codes("3 người có mưa.", only) == {"unit"}


def test_a_text_that_is_too_long_is_not_read() -> None:
    assert codes("a" * (LONGEST + 1), CITY) == {"long"}


@given(st.text(max_size=60))
def test_no_text_breaks_the_check_and_no_digit_gets_past_it(words: str) -> None:
    verdict = check(words, [CITY], language="vi")
    if verdict.is_right:
        assert sum(c.isnumeric() for c in words) <= sum(
            sum(c.isnumeric() for c in f.written["vi"]) for f in verdict.figures
        )


@given(st.decimals("0", "99999", places=1, allow_nan=False))
def test_a_number_is_let_past_only_when_it_is_the_figure(amount: Any) -> None:
    words = f"Vận tốc là {str(amount).replace('.', ',')} km/h."
    assert (codes(words, made(speed=SPEED)) == set()) == (str(amount) in ("35.6", "36.0"))


# Sentences written anew


DOWN = [
    {
        "words": text(
            "Tốc độ {speed}, thấp hơn {speed.previous}; có {jams} điểm, {cases} ca",
            "Speed is {speed}, below {speed.previous}; {jams} jams, {cases} cases",
        )
    }
]


@pytest.fixture
def slower() -> Sentence:
    given_ = {"speed": SPEED, "jams": number(3, "", 0), "cases": number(12, "", 0)}
    of = rules(sentence(figures={n: f"numbers/{n}" for n in given_}, say=DOWN))
    (only,) = brief(envelope(payload={"numbers": given_}), of=of).sentences
    return only


def test_a_sentence_in_other_words_with_the_same_figures_is_let_past(slower: Sentence) -> None:
    words = "Xe chạy 35,6 km/h, thấp hơn mức 41,2 km/h; ghi nhận 3 điểm ùn tắc và 12 ca."
    assert check_rewritten(words, slower, language="vi").refusals == ()


KEPT = "Xe chạy 35,6 km/h, thấp hơn 41,2 km/h; 3 điểm, 12 ca."


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("Xe chạy 41,2 km/h, thấp hơn 35,6 km/h; 3 điểm, 12 ca.", "order"),  # swapped
        ("Xe chạy 35,6 km/h, thấp hơn 41,2 km/h; 12 điểm, 3 ca.", "unit"),
        ("Xe chạy 35,6 km/h, thấp hơn 41,2 km/h; 3 điểm.", "order"),  # one left out
        ("Xe chạy 35,6 km/h, thấp hơn 41,2 km/h; 3 điểm, 12 ca, 12 ca.", "order"),  # one twice
        ("Xe chạy 36 km/h, thấp hơn 41,2 km/h; 3 điểm, 12 ca.", None),
        ("Xe chạy 35,6 km/h, cao hơn 41,2 km/h; 3 điểm, 12 ca.", "direction"),
        ("Xe không chạy 35,6 km/h, thấp hơn 41,2 km/h; 3 điểm, 12 ca.", "direction"),
        ("Xe chạy 35,6 km/h, bằng 41,2 km/h; 3 điểm, 12 ca.", "direction"),
        (f"{KEPT} Chủ tịch đã từ chức.", "added"),
        (f"{KEPT} hãy sơ tán ngay!", "added"),
        (f"{KEPT[:-1]}, do Nguyễn Văn Nam gây ra.", "added"),
        (f"{KEPT[:-1]}, xem sukien.example/tin.", "added"),
        (f"{KEPT[:-1]}, {'và mọi người đều biết rõ điều này là thế ' * 4}.", "long"),
    ],
)
def test_a_sentence_that_says_otherwise_is_refused(
    slower: Sentence, words: str, code: str | None
) -> None:
    found = {each.code for each in check_rewritten(words, slower, language="vi").refusals}
    assert found == ({code} if code else set())
