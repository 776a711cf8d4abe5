"""The page of what-ifs: who may, what is asked of the jobs, and what is said of runs."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import orjson
import pytest

from callbacks import what_if
from callbacks.desk import Desk
from callbacks.twins import Bases, Twins
from data_access.city import Network
from jobs.claims import Claims
from jobs.job import State
from jobs.kinds import KINDS
from jobs.store import JobStore
from language import told
from layouts.documents import what_if as paper
from layouts.documents.sheet import paragraph
from layouts.pages.what_if_draft import new_draft, pressed
from layouts.tiles import registry
from layouts.tiles.registry import kinds
from tests.pages.browse import as_text, nodes, words
from tests.pages.kept_runs import TITLE, keep
from tests.twin.drainage.test_engine import pipe
from tests.twin.hand_made import kpi, result
from tests.twin.traffic.test_importing import overpass
from twin.drainage.importing import hash_of, import_model
from twin.traffic.importing import import_network

SIZE = {"width": 1248, "height": 670}
LE_DUAN = "links/N24-N25"


def draft(reach: Desk, kind: str = "traffic", *presses: tuple[str, str]) -> dict[str, Any]:
    options = reach.twins.options(kind, reach.settings, reach.city)
    assert options is not None
    made = new_draft(kind, options)
    for do, about in presses:
        made = pressed(made, do, about, {}, options)
    return made.to_json()


def ask(client: Any, body: Any, rain: Any = None) -> Any:
    values = {
        "what-if-run.n_clicks": 1,
        '{"name":["ALL"],"part":"what-if-slider"}.value': [],
        "what-if-draft.data": body,
        "what-if-rain.data": rain,
    }
    return client.call("what-if-go.href", values)


def test_who_has_no_right_to_ask_sees_runs_and_no_key(viewer, reach) -> None:
    page = viewer.page("/what-if?twin=traffic")
    assert not [n for n in nodes(page) if n["props"].get("id") == "what-if-run"]
    assert "không được chạy mô phỏng" in words(page)
    answer = ask(viewer, draft(reach, "traffic", ("pick", LE_DUAN)))
    assert "href" not in as_text(answer)
    assert reach.audit.recent(action="twin.ask")[0]["outcome"] == "refused"


def test_what_is_picked_is_asked_and_audited(leader, reach) -> None:
    answer = ask(leader, draft(reach, "traffic", ("pick", LE_DUAN)))
    store = JobStore(reach.engine, city=reach.settings.city)
    (job,) = store.recent(["twin.traffic"])
    assert f"/what-if?run={job.id}" in as_text(answer)
    assert job.inputs["scenario"]["measures"] == [
        {"kind": "close", "links": ["N24-N25"]},
    ]
    assert job.title["vi"].startswith("Đóng đường ")
    rows = reach.audit.recent(action="twin.ask")
    assert [row["outcome"] for row in rows] == ["ok", "asked"]
    assert rows[1]["detail"]["scenario"] == job.inputs["scenario"]


def test_nothing_is_asked_of_nothing_nor_of_what_a_browser_made_up(leader, reach) -> None:
    assert "Chưa chọn biện pháp nào" in as_text(ask(leader, draft(reach)))
    for body in (None, 7, {"kind": "traffic", "chosen": [{"kind": "bomb"}]}):
        assert "Chưa chọn biện pháp nào" in as_text(ask(leader, body))
    one_junction = draft(reach, "traffic", ("pick", "junctions/N24"), ("measure", "greenWave"))
    assert "ít nhất hai nút" in as_text(ask(leader, one_junction))
    assert JobStore(reach.engine).recent() == []


def test_water_may_be_asked_with_no_measure_and_a_storm_a_hand_drew(leader, reach) -> None:
    rain = [0.0, 10.0, *[0.0] * 9, 2.5]
    made = draft(reach, "drainage", ("conditions", ""), ("storm", "burst-50"), ("storm", "drawn"))
    ask(leader, made, rain=rain)
    (job,) = JobStore(reach.engine).recent(["twin.drainage"])
    assert job.inputs["scenario"]["storm"]["mm"] == {"all": rain}
    assert job.title["vi"] == "Mưa vẽ tay 13\u00a0mm trong 2\u00a0giờ"
    shown = leader.call("what-if-storm.children", {"what-if-rain.data": rain,
                                                   "what-if-draft.data": made})  # fmt: skip
    assert "Tổng 13\u00a0mm trong 2\u00a0giờ, đỉnh 60\u00a0mm/h" in as_text(shown)


def test_rain_of_gauges_that_told_none_is_not_asked_for(leader, reach) -> None:
    made = draft(reach, "drainage", ("storm", "gauges"))
    assert "Không trạm đo nào báo mưa" in as_text(ask(leader, made))
    assert JobStore(reach.engine).recent() == []


def test_an_imported_model_is_chosen_by_its_name_and_asked_by_its_hash(
    leader, reach, tmp_path
) -> None:
    assert "Mô hình thoát nước" not in words(leader.page("/what-if?twin=drainage"))
    file = tmp_path / "Khảo sát.inp"
    file.write_text(pipe(), "utf-8")
    import_model(file, reach.settings)
    page = leader.page("/what-if?twin=drainage&model=khao-sat")
    said = words(page)
    for expected in ("Mô hình thoát nước", "khao-sat", "không biết điểm đen", "2 đoạn cống"):
        assert expected in said, expected
    options = reach.twins.options("drainage", reach.settings, reach.city, Bases(model="khao-sat"))
    made = pressed(new_draft("drainage", options), "pick", "conduits/AB", {}, options)
    ask(leader, made.to_json())
    (job,) = JobStore(reach.engine).recent(["twin.drainage"])
    scenario = job.inputs["scenario"]
    assert scenario["model"] == "khao-sat"
    assert scenario["modelHash"] == hash_of(reach.settings, "khao-sat")
    assert "trên khao-sat" in job.title["vi"]
    gone = leader.page("/what-if?twin=drainage&model=nobody")
    assert "không biết điểm đen" not in words(gone)


def test_a_city_without_roads_of_its_own_offers_those_that_were_imported(
    leader, reach, tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare = replace(reach.city, network=Network(nodes=reach.city.network.nodes, links={}))
    monkeypatch.setattr(what_if, "desk", lambda: replace(reach, city=bare, twins=Twins()))
    assert "/what-if?twin=traffic" not in str(leader.page("/what-if"))
    source = tmp_path / "Phố Huế.json"
    source.write_bytes(orjson.dumps(overpass()))
    import_network(source, reach.city, reach.settings, cycle_s=60)
    page = leader.page("/what-if?twin=traffic")
    assert "Mạng lưới đường pho-hue" in words(page)  # and nothing of the city's own
    assert "Phố Huế, đoạn 1/6" in words(page)


def test_one_run_is_held_against_another_on_a_map_and_in_figures(leader, reach) -> None:
    job, other = keep(reach), keep(reach, other=1)
    runs = [job.id, other.id]
    for pair, expected in (("B-A", "B so với A"), ("A-base", "A so với hiện trạng")):
        asked = {"runs": runs, "by": "", "map": "speed", "pair": pair}
        said = as_text(
            leader.call("what-if-sides.children",
                        {"what-if-room.data": SIZE, "what-if-runs.data": asked})
        )  # fmt: skip
        assert expected in said
    asked = {"runs": runs, "by": "", "map": "", "pair": "B-A"}
    shown = {"what-if-room.data": SIZE, "what-if-runs.data": asked}
    assert "không phân biệt được với A" in as_text(leader.call("what-if-sides.children", shown))
    for nonsense in ("B-Z", "A", 7):
        asked["pair"] = nonsense
        assert "So sánh kịch bản" in as_text(leader.call("what-if-sides.children", shown))


def test_a_tile_that_cannot_be_drawn_says_so_and_stops_no_other(
    leader, reach, monkeypatch: pytest.MonkeyPatch
) -> None:
    job, other = keep(reach), keep(reach, other=1)

    def failing(*_: Any) -> Any:
        raise KeyError("base")

    broken = {**kinds(), "scenarios": replace(kinds()["scenarios"], build=failing)}
    monkeypatch.setattr(registry, "kinds", lambda: broken)
    shown = {"what-if-room.data": SIZE, "what-if-runs.data": {"runs": [job.id, other.id]}}
    said = as_text(leader.call("what-if-sides.children", shown))
    assert "Không vẽ được ô này" in said
    assert "m0-values" in said  # a map
    assert "what-if-send" in said


def test_a_run_is_shown_with_all_that_limits_it_and_by_what_it_was_made(leader, reach) -> None:
    job = keep(reach)
    values = {"what-if-size.data": SIZE, "what-if-job.data": job.id}
    said = as_text(leader.call("what-if-state.children", values))
    for expected in ("3 chuyến bị bỏ", "lưới đường giả định", "chưa hiệu chỉnh", "engine 1.0",
                     job.result_hash[:16], "/what-if/document.pdf"):  # fmt: skip
        assert expected in said, expected


def test_r50_a_run_is_told_ward_by_ward_with_its_differences(leader, reach) -> None:
    wards = [unit.code for unit in reach.city.areas][:6]
    areas = {
        code: [kpi("lossHours", 10.0, 12.0 + number, wide=1.0)] for number, code in enumerate(wards)
    }
    job = keep(reach, told=result(areas=areas))
    values = {"what-if-size.data": SIZE, "what-if-job.data": job.id}
    answer = leader.call("what-if-state.children", values)
    said = as_text(answer)
    names = [reach.city.areas.get(code).title["vi"] for code in wards]
    assert all(name in said for name in names)
    assert said.index(names[-1]) < said.index(names[0])  # who is harmed most is first
    assert "+2,0 (+1,0 … +3,0)" in said


def test_what_signals_would_do_leads_to_a_proposal_for_whom_may_make_one(
    operator, leader, reach
) -> None:
    measure = {"kind": "signals", "junctions": ["N01"], "cycleS": 90}
    job = keep(reach, scenario={"measures": [measure]})
    values = {"what-if-size.data": SIZE, "what-if-job.data": job.id}
    where = f"/signals?new=1&run={job.id}"
    assert where in as_text(operator.call("what-if-state.children", values))
    assert where not in as_text(leader.call("what-if-state.children", values))


def test_r39_a_run_tells_green_by_phase_and_approach_and_leads_to_a_draft_of_its_plan(
    operator, leader, reach
) -> None:
    plan = {"junction": "N24", "plan": "twin", "cycleS": 90, "splitsS": [50, 40], "offsetS": 12}
    told = {
        "plan": plan,
        "was": {**plan, "splitsS": [45, 45]},
        "phases": [
            {"greenS": 46, "from": [
                {"link": "a", "name": "Lê Duẩn", "from": "Khâm Thiên", "invented": False},
                {"link": "b", "name": "Đường nội bộ (giả định)", "from": "", "invented": True},
            ]},
            {"greenS": 36, "from": [
                {"link": "c", "name": "Trần Phú", "from": "", "invented": False}]},
        ],
        "name": "Lê Duẩn – Trần Phú",
        "evidence": [{"vi": "Thời gian trễ: 9 → 8", "en": "Time lost: 9 → 8"}],
        "better": True,
    }  # fmt: skip
    job = keep(reach, told=result(details={"signalPlans": [told]}))
    values = {"what-if-size.data": SIZE, "what-if-job.data": job.id}
    said = as_text(operator.call("what-if-state.children", values))
    for expected in ("chu kỳ 90\u00a0giây", "46\u00a0giây", "50\u00a0giây (trước 45\u00a0giây)",
                  "Lê Duẩn (từ Khâm Thiên), Đường nội bộ (giả định)", "giảm rõ rệt"):  # fmt: skip
        assert expected in said, expected
    assert "junction=N24" not in as_text(leader.call("what-if-state.children", values))
    (where,) = re.findall(r"/signals\?junction=N24[^\"]*", said)
    draft = operator.page(where)
    typed = {n["props"].get("name"): n["props"].get("value") for n in nodes(draft)}
    assert (typed["cycle"], typed["splits"], typed["offset"]) == ("90", "50 + 40", "12")
    assert typed["run"] == job.id
    assert "không phải số đo" in typed["reason"]


def test_a_run_that_was_refused_names_the_street(leader, reach) -> None:
    store = JobStore(reach.engine, city=reach.settings.city)
    asked = {"scenario": {"measures": [{"kind": "oneWay", "links": ["N24-N25"]}]}}
    job = store.ask("twin.traffic", asked, "leader", reach.now_ms(), title=TITLE)
    claims = Claims(reach.engine)
    claim = claims.claim("test", KINDS, reach.now_ms())
    assert claim is not None
    reason = told("link {link} is one-way already", link="N24-N25")
    claims.fail(claim, "input", reason, 1.0)
    values = {"what-if-size.data": SIZE, "what-if-job.data": job.id}
    said = as_text(leader.call("what-if-state.children", values))
    name = reach.city.network.links["N24-N25"].name
    assert f"đoạn đường {name} (N24-N25) đã là một chiều" in said


def test_a_run_that_failed_says_the_engines_own_reason(leader, reach) -> None:
    store = JobStore(reach.engine, city=reach.settings.city)
    job = store.ask("twin.traffic", {}, "leader", reach.now_ms(), title=TITLE)
    claims = Claims(reach.engine)
    claim = claims.claim("test", KINDS, reach.now_ms())
    assert claim is not None
    claims.fail(claim, "engine", "Error: edge 'x' is not known", 1.0)
    values = {"what-if-size.data": SIZE, "what-if-job.data": job.id}
    said = as_text(leader.call("what-if-state.children", values))
    assert "Phần mềm mô phỏng báo lỗi" in said
    assert "edge 'x' is not known" in said


def test_why_a_run_failed_is_said_in_the_readers_language(leader, reach) -> None:
    store = JobStore(reach.engine, city=reach.settings.city)
    job = store.ask("twin.traffic", {}, "leader", reach.now_ms(), title=TITLE)
    claims = Claims(reach.engine)
    claim = claims.claim("test", KINDS, reach.now_ms())
    assert claim is not None
    claims.fail(claim, "input", told("link {link} is not in this network", link="N1-N2"), 1.0)
    done = store.find(job.id)
    assert done is not None
    assert done.reason == "link N1-N2 is not in this network"
    values = {"what-if-size.data": SIZE, "what-if-job.data": job.id}
    said = as_text(leader.call("what-if-state.children", values))
    assert "mạng lưới này không có đoạn đường N1-N2" in said


def test_a_question_that_cannot_be_asked_is_refused_in_the_readers_language(leader, reach) -> None:
    made = draft(reach, "traffic", ("pick", LE_DUAN), ("measure", "busLane"), ("add", ""),
                 ("pick", LE_DUAN))  # fmt: skip
    said = as_text(ask(leader, made))
    street = f"đoạn đường {reach.city.network.links['N24-N25'].name} (N24-N25)"
    assert f"{street}: chỉ chọn làn xe buýt hoặc đóng đường, không phải cả hai" in said
    assert JobStore(reach.engine).recent() == []


def test_a_run_is_cancelled_by_whom_may(leader, viewer, reach) -> None:
    store = JobStore(reach.engine, city=reach.settings.city)
    job = store.ask("twin.traffic", {}, "leader", reach.now_ms(), title=TITLE)
    values = {"what-if-cancel.n_clicks": 1, "what-if-job.data": job.id}
    viewer.call("what-if-poll.n_intervals", values)
    still = store.find(job.id)
    assert still is not None
    assert still.state == State.QUEUED
    leader.call("what-if-poll.n_intervals", values)
    ended = store.find(job.id)
    assert ended is not None
    assert ended.state == State.CANCELLED
    assert [r["outcome"] for r in reach.audit.recent(action="twin.cancel")] == [
        "ok",
        "asked",
        "refused",
    ]


def test_a_run_is_attached_to_a_document_for_good(leader, reach) -> None:
    job = keep(reach)
    values = {
        "what-if-attach.n_clicks": 1,
        "what-if-note.value": "  Chỉ thị   12-CT/TU ",
        "what-if-job.data": job.id,
    }
    assert "Chỉ thị 12-CT/TU" in as_text(leader.call("what-if-notes.children", values))
    (row,) = reach.audit.recent(action="twin.attach", target=f"job/{job.id}")
    assert row["detail"] == {"words": "Chỉ thị 12-CT/TU", "resultHash": job.result_hash}


def test_r52_one_page_of_paper_compares_three_runs_for_who_may_see_it(
    leader, stranger, reach
) -> None:
    runs = ",".join(keep(reach, other=number).id for number in range(3))
    address = f"/what-if/document.pdf?runs={runs}"
    assert stranger.get(address).status_code == 303
    answer = leader.get(address)
    assert answer.mimetype == "application/pdf"
    assert answer.data.startswith(b"%PDF")
    assert answer.data.count(b"/Type /Page\n") == 1
    assert leader.get("/what-if/document.pdf?runs=none").status_code == 404
    assert [row["outcome"] for row in reach.audit.recent(action="twin.document")] == ["ok"]


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_r52_the_page_of_paper_can_be_read(
    leader, reach, monkeypatch, count: int, language: str
) -> None:
    """As much as a run of the city's traffic has to say, and yet no fine print."""
    kpis = [
        {**kpi(f"k{n}", 23_336.0, 23_055.0 - 900 * n, wide=1_200.0), "unit": "chuyến/giờ",
         "label": {"vi": "Thời gian mất mỗi chuyến (mọi chuyến)",
                   "en": "Time lost by each trip (all trips)"}}
        for n in range(9)
    ]  # fmt: skip
    areas = {
        unit.code: [kpi("lossHours", 5_324.0, 5_427.0 + n, wide=88.0)]
        for n, unit in enumerate(list(reach.city.areas)[:11])
    }
    doubt = "Bỏ 23 chuyến không thể đi (hiện trạng 0): 23 đầu cuối ở đường cấm, 0 không có lối"
    limits = [{"vi": f"{doubt} {n}", "en": f"{doubt} {n}"} for n in range(9)]
    told = result(kpis=kpis, areas=areas, limits=limits)
    runs = ",".join(keep(reach, told=told, other=number).id for number in range(count))
    pages: list[Any] = []
    smaller = paper.Smaller
    monkeypatch.setattr(paper, "Smaller", lambda *given: pages.append(smaller(*given)) or pages[-1])
    answer = leader.get(f"/what-if/document.pdf?runs={runs}&language={language}")
    assert answer.data.count(b"/Type /Page\n") == 1
    (whole,) = pages
    assert whole.share >= 0.75  # of 8 points
    assert getattr(whole.part, "_scale", 1.0) == 1.0  # it need not be squeezed beyond that


def test_r50_paper_tells_wards_by_name_with_their_differences(leader, reach, monkeypatch) -> None:
    wards = [unit.code for unit in reach.city.areas][:14]
    areas = {
        code: [kpi("lossHours", 10.0, 12.0 + number, wide=1.0)] for number, code in enumerate(wards)
    }
    runs = [keep(reach, told=result(areas=each), other=len(each)).id for each in (areas, {})]
    set_: list[str] = []
    monkeypatch.setattr(
        paper, "paragraph", lambda words, styled: set_.append(words) or paragraph(words, styled)
    )
    for address in (runs[0], ",".join(runs)):
        set_.clear()
        answer = leader.get(f"/what-if/document.pdf?runs={address}&language=vi")
        assert answer.data.count(b"/Type /Page\n") == 1
        titles = [reach.city.areas.get(code).title["vi"] for code in wards]
        told = [*dict.fromkeys(words for words in set_ if words in titles)]  # at each size tried
        assert told == titles[:1:-1]  # the twelve that are harmed most, the worst on top
        assert "và 2 phường khác trên màn hình" in set_
        assert any("+15,0 (95%: +14,0 … +16,0)" in words for words in set_)


def test_r52_three_runs_stand_side_by_side_and_share_a_rank_where_chance_may_have_ordered_them(
    leader, reach
) -> None:
    runs = [keep(reach, other=number).id for number in range(3)]
    shown = {"what-if-room.data": SIZE, "what-if-runs.data": {"runs": runs}}
    sides = leader.call("what-if-sides.children", shown)
    tree = sides.json["response"]["what-if-sides"]["children"]
    maps = next(n for n in nodes(tree) if "wi-maps" in str(n["props"].get("className")))
    heights = [each["props"]["style"]["height"] for each in maps["props"]["children"]]
    assert heights == ["400px"] * 3  # lower ones have no room for their whole legend
    told = as_text(sides)
    assert "Cùng hạng" in told
    assert "cân bằng nước" not in told  # of traffic
