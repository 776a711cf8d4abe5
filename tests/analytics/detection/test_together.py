"""Rules over several sources: what is of one place and time is one warning, with its evidence."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from analytics.detection.alerts import ALERTS, payload
from analytics.detection.hours import HourFiles
from analytics.detection.look import look
from analytics.detection.plan import Plan, read_plan
from analytics.detection.reading import Watcher
from analytics.detection.together import Sight, Together, find
from benchmarks.detection_replay import weekday_kind
from data_access.classification import Classification
from data_access.envelope import Envelope, Payload, Status
from data_access.figure import figure_at, item_at
from data_access.model import Entity, RecordRow
from tests.conftest import ROOT
from tests.data_access.aggregates.conftest import Table

SITUATIONS, EVENTS = "transport.situations", "transport.camera_events"
REQUESTS, CALLS, AIR, VISITS = (
    "feedback.requests", "feedback.calls", "environment.air", "health.capacity",
)  # fmt: skip
HOAN_KIEM, CUA_NAM, SOC_SON = "00070", "00082", "00376"
Record = Callable[..., RecordRow]
NAMED = {"vi": "Mưa", "en": "Rain"}


def rule(**more: Any) -> Together:
    """Return a rule of three signs, two of which are needed."""
    signs = [{"kind": "found", "name": NAMED, "detector": name} for name in ("a", "b", "c")]
    given = {"id": "r", "kind": "together", "name": {"vi": "Ngập", "en": "Flood"}, "sign": signs,
             "basis": NAMED, "reach_km": 2.0, **more}  # fmt: skip
    return Together.model_validate(given)


def sight(sign: int, spot: tuple[float, float] | None = None, **more: Any) -> Sight:
    given: dict[str, Any] = {
        "severity": "caution", "weight": 1.0, "began_us": 10, "seen_us": 20 + sign,
        "said": {"vi": f"{sign} mm", "en": f"{sign} mm"}, "spot": spot, **more,
    }  # fmt: skip
    if spot is not None or given.get("area"):
        given.setdefault("place", {"vi": f"nơi {sign}", "en": f"place {sign}"})
    return Sight(sign, **given)


HERE, NEAR, FAR = (21.03, 105.85), (21.04, 105.85), (21.25, 105.85)


def test_two_signs_near_each_other_are_one_warning_with_both_as_evidence() -> None:
    (found,) = find(rule(), [sight(0, HERE), sight(1, NEAR), sight(2, FAR)])

    assert found.severity == "caution"
    assert (found.began_us, found.seen_us) == (10, 21)
    assert [each["en"] for each in found.evidence] == [
        "2 of 3 signs at once, within 2 km of each other",
        "Rain: 0 mm, place 0",
        "Rain: 1 mm, place 1",
    ]
    assert found.title["vi"] == "Ngập: nơi 0, nơi 1"
    assert found.spot == HERE


@pytest.mark.parametrize(
    "sights",
    [
        [],
        [sight(0, HERE)],
        [sight(0, HERE), sight(0, NEAR)],  # the same sign twice is one sign
        [sight(0, HERE), sight(1, FAR)],
        [sight(0, HERE), sight(1, None, area=HOAN_KIEM)],  # of a unit nobody has placed
    ],
)
def test_what_stands_alone_is_no_warning(sights: list[Sight]) -> None:
    assert find(rule(), sights) == []


def test_what_is_of_one_unit_is_of_one_place_however_large_the_unit() -> None:
    (found,) = find(rule(), [sight(0, HERE, area=SOC_SON), sight(1, FAR, area=SOC_SON)])
    assert found.subjects == (SOC_SON,)


def test_more_signs_than_are_needed_are_one_grade_graver() -> None:
    graver: list[Status] = [
        find(rule(), [sight(n, HERE, severity=worst) for n in range(3)])[0].severity
        for worst in ("caution", "warning", "critical")
    ]
    assert graver == ["warning", "critical", "critical"]


def test_what_is_of_no_place_bears_out_one_and_speaks_for_the_city_alone() -> None:
    borne_out = find(rule(), [sight(0, HERE, area=HOAN_KIEM), sight(1)])
    alone = find(rule(), [sight(0), sight(1)])

    assert [each.subjects for each in borne_out] == [(HOAN_KIEM, "city")]
    assert [each.title["en"] for each in alone] == ["Flood: the whole city"]
    assert alone[0].spot is None


def test_places_that_only_the_citys_calls_bear_out_are_one_warning_not_one_each() -> None:
    many = [sight(0, (21.0 + n / 10, 105.85), place={"vi": f"{n}", "en": f"{n}"}) for n in range(8)]

    (found,) = find(rule(), [*many, sight(1)])
    assert found.title["en"] == "Flood: 0, 1, 2 and 5 more"
    assert found.evidence[1]["en"] == "Rain: 0 mm, 0 and 7 more"


def test_without_what_must_be_there_nothing_is() -> None:
    signs = [{"kind": "found", "name": NAMED, "detector": name, "must": name == "c"}
             for name in ("a", "b", "c")]  # fmt: skip
    assert find(rule(sign=signs), [sight(0, HERE), sight(1, HERE)]) == []
    assert find(rule(sign=signs), [sight(0, HERE), sight(2, HERE)]) != []


@pytest.fixture
def plan(table: Table) -> Plan:
    """The city's own rules, and what they go by."""
    found = read_plan(ROOT / "city", table.city)
    assert found is not None
    wanted = [each for each in found.detector if each.kind in ("together", "rain", "congestion")]
    needed = {"water"} | {each.id for each in wanted}
    kept = tuple(each for each in found.detector if each.id in needed)
    return found.model_copy(update={"detector": kept})


def looked(table: Table, plan: Plan, before: Envelope | None = None) -> Envelope:
    with table.reader.snapshot() as snapshot:
        now_ms = table.now.timestamp() * 1000
        watcher = Watcher(snapshot, table.city, now_ms, HourFiles(None), weekday_kind)
        book, rows = look(plan, watcher, before)
    said = payload(book, {each.id: each.name for each in plan.detector}, rows, {}, plan.trust)
    empty = {"vi": "", "en": ""}
    made = Envelope("live", ALERTS, 1, empty, "ok", now_ms, now_ms, None, 1.0, "a", empty, (),
                    "simulated", Classification(), payload=said)  # fmt: skip
    return Envelope.decode(made.encode())


def of(envelope: Envelope, detector: str) -> list[Any]:
    items = envelope.payload["items"]["active"]
    return [each for each in items if each["detector"] == detector]


def crash(table: Table, record: Record, *, area: str = HOAN_KIEM, **ago: float) -> None:
    """Let an accident be told of, which a camera has seen."""
    body = {"class": "Accident", "title": {"vi": "Tai nạn", "en": "Accident"}}
    table.feed(SITUATIONS, records=[record("a1", table.ago(**ago), area=area, body=body)])
    seen = {"category": "crash", "confidence": 0.9}
    table.feed(EVENTS, records=[record("c1", table.ago(**ago), area=HOAN_KIEM, body=seen)])


def test_an_accident_that_is_told_of_and_seen_by_a_camera_is_one_warning(
    table: Table, plan: Plan, record: Record
) -> None:
    crash(table, record, minutes=20)
    (item,) = of(looked(table, plan), "road-trouble")

    assert item["title"]["vi"].endswith("Phường Hoàn Kiếm")
    assert item["severity"] == "caution"
    assert item["area"] == HOAN_KIEM
    assert item["source"] == {"dataset": "transport.speed"}
    figure = figure_at(Payload(items={"active": [item]}), item_at(item["id"]))
    assert figure is not None
    assert (figure["value"], figure["unit"]) == (2, "dấu hiệu")  # so that it has a passport
    assert [each["en"] for each in item["evidence"]] == [
        "2 of 4 signs at once, within 1.5 km of each other",
        "Accidents and jams reported: 1 in 6 hours (threshold 1), Hoàn Kiếm ward",
        "Crashes and queues seen by cameras: 1 in 6 hours (threshold 1), Hoàn Kiếm ward",
    ]


@pytest.mark.parametrize(
    ("area", "ago"),
    [(SOC_SON, {"minutes": 20.0}), (HOAN_KIEM, {"hours": 7.0}), (HOAN_KIEM, {"hours": -1.0})],
)
def test_what_is_elsewhere_was_long_ago_or_is_yet_to_come_bears_nothing_out(
    table: Table, plan: Plan, record: Record, area: str, ago: dict[str, float]
) -> None:
    crash(table, record, area=area, **ago)
    assert of(looked(table, plan), "road-trouble") == []


def test_what_a_camera_is_not_sure_of_and_what_was_an_exercise_count_nothing(
    table: Table, plan: Plan, record: Record
) -> None:
    crash(table, record, minutes=20)
    unsure = {"category": "crash", "confidence": 0.3}
    table.feed(EVENTS, records=[
        record("c1", table.ago(minutes=20), version="2", reported_at=table.now, body=unsure)
    ])  # fmt: skip
    assert of(looked(table, plan), "road-trouble") == []

    crash(table, record, minutes=20)
    drill = {"class": "Accident", "title": {"vi": "Tập", "en": "Drill"}, "actual": False}
    table.feed(SITUATIONS, records=[
        record("a1", table.ago(minutes=20), version="3", reported_at=table.now, body=drill)
    ])  # fmt: skip
    assert of(looked(table, plan), "road-trouble") == []


def test_what_one_camera_tells_again_and_again_is_one_sign(
    table: Table, plan: Plan, record: Record
) -> None:
    """A camera that sends a crash anew each second makes no warning graver; three cameras do."""
    crash(table, record, minutes=20)

    def evidence() -> str:
        (found,) = of(looked(table, plan), "road-trouble")
        return next(e["en"] for e in found["evidence"] if "seen by cameras" in e["en"])

    def seen(cameras: list[str]) -> None:
        body = {"category": "crash", "confidence": 0.9}
        table.feed(EVENTS, records=[
            record(f"{camera}-{n}", table.ago(minutes=15), body={**body, "camera": camera})
            for n, camera in enumerate(cameras)
        ])  # fmt: skip

    seen(["CAM-1"] * 7)
    assert ": 2 in 6 hours (threshold 1)" in evidence()  # CAM-1, and the one that was there
    seen(["CAM-2"])
    assert ": 3 in 6 hours (threshold 3)" in evidence()


def test_it_stays_the_same_warning_while_it_lasts_and_ends_with_its_window(
    table: Table, plan: Plan, record: Record
) -> None:
    crash(table, record, minutes=20)
    first = looked(table, plan)
    table.now += timedelta(hours=1)
    later = {"class": "Accident", "title": {"vi": "Tai nạn", "en": "Accident"}}
    table.feed(SITUATIONS, records=[record("a2", table.ago(minutes=5), body=later)])
    second = looked(table, plan, first)
    table.now += timedelta(hours=7)
    table.feed(SITUATIONS, records=[record("a3", table.now, area=SOC_SON, body=later)])
    third = looked(table, plan, second)

    assert [i["id"] for i in of(second, "road-trouble")] == [
        i["id"] for i in of(first, "road-trouble")
    ]
    assert ": 2 in 6 hours" in of(second, "road-trouble")[0]["evidence"][1]["en"]
    assert of(third, "road-trouble") == []
    assert [i["detector"] for i in third.payload["items"]["ended"]] == ["road-trouble"]


def flood_calls(table: Table, *, now: int) -> None:
    """Feed calls about drainage: two a half hour for eight days, `now` in the last three hours."""
    rows = [
        ("calls", "Nhánh 1/Thoát nước - ngập", None, table.ago(minutes=30 * n),
         float(now if n < 6 else 2))
        for n in range(8 * 48)
    ]  # fmt: skip
    table.feed(CALLS, rows)


def test_requests_of_a_ward_and_calls_of_the_hotline_are_flooding_there(
    table: Table, plan: Plan, record: Record
) -> None:
    flood_calls(table, now=10)
    body = {"category": "drainage"}
    table.feed(REQUESTS, records=[
        record(f"r{n}", table.ago(hours=n + 1), body=body) for n in range(3)
    ])  # fmt: skip
    (item,) = of(looked(table, plan), "flooding")

    assert item["severity"] == "warning"  # five times the usual
    assert [each["en"].split(" (")[0] for each in item["evidence"][1:]] == [
        "Requests about drainage: 3 in 12 hours",
        "1022 calls about flooding: 5.0 times the usual in 3 hours",
    ]


def test_one_report_alone_is_not_borne_out_by_the_citys_calls(
    table: Table, plan: Plan, record: Record
) -> None:
    """Among all of a city's cameras one sees water somewhere on most days."""
    flood_calls(table, now=10)
    body = {"category": "flood", "confidence": 0.9, "camera": "CAM-1"}
    table.feed(EVENTS, records=[record("e1", table.ago(hours=1), body=body)])
    assert of(looked(table, plan), "flooding") == []
    other = body | {"camera": "CAM-2"}
    table.feed(EVENTS, records=[record("e2", table.ago(hours=1), body=other)])
    (item,) = of(looked(table, plan), "flooding")
    assert item["evidence"][1]["en"].startswith("Floods seen by cameras: 2 in 6 hours")


def test_what_a_clock_a_little_ahead_tells_counts_at_once(
    table: Table, plan: Plan, record: Record
) -> None:
    flood_calls(table, now=10)
    seen = {"category": "flood", "confidence": 0.9}
    table.feed(EVENTS, records=[
        record(f"e{n}", table.ago(minutes=-minutes), body=seen | {"camera": f"CAM-{n}"})
        for n, minutes in enumerate((3, 4, 60))
    ])  # fmt: skip
    (item,) = of(looked(table, plan), "flooding")
    assert item["evidence"][1]["en"].startswith("Floods seen by cameras: 2 in 6 hours")
    assert item["atMs"] <= table.now.timestamp() * 1000


def test_calls_as_usual_bear_nothing_out_nor_do_those_of_yesterday(
    table: Table, plan: Plan, record: Record
) -> None:
    body = {"category": "drainage"}
    table.feed(REQUESTS, records=[
        record(f"r{n}", table.ago(hours=n + 1), body=body) for n in range(3)
    ])  # fmt: skip
    flood_calls(table, now=2)
    assert of(looked(table, plan), "flooding") == []
    table.now += timedelta(hours=9)  # calls that stopped coming are old, requests are not yet
    assert of(looked(table, plan), "flooding") == []


def dust(table: Table, *, pm25: float, suspect: bool = False) -> None:
    rows = [
        ("pm25", name, HOAN_KIEM, table.ago(hours=n), pm25, "suspect" if suspect else "good")
        for name in ("s1", "s2")
        for n in range(12)
    ]
    places = [Entity(name, f"Trạm {name}", lat=21.03, lon=105.85, area=HOAN_KIEM)
              for name in ("s1", "s2")]  # fmt: skip
    table.feed(AIR, rows, entities=places)


def visits(table: Table, *, now: float) -> None:
    rows = [
        ("emergency_visits", "bv", CUA_NAM, table.ago(hours=n), now if n < 6 else 10.0)
        for n in range(8 * 24)
    ]
    table.feed(VISITS, rows, entities=[Entity("bv", "BV Tim", lat=21.025, lon=105.843,
                                              area=CUA_NAM)])  # fmt: skip


def test_dust_and_full_emergency_rooms_near_it_are_one_warning(table: Table, plan: Plan) -> None:
    dust(table, pm25=120.0)
    visits(table, now=20.0)
    (item,) = of(looked(table, plan), "air-health")

    assert item["evidence"][1]["vi"].startswith("PM2.5: trung bình 120")
    assert "(ngưỡng 80" in item["evidence"][1]["vi"]
    assert "gấp 2,0 lần thường lệ trong 6 giờ (ngưỡng 2,0), BV Tim" in item["evidence"][2]["vi"]
    assert item["severity"] == "warning"


@pytest.mark.parametrize(("pm25", "suspect"), [(40.0, False), (120.0, True)])
def test_without_dust_that_is_believed_there_is_no_such_warning(
    table: Table, plan: Plan, pm25: float, suspect: bool
) -> None:
    dust(table, pm25=pm25, suspect=suspect)
    visits(table, now=20.0)
    assert of(looked(table, plan), "air-health") == []


def test_a_city_of_which_nothing_is_known_is_warned_of_nothing(table: Table, plan: Plan) -> None:
    said = looked(table, plan)
    assert said.payload["items"]["active"] == []
    rows = {row["id"]: row for row in said.payload["tables"]["detectors"]["rows"]}
    assert rows["air-health"]["dataset"]["en"].count("·") == 2


def test_another_citys_rule_is_toml_alone(table: Table, tmp_path: Path, record: Record) -> None:
    """Schools that close near a hospital with few beds: nothing of it is in the code."""
    (tmp_path / "detection.toml").write_text(
        """
[[detector]]
id = "schools-and-beds"
kind = "together"
name = { vi = "Trường và bệnh viện", en = "Schools and hospitals" }
basis = { vi = "thử", en = "trial" }
reach_km = 3

[[detector.sign]]
kind = "records"
name = { vi = "Trường đóng cửa", en = "Schools closed" }
dataset = "education.closures"
window = "P1D"
limit = { caution = 1 }

[[detector.sign]]
kind = "measure"
name = { vi = "Giường đang dùng", en = "Beds in use" }
dataset = "health.capacity"
indicator = "beds_occupied"
take = "highest"
window = "PT6H"
limit = { caution = 90 }
""",
        "utf-8",
    )
    made = read_plan(tmp_path, table.city)
    assert made is not None
    table.feed("education.closures", records=[record("x", table.ago(hours=3))])
    table.feed(VISITS, [("beds_occupied", "bv", CUA_NAM, table.ago(hours=1), 95.0)])
    (item,) = of(looked(table, made), "schools-and-beds")

    assert item["evidence"][2]["vi"] == (
        "Giường đang dùng: cao nhất 95\u00a0giường trong 6 giờ (ngưỡng 90\u00a0giường), Cửa Nam"
    )
