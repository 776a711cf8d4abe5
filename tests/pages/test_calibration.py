"""The page of calibrations: used and held back are told apart, and an unfitted twin says so."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from typing import Any

import orjson
import pytest

from callbacks import calibration, page_realm
from callbacks.twins import Twins
from callbacks.what_if_run import inputs_of
from data_access.city import Network
from jobs.store import JobStore
from tests.pages.browse import as_text, nodes, words
from tests.pages.kept_runs import keep
from tests.twin.drainage.test_engine import pipe
from tests.twin.traffic.test_importing import overpass
from twin import today
from twin.drainage.importing import hash_of, import_model
from twin.drainage.scenario import Hyetograph
from twin.traffic.importing import import_network
from twin.traffic.network import kept_folder

POINTS = [
    {"junction": "N16", "name": "Ô Chợ Dừa", "entity": "CAM-N16", "days": 20, "counted": 4200.0,
     "before": 3100.0, "simulated": 4050.0, "geh": 2.3, "heldBack": 3650.0, "heldBackGeh": 8.8},
    {"junction": "N21", "name": "Ngã tư Vọng", "entity": "CAM-N21", "days": 20, "counted": 5100.0,
     "before": 3900.0, "simulated": 5000.0, "geh": 1.4, "heldBack": 4790.0, "heldBackGeh": 4.4},
]  # fmt: skip
ROADS = {
    "hour": 7,
    "dayKind": "workday",
    "network": None,
    "factors": {},
    "freeKmh": {},
    "fit": {
        "state": "uncalibrated",
        "why": {"vi": "GEH dưới 5 ở 60% nút", "en": "GEH below 5 at 60%"},
        "figures": {"gehBelow5Pct": 60.0, "heldBackGehBelow5Pct": 40.0},
    },
    "points": POINTS,
}
WATER = {
    "model": "city",
    "runoff": 1.2,
    "roughness": 1.0,
    "state": "calibrated",
    "why": {"vi": "NSE 0,71 tại 2 trạm để riêng", "en": "NSE 0.71 at 2 gauges kept back"},
    "figures": {"nse": 0.71, "gaugesHeldBack": 2.0},
    "gauges": [
        {"id": "g1", "name": "Cầu Mới", "heldBack": True, "minutes": [0.0, 60.0, 120.0],
         "observedM": [0.0, 0.6, 0.4], "simulatedM": [0.0, 0.5, 0.45]},
    ],
    "spots": [{"id": "s", "name": {"vi": "Hoa Bằng", "en": "Hoa Bằng"}, "observedM": 0.4,
               "simulatedM": 0.31}],
}  # fmt: skip


def fitted(reach: Any, kind: str, name: str | None = None) -> dict[str, str]:
    """Return what a calibration made now would be fitted to."""
    return today._today(kind, reach.settings, name).model_dump()


def graphs(tree: Any) -> list[str]:
    return [n["props"]["id"] for n in nodes(tree) if n["type"] == "Graph"]


def asking(tree: Any) -> int:
    ids = [n["props"].get("id") for n in nodes(tree) if n["type"] == "Button"]
    return sum(isinstance(each, dict) and each.get("part") == "calibrate" for each in ids)


def test_a_twin_nobody_has_calibrated_says_so(leader) -> None:
    said = words(leader.page("/data/twins"))
    assert said.count("Mô phỏng chưa hiệu chỉnh Chưa có lần hiệu chỉnh nào") == 2


def test_a_city_without_roads_of_its_own_has_none_to_calibrate(
    leader, reach, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare = replace(reach.city, network=Network(nodes=reach.city.network.nodes, links={}))
    monkeypatch.setattr(calibration, "desk", lambda: replace(reach, city=bare, twins=Twins()))
    monkeypatch.setattr(page_realm, "desk", calibration.desk)
    said = words(leader.page("/data/twins"))
    assert "Thoát nước" in said
    assert "Giao thông Mô phỏng" not in said


def test_observed_stands_against_simulated_where_it_was_held_back(leader, reach) -> None:
    keep(reach, "twin.traffic.calibrate", {**ROADS, "fitted": fitted(reach, "traffic")})
    keep(reach, "twin.drainage.calibrate", {**WATER, "fitted": fitted(reach, "drainage")})
    page = leader.page("/data/twins")
    said = words(page)
    assert "mô hình cũ" not in said
    assert "Ô Chợ Dừa 4.200 3.100 4.050 2,3 3.650 8,8 Ngã tư Vọng" in said
    for expected in ("GEH dưới 5 ở 60% nút", "40%", "0,71", "0,40 m", "0,31 m"):
        assert expected in said.replace("\u00a0", " "), expected
    assert graphs(page) == ["calibration-traffic", "calibration-gauge-0"]


@pytest.mark.parametrize("changed", [{"network": "0" * 16}, {"engine": "another 1"}, None])
@pytest.mark.parametrize(("kind", "kept"), [("traffic", ROADS), ("drainage", WATER)])
def test_one_that_was_fitted_to_an_older_model_says_to_calibrate_anew(
    kind: str, kept: dict[str, Any], changed: dict[str, str] | None, leader, reach
) -> None:
    then = None if changed is None else {**fitted(reach, kind), **changed}
    keep(reach, f"twin.{kind}.calibrate", {**kept, "fitted": then})
    said = words(leader.page("/data/twins"))
    assert "Mô phỏng hiệu chỉnh theo mô hình cũ" in said
    assert "cần hiệu chỉnh lại" in said
    assert "Mô phỏng đã hiệu chỉnh" not in said
    given = inputs_of(reach, kind, {})["calibration"]
    assert given["fitted"] == then  # what a run holds it against, and says


def test_an_imported_network_that_came_anew_makes_its_calibration_outdated(
    leader, reach, tmp_path
) -> None:
    source = tmp_path / "Phố Huế.json"
    source.write_bytes(orjson.dumps(overpass()))
    import_network(source, reach.city, reach.settings, cycle_s=60)
    named = {**ROADS, "network": "pho-hue", "fitted": fitted(reach, "traffic", "pho-hue")}
    keep(reach, "twin.traffic.calibrate", named, base={"network": "pho-hue"})
    assert "mô hình cũ" not in words(leader.page("/data/twins"))
    shutil.rmtree(kept_folder(reach.settings) / "imported" / "pho-hue")
    import_network(source, reach.city, reach.settings, cycle_s=90)
    assert "mạng lưới đã thay đổi" in words(leader.page("/data/twins"))


def test_the_newest_calibration_goes_with_the_inputs_of_a_run(leader, reach) -> None:
    keep(reach, "twin.traffic.calibrate", ROADS)
    given = inputs_of(reach, "coupled", {"drainage": {}, "traffic": {}})
    assert given["calibration"]["drainage"] is None
    assert given["calibration"]["traffic"]["fit"]["state"] == "uncalibrated"
    assert "points" not in given["calibration"]["traffic"]


def press(client: Any, network: str = "", kind: str = "traffic", peak: str = "evening") -> str:
    """Press the key that asks for a calibration."""
    key = {"kind": kind, "network": network, "part": "calibrate", "peak": peak}
    values = {
        '{"kind":["ALL"],"network":["ALL"],"part":"calibrate","peak":["ALL"]}.n_clicks': [
            {"id": key, "property": "n_clicks", "value": 1}
        ]
    }
    changed = (
        f'{{"kind":"{kind}","network":"{network}","part":"calibrate","peak":"{peak}"}}.n_clicks'
    )
    return as_text(client.call("calibration-body.children", values, changed=changed))


def test_a_press_that_comes_with_the_clocks_turn_is_a_press(leader, viewer, reach) -> None:
    other = {"kind": "drainage", "network": "", "part": "calibrate", "peak": ""}
    key = {"kind": "traffic", "network": "", "part": "calibrate", "peak": "evening"}
    keys = '{"kind":["ALL"],"network":["ALL"],"part":"calibrate","peak":["ALL"]}.n_clicks'
    values = {
        keys: [
            {"id": each, "property": "n_clicks", "value": value}
            for each, value in ((other, None), (key, 1))
        ],
        "calibration-poll.n_intervals": 4,
    }
    names = [f"{json.dumps(each, separators=(',', ':'))}.n_clicks" for each in (other, key)]
    for who in (viewer, leader):
        who.call(
            "calibration-body.children",
            values,
            changed=["calibration-poll.n_intervals", *names],
        )
    outcomes = [row["outcome"] for row in reach.audit.recent(action="twin.calibrate")]
    assert outcomes == ["failed", "asked", "refused"]


def test_an_imported_network_is_calibrated_by_itself(
    leader, reach, tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "Phố Huế.json"
    source.write_bytes(orjson.dumps(overpass()))
    import_network(source, reach.city, reach.settings, cycle_s=60)
    page = leader.page("/data/twins")
    assert "Giao thông trên pho-hue" in words(page)
    assert asking(page) == 5  # roads at both peaks

    @contextmanager
    def snapshot() -> Iterator[Any]:
        yield None

    seen: list[Any] = []

    def observed(_snapshot: Any, _city: Any, streets: Any, base: Any) -> dict[str, Any]:
        seen.append((streets.origin, base.network))
        return {"counts": [], "speedKmh": {}, "freeKmh": {}, "origins": {}}

    monkeypatch.setattr(calibration, "desk", lambda: replace(reach, snapshot=snapshot))
    monkeypatch.setattr(calibration, "observe", observed)
    press(leader, "pho-hue")
    (job,) = JobStore(reach.engine).recent(["twin.traffic.calibrate"])
    assert seen == [("pho-hue", "pho-hue")]
    assert job.inputs["base"]["networkHash"]
    assert job.inputs["base"]["peak"] == "evening"
    press(leader, "elsewhere")  # it is gone since the page was drawn, and so is its section
    assert len(JobStore(reach.engine).recent(["twin.traffic.calibrate"])) == 1
    assert reach.audit.recent(action="twin.calibrate")[0]["outcome"] == "failed"


def test_an_imported_model_of_drainage_is_calibrated_by_itself(
    leader, reach, tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "Khảo sát.inp"
    file.write_text(pipe(), "utf-8")
    model = import_model(file, reach.settings)
    said = words(leader.page("/data/twins"))
    assert "Thoát nước trên khao-sat" in said
    storm = Hyetograph(step_min=60, mm={"all": (30.0,)}, source="gauges")
    monkeypatch.setattr(calibration, "storm_from_gauges", lambda *_: storm)
    monkeypatch.setattr(calibration, "levels_from_gauges", lambda *_: [])
    monkeypatch.setattr(calibration, "seen_from_gauges", lambda *_: [])
    monkeypatch.setattr(calibration, "desk", lambda: replace(reach, snapshot=nullcontext))
    press(leader, model, "drainage", "")
    store = JobStore(reach.engine, city=reach.settings.city)
    (job,) = store.recent(["twin.drainage.calibrate"])
    assert job.inputs["scenario"]["model"] == model
    assert job.inputs["scenario"]["modelHash"] == hash_of(reach.settings, model)
    press(leader, "gone", "drainage", "")
    assert reach.audit.recent(action="twin.calibrate")[0]["outcome"] == "failed"
    store.cancel(job.id, reach.now_ms())

    kept = {**WATER, "model": model, "modelHash": job.inputs["scenario"]["modelHash"]}
    of = {"model": model, "modelHash": kept["modelHash"]}
    keep(reach, "twin.drainage.calibrate", kept, scenario=of, levels=[])
    keep(reach, "twin.drainage.calibrate", WATER)
    assert inputs_of(reach, "drainage", of)["calibration"]["model"] == model
    page = leader.page("/data/twins")
    assert graphs(page) == ["calibration-gauge-0", f"calibration-gauge-{model}-0"]


def test_each_network_has_the_newest_calibration_of_its_own(leader, reach) -> None:
    of_city, of_other = ({**ROADS, "network": each} for each in (None, "pho-hue"))
    keep(reach, "twin.traffic.calibrate", of_city, base={"network": None})
    keep(reach, "twin.traffic.calibrate", of_other, base={"network": "pho-hue"})
    for network in (None, "pho-hue", "elsewhere"):
        given = inputs_of(reach, "traffic", {"base": {"network": network}})["calibration"]
        assert (given and given["network"]) == (None if network == "elsewhere" else network)
        assert (given is None) is (network == "elsewhere")


def test_a_run_takes_the_calibration_of_its_hour(leader, reach) -> None:
    for hour, peak in ((17, "evening"), (7, "morning")):
        told = {**ROADS, "hour": hour}
        keep(reach, "twin.traffic.calibrate", told, base={"peak": peak})
    for asked, hour in (({"peak": "evening"}, 17), ({"hour": 17}, 17), ({"peak": "morning"}, 7)):
        given = inputs_of(reach, "traffic", {"base": asked})
        assert given["calibration"]["hour"] == hour


def test_what_cannot_be_asked_is_said_and_audited(leader, viewer, reach) -> None:
    press(viewer)
    said = press(leader)
    assert "không đọc được kho dữ liệu từ đây" in said
    outcomes = [row["outcome"] for row in reach.audit.recent(action="twin.calibrate")]
    assert outcomes == ["failed", "asked", "refused"]
    assert [asking(who.page("/data/twins")) for who in (leader, viewer)] == [3, 0]
