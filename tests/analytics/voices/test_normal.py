"""One spelling for what people type in many."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.voices.normal import LONGEST, clean, key, words

SAID = "Nước ngập đến nửa bánh xe ở phố Hòa Mã"


@pytest.mark.parametrize(
    "typed",
    [
        unicodedata.normalize("NFD", SAID),
        SAID.replace("Hòa", "Hoà"),
        SAID.upper(),
        "nuoc ngap den nua banh xe o pho hoa ma",
        "Nước ngậpppp đến nửa bánh xe ở phố Hòa Mã!!!",
        "Nước\u200b ngập\u2060 đến nửa bánh xe\u202e ở phố Hòa\ufe0f Mã 😡😡",
        "Nước ngập đến nửa bánh xe ở fố Hòa Mã",
        "nc ngập đến nửa bánh xe ở phố Hòa Mã, 0912 345 678",
        "nước ngập đến nửa bánh xe ở phố Hòa Mã https://x.example/1 @ai.do",
    ],
)
def test_spellings_of_the_same_words_have_one_key(typed):
    assert key(typed) == key(SAID)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ko đc", ["khong", "duoc"]),
        ("mất 50k", ["mat"]),
        ("ng dân", ["nguoi", "dan"]),
        ("bt", ["bt"]),  # bình thường or biết: left alone
        ("wá", ["qua"]),
    ],
)
def test_abbreviations_are_written_out_where_they_mean_one_thing(typed, meant):
    assert words(typed) == meant


@pytest.mark.parametrize("typed", ["", " ", "😀😀😀", "12345 67", "\u200b\u200e", "!!!", "\x00"])
def test_what_says_nothing_has_an_empty_key(typed):
    assert key(typed) == ""


def test_a_megabyte_is_read_as_far_as_a_report_goes():
    assert len(clean("ngập " * 250_000)) <= LONGEST
    assert len(key("a" * 1_000_000)) <= LONGEST
    assert key("@" * 1_000_000) == ""


def test_right_to_left_and_other_scripts_pass():
    assert clean("\u202eشكوى ngập\u202c") == "شكوى ngập"
    assert key("道路 ngập") == "道路 ngap"


@given(st.text(max_size=200))
def test_cleaning_twice_is_cleaning_once(text):
    assert clean(clean(text)) == clean(text)
    assert key(text) == key(clean(text))
