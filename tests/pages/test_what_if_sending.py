"""What-ifs that go to a wall: runs, differences, and who may send them."""

from __future__ import annotations

from typing import Any

import pytest

from callbacks.made_by import verdict_of, work_of
from jobs.findings import FindingStore
from tests.pages.browse import as_text
from tests.pages.kept_runs import keep
from tests.twin.hand_made import result
from twin.envelope import pair_id, run_name
from wall.scene import scene_from_json


def press_send(client: Any, asked: Any, do: str = "send") -> str:
    key = {"do": do, "part": "what-if-send", "wall": "le-lai"}
    values = {
        '{"do":["ALL"],"part":"what-if-send","wall":["ALL"]}.n_clicks': [
            {"id": key, "property": "n_clicks", "value": 1}
        ],
        "what-if-runs.data": asked,
    }
    changed = f'{{"do":"{do}","part":"what-if-send","wall":"le-lai"}}.n_clicks'
    return as_text(client.call("what-if-sent.children", values, changed=changed))


def test_what_is_compared_goes_to_a_wall_and_is_taken_back(leader, reach, link) -> None:
    job, other = keep(reach), keep(reach, other=1)
    asked = {"runs": [job.id, other.id], "by": "", "map": ""}
    assert "Đã phát" in press_send(leader, asked)
    assert link.commands() == ["scene.put", "wall.take"]
    found = FindingStore(reach.engine).versions()
    assert found is not None
    assert set(found) == {run_name(job.id), run_name(other.id)}
    press_send(leader, asked, do="undo")
    assert link.commands()[2:] == ["wall.clear"]
    done = [row["action"] for row in reach.audit.recent() if row["outcome"] == "ok"]
    assert done[:3] == ["wall.clear", "wall.take", "scene.put"]


@pytest.mark.parametrize("other", ["A", "base"])
def test_a_difference_goes_to_a_wall_as_it_is_seen(leader, reach, link, other: str) -> None:
    job, second = keep(reach), keep(reach, other=1)
    asked = {"runs": [job.id, second.id], "by": "", "map": "speed", "pair": f"B-{other}"}
    assert "Đã phát" in press_send(leader, asked)
    (put,) = [args for op, args, _ in link.asked if op == "scene.put"]
    pair = pair_id(second.id, job.id if other == "A" else None)
    scene = scene_from_json(put["scene"])
    assert {t.options["run"] for t in scene.tiles if t.kind not in ("clock", "stage")} == {pair}
    found = FindingStore(reach.engine).read([run_name(pair)])
    assert found is not None
    (envelope,) = found.values()
    assert set(found) == set(FindingStore(reach.engine).versions() or ()) == {run_name(pair)}
    (kpi, *_) = envelope.payload["tables"]["kpis"]["rows"]
    assert kpi["base"] == (140.0 if other == "A" else 100.0)
    assert "Đóng đường Lê Duẩn so với " in envelope.quality["twin"]["title"]["vi"]
    work = work_of(reach, envelope)
    assert verdict_of(reach, envelope, "numbers/delay", work) == ("kept", 140.0)


def test_runs_of_different_models_have_no_difference_to_send(leader, reach, link) -> None:
    away = {"twin.links": {"type": "FeatureCollection", "features": []}}
    job, other = keep(reach), keep(reach, told=result(geometry=away), other=1)
    asked = {"runs": [job.id, other.id], "by": "", "map": "speed", "pair": "B-A"}
    assert "hai mô hình khác nhau" in press_send(leader, asked)
    assert link.commands() == []


def test_who_may_not_command_a_wall_sends_nothing(viewer, reach, link) -> None:
    job = keep(reach)
    assert "không được điều khiển" in press_send(viewer, {"runs": [job.id]})
    assert link.commands() == []
    assert FindingStore(reach.engine).versions() == {}
