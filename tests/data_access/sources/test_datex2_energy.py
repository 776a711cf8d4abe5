"""Charging sites in DATEX II as JSON."""

from __future__ import annotations

from pathlib import Path

import pytest

from data_access.sources import registry
from tests.data_access.sources.conftest import Reader, home, joined, reasons

DATASET = "transport.charging"


def test_a_site_is_a_record_with_its_points_and_power(read_small: Reader) -> None:
    site, bare = read_small(DATASET).records
    assert (site.record_id, site.area) == ("VN*1", "20242")
    assert site.body["title"] == {"vi": "Trạm sạc Hải Châu"}
    assert (site.body["operator"], site.body["points"]) == ("Công ty A", 2)
    assert site.body["max_power_kw"] == 60
    assert (bare.geometry, bare.body["title"]) == (None, {"en": "VN*3"})


def test_sites_without_id_or_time_are_refused(read_small: Reader) -> None:
    assert reasons(read_small(DATASET)) == {
        "charging.json#2": "badTime",
        "charging.json#3": "emptyKey",
        "charging.json#4": "emptyKey",
    }


@pytest.mark.real_files
def test_the_real_table_is_read_whole(real_data: Path) -> None:
    city, _ = home(DATASET)
    contract = city.datasets[DATASET]
    path = real_data / "transport/datex2/finland_afir-messagecontainer.v3_6.json"
    batch = joined(list(registry.read([path], contract=contract, city=city)))
    assert not batch.rejected
    assert batch.records
    assert batch.records[0].body["max_power_kw"] == 12.8
    assert batch.records[0].body["operator"] == "Porsche Sales & Marketplace"
