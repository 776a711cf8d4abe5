"""A room whose lake is a bucket: its partitions become numbers, and an outage leaves them, old."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from data_access.city import City
from data_access.contracts import SourceSpec
from data_access.intake.ways import LakeWay
from settings import load_settings
from tests.conftest import ROOT
from tests.data_access.feed.conftest import free_port
from tests.data_access.feed.live_room import LiveRoom
from tests.data_access.feed.test_live_parts import AIR, HOUR, OPTIONS, SQL, partition, standing
from tests.data_access.intake.object_store import copied, s3_server

KEYS = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "no-word-of-it"}


@pytest.mark.parametrize(
    ("lake", "path"), [("s3://lake/ioc", "air"), ("", "s3://lake/ioc/air")], ids=["lake", "dataset"]
)
def test_r02_a_lake_in_a_bucket_feeds_a_room_and_an_outage_leaves_its_last_numbers(
    open_source: Callable[..., LiveRoom], city: City, tmp_path: Path, lake: str, path: str
) -> None:
    one, two = [unit.code for unit in city.areas][:2]
    kept = tmp_path / "bucket"
    with s3_server() as site:
        site.make("lake")
        partition(kept / "ioc", {one: 10, two: 20})
        copied(site, "lake", kept)
        named = {"IOC_LAKE": lake, "IOC_CITY": str(ROOT / "city"), "AWS_ENDPOINT_URL": site.url}
        settings = load_settings({**named, **KEYS}, env_file=None)
        way = LakeWay(path=path, sql=SQL, every="PT1S")
        room = open_source(
            AIR,
            SourceSpec(format="table", options=OPTIONS, parquet=way),
            lake_bucket=settings.lake_bucket,
            object_store=settings.object_store,
        )
        room.until(lambda: standing(room) == {one: 10, two: 20})
        partition(kept / "ioc", {one: 12}, hour=HOUR + timedelta(hours=1))
        copied(site, "lake", kept)
        room.until(lambda: standing(room) == {one: 12, two: 20})
        port = int(site.url.rpartition(":")[2])
    room.until(lambda: room.health(AIR, "parquet").failures)
    health = room.health(AIR, "parquet")
    assert str(health.error) == f"the object store 127.0.0.1:{port} cannot be reached"
    assert health.until_us is not None
    assert health.last_success_us is not None
    assert standing(room) == {one: 12, two: 20}
    assert room.read(AIR).payload["numbers"]["pm25_median"]["value"] == 16
    kept_text = b"".join(
        each.read_bytes() for each in room.settings.data_dir.rglob("*") if each.is_file()
    )
    assert KEYS["AWS_SECRET_ACCESS_KEY"].encode() not in kept_text


def test_a_bucket_whose_settings_are_wrong_costs_its_dataset_alone(
    open_source: Callable[..., LiveRoom],
) -> None:
    way = LakeWay(path="s3://lake/air", sql=SQL)
    settings = load_settings({"AWS_ENDPOINT_URL": f"127.0.0.1:{free_port()}"}, env_file=None)
    source = SourceSpec(format="table", options=OPTIONS, parquet=way)
    room = open_source(AIR, source, object_store=settings.object_store)
    room.until(lambda: room.health(AIR, "parquet").failures)
    assert "AWS_ENDPOINT_URL is wrong" in str(room.health(AIR, "parquet").error)
