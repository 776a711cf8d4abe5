"""Charging sites in DATEX II as JSON."""

from __future__ import annotations

import json
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


def test_a_site_is_where_it_is_drawn_when_nothing_else_says_so(read_file: Reader) -> None:
    place = {
        "locAreaLocation": {"coordinatesForDisplay": {"latitude": "16.064", "longitude": 108.22}}
    }
    site = {"idG": "VN*1", "lastUpdated": "2026-07-24T05:16:57Z", "locationReference": place}
    table = {"energyInfrastructureTable": [{"energyInfrastructureSite": [site]}]}
    (record,) = read_file(DATASET, json.dumps(table)).records
    assert (record.area, record.geometry) == (
        "20242", {"type": "Point", "coordinates": [108.22, 16.064]}
    )  # fmt: skip


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
