"""What is told in English is said again in Vietnamese, also after it was kept."""

from __future__ import annotations

import math
import pickle

import pytest

from language import in_all_languages, pack, say, told, words_of
from language.told import LONGEST

INNER = told("at most {most} bytes", most=4)
OUTER = told("{where}: {what}; expected {expected}", where="a.csv", what="?", expected=INNER)


def test_a_program_reads_it_as_the_english_sentence():
    assert OUTER == "a.csv: ?; expected at most 4 bytes"


def test_it_is_said_in_vietnamese_with_what_is_told_inside():
    assert say(OUTER, "vi") == "a.csv: ?; cần tối đa 4 byte"
    assert in_all_languages(OUTER)["en"] == OUTER


def test_it_is_said_again_from_what_was_kept():
    assert say(pack(OUTER), "vi") == say(OUTER, "vi")
    assert say(pack(OUTER), "en") == OUTER


def test_it_passes_between_processes():
    assert say(pickle.loads(pickle.dumps(OUTER)), "vi") == say(OUTER, "vi")


@pytest.mark.parametrize("value", [math.inf, math.nan, -0.1, 2**70, None, True, "\0", "\ud800"])
def test_any_value_can_be_kept_and_said(value):
    kept = pack(told("{name} is {found!r}; expected a number", name="x", found=value))
    assert "\0" not in kept
    assert say(kept, "vi").endswith("; cần một số")


def test_a_name_of_the_citys_data_is_said_in_the_readers_language():
    name = {"vi": "Hồ \0Tây", "en": "West Lake"}
    said = told(
        "{name} is {found!r}; expected a number", name=name, found=told("no {name}", name=name)
    )
    assert said == "West Lake is 'no West Lake'; expected a number"
    for kept in (said, pack(said), pickle.loads(pickle.dumps(said))):
        assert say(kept, "en") == said
        assert say(kept, "vi").startswith("Hồ ")
    odd = told("{said}", said={})  # no text by language
    assert say(pack(odd), "vi") == "{}"


def test_a_plain_text_stays_itself_even_when_it_looks_like_one_that_was_kept():
    for text in ("disk full", pack(OUTER), '{"told":1}', '{"told":"{x.__class__}","with":{}}'):
        assert say(pack(str(text)), "vi") == text or text == pack(OUTER)
    assert say('{"told":"no {name}"', "vi") == '{"told":"no {name}"'


def test_what_is_too_long_to_be_kept_is_kept_in_english_and_cut():
    long = told("{name}: {fault}", name="x" * 2000, fault="y")
    assert len(long) < LONGEST + 10
    assert pack(long, longest=100) == long[:100]


def test_an_error_of_another_says_its_own_words():
    assert say(words_of(ValueError("disk full")), "vi") == "disk full"
    assert words_of(ValueError(INNER)) is INNER


@pytest.mark.parametrize("name", ["key", "language", "values", "self", "template"])
def test_its_values_may_be_called_anything(name):
    said = told("the first is {key}", key=1) if name == "key" else told(f"{{{name}}}", **{name: 1})
    assert all("1" in each for each in in_all_languages(said).values())
