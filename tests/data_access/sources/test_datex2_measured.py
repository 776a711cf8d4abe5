"""Measured traffic in DATEX II: by site and index, in both versions."""

from __future__ import annotations

from pathlib import Path

import pytest

from data_access.errors import SourceWrongFormat
from data_access.sources import registry
from tests.data_access.sources.conftest import DANANG_LAKE, Reader, home, joined, reasons, values

DATASET = "transport.detectors"
AT = "2026-08-01 08:00"


def test_a_site_is_where_the_table_has_it(read_small: Reader) -> None:
    batch = read_small(DATASET)
    (site,) = batch.entities
    assert (site.entity, site.name, site.area) == ("S1", "Cầu Rồng", "20242")
    assert values(batch, indicator="detector_flow", area="20242") == {AT: 1010}


@pytest.mark.parametrize("name", ["locationForDisplay", "coordinatesForDisplay"])
def test_a_site_may_have_only_a_point_to_draw_it(read_file: Reader, name: str) -> None:
    content = (DANANG_LAKE / "datex2" / "measured.xml").read_text("utf-8")
    content = content.replace("loc:pointByCoordinates", f"loc:{name}")
    content = content.replace("<loc:pointCoordinates>", "").replace("</loc:pointCoordinates>", "")
    (site,) = read_file(DATASET, content).entities
    assert (site.entity, site.area) == ("S1", "20242")


def test_of_several_values_the_lowest_index_counts_unless_another_is_named(
    read_small: Reader, read_file: Reader
) -> None:
    assert values(read_small(DATASET), indicator="detector_speed") == {AT: 42.5}
    content = (DANANG_LAKE / "datex2" / "measured.xml").read_bytes()
    other = read_file(DATASET, content, indices={"speed": "10"})
    assert values(other, indicator="detector_speed") == {AT: 90}


def test_nothing_seen_and_faulty_values_are_absent_and_bad_ones_refused(
    read_small: Reader,
) -> None:
    batch = read_small(DATASET)
    assert values(batch, entity="S2") == {}
    assert reasons(batch) == {
        "measured.xml#2": "notANumber",
        "measured.xml#3": "badTime",
        "measured.xml#4": "emptyKey",
    }


def test_a_publication_of_something_else_is_refused(read_file: Reader) -> None:
    with pytest.raises(SourceWrongFormat, match="without any"):
        read_file(DATASET, "<d2LogicalModel><payloadPublication/></d2LogicalModel>")


@pytest.mark.real_files
def test_the_real_speeds_are_read(real_data: Path) -> None:
    city, _ = home(DATASET)
    contract = city.datasets[DATASET]
    path = real_data / "transport/datex2/france_speeds.xml"
    batch = joined(list(registry.read([path], contract=contract, city=city)))
    at = "2026-07-25 13:30"
    assert values(batch, entity="MUM76.h1", indicator="detector_speed") == {at: 112}
    assert values(batch, entity="A0001011200", indicator="detector_flow") == {at: 1420}
    assert not batch.rejected
