"""A matrix of speeds without times: start and step come from the options."""

from __future__ import annotations

from pathlib import Path

import pytest

from data_access.city import City, load_city
from data_access.errors import SourceWrongFormat
from data_access.sources import registry
from data_access.sources.placing import on_links
from tests.conftest import ROOT
from tests.data_access.sources.conftest import Reader, joined, reasons, values


def test_the_first_row_is_the_start_and_each_row_a_step_later(read_small: Reader) -> None:
    found = values(read_small("transport.speed"), entity="101")
    assert list(found) == [f"2012-03-01 00:{minute:02}" for minute in (0, 5, 10, 15)]
    assert found["2012-03-01 00:00"] == pytest.approx(60.5 * 1.609344)


def test_a_blank_is_missing_a_word_is_refused_a_second_column_is_refused(
    read_small: Reader,
) -> None:
    batch = read_small("transport.speed")
    assert reasons(batch) == {"speed_week.csv:1": "duplicate", "speed_week.csv:4": "notANumber"}
    assert "2012-03-01 00:00" not in values(batch, entity="103")
    assert "2012-03-01 00:10" not in values(batch, entity="102")


def test_a_time_column_is_read_where_there_is_one(read_file: Reader) -> None:
    batch = read_file(
        "transport.speed",
        "time,7\n2026-11-20T07:00:00,30\n2026-11-20T07:10:00,28\nsoon,1\n",
        factor=1,
    )
    assert values(batch) == {"2026-11-20 07:00": 30, "2026-11-20 07:10": 28}
    assert reasons(batch) == {"file.dat:4": "badTime"}


def test_times_with_a_zone_keep_it(read_file: Reader) -> None:
    batch = read_file("transport.speed", "time,7\n2026-11-20T00:00:00Z,30\n", factor=1)
    assert list(values(batch)) == ["2026-11-20 07:00"]


def test_another_month_another_step_and_other_sensors_work(read_file: Reader) -> None:
    batch = read_file(
        "transport.speed",
        "A,B,C,D\n" + "\n".join("10,20,30,40" for _ in range(50)),
        start="2026-02-28T23:00:00",
        step="PT15M",
        factor=2,
        timezone="UTC",
    )
    found = values(batch, entity="D")
    assert len(found) == 50
    assert list(found)[:2] == ["2026-03-01 06:00", "2026-03-01 06:15"]
    assert set(found.values()) == {80}


def test_each_file_may_have_its_own_start(read_file: Reader) -> None:
    batch = read_file(
        "transport.speed",
        "A\n1\n",
        name="april.csv",
        starts={"april*.csv": "2026-04-01T00:00:00"},
    )
    assert list(values(batch)) == ["2026-04-01 00:00"]


def test_without_time_column_and_start_nothing_is_guessed(read_file: Reader) -> None:
    with pytest.raises(SourceWrongFormat, match="no time column"):
        read_file("transport.speed", "A\n1\n", start=None)


def test_zero_can_mean_missing(read_file: Reader) -> None:
    assert len(values(read_file("transport.speed", "A,B\n0,5\n", zero_is_missing=True))) == 1


def test_every_link_gets_a_detector_before_any_gets_a_second(city: City) -> None:
    links = len(city.network.links)
    placed = on_links([f"d{n}" for n in range(2 * links)], city.network)
    first = on_links([f"d{n}" for n in range(links)], city.network)
    assert len({place.link.id for place in first.values()}) == links
    ways = {(place.link.id, place.direction) for place in placed.values()}
    assert len(ways) == 2 * links


def test_placing_is_the_same_in_any_order_and_one_more_moves_few(city: City) -> None:
    ids = [f"d{n}" for n in range(40)]
    placed = on_links(ids, city.network)
    assert on_links(ids[::-1], city.network) == placed
    more = on_links([*ids, "new"], city.network)
    assert sum(more[each] != placed[each] for each in ids) <= 8


def test_a_detector_says_its_link_direction_and_free_flow(read_small: Reader, city: City) -> None:
    (entity, *_) = read_small("transport.speed").entities
    assert entity.attributes["link"] in city.network.links
    assert entity.attributes["direction"] in ("forward", "backward")
    assert entity.attributes["free_flow_kmh"] == pytest.approx(98.2, abs=3)
    assert entity.attributes["placed"] == "demo"
    assert entity.area in city.areas.units


@pytest.mark.real_files
def test_the_real_week_is_read_whole(real_data: Path) -> None:
    city = load_city(ROOT / "city")
    contract = city.datasets["transport.speed"]
    files = contract.source.files(real_data)
    batches = list(registry.read(files, contract=contract, city=city))
    assert len(batches) == 7
    batch = joined(batches)
    assert batch.observations is not None
    assert len(batch.observations) == 2016 * 104
    assert batch.rejected == []
    assert len({entity.entity for entity in batch.entities}) == 104
    local = batch.observations["observed_at"].dt.tz_convert(city.timezone)
    assert (local.min().isoformat(), local.max().strftime("%a %H:%M")) == (
        "2012-03-01T00:00:00+07:00",
        "Wed 23:55",
    )
    by_hour = batch.observations.groupby(local.dt.hour)["value"].mean()
    assert by_hour.idxmin() in (7, 8, 17, 18)  # a rush hour, in the city's own time
    assert by_hour.mean() / 1.609344 == pytest.approx(58.4, abs=0.1)


def test_a_number_of_any_length_costs_no_other(read_file: Reader) -> None:
    long = "9" * 400
    content = f"time,7\n2026-11-20T07:00:00,{long}\n2026-11-20T07:05:00,x\n2026-11-20T07:10:00,28\n"
    assert values(read_file("transport.speed", content, factor=1)) == {"2026-11-20 07:10": 28}


def test_lines_that_end_as_no_table_s_do_are_refused_as_a_file(read_file: Reader) -> None:
    content = 'time,7\r2026-11-20T07:00:00,30\r"'
    with pytest.raises(SourceWrongFormat, match="no table"):
        read_file("transport.speed", content)
