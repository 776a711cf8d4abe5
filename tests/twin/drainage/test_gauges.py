"""Rain and levels of the store, resolved into what stands in a scenario's inputs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from data_access.city import City
from data_access.model import Entity
from data_access.replay import Timeline
from data_access.store import StoreReader, StoreWriter, open_engine
from data_access.store.engine import migrate
from data_access.store.writer import Change
from tests.data_access.store.rows import START, observed, rows
from twin.drainage.gauges import levels_from_gauges, storm_from_gauges
from twin.drainage.plan import DrainagePlan

DAY = timedelta(days=1)
GAUGES = [
    Entity("g1", "Ô Chợ Dừa", 21.0233, 105.8258, "00190"),
    Entity("g2", "Yên Sở", 20.9568, 105.8572, "00340"),
    Entity("g3", "Ba Đình", 21.0385, 105.8381, "00004"),
]


@pytest.fixture
def store(tmp_path: Path, hanoi: City) -> Iterator[tuple[StoreWriter, StoreReader]]:
    url = f"sqlite:///{tmp_path / 'observations.sqlite'}"
    engine = open_engine(url)
    migrate(engine)
    writer, reader = StoreWriter(engine, hanoi.zone), StoreReader(open_engine(url, read_only=True))
    yield writer, reader
    reader.close()
    writer.close()


def tell(writer: StoreWriter, dataset: str, *told: tuple, entities: list[Entity]) -> None:
    stream = writer.open_stream("live", dataset, origin="live", place="/lake")
    change = Change(rows=rows(*told), entities=entities, timeline=Timeline.live())
    writer.apply(stream.id, change, now_us=1)


def test_a_days_rain_falls_in_the_course_of_a_storm_and_the_note_says_so(
    store: tuple[StoreWriter, StoreReader], hanoi: City, plan: DrainagePlan
) -> None:
    writer, reader = store
    rain = {"indicator": "rain_mm", "source_ref": "r"}
    tell(
        writer,
        "environment.rain",
        observed("g1", 0, 120, area="00190", **rain),
        observed("g2", 0, 40, area="00340", **rain),
        observed("g1", -3 * 1440, 300, area="00190", **rain),  # of another day
        entities=GAUGES,
    )
    storm = storm_from_gauges(reader, hanoi, plan, START - DAY / 2, START + DAY / 2)
    totals = {code: sum(mm) for code, mm in storm.mm.items()}
    assert totals["00190"] == pytest.approx(120, abs=0.1)
    assert totals["00340"] == pytest.approx(40, abs=0.1)
    assert 40 < totals["00229"] < 120  # between them
    assert storm.source == "gauges"
    assert storm.note is not None
    assert max(storm.mm["00190"]) == pytest.approx(120 * 0.19, abs=0.1)


def test_a_stretch_without_a_report_is_no_dry_stretch(
    store: tuple[StoreWriter, StoreReader], hanoi: City, plan: DrainagePlan
) -> None:
    writer, reader = store
    with pytest.raises(ValueError, match="no rain gauge has reported"):
        storm_from_gauges(reader, hanoi, plan, START, START + DAY)
    told = observed("g1", 0, 5, indicator="rain_mm")
    tell(writer, "environment.rain", told, entities=GAUGES)
    with pytest.raises(ValueError, match="reported in this stretch"):
        storm_from_gauges(reader, hanoi, plan, START + 3 * DAY, START + 4 * DAY)
    with pytest.raises(ValueError, match="1 to 1000 steps"):
        storm_from_gauges(reader, hanoi, plan, START + DAY, START)


def test_levels_come_with_their_places_and_minutes(
    store: tuple[StoreWriter, StoreReader],
) -> None:
    writer, reader = store
    assert levels_from_gauges(reader, START, START + DAY) == []
    level = {"indicator": "water_level"}
    tell(
        writer,
        "environment.water",
        observed("g2", 0, 2.25, **level),
        observed("g2", 60, 2.5, **level),
        observed("g2", 1500, 2.0, **level),
        observed("nowhere", 0, 9, **level),
        entities=GAUGES,
    )
    (found,) = levels_from_gauges(reader, START, START + DAY)
    assert (found["id"], found["lat"]) == ("g2", 20.9568)
    assert found["levels"] == [[0.0, 2.25], [60.0, 2.5]]
