"""Any .inp as a model: its parts can be picked, SWMM itself says what is wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from jobs.canonical import canonical
from jobs.working import WorkFailed
from settings import Settings
from tests.twin.drainage.conftest import Heard
from tests.twin.drainage.test_engine import pipe
from twin.drainage.importing import (
    folder_of,
    hash_of,
    import_model,
    imported_ids,
    imported_model,
)
from twin.drainage.run import work

POND = """
[STORAGE]
L 8 4 1 FUNCTIONAL 0 0 2000
[PUMPS]
P L B Q ON 0 0
[CURVES]
Q PUMP2 10 0.3
[COORDINATES]
A 105.83 21.02
L 105.84 21.03
B 583000 2325000
"""


def burst(model_id: str) -> dict[str, object]:
    storm = {"kind": "hyetograph", "stepMin": 30, "mm": {"all": [40, 80, 40]}}
    return {"model": model_id, "storm": storm, "durationH": 3, "measures": []}


def kept(tmp_path: Path, text: str, name: str = "Khảo sát 1.inp") -> Path:
    file = tmp_path / name
    file.write_text(text, "utf-8")
    return file


def test_a_model_is_imported_and_asked(tmp_path: Path, settings: Settings, heard: Heard) -> None:
    model_id = import_model(kept(tmp_path, pipe() + POND), settings)
    assert model_id == "khao-sat-1"
    assert imported_ids(settings) == [model_id]
    offered = imported_model(settings, model_id).options
    assert [each["id"] for each in offered["stations"]] == ["P"]
    assert [each["id"] for each in offered["conduits"]] == ["AB", "BO"]
    assert [each["id"] for each in offered["lakes"]] == ["L"]
    assert [(e["lat"], e["lon"]) for e in offered["lakes"] + offered["stations"]] == [
        (21.03, 105.84)
    ] * 2  # a pump is where it draws from
    scenario = {
        "model": model_id,
        "storm": {"kind": "hyetograph", "stepMin": 30, "mm": {"all": [20, 40]}},
        "durationH": 2,
        "measures": [{"kind": "pumpsOff", "station": "P", "pumps": 1}],
    }
    result = work({"scenario": scenario}, heard)
    pumped = next(each for each in result["kpis"] if each["id"] == "pumped")
    assert pumped["base"]["mean"] > 0 == pumped["value"]["mean"]
    said = " ".join(limit["en"] for limit in result["limits"])
    for expected in ("ponding area", "“khao-sat-1”", "no black spots"):
        assert expected in said
    (latest,) = heard.published
    assert "khao-sat-1" in latest.quality["twin"]["title"]["vi"]


def test_a_model_that_was_imported_anew_is_not_the_one_that_was_asked(
    tmp_path: Path, settings: Settings, heard: Heard
) -> None:
    model_id = import_model(kept(tmp_path, pipe() + POND), settings)
    asked = {
        "model": model_id,
        "modelHash": hash_of(settings, model_id),
        "storm": {"kind": "named", "id": "burst-100"},
        "durationH": 1,
    }
    first = work({"scenario": asked}, heard)
    again = Heard(tmp_path / "again", settings)
    again.folder.mkdir()
    assert canonical(work({"scenario": asked}, again)) == canonical(first)
    import_model(kept(tmp_path, pipe(length=250) + POND), settings)
    with pytest.raises(WorkFailed, match="was imported anew") as refused:
        work({"scenario": asked}, again)
    assert refused.value.code == "input"
    (folder_of(settings) / f"{model_id}.inp").unlink()
    with pytest.raises(WorkFailed, match="no model 'khao-sat-1' has been imported"):
        work({"scenario": asked}, again)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (pipe(length=0), "ERROR"),
        (pipe().replace("AB A B", "AB A nowhere"), "ERROR"),
        (pipe().replace("FLOW_UNITS CMS", "FLOW_UNITS CUSEC"), "CUSEC; expected CMS"),
        (pipe() + "\n[FILES]\nSAVE HOTSTART /tmp/elsewhere\n", "names other files"),
        (pipe().replace("rain 0 0\n", 'rain FILE "/etc/passwd"\n'), "names another file"),
        ("no model at all", "START_DATE"),
        ("", "START_DATE"),
    ],
)
def test_what_cannot_be_run_is_refused(
    text: str, said: str, tmp_path: Path, settings: Settings
) -> None:
    with pytest.raises(WorkFailed, match=said):
        import_model(kept(tmp_path, text), settings)
    assert imported_ids(settings) == []


def test_where_no_node_says_how_deep_water_stands_no_place_is_counted_as_dry(
    tmp_path: Path, settings: Settings, heard: Heard
) -> None:
    import_model(kept(tmp_path, pipe(diameter=0.1), "narrow.inp"), settings)
    result = work({"scenario": burst("narrow")}, heard)
    (lost,) = result["kpis"]
    assert lost["id"] == "floodVolume"
    assert lost["value"]["mean"] > 1000


def test_a_model_no_storm_can_reach_says_so(tmp_path: Path, settings: Settings) -> None:
    told = pipe()
    begin, end = told.index("[SUBCATCHMENTS]"), told.index("[JUNCTIONS]")
    cut = f"{told[:begin]}[SUBCATCHMENTS]\n;;Name  Gage  Outlet\n{told[end:]}"
    said = {}
    for name, content in (("whole", told), ("cut", cut)):
        import_model(kept(tmp_path, content, f"{name}.inp"), settings)
        said[name] = " ".join(each["en"] for each in imported_model(settings, name).limits)
    assert "The same rain falls" in said["whole"]
    assert "no storm changes anything" in said["cut"]
    assert "The same rain falls" not in said["cut"]


@pytest.mark.parametrize(
    ("units", "is_placed"), [("Degrees", True), ("None", True), ("Feet", False)]
)
def test_coordinates_of_a_plane_are_no_degrees_however_small(
    units: str, is_placed: bool, tmp_path: Path, settings: Settings
) -> None:
    where = f"[MAP]\nDIMENSIONS 0 0 50 50\nUNITS {units}\n[COORDINATES]\nA 12 34\n"
    model_id = import_model(kept(tmp_path, pipe() + where), settings)
    first = imported_model(settings, model_id).places[0]
    assert (first.lat, first.lon) == ((34, 12) if is_placed else (None, None))


def test_a_model_nobody_imported_is_said(settings: Settings) -> None:
    with pytest.raises(WorkFailed, match="no model 'elsewhere'"):
        imported_model(settings, "elsewhere")
