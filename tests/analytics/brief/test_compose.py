"""A brief says what its rules find in the rows; of what is old, absent or secret it is silent."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.brief.brief import LANGUAGES, Brief, Sentence
from analytics.brief.check import check, check_rewritten
from analytics.brief.compose import compose
from analytics.brief.rules import read_rules
from data_access.classification import Classification
from data_access.envelope import Envelope
from data_access.figure import figure_at
from tests.analytics.brief.making import (
    HOUR_MS,
    NOW_MS,
    brief,
    envelope,
    item,
    number,
    rules,
    sentence,
    text,
)
from tests.conftest import ROOT
from tests.layouts.tiles import sample

CITY = read_rules(ROOT / "city")
DIGITS = re.compile(r"[0-9][0-9.,]*")


def said(made: Brief, language: str = "vi") -> list[str]:
    return [each.text(language) for each in made.sentences]


def test_a_sentence_has_its_figure_as_it_is_written_in_each_language() -> None:
    made = brief(envelope(payload={"numbers": {"mean_speed": number(1234.56)}}))
    (only,) = made.sentences
    assert only.text("vi") == "Tốc độ trung bình 1.234,6\u00a0km/h."
    assert only.text("en") == "Mean speed is 1,234.6\u00a0km/h."
    (figure,) = only.figures
    assert (figure.address, figure.part, figure.value) == ("numbers/mean_speed", "value", 1234.56)
    assert (only.head.aggregate, only.head.as_of_ms, only.head.owner) == (
        "transport.speed", NOW_MS, "cong-an",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("given_", "why"),
    [
        (envelope(age_ms=HOUR_MS + 1), "stale"),
        (envelope(state="absent", as_of_ms=None), "absent"),
        (envelope(payload={"numbers": {"mean_speed": number(None)}}), "missing"),
        (envelope(payload={"numbers": {}}), "missing"),
        (envelope(payload={"numbers": {"mean_speed": {"value": "many"}}}), "missing"),
        (envelope(payload={"numbers": {"mean_speed": number(None, masked=True)}}), "masked"),
        (envelope(quality={"failing": {"transport.speed": "columns"}}), "failing"),
    ],
)
def test_of_what_is_not_good_nothing_is_said_and_why_is_listed(given_: Envelope, why: str) -> None:
    made = brief(given_)
    assert made.sentences == ()
    (silence,) = made.silences
    assert (silence.aggregate, silence.why) == ("transport.speed", why)
    assert silence.owner_label == given_.owner_label


def test_what_is_not_a_number_is_not_written() -> None:
    made = brief(envelope(payload={"numbers": {"mean_speed": number(float("nan"))}}))
    assert made.sentences == ()


def test_the_first_way_that_holds_is_said_and_every_addition_that_does() -> None:
    ways = [
        {"when": [{"over": 60}], "words": text("Nhanh: {speed}", "Fast: {speed}")},
        {"words": text("Tốc độ {speed}", "Speed {speed}")},
    ]
    more = [
        {"when": [{"under": "previous"}],
         "words": text(", thấp hơn {speed.previousLabel} ({speed.previous})",
                       ", below {speed.previousLabel} ({speed.previous})")},
        {"when": [{"under": "target"}],
         "words": text(", dưới {speed.target}", ", below {speed.target}")},
    ]  # fmt: skip
    of = rules(sentence(say=ways, more=more))
    last_week = text("Cùng giờ tuần trước", "Same hour last week")
    slow = number(35.6, previous=41.2, previousLabel=last_week)
    made = brief(envelope(payload={"numbers": {"mean_speed": slow}}), of=of)
    assert said(made) == ["Tốc độ 35,6\u00a0km/h, thấp hơn cùng giờ tuần trước (41,2\u00a0km/h)."]
    fast = number(71.0, previous=41.2, previousLabel=last_week)
    made = brief(envelope(payload={"numbers": {"mean_speed": fast}}), of=of)
    assert said(made, "en") == ["Fast: 71.0\u00a0km/h."]


def test_what_rounds_to_its_bound_is_not_said_to_be_beyond_it() -> None:
    way = {"when": [{"over": "target"}], "words": text("Vượt: {speed}", "Above: {speed}")}
    of = rules(sentence(say=[way]))
    made = brief(envelope(payload={"numbers": {"mean_speed": number(50.04, target=50)}}), of=of)
    assert (made.sentences, made.silences) == ((), ())


def test_rows_are_told_in_order_without_those_that_are_doubted_or_masked() -> None:
    columns = [{"id": "name", "label": text("Tên", "Name"), "kind": "text"},
               {"id": "open", "label": text("Mở", "Open"), "kind": "number", "unit": "", "decimals": 0}]  # noqa: E501  # fmt: skip
    rows = [{"name": "Phường 12", "open": 4}, {"name": "B", "open": 9, "suspect": True},
            {"name": "C", "open": None}, {"name": "D", "open": 7},
            {"name": "E", "open": 8, "masked": ["open"]}]  # fmt: skip
    payload = {
        "numbers": {"mean_speed": number(35.6)},
        "tables": {"units": {"label": text("", ""), "columns": columns, "rows": rows}},
    }
    listed = {
        "table": "units",
        "largest": "open",
        "words": text("{name} ({open})", "{name} ({open})"),
    }
    ways = [{"words": text("Nhiều nhất: {rows}", "Most: {rows}")}]
    made = brief(envelope(payload=payload), of=rules(sentence(rows=listed, say=ways)))
    assert said(made) == ["Nhiều nhất: D (7); Phường 12 (4)."]
    assert [each.address for each in made.sentences[0].figures] == [
        "tables/units/3/open", "tables/units/0/open",
    ]  # fmt: skip
    assert made.sentences[0].quoted("vi") == ("D", "Phường 12")


def test_the_gravest_is_said_first_and_nothing_at_all_stands_for_its_first_figure() -> None:
    none = {"when": [{"equals": 0}], "words": text("Không có", "None")}
    of = rules(
        sentence(),
        sentence(id="jams", aggregate="transport.congestion",
                 figures={"jams": "numbers/jams"}, say=[none]),
        sentence(id="air", group="environment", aggregate="environment.air",
                 figures={"aqi": "numbers/aqi"}, say=[{"words": text("{aqi}", "{aqi}")}]),
    )  # fmt: skip
    jams = envelope("transport.congestion", {"numbers": {"jams": number(0, "", 0)}})
    air = envelope(
        "environment.air", {"numbers": {"aqi": number(171, "VN_AQI", 0, status="critical")}}
    )
    made = brief(envelope(), jams, air, of=of)
    assert [each.id for each in made.sentences] == ["air", "speed", "jams"]
    assert made.sentences[0].text("vi") == "171."
    assert [each.address for each in made.sentences[2].figures] == ["numbers/jams"]


def test_a_reader_below_gets_the_brief_without_what_is_above() -> None:
    of = rules(
        sentence(),
        sentence(id="secret", aggregate="security.points"),
        ceiling={"level": "restricted", "compartments": ["police"]},
    )
    police = Classification("restricted", frozenset({"police"}))
    high = envelope("security.points", age_ms=2 * HOUR_MS, classification=police)
    fresh = replace(high, as_of_ms=NOW_MS)
    made = brief(envelope(), fresh, of=of)
    assert (len(made.sentences), made.classification) == (2, police)
    internal = Classification("internal")
    assert [each.id for each in made.within(internal).sentences] == ["speed"]
    assert made.within(internal).classification == internal
    assert brief(envelope(), fresh, of=of, ceiling=internal) == made.within(internal)
    assert brief(envelope(), high, of=of, ceiling=internal).silences == ()
    assert brief(envelope(), high, of=of).within(internal).silences == ()


def test_origins_are_told_the_furthest_from_live_first() -> None:
    made = brief(envelope(origin="simulated"))
    assert (made.origin, made.sentences[0].head.origin) == ("simulated", "simulated")


ALERTS = {"numbers": {"active": number(2, "", 0)}, "items": {"active": [item()]}}


def test_a_flash_brief_begins_with_the_alert_in_its_own_words_and_tells_what_is_about_it() -> None:
    of = rules(
        sentence(),
        sentence(id="rain", aggregate="environment.rain", about=["security.alerts"]),
        sentence(id="beds", aggregate="health.capacity", about=["health.outbreaks"]),
        kind="flash",
        alerts=["security.alerts"],
    )
    given_ = [envelope(), envelope("environment.rain"), envelope("health.capacity"),
              envelope("security.alerts", ALERTS)]  # fmt: skip
    place = text("Phường Hoàn Kiếm", "Hoàn Kiếm ward")
    about = ("security.alerts", item(place=place))
    made = brief(*given_, of=of, about=about)
    assert [each.id for each in made.sentences] == ["alert", "speed", "rain"]
    assert said(made)[0] == "Ngập sâu tại hầm chui số 3 · Phường Hoàn Kiếm."
    assert (made.about, made.sentences[0].status) == ("security.alerts:a-1", "warning")
    assert [each.address for each in made.sentences[0].figures] == ["numbers/active"]


def test_the_same_values_give_the_same_digest_and_another_figure_another() -> None:
    made = brief(envelope())
    assert Brief.from_json(made.to_json()) == made
    assert made.digest == brief(envelope()).digest
    assert made.digest != brief(envelope(payload={"numbers": {"mean_speed": number(35.7)}})).digest


# The city's own rules, over envelopes of every aggregate


def city_brief(given_: dict[str, Envelope], kind: Any = "morning") -> Brief:
    about = None
    if kind == "flash":
        calls = given_["feedback.calls"].payload["items"]["active"]
        about = ("feedback.calls", calls[0])
    return compose(CITY[kind], given_, now_ms=sample.NOW_MS, about=about)


def fresh() -> dict[str, Envelope]:
    return {
        name: replace(each, as_of_ms=sample.NOW_MS) for name, each in sample.everything().items()
    }


@pytest.mark.parametrize("kind", CITY)
def test_r17_both_languages_are_complete_and_every_sentence_passes_its_own_check(kind: Any) -> None:
    made = city_brief(fresh(), kind)
    assert len(made.sentences) > 4
    for each in made.sentences:
        for language in LANGUAGES:
            assert check_rewritten(each.text(language), each, language=language).refusals == ()
            assert "{" not in each.text(language)
        assert {f.written["vi"] for f in each.figures} | {""}


def test_r17_of_stale_data_no_sentence_is_left() -> None:
    old = {n: replace(e, as_of_ms=sample.NOW_MS - e.stale_after_ms - 1) for n, e in fresh().items()}
    made = city_brief(old)
    assert made.sentences == ()
    assert {each.why for each in made.silences} == {"stale", "absent"}


def test_r57_every_figure_is_what_stands_at_its_address() -> None:
    given_ = fresh()
    for each in city_brief(given_).sentences:
        for figure in each.figures:
            there: Any = figure_at(given_[each.head.aggregate].payload, figure.address)
            assert there[figure.part] == figure.value
            assert there == figure.number


def numbers_in(each: Sentence, language: str) -> list[Decimal]:
    """Read the numbers of a sentence by their digits alone, without those of quoted words."""
    told = "".join("|" if p.quoted else p.words for p in each.pieces[language])
    thousands, point = (".", ",") if language == "vi" else (",", ".")
    found = [f.rstrip(".,") for f in DIGITS.findall(told.replace("m³", "m").replace("\u2212", "-"))]
    return [Decimal(f.replace(thousands, "").replace(point, ".")) for f in found]


def rounded(value: float, decimals: int) -> Decimal:
    return abs(Decimal(str(value))).quantize(Decimal(1).scaleb(-decimals), "ROUND_HALF_UP")


def everything_in(payload: Any) -> set[Decimal]:
    """Return every number of a payload as it may be written: figures, what they are held against, cells."""  # noqa: E501
    found = set()
    for figure in payload.get("numbers", {}).values():
        for part in ("value", "previous", "target"):
            if figure.get(part) is not None:
                found.add(rounded(figure[part], figure["decimals"]))
    for table in payload.get("tables", {}).values():
        for column in table["columns"]:
            for row in table["rows"]:
                if column["kind"] == "number" and row.get(column["id"]) is not None:
                    found.add(rounded(row[column["id"]], column.get("decimals", 0)))
    return found


amounts = st.one_of(
    st.none(),
    st.integers(-3, 200),
    st.floats(-1e7, 1e7, allow_nan=False),
    st.floats(0, 120, allow_nan=False),
)


@settings(max_examples=60)
@given(data=st.data())
def test_r57_a_brief_never_contains_a_number_that_is_not_in_the_rows(data: st.DataObject) -> None:
    given_ = fresh()
    for name in CITY["morning"].aggregates:
        old = given_[name]
        numbers = {
            key: {
                **figure,
                **{part: data.draw(amounts) for part in ("value", "previous", "target")},
            }
            for key, figure in old.payload.get("numbers", {}).items()
        }
        given_[name] = replace(old, payload={**old.payload, "numbers": numbers})  # type: ignore[typeddict-item]
    for each in city_brief(given_).sentences:
        rows = everything_in(given_[each.head.aggregate].payload)
        for language in LANGUAGES:
            assert set(numbers_in(each, language)) <= rows, each.text(language)
            verdict = check(each.text(language), [each], language=language)
            assert verdict.refusals == (), each.text(language)
