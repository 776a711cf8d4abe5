"""The passport of a figure that work has made: its run, its data, its limits, and once more."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import update

from callbacks.desk import Desk
from callbacks.made_by import AGAIN
from jobs.canonical import canonical, pack
from jobs.claims import Claims
from jobs.findings import FindingStore
from jobs.job import Job, State
from jobs.kinds import KINDS
from jobs.store import JobStore
from jobs.tables import job as table
from permissions.database import writing
from tests.jobs.found import finding
from tests.pages.browse import Client, as_text, nodes, words
from tests.pages.kept_runs import finish, keep
from tests.pages.test_passport import ask
from tests.twin.hand_made import result
from twin.envelope import run_name

NOTHING = "Không còn biết lần chạy nào"
SEEN = {
    "dataset": "transport.cameras",
    "origin": "simulated",
    "series": 39,
    "untilMs": 1_790_000_000_000.0,
}


def figure_of(job: Job) -> str:
    assert job.result is not None
    return f"{run_name(job.id)}:numbers/{job.result['kpis'][0]['id']}"


def again(client: Client, job: Job, part: str = "key.n_clicks") -> Any:
    """Press the key that does a run again, or look how that goes."""
    pressed = {f"passport-again-{part}": 1, "passport-run.data": job.id}
    return client.call("passport-again.children", pressed)


def test_a_figure_of_a_run_says_by_what_it_was_made_and_what_limits_it(
    leader: Client, reach: Desk
) -> None:
    told = result()
    told["fit"]["seen"] = [SEEN]  # type: ignore[typeddict-item]
    job = keep(reach, told=told, scenario={"storm": {"kind": "hyetograph", "source": "gauges"}})
    said = words(ask(leader, figure_of(job)))
    for expected in (
        "khớp mã băm lúc ghi", job.id, job.result_hash[:16], "engine 1.0", "Lê Duẩn",
        "3 chuyến bị bỏ", "lưới đường giả định", "chưa hiệu chỉnh", "theo trạm đo mưa",
        "39 chuỗi, đến", "21/09/2026", reach.city.datasets["transport.cameras"].name["vi"],
        "Chạy lại và đối chiếu",
    ):  # fmt: skip
        assert expected in said, expected
    owner = reach.city.agencies[reach.city.datasets["transport.cameras"].owner]
    assert owner.name["vi"] in said


def test_a_kept_result_that_is_not_what_was_written_is_found_out(
    leader: Client, reach: Desk
) -> None:
    job = keep(reach)
    mark = figure_of(job)
    reach.cache.write(replace(finding(run_name(job.id), 1), payload=_shown(reach, job)))
    changed = {**job.result, "seeds": [7]}  # type: ignore[dict-item]
    with writing(reach.engine) as connection:
        connection.execute(update(table).values(result=pack(canonical(changed))))
    tree = ask(leader, mark)
    verdict = next(node["props"] for node in nodes(tree) if "data-verdict" in node["props"])
    assert verdict["data-verdict"] == "changed"


@pytest.mark.parametrize(
    ("name", "verdict", "told"),
    [
        ("twin.latest.traffic", "gone", NOTHING),
        ("forecast.air", "modelled", NOTHING),
        ("detection.alerts", "modelled", "Bộ phát hiện đếm"),
    ],
)
def test_what_made_a_figure_is_unknown_when_nobody_kept_it(
    leader: Client, reach: Desk, name: str, verdict: str, told: str
) -> None:
    reach.cache.write(finding(name, 41))
    tree = ask(leader, f"{name}:numbers/n")
    found = [
        node["props"]["data-verdict"] for node in nodes(tree) if "data-verdict" in node["props"]
    ]
    assert found == [verdict]
    assert told in words(tree)


def test_a_forecast_says_its_work_and_that_it_is_not_computed_again(
    leader: Client, reach: Desk
) -> None:
    store = JobStore(reach.engine, city=reach.settings.city)
    job = store.ask("forecast", {}, "schedule", reach.now_ms(), title={"vi": "Dự báo"})
    claims = Claims(reach.engine)
    claim = claims.claim("test", KINDS, reach.now_ms())
    assert claim is not None
    version = FindingStore(reach.engine).publish(finding("forecast.air", 7), job.id, 1.0)
    finish(claims, claim, {"forecasts": {}})
    reach.cache.write(replace(finding("forecast.air", 7), version=version))
    said = words(ask(leader, "forecast.air:numbers/n"))
    for expected in (job.id, "chạy theo lịch", "scikit-learn", "không tính lại", "Dự báo: điểm"):
        assert expected in said, expected
    assert "Chạy lại và đối chiếu" not in said


def test_a_run_is_done_again_for_whom_may_and_what_came_of_it_is_said(
    leader: Client, viewer: Client, reach: Desk
) -> None:
    job = keep(reach)
    again(viewer, job)
    store = JobStore(reach.engine, city=reach.settings.city)
    assert store.recent([AGAIN]) == []
    assert reach.audit.recent(action=AGAIN)[0]["outcome"] == "refused"
    again(leader, job)
    (asked,) = store.recent([AGAIN])
    assert asked.inputs["inputs"] == job.inputs
    assert [row["outcome"] for row in reach.audit.recent(action=AGAIN)][:2] == ["ok", "asked"]
    claims = Claims(reach.engine)
    claim = claims.claim("test", KINDS, reach.now_ms())
    assert claim is not None
    finish(claims, claim, {"hash": job.result_hash, "same": True})
    assert store.find(asked.id).state == State.DONE  # type: ignore[union-attr]
    assert "cùng mã băm" in as_text(again(leader, job, "poll.n_intervals"))


def _shown(reach: Desk, job: Job) -> Any:
    from twin.envelope import payload

    return payload(job.result, reach.city)  # type: ignore[arg-type]
