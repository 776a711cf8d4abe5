"""The passport of a figure that work has made: its run, its data, its limits, and once more."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import update

from analytics.forecast.figures import hash_of_figures
from callbacks import said_again
from callbacks.desk import Desk
from callbacks.made_by import AGAIN
from data_access.classification import Classification
from data_access.envelope import Envelope, furthest
from data_access.finding import SAID_AS
from data_access.realms.realm import known_realm
from jobs.canonical import canonical, pack
from jobs.claims import Claims
from jobs.findings import FindingStore
from jobs.job import Job, State
from jobs.kinds import KINDS
from jobs.store import JobStore
from jobs.tables import job as table
from permissions.database import writing
from tests.jobs.found import finding
from tests.layouts.tiles.sample import everything
from tests.pages.automatic import exercise
from tests.pages.browse import Client, as_text, nodes, words
from tests.pages.kept_runs import finish, keep
from tests.pages.stand_in import StandInLink
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
        ("forecast.air", "sayable", NOTHING),
        ("voices.topics", "modelled", NOTHING),
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


def said(reach: Desk) -> Envelope:
    """Publish a forecast as its job does, and return it as the cache has it."""
    store = JobStore(reach.engine, city=reach.settings.city)
    job = store.ask("forecast", {}, "schedule", reach.now_ms(), title={"vi": "Dự báo"})
    claims = Claims(reach.engine)
    claim = claims.claim("test", KINDS, reach.now_ms())
    assert claim is not None
    made = replace(finding("forecast.air", 7), quality={"fitHash": "f" * 64})
    version = FindingStore(reach.engine).publish(made, job.id, 1.0)
    finish(claims, claim, {"forecasts": {}})
    made = replace(made, version=version)
    reach.cache.write(made)
    return made


def say_again(client: Client, envelope: Envelope, part: str = "key.n_clicks") -> str:
    """Press the key that has a forecast said again, or look how that goes."""
    return press_again(client, f"{envelope.aggregate}@{envelope.version}", part)


def press_again(client: Client, name: str, part: str = "key.n_clicks") -> str:
    """Press the key of what a passport named."""
    return as_text(
        client.call(
            "passport-again.children", {f"passport-again-{part}": 1, "passport-run.data": name}
        )
    )


def test_a_forecast_says_its_work_and_that_it_can_be_computed_again(
    leader: Client, reach: Desk
) -> None:
    envelope = said(reach)
    work = FindingStore(reach.engine).made_by("forecast.air")
    assert work is not None
    told = words(ask(leader, "forecast.air:numbers/n"))
    for expected in (work[0], "chạy theo lịch", "scikit-learn", "Dự báo: một điểm", "Tính lại"):
        assert expected in told, expected
    assert "không tính lại" not in told
    assert envelope.version


@pytest.mark.parametrize(
    ("result", "verdict", "outcome"),
    [
        ({"same": True, "next": {"n": 7.0}, "values": 1200}, "same", "đúng cả 1.200 giá trị"),
        ({"same": False, "next": {"n": 8.0}, "values": 1200}, "differs", "KHÔNG ra đúng"),
    ],
)
def test_r57_a_forecast_is_computed_again_for_whom_may_and_what_came_of_it_is_said(
    leader: Client, viewer: Client, reach: Desk, result: Any, verdict: str, outcome: str
) -> None:
    envelope = said(reach)
    store = JobStore(reach.engine, city=reach.settings.city)
    say_again(viewer, envelope)
    assert store.recent([said_again.AGAIN]) == []
    assert reach.audit.recent(action=said_again.AGAIN)[0]["outcome"] == "refused"
    say_again(leader, envelope)
    (asked,) = store.recent([said_again.AGAIN])
    assert asked.inputs == {
        "of": "air", "madeAtMs": envelope.made_at_ms, "origin": "simulated", "fit": "f" * 64,
        "hash": hash_of_figures(envelope.payload),
    }  # fmt: skip
    claims = Claims(reach.engine)
    claim = claims.claim("test", KINDS, reach.now_ms())
    assert claim is not None
    hash_ = hash_of_figures(envelope.payload) if result["same"] else "0" * 64
    finish(claims, claim, {**result, "hash": hash_, "rolled": 0})
    assert outcome in say_again(leader, envelope, "poll.n_intervals")
    tree = ask(leader, "forecast.air:numbers/n")
    found = next(node["props"] for node in nodes(tree) if "data-verdict" in node["props"])
    assert found["data-verdict"] == verdict
    assert f"{result['next']['n']:.0f}" in words(tree)


def test_a_forecast_that_gave_way_is_still_computed_again_one_that_is_let_go_is_not(
    leader: Client, reach: Desk
) -> None:
    envelope = said(reach)
    store = JobStore(reach.engine, city=reach.settings.city)
    gone = replace(envelope, version=envelope.version + 9)
    assert "không còn trên màn hình" in say_again(leader, gone)
    assert store.recent([said_again.AGAIN]) == []
    newer = replace(finding("forecast.air", 8), quality={"fitHash": "e" * 64})
    version = FindingStore(reach.engine).publish(newer, "job", reach.now_ms())
    reach.cache.write(replace(newer, version=version))
    assert "Tính lại" in say_again(leader, envelope)
    (asked,) = store.recent([said_again.AGAIN])
    assert (asked.inputs["fit"], asked.inputs["hash"]) == (
        "f" * 64,
        hash_of_figures(envelope.payload),
    )


def test_a_forecast_above_a_ceiling_is_not_computed_again(leader: Client, reach: Desk) -> None:
    envelope = said(reach)
    secret = Classification("restricted", frozenset({"x"}))
    hidden = replace(envelope, version=envelope.version + 2, classification=secret)
    reach.cache.write(hidden)
    assert "không còn trên màn hình" in say_again(leader, hidden)
    store = JobStore(reach.engine, city=reach.settings.city)
    assert store.recent([said_again.AGAIN]) == []


@pytest.mark.parametrize("world", ["exercise:ngap", "known"])
def test_r57_a_forecast_of_another_world_is_computed_again_as_it_was_published(
    leader: Client, reach: Desk, link: StandInLink, world: str
) -> None:
    """Its key leads to the forecast of then: neither to none, nor to the one of now."""
    envelope = said(reach)
    later = replace(finding("forecast.air", 8), quality={"fitHash": "e" * 64})
    until_ms = reach.now_ms()
    version = FindingStore(reach.engine).publish(later, "job", until_ms)
    reach.cache.write(replace(later, version=version))
    exercise(link)
    realm = known_realm(until_ms - 60_000) if world == "known" else world
    then = replace(
        envelope,
        realm=realm,
        version=envelope.version + 5,
        origin=furthest([envelope.origin, "replay"]),
        quality={**envelope.quality, SAID_AS: envelope.version},
    )
    reach.cache.write(then)
    tree = ask(leader, "forecast.air:numbers/n", realm)
    assert "Dự báo: một điểm" in words(tree)
    (named,) = [n["props"]["data"] for n in nodes(tree) if n["props"].get("id") == "passport-run"]
    assert named == f"forecast.air@{envelope.version}"
    assert "không còn" not in press_again(leader, named)
    (asked,) = JobStore(reach.engine, city=reach.settings.city).recent([said_again.AGAIN])
    assert asked.inputs == {
        "of": "air", "madeAtMs": envelope.made_at_ms, "origin": envelope.origin, "fit": "f" * 64,
        "hash": hash_of_figures(envelope.payload),
    }  # fmt: skip


def test_a_forecast_of_an_exercise_that_is_not_kept_offers_no_key(
    leader: Client, reach: Desk, link: StandInLink
) -> None:
    exercise(link)
    then = replace(finding("forecast.air", 7), realm="exercise:ngap", quality={SAID_AS: 77})
    reach.cache.write(then)
    tree = ask(leader, "forecast.air:numbers/n", "exercise:ngap")
    assert [n for n in nodes(tree) if n["props"].get("id") == "passport-run"] == []
    assert "không còn được lưu" in words(tree)


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


def attach(client: Client, job: Job, words_: str) -> None:
    values = {"what-if-attach.n_clicks": 1, "what-if-note.value": words_,
              "what-if-job.data": job.id}  # fmt: skip
    client.call("what-if-notes.children", values)


def test_r57_why_this_directive_opens_the_what_ifs_it_was_decided_on(
    leader: Client, reach: Desk
) -> None:
    party = everything()["party.documents"]
    table_ = party.payload["tables"]["documents"]
    rows = [{**row, "source": {"dataset": party.aggregate, "entity": row["number"]}}
            for row in table_["rows"]]  # fmt: skip
    tables = {**party.payload["tables"], "documents": {**table_, "rows": rows}}
    open_to_all = replace(party, classification=Classification(), datasets=(party.aggregate,),
                          payload={**party.payload, "tables": tables})  # type: ignore[typeddict-item]  # fmt: skip
    reach.cache.write(open_to_all)
    named, by_title, other = (keep(reach, other=number) for number in range(3))
    attach(leader, named, "Chỉ thị 01-CT/TU, mục 2")
    attach(leader, by_title, rows[0]["title"])
    attach(leader, other, "Chỉ thị 101-CT/TU")

    def grounds(row: int) -> set[str]:
        tree = ask(leader, f"party.documents:tables/documents/{row}/progress")
        links = [str(node["props"].get("href", "")) for node in nodes(tree)]
        return {link for link in links if link.startswith("/what-if?run=")}

    assert grounds(0) == {f"/what-if?run={job.id}" for job in (named, by_title)}
    assert grounds(1) == set()
