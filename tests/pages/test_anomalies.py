"""The page of anomalies: what stands with its evidence; what people say is kept and audited."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analytics.detection.labels import LabelStore
from data_access.classification import Classification
from tests.layouts.tiles.sample import unusual
from tests.pages.automatic import exercise
from tests.pages.browse import Client, as_text, nodes, words
from tests.pages.test_passport import ask


@pytest.fixture
def alerts(reach):
    made = unusual.alerts()
    reach.cache.write(made)
    return made


def say(client: Client, verdict: str, alert: str = "found-0") -> str:
    answer = client.post("/data/anomalies/labels", {"alert": alert, "verdict": verdict})
    assert answer.status_code == 303
    return answer.location


def test_alerts_stand_with_evidence_causes_and_course(operator, alerts):
    tree = operator.page("/data/anomalies")
    told = words(tree)
    assert "bằng 28% thường lệ thứ Hai 8 giờ" in told
    assert "Va chạm giao thông, cách 240 m" in told
    assert "theo 12 lần trước" in told
    assert "Kẹt giá trị: 2 điểm đo" in told
    assert "chưa có số đo của phòng này" in told
    assert [n for n in nodes(tree) if "t-spark" in str(n["props"].get("className"))]


def test_r57_an_alert_has_a_passport_with_its_evidence_and_what_was_said_of_it(
    operator, leader, reach, alerts
):
    page = operator.page("/data/anomalies")
    keys = {node["props"].get("data-passport") for node in nodes(page)}
    mark = "detection.alerts:items/found-0"
    assert mark in keys
    first, *others = alerts.payload["items"]["active"]
    judged = {**first, "verdict": "right", "saidMs": 1_790_000_000_000.0}
    items = {**alerts.payload["items"], "active": [judged, *others]}
    payload = {**alerts.payload, "items": items}
    made = replace(alerts, payload=payload, version=alerts.version + 1)
    reach.cache.write(made)
    tree = ask(leader, mark)
    told = words(tree)
    for expected in (
        "bằng 28% thường lệ thứ Hai 8 giờ",
        "Va chạm giao thông, cách 240 m",
        "Người trực đánh giá",
        "Điểm mới nhất của cảnh báo",
    ):
        assert expected in told, expected
    verdict = next(node["props"] for node in nodes(tree) if "data-verdict" in node["props"])
    assert verdict["data-verdict"] == "judged"
    assert "không còn" in words(ask(leader, "detection.alerts:items/nothing"))


def test_what_somebody_says_is_kept_audited_and_counted(operator, reach, alerts):
    assert say(operator, "right").endswith("/data/anomalies#found-0")
    say(operator, "fault")
    say(operator, "wrong", "found-1")

    said = LabelStore(reach.engine).all()
    assert [(each.alert_id, each.verdict, each.detector) for each in said] == [
        ("found-0", "fault", "congestion"),
        ("found-1", "wrong", "congestion"),
    ]
    rows = reach.audit.recent(action="detection.label")
    assert [row["outcome"] for row in rows[:2]] == ["ok", "asked"]
    assert rows[1]["detail"] == {"verdict": "wrong"}
    told = words(operator.page("/data/anomalies"))
    assert "0% cảnh báo được đánh giá là đúng (0/2)" in told


def test_a_leader_may_say_so_and_a_viewer_may_not(leader, viewer, reach, alerts):
    say(leader, "right")
    assert "problem=forbidden" in say(viewer, "right", "found-1")
    assert [each.alert_id for each in LabelStore(reach.engine).all()] == ["found-0"]
    assert reach.audit.recent(action="detection.label")[0]["outcome"] == "refused"
    assert "anomaly-verdicts" not in str(viewer.page("/data/anomalies"))


@pytest.mark.parametrize(("verdict", "alert"), [("maybe", "found-0"), ("right", "nothing")])
def test_what_is_no_verdict_or_no_alert_is_refused(operator, reach, alerts, verdict, alert):
    assert "problem=unknown" in say(operator, verdict, alert)
    assert LabelStore(reach.engine).all() == []


def test_what_is_above_ones_ceiling_is_neither_seen_nor_judged(viewer, leader, reach, alerts):
    reach.cache.write(
        replace(
            alerts,
            classification=Classification("restricted", frozenset({"x"})),
            version=alerts.version + 1,
        )
    )
    assert "Giảng Võ" not in words(leader.page("/data/anomalies"))
    assert "problem=unknown" in say(leader, "right")


def test_before_the_first_look_the_page_says_so(operator):
    assert "Chưa có lần kiểm tra nào" in words(operator.page("/data/anomalies"))


def test_a_muted_detector_is_told_with_its_alerts_and_by_what_rule(operator, reach, alerts):
    payload = alerts.payload
    first, *others = payload["items"]["active"]
    rule = {"floor": 50, "clear": 65, "least": 10, "window": 30}
    tables = {
        "detectors": {"rows": [{"id": "congestion", "name": {"vi": "Ùn tắc", "en": "Jams"},
                                "dataset": {"vi": "Tốc độ", "en": "Speed"},
                                "basis": {"vi": "thử nghiệm", "en": "demo"}, "looked": 0,
                                "mutedMs": 1.0, "judged": 12, "right": 4}]},
        "trust": {"rows": [rule]},
    }  # fmt: skip
    items = {**payload["items"], "active": others, "muted": [first]}
    reach.cache.write(
        replace(
            alerts,
            payload={**payload, "items": items, "tables": tables},
            version=alerts.version + 1,
        )
    )
    assert say(operator, "wrong").endswith("#found-0")  # it can still be judged, and so recover

    told = words(operator.page("/data/anomalies"))
    assert "Tắt trên màn hình (bị đánh giá sai quá nhiều)" in told
    assert "tắt từ 01/01/1970" in told
    assert "đúng dưới 50% trong tối đa 30 cảnh báo" in told


DRILL = "exercise:ngap"


def test_in_an_exercise_alerts_are_those_of_then_and_nothing_is_said_of_them(
    operator, reach, link, alerts
):
    """What was found then stands in its frame; live's alerts do not, and no label comes of it."""
    exercise(link)
    (first, *_) = alerts.payload["items"]["active"]
    then = {**first, "id": "then-0", "title": {"vi": "Báo động khi ấy", "en": "An alert of then"}}
    items = {**alerts.payload["items"], "active": [then]}
    reach.cache.write(
        replace(alerts, realm=DRILL, origin="replay", payload={**alerts.payload, "items": items})
    )
    tree = operator.page(f"/data/anomalies?realm={DRILL}")
    told = words(tree)
    assert "DIỄN TẬP" in told
    assert "Báo động khi ấy" in told
    assert first["title"]["vi"] not in told
    assert not [n for n in nodes(tree) if n["type"] == "Form"
                and n["props"].get("action") == "/data/anomalies/labels"]  # fmt: skip
    assert "Báo động khi ấy" not in words(operator.page("/data/anomalies"))
    assert "problem=unknown" in say(operator, "right", "then-0")
    assert LabelStore(reach.engine).all() == []
    values = {"versions.data": {f"{DRILL}:detection.alerts": 2}, "page-realm.data": DRILL}
    assert "Báo động khi ấy" in as_text(operator.call("anomalies-lists.children", values))
    values = {"versions.data": {"detection.alerts": 2}, "page-realm.data": DRILL}
    assert "Báo động khi ấy" not in as_text(operator.call("anomalies-lists.children", values))
