"""R41 to R43: full hospitals are one alert each, epidemics stand against five years, schools close.

Small counts are hidden.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from analytics.brief.compose import compose
from analytics.brief.rules import read_rules
from data_access.masking import Masks
from data_access.model import Entity
from tests.conftest import ROOT
from tests.data_access.aggregates.conftest import Table

SCHOOLS, CLOSURES, MEALS = "education.schools", "education.closures", "education.meals"
CAPACITY, EPIDEMICS, OUTBREAKS = "health.capacity", "health.epidemics", "health.outbreaks"
THEN = datetime(2026, 8, 1, 0, 20, tzinfo=UTC)  # when the small lake's files were true


def hospital(table: Table, occupied: list[float], *, name: str = "bv", beds: float = 100.0) -> None:
    """Feed a hospital's beds, an hour each, the last one now."""
    rows = []
    for back, figure in enumerate(reversed(occupied)):
        at = table.now - timedelta(hours=back)
        rows += [("beds", name, "00070", at, beds), ("beds_occupied", name, "00070", at, figure)]
    table.feed(CAPACITY, rows, entities=[Entity(name, f"BV {name}", 21.03, 105.85, "00070")])


def alerts(table: Table) -> list[str]:
    return [item["id"] for item in table.build(CAPACITY).payload["items"]["active"]]


def test_r41_over_95_per_cent_is_one_alert_to_the_department_of_health(table: Table) -> None:
    hospital(table, [80, 90, 96, 97, 98, 99, 98])
    hospital(table, [80] * 7, name="calm")
    envelope = table.build(CAPACITY)
    (item,) = envelope.payload["items"]["active"]
    assert (item["id"], item["severity"], item["area"]) == ("beds-bv", "warning", "00070")
    assert item["atMs"] == table.ago(hours=4).timestamp() * 1000
    assert item["detail"]["vi"] == "công suất 98%, trống 2 giường; báo Sở Y tế"
    assert envelope.owner == "y-te"
    overloaded = envelope.payload["numbers"]["overloaded"]
    assert (overloaded["value"], overloaded["status"]) == (1, "caution")


@pytest.mark.parametrize(
    ("hours", "standing"),
    [
        ([95, 95, 95], False),  # 95 per cent is not over it
        ([90, 97, 90, 97], False),  # not for long enough
        ([97, 97, 93, 93, 93], True),  # better, and not yet well
        ([97, 97, 90, 90, 96], True),  # well, and not for long enough
        ([97, 97, 90, 88, 87, 86], False),  # over
    ],
)
def test_r41_it_comes_late_enough_and_goes_by_itself(
    table: Table, hours: list[float], standing: bool
) -> None:
    hospital(table, hours)
    assert alerts(table) == (["beds-bv"] if standing else [])


def test_r41_more_patients_than_beds_are_critical_and_leave_no_bed(table: Table) -> None:
    hospital(table, [108, 110, 110])
    payload = table.build(CAPACITY).payload
    assert payload["items"]["active"][0]["severity"] == "critical"
    assert payload["numbers"]["beds_free"]["value"] == 0
    assert payload["tables"]["hospitals"]["rows"][0]["state"] == "over"


def test_r41_a_hospital_that_fell_silent_counts_for_nothing(table: Table) -> None:
    hospital(table, [50, 50])
    at = table.ago(hours=5)
    table.feed(CAPACITY, [("beds", "old", "00070", at, 500.0),
                          ("beds_occupied", "old", "00070", at, 500.0)])  # fmt: skip
    assert table.numbers(CAPACITY)["occupancy"]["value"] == 50.0


def test_r41_a_hospital_without_beds_has_no_share_and_harms_none(table: Table) -> None:
    hospital(table, [0, 0], name="closed", beds=0.0)
    hospital(table, [60, 60])
    payload = table.build(CAPACITY).payload
    assert payload["numbers"]["occupancy"]["value"] == 60.0
    assert [row["name"] for row in payload["tables"]["hospitals"]["rows"]] == ["BV bv"]


def test_r41_a_city_that_says_no_limit_has_no_alert(table: Table) -> None:
    table.without_limits()
    hospital(table, [120, 120, 120])
    assert alerts(table) == []
    overloaded = table.numbers(CAPACITY)["overloaded"]
    assert (overloaded["value"], overloaded["note"]["en"]) == (None, "no threshold set")


def test_r41_beds_visits_and_ambulances_are_read_from_fhir(table: Table) -> None:
    table.now = THEN
    table.feed_files(CAPACITY)
    payload = table.build(CAPACITY).payload
    numbers = {name: each["value"] for name, each in payload["numbers"].items()}
    assert numbers == {
        "occupancy": 87.4, "beds_free": 44, "overloaded": 1, "icu": 48.6, "ventilators": 21,
        "visits": 54, "ambulances": 75.0, "calls": 40,
    }  # fmt: skip
    full, *_ = payload["tables"]["hospitals"]["rows"]
    assert (full["name"], full["occupancy"], full["free"]) == ("Bệnh viện thử hai", 98.0, 4)
    assert payload["tables"]["units"]["rows"][0]["occupancy"] == 98.0
    assert payload["maps"]["hospitals"]["values"]["bv-2"]["band"] == "full"
    assert [item["id"] for item in payload["items"]["active"]] == ["beds-bv-2"]


# ------------------------------------------------------------ epidemics

WARDS = ("00004", "00008", "00025", "00070", "00082")


def weeks(
    table: Table, now: dict[str, float], before: list[float], disease: str = "dengue_cases"
) -> None:
    """Feed the newest week by ward; `before`: each ward's cases in the five years before."""
    rows = []
    for years in range(len(before) + 1):
        monday = date.fromisocalendar(2026 - years, 46, 1)
        at = datetime(monday.year, monday.month, monday.day, tzinfo=table.city.zone)
        counts = now if years == 0 else dict.fromkeys(now, before[years - 1])
        rows += [(disease, code, code, at, count) for code, count in counts.items() if count]
    table.feed(EPIDEMICS, rows)


def shown(payload: Any, disease: str = "dengue_cases") -> dict[str, float | None]:
    return {code: each["value"] for code, each in payload["maps"][disease]["values"].items()}


def test_r42_a_spike_in_one_ward_is_one_alert_with_its_expected_range(table: Table) -> None:
    calm = dict.fromkeys(WARDS, 3.0)
    weeks(table, calm | {"00070": 40.0}, [2.0, 4.0, 3.0, 2.0, 4.0])  # mean 3, deviation 1
    envelope = table.build(EPIDEMICS)
    (item,) = envelope.payload["items"]["active"]
    assert (item["id"], item["area"], item["severity"]) == (
        "dengue_cases-00070", "00070", "critical",
    )  # fmt: skip
    assert item["title"]["en"] == "Dengue fever, Hoàn Kiếm ward"
    assert item["kind"] == {"vi": "40 ca, dự kiến 1 – 5", "en": "40 cases, 1 – 5 expected"}
    assert "40 ca trong tuần 46/2026, dự kiến 1 – 5" in item["detail"]["vi"]
    assert envelope.payload["numbers"]["alerts"]["value"] == 1
    assert envelope.owner == "y-te"


@pytest.mark.parametrize(("cases", "alerts"), [(5.0, 0), (6.0, 1)])
def test_r42_the_threshold_is_the_mean_of_five_years_and_two_deviations(
    table: Table, cases: float, alerts: int
) -> None:
    weeks(table, dict.fromkeys(WARDS, 3.0) | {"00004": cases}, [2.0, 4.0, 3.0, 2.0, 4.0])
    assert len(table.build(EPIDEMICS).payload["items"]["active"]) == alerts


def test_r42_without_five_years_nobody_is_alarmed(table: Table) -> None:
    weeks(table, dict.fromkeys(WARDS, 90.0), [2.0, 4.0, 3.0, 2.0])
    assert table.build(EPIDEMICS).payload["items"]["active"] == []


def test_r42_a_unit_that_holds_part_of_a_divided_one_has_no_years_before(table: Table) -> None:
    old = table.city.areas.before.by_code.values()
    heirs = {code for each in old if len(each.became) > 1 for code in each.became}
    whole = sorted(table.city.areas.codes - heirs)
    contract = table.city.datasets[EPIDEMICS]
    told_then = replace(contract, source=replace(contract.source, options={}))
    table.city = replace(table.city, datasets={**table.city.datasets, EPIDEMICS: told_then})
    weeks(table, {min(heirs): 40.0, whole[0]: 40.0, whole[1]: 5.0}, [3.0] * 5)
    areas = {item["area"] for item in table.build(EPIDEMICS).payload["items"]["active"]}
    assert areas == {whole[0], whole[1]}


def test_r42_an_alert_never_speaks_of_fewer_cases_than_may_be_told(table: Table) -> None:
    weeks(table, dict.fromkeys(WARDS, 1.0) | {"00070": 4.0}, [1.0] * 5)
    (item,) = table.build(EPIDEMICS).payload["items"]["active"]
    assert item["area"] is None  # the city as a whole: eight cases, five expected


def test_r42_small_counts_are_hidden_on_the_map_and_in_the_table(table: Table) -> None:
    weeks(table, {"00004": 2.0, "00008": 3.0, "00025": 4.0, "00070": 30.0}, [9.0] * 5)
    payload = table.build(EPIDEMICS).payload
    found = shown(payload)
    assert [found[code] for code in WARDS] == [None, None, None, 30, 0]
    assert payload["maps"]["dengue_cases"]["values"]["00004"]["band"] == "masked"
    first, *others = payload["tables"]["units"]["rows"]
    assert (first["dengue_cases"], first["masked"]) == (30, [])
    assert all(row["dengue_cases"] is None and "dengue_cases" in row["masked"] for row in others)
    assert payload["numbers"]["dengue_cases"]["value"] == 39


def test_r42_one_hidden_count_alone_is_not_left_over_from_the_total(table: Table) -> None:
    weeks(table, {"00004": 2.0, "00008": 7.0, "00025": 9.0}, [9.0] * 5)
    payload = table.build(EPIDEMICS).payload
    assert [shown(payload)[code] for code in WARDS[:3]] == [None, None, 9]
    assert payload["numbers"]["dengue_cases"]["value"] == 18


def test_r42_a_ward_people_are_told_of_stays_and_the_total_is_hidden_instead(table: Table) -> None:
    weeks(table, {"00004": 2.0, "00008": 40.0}, [3.0] * 5)
    payload = table.build(EPIDEMICS).payload
    assert [shown(payload)[code] for code in WARDS[:2]] == [None, 40]
    city = payload["numbers"]["dengue_cases"]
    assert (city["value"], city["masked"]) == (None, True)
    assert payload["series"]["dengue_cases"]["lines"][0]["points"][-1][1] is None


def test_r42_source_rows_hide_what_the_figures_hide(table: Table) -> None:
    weeks(table, {"00004": 2.0, "00008": 3.0, "00025": 4.0, "00070": 30.0}, [])
    rows = table.reader.source_rows(EPIDEMICS, indicator="dengue_cases")
    assert {row["entity"]: row["value"] for row in rows} == {
        "00004": None, "00008": None, "00025": None, "00070": 30.0,
    }  # fmt: skip
    weeks(table, {"00004": 2.0, "00008": 7.0}, [], disease="measles_cases")
    rows = table.reader.source_rows(EPIDEMICS, indicator="measles_cases")
    assert [row["value"] for row in rows] == [None, None]  # the one follows from the other


def test_r42_weeks_are_read_from_fhir_and_the_week_of_a_year_is_compared(table: Table) -> None:
    table.now = THEN
    table.feed_files(EPIDEMICS)
    payload = table.build(EPIDEMICS).payload
    numbers = payload["numbers"]
    dengue = numbers["dengue_cases"]
    assert (dengue["value"], dengue["previous"], dengue["status"]) == (51, 11, "warning")
    assert dengue["note"]["vi"] == "dự kiến 8 – 15 ca"
    assert (numbers["measles_cases"]["value"], numbers["measles_cases"]["masked"]) == (None, True)
    assert numbers["pertussis_cases"]["value"] == 0  # nobody fell ill: nothing to hide
    assert [item["id"] for item in payload["items"]["active"]] == ["dengue_cases-00004"]
    assert [row["last"] for row in payload["tables"]["diseases"]["rows"]] == [50, 23, None, 0]


def test_r42_outbreaks_are_listed_and_how_few_they_are_is_hidden(table: Table) -> None:
    table.now = THEN
    table.feed_files(OUTBREAKS)
    payload = table.build(OUTBREAKS).payload
    assert {name: each["value"] for name, each in payload["numbers"].items()} == {
        "active": 2, "began": 1, "ended": 1,
    }  # fmt: skip
    large, small = payload["tables"]["active"]["rows"]
    assert (large["unit"]["vi"], large["name"]["en"], large["cases"], large["days"]) == (
        "Phường Hoàn Kiếm", "Dengue fever", 12, 7,
    )  # fmt: skip
    assert (small["cases"], small["masked"]) == (None, ["cases"])
    assert "cases hidden" in [item["detail"]["en"] for item in payload["items"]["active"]]
    assert table.city.datasets[OUTBREAKS].masks == Masks({}, {"cases": 5})
    bodies = {row["entity"]: row["body"] for row in table.reader.source_rows(OUTBREAKS)}
    assert (bodies["OD-1"]["cases"], bodies["OD-2"]["cases"]) == (12, None)


# ------------------------------------------------------------ schools


def test_r43_a_school_closed_for_flood_is_on_the_map_and_in_the_list(table: Table) -> None:
    table.now = THEN
    table.feed_files(SCHOOLS)
    table.feed_files(CLOSURES)
    payload = table.build(CLOSURES).payload
    numbers = {name: each["value"] for name, each in payload["numbers"].items()}
    assert numbers == {"closed": 2, "pupils": 1500}  # two reports of one school are one
    values = payload["maps"]["areas"]["values"]
    assert {code: each["value"] for code, each in values.items() if each["value"]} == {
        "00004": 1, "00070": 1,
    }  # fmt: skip
    first, second = payload["tables"]["closed"]["rows"]
    assert (first["name"]["vi"], first["reason"]["en"], first["pupils"]) == (
        "Tiểu học Thử Hai", "Flooding", 1200,
    )  # fmt: skip
    assert first["unit"]["vi"] == "Phường Ba Đình"
    assert (second["name"]["vi"], second["reason"]["en"]) == ("Mầm non Thử Một", "Power cut")
    titles = [item["title"]["en"] for item in payload["items"]["active"]]
    assert "Tiểu học Thử Hai: Flooding" in titles


@pytest.mark.parametrize("kind", ["morning", "flash"])
def test_r43_a_school_closed_for_flood_is_in_the_brief(table: Table, kind: str) -> None:
    table.now = THEN
    table.feed_files(SCHOOLS)
    table.feed_files(CLOSURES)
    rules = read_rules(ROOT / "city")[kind]
    given = {CLOSURES: table.build(CLOSURES)}
    made = compose(rules, given, now_ms=table.now.timestamp() * 1000)
    (said,) = [each for each in made.sentences if each.id == "closures"]
    assert (
        said.text("en") == "Schools closed: 2\u00a0schools; among them Tiểu học Thử Hai (Flooding)."
    )


def test_r43_a_school_that_is_open_again_is_on_neither(table: Table) -> None:
    table.now = datetime(2026, 8, 20, tzinfo=UTC)
    table.feed_files(CLOSURES)
    names = [row["name"]["vi"] for row in table.build(CLOSURES).payload["tables"]["closed"]["rows"]]
    assert names == ["Mầm non Thử Một", "Tiểu học Thử Hai"]  # the two that did not say until when


def test_r43_enrolment_and_places_are_told_by_isced_level_and_unit(table: Table) -> None:
    table.now = THEN
    table.feed_files(SCHOOLS)
    payload = table.build(SCHOOLS).payload
    numbers = {name: each["value"] for name, each in payload["numbers"].items()}
    assert numbers == {"pupils": 3200, "fill": 108.5, "class_size": 38.6, "crowded": 1}
    levels = payload["tables"]["levels"]["rows"]
    assert [(row["isced"], row["name"]["en"], row["pupils"], row["fill"]) for row in levels] == [
        ("0", "Early childhood", 300, 93.8),
        ("1", "Primary", 1200, 120.0),
        ("2", "Lower secondary", 800, 100.0),
        ("3", "Upper secondary", 900, None),  # how many places it has was not reported
    ]
    assert [row["class_size"] for row in levels] == [27.3, 40.0, 40.0, 40.9]
    assert payload["numbers"]["class_size"]["note"]["en"] == "83\N{NO-BREAK SPACE}classes"
    assert payload["maps"]["areas"]["values"]["00004"] == {"value": 111, "band": "high"}
    assert [row["name"] for row in payload["tables"]["crowded"]["rows"]] == ["Tiểu học Thử Hai"]


def test_r43_a_share_of_places_is_of_the_schools_that_tell_both(table: Table) -> None:
    schools = {"a": (100.0, 80.0), "b": (900.0, None), "c": (None, 500.0)}
    at = table.ago(days=30)
    table.feed(
        SCHOOLS,
        [
            (name, school, "00070", at, figure)
            for school, told in schools.items()
            for name, figure in zip(("pupils", "places"), told, strict=True)
            if figure is not None
        ],
        entities=[Entity(n, n, 21.03, 105.85, "00070", {"isced": "1"}) for n in schools],
    )
    payload = table.build(SCHOOLS).payload
    numbers = {name: each["value"] for name, each in payload["numbers"].items()}
    assert numbers == {"pupils": 1000, "fill": 125.0, "class_size": None, "crowded": 1}
    assert "note" not in payload["numbers"]["class_size"]
    (level,) = payload["tables"]["levels"]["rows"]
    assert (level["schools"], level["pupils"], level["fill"]) == (3, 1000, 125.0)
    assert payload["maps"]["areas"]["values"]["00070"]["value"] == 125
    table.without_limits()
    crowded = table.numbers(SCHOOLS)["crowded"]
    assert (crowded["value"], crowded["note"]["en"]) == (None, "no threshold set")


def test_r43_of_a_closed_school_that_no_register_knows_nobody_says_how_many_stay_home(
    table: Table,
) -> None:
    table.now = THEN
    table.feed_files(CLOSURES)
    pupils = table.numbers(CLOSURES)["pupils"]
    assert (pupils["value"], pupils["note"]["en"]) == (None, "2 of unknown size left out")


def test_r43_meals_tell_of_kitchens_that_failed_and_hide_how_few_fell_ill(table: Table) -> None:
    table.now = THEN
    table.feed_files(MEALS)
    payload = table.build(MEALS).payload
    numbers = payload["numbers"]
    assert numbers["meals"]["value"] == 2400
    assert (numbers["failed_share"]["value"], numbers["failed_share"]["status"]) == (
        11.1, "warning",
    )  # fmt: skip
    assert (numbers["poisoned"]["value"], numbers["poisoned"]["masked"]) == (None, True)
    assert payload["tables"]["units"]["rows"][0]["name"]["vi"] == "Phường Ba Đình"
