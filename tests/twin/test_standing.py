"""What the twins are asked by themselves: the rain that is forecast, in the hour it falls."""

from __future__ import annotations

from pathlib import Path

import pytest

from data_access.city import City
from data_access.errors import CityError
from data_access.rain_issue import DATASET
from tests.data_access.aggregates.conftest import Table
from tests.data_access.test_rain_issue import HOUR, NOW, city, table, told
from twin.coupled.scenario import read_scenario
from twin.standing import Question, read_standing, scenario_of

__all__ = ["city", "table"]

CITY = Path("city").resolve()
TITLE = {"vi": "Mưa dự báo", "en": "Rain as forecast"}


def question(kind: str = "coupled", hours: int = 12) -> Question:
    return Question(kind=kind, title=TITLE, every="PT1H", hours=hours)  # type: ignore[arg-type]


def test_the_forecast_is_asked_of_water_and_of_the_roads_when_most_falls(
    table: Table, city: City
) -> None:
    wet = [told((3 * n, 3 * n + 3), 40.0 if n == 2 else 1.0) for n in range(5)]
    table.feed(DATASET, records=wet)
    asked = scenario_of(question(), table.reader, city, CITY, NOW + HOUR / 2)
    chain = read_scenario(asked)
    assert chain.drainage.duration_h == 12
    begins = NOW.astimezone(city.zone).hour
    assert chain.traffic.base.hour == (begins + 6) % 24
    water = scenario_of(question("drainage", 6), table.reader, city, CITY, NOW + HOUR / 2)
    assert water["durationH"] == 6
    assert water["storm"]["source"] == "forecast"


def test_without_a_forecast_nothing_is_asked(table: Table, city: City) -> None:
    with pytest.raises(ValueError, match="has come"):
        scenario_of(question(), table.reader, city, CITY, NOW)


def test_a_city_says_what_its_twins_are_asked_and_another_asks_nothing(tmp_path: Path) -> None:
    assert {each.kind for each in read_standing(CITY)} == {"coupled", "drainage"}
    assert read_standing(tmp_path) == ()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('kind = "coupled"\nevery = "PT1H"\nhours = 99\ntitle = {vi = "a", en = "b"}', "hours"),
        ('kind = "weather"\nevery = "PT1H"\ntitle = {vi = "a", en = "b"}', "kind"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_its_place(
    body: str, said: str, tmp_path: Path
) -> None:
    (tmp_path / "twin").mkdir()
    file = tmp_path / "twin" / "standing.toml"
    file.write_text(f"[[question]]\n{body}\n", "utf-8")
    with pytest.raises(CityError, match=said):
        read_standing(tmp_path)
    good = '[[question]]\nkind = "coupled"\nevery = "PT1H"\ntitle = {vi = "a", en = "b"}\n'
    file.write_text(2 * good, "utf-8")
    with pytest.raises(CityError, match="twice"):
        read_standing(tmp_path)
