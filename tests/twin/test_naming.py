"""A refusal names streets and pumps as people do, in either language, the id behind the name."""

from __future__ import annotations

import pytest

from language import Told, pack, say, told
from twin.naming import named

OPTIONS = {
    "name": {"vi": "Thành phố", "en": "The city"},
    "links": [{"id": "N24-N25", "name": {"vi": "Lê Duẩn", "en": "Lê Duẩn"}}],
    "stations": [{"id": "ys", "name": {"vi": "Trạm bơm Yên Sở", "en": "Yên Sở pumps"}}],
    "areas": [{"id": "00190", "name": {"vi": "Phường Ô Chợ Dừa", "en": "Ô Chợ Dừa ward"}}],
    "seeds": 5,
    "backsH": [1, 6],
    "invented": [{"vi": "lưới đường giả định", "en": "invented streets"}],
}


@pytest.mark.parametrize(
    ("said", "vi", "en"),
    [
        (
            told("link {link} is one-way already", link="N24-N25"),
            "đoạn đường Lê Duẩn (N24-N25) đã là một chiều",
            "link Lê Duẩn (N24-N25) is one-way already",
        ),
        (
            told("{station} has {count} pumps, not {asked}", station="ys", count=2, asked=9),
            "Trạm bơm Yên Sở (ys) có 2 máy bơm, không phải 9",
            "Yên Sở pumps (ys) has 2 pumps, not 9",
        ),
        (
            told("{where}: {what}", where="scenario", what=told(
                "area {area} has no street of this network", area="00190")),
            "scenario: khu vực Phường Ô Chợ Dừa (00190) không có đường nào của mạng lưới này",
            "scenario: area Ô Chợ Dừa ward (00190) has no street of this network",
        ),
        (
            told("link {link} is not in this network", link="X9"),
            "mạng lưới này không có đoạn đường X9",
            "link X9 is not in this network",
        ),
    ],
)  # fmt: skip
def test_what_is_refused_is_called_by_its_name(said: Told, vi: str, en: str) -> None:
    for given in (said, pack(said)):  # as it was told, and as a store kept it
        found = named(given, OPTIONS)
        assert say(pack(found), "en") == en
        assert say(pack(found), "vi") == vi


def test_a_text_that_was_never_told_and_a_model_without_names_stay_as_they_are() -> None:
    assert named("Error: edge 'N24-N25' is not known", OPTIONS) == (
        "Error: edge 'N24-N25' is not known"
    )
    said = told("link {link} is one-way already", link="N24-N25")
    assert named(said, {}) == said
    assert named(said, {"links": [{"id": "N24-N25", "name": {"vi": "N24-N25"}}]}) == said
