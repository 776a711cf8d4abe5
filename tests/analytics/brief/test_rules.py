"""Rules of a brief are held to what they may say: no number of their own, known figures, both languages."""  # noqa: E501

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from analytics.brief.check import check
from analytics.brief.rules import read_rules
from data_access.aggregates.registry import aggregates
from data_access.city import load_city
from data_access.errors import CityError
from data_access.finding import is_finding
from tests.analytics.brief.making import rules, sentence, text
from tests.conftest import ROOT


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"say": [{"words": text("Có 3 điểm {speed}", "{speed}")}]}, "a number that is in no row"),
        ({"say": [{"words": text("{speed} ½", "{speed}")}]}, "a number that is in no row"),
        ({"say": [{"words": text("{speed}", "none")}]}, "the same figures"),
        ({"say": [{"words": text("{speed", "{speed}")}]}, "vi:"),
        ({"say": [{"words": text("{speed:.3f}", "{speed}")}]}, "slots such as"),
        ({"say": [{"words": text("{other}", "{other}")}]}, "no slot"),
        ({"say": [{"words": text("{speed.colour}", "{speed.colour}")}]}, "no slot"),
        ({"say": [{"words": {"vi": "{speed}"}}]}, "both filled"),
        ({"say": []}, "at least 1 item"),
        ({"figures": {"speed": "mean_speed"}}, "no address"),
        ({"group": "sport"}, "expected one of"),
        ({"colour": "red"}, "not permitted"),
    ],
)
def test_a_wrong_rule_is_refused_and_says_why(more: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        rules(sentence(**more))


def test_rules_of_the_whole_are_refused_too() -> None:
    for more in ({"kind": "flash"}, {"alerts": ["security.alerts"]}, {"ceiling": {"level": "top"}},
                 {"daily_at": "25:00"}):  # fmt: skip
        with pytest.raises(ValidationError):
            rules(sentence(), **more)
    with pytest.raises(ValidationError, match="same id"):
        rules(sentence(), sentence())


def test_a_city_without_rules_has_no_brief_and_a_wrong_file_is_named(tmp_path: Path) -> None:
    assert read_rules(tmp_path) == {}
    (tmp_path / "brief").mkdir()
    (tmp_path / "brief" / "morning.toml").write_text("kind = 3\n")
    with pytest.raises(CityError, match=r"morning\.toml: kind"):
        read_rules(tmp_path)


def test_the_citys_rules_tell_of_aggregates_there_are_and_have_owners() -> None:
    found, city = read_rules(ROOT / "city"), load_city(ROOT / "city")
    assert set(found) == {"morning", "flash"}
    for each in found.values():
        assert each.owner in city.agencies
        named = set(each.aggregates) | set(each.alerts)
        assert {name for name in named if not is_finding(name)} <= set(aggregates())


def test_the_words_of_the_citys_rules_have_no_number_in_words() -> None:
    for each in read_rules(ROOT / "city").values():
        for sentence_ in each.sentence:
            for way in (*sentence_.say, *sentence_.more):
                for language, words in way.words.items():
                    bare = words.replace("{", " ").replace("}", " ")
                    assert check(bare, [], language=language).refusals == (), bare
