"""Whatever a field of a scenario is given: taken, or refused in a sentence of both languages."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from language import Told, as_told, pack, say
from twin.coupled import scenario as coupled
from twin.drainage import scenario as drainage
from twin.refusal import refusal
from twin.traffic import scenario as traffic

HASH = "0123456789abcdef"
DRAWN = {
    "kind": "hyetograph", "stepMin": 30, "mm": {"all": [1.0, 2.0]}, "source": "drawn",
    "note": {"vi": "a", "en": "b"}, "name": None,
}  # fmt: skip
WATER: dict[str, Any] = {
    "storm": DRAWN,
    "riverLevelM": 6.0,
    "durationH": 6.0,
    "model": "city",
    "modelHash": HASH,
    "measures": [
        {"kind": "pumpsOff", "station": "s", "pumps": 3},
        {"kind": "pumpsEarly", "station": "s", "hours": 3.0},
        {"kind": "block", "conduit": "c", "share": 0.5},
        {"kind": "drawdown", "lake": "l", "m": 1.0},
        {"kind": "gate", "gate": "g", "open": 0.5},
    ],
}
ROADS: dict[str, Any] = {
    "base": {
        "peak": "morning", "hour": None, "dayKind": "workday", "horizonMin": 60,
        "tripsScale": 1.0, "seeds": [1, 2], "network": "net", "networkHash": HASH,
    },
    "measures": [
        {"kind": "close", "links": ["a"], "both": True},
        {"kind": "reduce", "links": ["a"], "capacityShare": 0.5, "speedKmh": 30.0},
        {"kind": "signals", "junctions": ["j"], "cycleS": 60, "greenShare": 0.5, "fromLink": "a"},
        {"kind": "signals", "junctions": ["k"], "splits": [0.5, 0.5]},
        {"kind": "greenWave", "corridor": ["a", "b"], "speedKmh": 40.0, "cycleS": 60},
        {"kind": "demand", "area": "all", "factor": 1.5, "purpose": "in", "event": "x"},
        {"kind": "oneWay", "links": ["z"], "direction": "forward"},
        {"kind": "rain", "mmPerH": 10.0},
        {"kind": "busLane", "links": ["y"]},
    ],
    "floods": {"a": 0.1},
}  # fmt: skip
ASKED: dict[str, tuple[Callable[[Any], object], dict[str, Any]]] = {
    "drawn rain": (drainage.read_scenario, WATER),
    "a listed storm": (
        drainage.read_scenario, {**WATER, "storm": {"kind": "named", "id": "burst-100"}},
    ),
    "roads": (traffic.read_scenario, ROADS),
    "the chain": (
        coupled.read_scenario,
        {"drainage": WATER, "traffic": {**ROADS, "floods": {}}, "atMin": 60.0},
    ),
}  # fmt: skip
ODD = (
    None, True, -1, -1e9, 1e9, 10**30, 1.5, math.nan, math.inf, "", "x", "a" * 500, "\ud800", "\0",
    b"x", object, [], [[]], [None], ["x"] * 2000, {}, {"x": 1}, {"vi": 1}, {1: 2},
)  # fmt: skip
LIBRARYS = ("Input", "Field req", "Extra", "String", "List should", "Dictionary", "Unable", "Keys")


def ways(body: Any, before: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield before
    inside = body if isinstance(body, dict) else dict(enumerate(body if type(body) is list else ()))
    for key, each in inside.items():
        yield from ways(each, (*before, key))


def changed(body: Any, way: tuple[Any, ...]) -> Iterator[Any]:
    """Yield what is asked with anything odd at a place, without it, and with one more beside."""
    if not way:
        yield from ODD
        return
    for odd in (*ODD, "absent", "one more"):
        made = inside = copy.deepcopy(body)
        for step in way[:-1]:
            inside = inside[step]
        if odd == "absent":
            del inside[way[-1]]
        elif odd == "one more" and isinstance(inside, dict):
            inside["somethingElse"] = 1
        else:
            inside[way[-1]] = odd
        yield made


@pytest.mark.parametrize("name", ASKED)
def test_every_field_is_refused_in_both_languages(name: str) -> None:
    read, good = ASKED[name]
    read(good)
    refused = 0
    for way in ways(good):
        for asked in changed(good, way):
            try:
                read(asked)
            except ValueError as error:
                refused += 1
                (said,) = error.args
                vi, en = say(pack(said), "vi"), say(pack(said), "en")
                assert vi != en, (way, en)
                assert not any(words in vi or words in en for words in LIBRARYS), (way, en)
                assert isinstance(as_told(pack(said)), Told)
                assert len(en) < 400
    assert refused > 200


class Other(BaseModel):
    """What no scenario has: a kind of error that has no sentence of its own."""

    when: TypeAdapter | None = None  # type: ignore[type-arg]

    model_config = {"arbitrary_types_allowed": True}


@pytest.mark.parametrize(
    ("asked", "vi", "en"),
    [
        ({}, "trận mưa: còn thiếu", "storm: is missing"),
        (
            {"storm": DRAWN, "durationH": "long"},
            "thời gian mô phỏng (durationH): 'long' không phải số",
            "time simulated (durationH): 'long' is no number",
        ),
        (
            {"storm": {**DRAWN, "source": "guess"}},
            "nguồn (storm.source): 'guess'; cần một trong drawn, gauges, forecast",
            "source (storm.source): 'guess'; expected drawn, gauges, forecast",
        ),
        (
            {"storm": DRAWN, "measures": [{"kind": "block", "conduit": 7, "share": 0.5}]},
            "biện pháp 1 (Tắc cống), cống, sông: 7 không phải văn bản",
            "measure 1 (Blocked), sewer or river: 7 is no text",
        ),
        (
            {"storm": DRAWN, "measures": [{"kind": "dig"}]},
            "biện pháp 1: loại 'dig'; cần một trong pumpsOff, pumpsEarly, block, drawdown, gate",
            "measure 1: kind 'dig'; expected pumpsOff, pumpsEarly, block, drawdown, gate",
        ),
        (
            {"storm": DRAWN, "rain": 3},
            "rain: không có trường này",
            "rain: there is no such field",
        ),
        (
            7,
            "kịch bản: 7 không phải đối tượng có các trường",
            "scenario: 7 is no object with fields",
        ),
    ],
)  # fmt: skip
def test_a_refusal_says_where_and_what_was_expected(
    asked: Mapping[str, Any], vi: str, en: str
) -> None:
    with pytest.raises(ValueError, match=r".") as refused:
        drainage.read_scenario(asked)
    (said,) = refused.value.args
    assert say(said, "vi") == vi
    assert say(said, "en") == en


def test_an_error_without_a_sentence_of_its_own_is_said_in_both_languages_too() -> None:
    with pytest.raises(ValidationError) as refused:
        Other.model_validate({"when": 3})
    assert say(refusal(refused.value), "vi") == "when: 3 không phải giá trị cần có ở đây"
