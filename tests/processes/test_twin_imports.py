"""`twin import` takes what a twin can read, and says in a sentence what it cannot."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

import pytest

from processes import twins
from processes.errors import configuration_sentence
from processes.twin_imports import NoImport
from settings import Settings
from tests.conftest import ROOT
from tests.twin.drainage.test_engine import pipe


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data", city=ROOT / "city")


def take(settings: Settings, source: Path, crs: str | None = None) -> str:
    chosen = Namespace(task="import", source=source, crs=crs)
    said, is_right = twins.perform(settings, chosen)
    assert is_right
    return said


def test_a_model_of_swmm_is_taken_and_named(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "Survey 2026.inp"
    file.write_text(pipe(), "utf-8")
    said = take(settings, file)
    assert "survey-2026: 2 nodes, 2 conduits" in said
    assert '"model": "survey-2026"' in said


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("broken.inp", pipe(length=0), "ERROR"),
        ("nowhere.inp", None, "No such file"),
        ("nowhere.osm", None, "no such file"),
        ("letter.osm", "Dear city", "letter.osm"),
    ],
)
def test_what_cannot_be_taken_is_said_in_a_sentence(
    name: str, content: str | None, said: str, settings: Settings, tmp_path: Path
) -> None:
    file = tmp_path / name
    if content is not None:
        file.write_text(content, "utf-8")
    with pytest.raises(NoImport, match=said) as refused:
        take(settings, file)
    assert configuration_sentence(refused.value)


def test_a_system_of_coordinates_is_of_gmns_folders_alone(
    settings: Settings, tmp_path: Path
) -> None:
    for name, said in (("a.inp", "--crs is of GMNS folders"), ("a.osm", "OSM is in degrees")):
        (tmp_path / name).write_text(pipe(), "utf-8")
        with pytest.raises(NoImport, match=said):
            take(settings, tmp_path / name, "EPSG:3405")
