"""Pictures that records name: files beside their own, and nothing else of the disk."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from data_access import record_picture
from data_access.city import load_city
from data_access.contracts import DatasetContract
from data_access.errors import PictureError
from data_access.record_picture import find_picture, read_picture
from tests.conftest import ROOT

EVENTS = "transport.camera_events"
JPEG, PNG = b"\xff\xd8\xff\xe0 a junction", b"\x89PNG\r\n\x1a\n a junction"
WEBP = b"RIFF\x10\x00\x00\x00WEBPVP8 "


@pytest.fixture(scope="module")
def contract() -> DatasetContract:
    return load_city(ROOT / "city").datasets[EVENTS]


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    folder = tmp_path / "lake"
    (folder / "transport" / "snapshots").mkdir(parents=True)
    (folder / "transport" / "camera_events.json").write_text("[]")
    (folder / "transport" / "snapshots" / "e1.jpg").write_bytes(JPEG)
    (tmp_path / "secret.jpg").write_bytes(JPEG)
    return folder


def test_a_picture_lies_beside_the_file_that_names_it(lake, contract):
    found = find_picture(contract, lake, "snapshots/e1.jpg")
    assert found == (lake / "transport" / "snapshots" / "e1.jpg").resolve()
    assert read_picture(found).mimetype == "image/jpeg"
    assert read_picture(found).body == JPEG


@pytest.mark.parametrize(
    "named",
    [
        "snapshots/e2.jpg",
        "snapshots",
        "../../secret.jpg",
        "snapshots/../../../secret.jpg",
        "/etc/passwd",
        "https://example.org/e1.jpg",
        "..\\secret.jpg",
        "snapshots/e1.jpg\0",
        "x" * 500,
        "n" * 300 + ".jpg",
        "",
        None,
        7,
        {"url": "snapshots/e1.jpg"},
    ],
)
def test_nothing_else_is_found(lake, contract, named):
    assert find_picture(contract, lake, named) is None


def test_a_link_out_of_the_lake_leads_nowhere(lake, contract):
    (lake / "transport" / "snapshots" / "out.jpg").symlink_to(lake.parent / "secret.jpg")
    assert find_picture(contract, lake, "snapshots/out.jpg") is None


def test_without_files_of_the_dataset_there_is_none(lake, contract):
    elsewhere = replace(contract, source=replace(contract.source, paths=("other/*.json",)))
    assert find_picture(elsewhere, lake, "snapshots/e1.jpg") is None


@pytest.mark.parametrize(
    ("body", "kind"), [(JPEG, "image/jpeg"), (PNG, "image/png"), (WEBP, "image/webp")]
)
def test_what_it_is_is_told_by_its_bytes(tmp_path, body, kind):
    path = tmp_path / "picture.txt"
    path.write_bytes(body)
    assert read_picture(path).mimetype == kind


@pytest.mark.parametrize("body", [b"", b"<svg onload=alert(1)>", b"RIFF....WAVE", b"GIF89a"])
def test_what_is_no_picture_is_refused(tmp_path, body):
    path = tmp_path / "picture.jpg"
    path.write_bytes(body)
    with pytest.raises(PictureError, match="no picture"):
        read_picture(path)


def test_one_too_large_or_gone_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(record_picture, "LARGEST_PICTURE", 10)
    path = tmp_path / "picture.jpg"
    path.write_bytes(JPEG)
    with pytest.raises(PictureError, match="larger"):
        read_picture(path)
    with pytest.raises(PictureError, match="cannot be read"):
        read_picture(tmp_path / "gone.jpg")
