"""A refusal names streets and pumps as people do, in either language, the id behind the name."""

from __future__ import annotations

from typing import Any

import pytest

from data_access.city import City, load_city
from language import LANGUAGES, Told, pack, say, text, told, words_of
from tests.conftest import ROOT
from twin.drainage import scenario as drainage
from twin.drainage.options import options
from twin.drainage.plan import read_plan
from twin.measures import KINDS, MeasureKind
from twin.naming import named
from twin.traffic import scenario as traffic

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


SHOWER = {"kind": "hyetograph", "stepMin": 60, "mm": {"all": [1.0]}}
RAW = ("pumpsOff", "pumpsEarly", "drawdown", "stations", "conduits", "capacityShare", "measures")


@pytest.fixture(scope="module")
def hanoi() -> City:
    return load_city(ROOT / "city")


@pytest.mark.parametrize("kind", [each for each in KINDS if each.side == "drainage"])
def test_what_is_picked_twice_or_is_not_there_is_called_by_the_names_of_the_page(
    kind: MeasureKind, hanoi: City
) -> None:
    plan = read_plan(ROOT / "city", hanoi)
    assert plan is not None
    offered = options(hanoi, plan)
    for measures in ([measure_of(kind, offered[kind.listed][0]["id"])] * 2,
                     [measure_of(kind, "nowhere")]):  # fmt: skip
        asked = drainage.read_scenario({"storm": SHOWER, "measures": measures})
        with pytest.raises(ValueError) as refused:
            drainage.check_picked(asked, offered)
        for language in LANGUAGES:
            said = say(named(words_of(refused.value), offered), language)
            assert not [raw for raw in RAW if raw in said]
            names = (text(f"what_if.measure.{kind.kind}", language),
                     text(f"what_if.one.{kind.listed}", language))  # fmt: skip
            assert [name for name in names if name in said]


@pytest.mark.parametrize("kind", [each for each in KINDS if each.sliders])
def test_a_figure_that_cannot_be_is_called_by_the_name_of_its_slider(kind: MeasureKind) -> None:
    slider = kind.sliders[0]
    measure = {**measure_of(kind, "a"), slider.name: -1.0}
    read = traffic.read_scenario if kind.side == "traffic" else drainage.read_scenario
    storm = {} if kind.side == "traffic" else {"storm": SHOWER}
    with pytest.raises(ValueError) as refused:
        read({**storm, "measures": [measure]})
    for language in LANGUAGES:
        said = say(words_of(refused.value), language)
        assert not [raw for raw in RAW if raw in said]
        assert text(f"what_if.measure.{kind.kind}", language) in said
        assert text(f"what_if.slider.{slider.name}", language) in said


def measure_of(kind: MeasureKind, target: str) -> dict[str, Any]:
    """Return a measure of a kind on a target, each figure the least there is."""
    on = {kind.field: [target, "b"] if kind.is_list else target} if kind.field else {}
    figures = {each.name: each.meant(each.least) for each in kind.sliders if not each.is_off}
    return {"kind": kind.kind, **on, **figures}
