"""R46 to R49: clocks of requests, calls that jump, posts without authors, documents with labels."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from data_access.city import City
from data_access.classification import Classification
from data_access.contract_check import check
from data_access.errors import SourceError
from data_access.georeport import BadQuestion, Question, requests
from data_access.model import Batch, RecordRow, Rejected
from data_access.promises import FieldSpec
from data_access.reading import Folder, Found, Reading
from data_access.secrecy import WITHHELD
from permissions.demo import COMPARTMENTS
from permissions.roles import Person
from tests.conftest import ROOT, SMALL_LAKE
from tests.data_access.aggregates.conftest import Table
from wall.geometry import load_walls

SERVICE, REQUESTS, CALLS = "feedback.service", "feedback.requests", "feedback.calls"
PARTY, SOCIAL = "party.documents", "feedback.social"
THEN = datetime(2026, 8, 1, 0, 20, tzinfo=UTC)  # when the small lake's files were true


def reading(city: City, folder: Path, dataset: str = PARTY, *, now: datetime = THEN) -> Reading:
    contract = city.datasets[dataset]
    files = tuple((path, path.stat().st_size, 0) for path in contract.source.files(folder))
    found = Found(Folder(folder, "replay", contract), files)
    return Reading.of(found, city, now, {})


def test_r49_an_item_carries_its_label_and_its_issuing_body(table: Table) -> None:
    table.now = THEN
    table.feed_files(PARTY)
    payload = table.build(PARTY).payload
    late, due, later = payload["tables"]["documents"]["rows"]
    assert (late["number"], late["label"], late["issuer"]) == (
        "01-CT/TU", "Thường", "Ban Thường vụ Thành ủy",
    )  # fmt: skip
    assert (late["state"]["en"], late["progress"]) == ("overdue", 40)
    assert (due["label"], due["kind"]["en"], due["progress"]) == ("Nội bộ", "Resolution", 62.5)
    assert later["title"]["vi"] == "Về bảo vệ bí mật kinh doanh"  # speaks of secrets, bears no mark
    numbers = payload["numbers"]
    assert {name: figure["value"] for name, figure in numbers.items()} == {
        "open": 3, "overdue": 1, "soon": 1, "progress": 37.5,
    }  # fmt: skip
    assert numbers["overdue"]["status"] == "warning"  # a third of what is under way


def test_r49_what_is_marked_a_state_secret_is_counted_and_not_a_word_of_it_kept(
    city: City,
) -> None:
    found = reading(city, SMALL_LAKE)
    assert {record.record_id for record in found.records} == {
        "01-CT/TU", "02-NQ/TU", "03-KL/TU", "04-CT/TU",
    }  # fmt: skip
    refused = [(each.source_ref, each.reason) for each in found.rejected]
    assert ("documents.csv:6", "stateSecret") in refused
    assert ("documents.csv:8", "stateSecret") in refused  # its stamp is in its subject
    assert ("documents.csv:9", "noLabel") in refused
    assert {ref for ref, _ in refused if ref == "documents.csv:7"}  # a secret with a bad day
    kept = " ".join(f"{each.detail} {each.row}" for each in found.rejected)
    assert kept.replace(WITHHELD, "").strip() == ""
    assert sum(found.marks[0].rejected.values()) == len(found.rejected)


@pytest.mark.parametrize(
    "mark",
    [
        "Mật", "MẬT", "Tối mật", "TUYỆT MẬT", "Tuyệt  mật", "Độ mật: Mật", "(Mật)", "mat",
        "Ma\u0323\u0302t", "M\u200bật", "Top secret",
    ],
)  # fmt: skip
def test_r49_a_mark_is_known_however_it_is_written(city: City, tmp_path: Path, mark: str) -> None:
    written = (SMALL_LAKE / "party" / "documents.csv").read_text("utf-8")
    path = tmp_path / "party" / "documents.csv"
    path.parent.mkdir()
    path.write_text(written.replace("Nội bộ", f'"{mark}"'), "utf-8")
    found = reading(city, tmp_path)
    assert "02-NQ/TU" not in {record.record_id for record in found.records}
    assert [each.reason for each in found.rejected].count("stateSecret") == 3


def test_r49_a_file_that_cannot_be_read_tells_nothing_of_what_is_in_it(
    city: City, tmp_path: Path
) -> None:
    path = tmp_path / "party" / "documents.csv"
    path.parent.mkdir()
    path.write_text("Nội dung giả định,khác\n1,2\n", "utf-8")
    with pytest.raises(SourceError) as caught:
        reading(city, tmp_path)
    assert "giả định" not in str(caught.value)
    assert WITHHELD in str(caught.value)


def test_r49_other_datasets_keep_what_they_refuse(city: City) -> None:
    batch = Batch(rejected=[Rejected("f:1", "badTime", "is not", "row")])
    contract = city.datasets["feedback.requests"]
    assert check(batch, contract, now=THEN).rejected == batch.rejected


def test_r49_a_label_of_secrecy_says_which_may_come_in() -> None:
    with pytest.raises(ValueError, match="needs codes"):
        FieldSpec(secrecy=True)


def test_r49_it_is_hidden_from_whoever_is_not_of_its_compartment(table: Table) -> None:
    table.now = THEN
    table.feed_files(PARTY)
    secret = table.build(PARTY).classification
    assert secret == Classification("restricted", frozenset({"party"}))
    cleared = Person("a", "A", "leader", ceiling=Classification("restricted", COMPARTMENTS))
    assert cleared.may_see(secret)
    police = replace(cleared, ceiling=Classification("restricted", frozenset({"police"})))
    assert not police.may_see(secret)


def test_r49_only_scenes_of_walls_whose_ceiling_allows_it_show_it(city: City) -> None:
    secret = city.datasets[PARTY].classification
    shown = {
        path.parent.name
        for path in (ROOT / "city" / "scenes").glob("*/*.toml")
        if f'"{PARTY}"' in path.read_text("utf-8")
    }
    allowed = {
        wall_id
        for wall_id, wall in load_walls(ROOT / "city" / "walls").items()
        if secret.within(Classification(wall.ceiling.level, wall.ceiling.compartments))
    }
    assert shown == allowed == {"ngo-quyen"}


def test_r46_a_request_has_its_class_clock_agency_and_what_people_thought_of_it(
    table: Table, record: Callable[..., RecordRow]
) -> None:
    def request(name: str, due_h: float, **more: Any) -> RecordRow:
        body = {
            "category": "drainage",
            "agency": "HSDC",
            "expected_at": (table.now + timedelta(hours=due_h)).isoformat(),
        }
        at = table.ago(days=3)
        return record(name, at, body=body | more.pop("body", {}), **more)

    done = {"status": "closed", "valid_to": table.ago(hours=5)}
    table.feed(
        REQUESTS,
        records=[
            request("late", -6),
            request("soon", 5),
            request("later", 50),
            request("kept", -1, body={"satisfaction": 5}, **done),
            request("missed", -20, body={"satisfaction": 2}, **done),
        ],
    )
    payload = table.build(SERVICE).payload
    numbers = payload["numbers"]
    assert [numbers[name]["value"] for name in ("late", "soon", "satisfaction")] == [1, 1, 3.5]
    assert numbers["late"]["status"] == "warning"  # a third of those that are open
    clock = payload["tables"]["clock"]["rows"]
    assert [(row["left"], row["name"]["en"]) for row in clock] == [
        (-6.0, "Drainage and flooding"), (5.0, "Drainage and flooding"),
        (50.0, "Drainage and flooding"),
    ]  # fmt: skip
    (agency,) = payload["tables"]["agencies"]["rows"]
    assert (agency["name"]["vi"], agency["open"], agency["late"]) == ("HSDC", 3, 1)
    assert (agency["on_time"], agency["satisfaction"]) == (50.0, 3.5)


def test_r46_ratings_are_read_from_what_an_open311_server_adds(city: City, tmp_path: Path) -> None:
    path = tmp_path / "feedback" / "requests.json"
    path.parent.mkdir()
    path.write_text(
        """[{"service_request_id": "1", "status": "closed", "service_name": "Ngập",
             "requested_datetime": "2026-07-01T08:00:00+07:00",
             "updated_datetime": "2026-07-02T08:00:00+07:00",
             "extended_attributes": {"satisfaction": "4"}},
            {"service_request_id": "2", "status": "open", "service_name": "Ngập",
             "requested_datetime": "2026-07-01T08:00:00+07:00",
             "extended_attributes": {"satisfaction": 9}}]""",
        "utf-8",
    )
    found = reading(city, tmp_path, REQUESTS)
    assert {each.record_id: each.body["satisfaction"] for each in found.records} == {"1": 4.0}
    assert [each.reason for each in found.rejected] == ["outOfRange"]


def test_r46_requests_go_out_as_georeport_v2_open_or_closed_and_come_back_the_same(
    table: Table, record: Callable[..., RecordRow], tmp_path: Path
) -> None:
    contract = table.city.datasets[REQUESTS]
    body = {
        "category": "drainage", "requested_at": table.ago(days=1).isoformat(),
        "description": "Ngập, gọi 0912 345 678", "status_notes": "Đang xử lý: tổ 3",
        "updated_at": table.ago(hours=1).isoformat(), "address": "Phường Ba Đình, Hà Nội",
    }  # fmt: skip
    point = {"type": "Point", "coordinates": [105.84, 21.03]}
    table.feed(
        REQUESTS,
        records=[
            record("a", table.ago(days=1), body=body, geometry=point),
            record("b", table.ago(hours=1), body=body, status="closed"),
        ],
    )
    rows = table.reader.source_rows(REQUESTS, limit=9)
    answer = requests(rows, Question.of({}), contract, "vi")
    assert {each["service_request_id"]: each["status"] for each in answer} == {
        "a": "open", "b": "closed",
    }  # fmt: skip
    assert (answer[1]["lat"], answer[1]["long"]) == (21.03, 105.84)
    assert "0912" not in str(answer)
    assert "tổ 3" not in str(answer)
    path = tmp_path / "feedback" / "requests_out.json"
    path.parent.mkdir()
    path.write_bytes(orjson.dumps(answer))
    back = reading(table.city, tmp_path, REQUESTS, now=table.now)
    assert {(r.record_id, r.status, r.body["category"]) for r in back.records} >= {
        ("a", "open", "drainage"), ("b", "closed", "drainage"),
    }  # fmt: skip
    assert back.rejected == []


@pytest.mark.parametrize(
    ("asked", "ids"),
    [
        ({"status": "closed"}, {"b"}),
        ({"service_code": "waste"}, set()),
        ({"service_request_id": "a,c"}, {"a"}),
        ({"start_date": "2026-11-19T00:00:00Z", "end_date": "2026-11-19T12:00:00Z"}, {"a"}),
        ({"start_date": "2026-11-19T20:00:00Z"}, {"b"}),
    ],
)
def test_r46_what_is_asked_for_comes(city: City, asked: dict[str, str], ids: set[str]) -> None:
    def row(name: str, status: str, at: str) -> dict[str, Any]:
        body = {"category": "drainage", "requested_at": at}
        return {"entity": name, "value": status, "body": body, "geometry": None}

    rows = [row("a", "open", "2026-11-19T03:00:00+00:00"),
            row("b", "closed", "2026-11-20T01:00:00+00:00")]  # fmt: skip
    found = requests(rows, Question.of(asked), city.datasets[REQUESTS], "en")
    assert {each["service_request_id"] for each in found} == ids


@pytest.mark.parametrize(
    "asked",
    [
        {"status": "đang xử lý"},
        {"start_date": "yesterday"},
        {"start_date": "2026-01-01T00:00:00Z", "end_date": "2026-06-01T00:00:00Z"},
        {"start_date": "2026-06-01T00:00:00Z", "end_date": "2026-01-01T00:00:00Z"},
    ],
)
def test_r46_a_wrong_question_is_refused(asked: dict[str, str]) -> None:
    with pytest.raises(BadQuestion, match="expected"):
        Question.of(asked)


def test_r47_a_jump_of_calls_about_one_topic_leads_to_the_requests_of_that_topic(
    table: Table, record: Callable[..., RecordRow]
) -> None:
    table.now = THEN
    table.feed_files(CALLS)
    waiting = [
        record(f"r{n}", table.ago(hours=n + 1), body={"category": category})
        for n, category in enumerate(("drainage", "drainage", "waste"))
    ]
    table.feed(REQUESTS, records=waiting)
    payload = table.build(CALLS).payload
    (jump,) = payload["items"]["active"]
    assert jump["title"]["en"] == "Calls 7.3 times the usual: Drainage and flooding"
    assert jump["severity"] == "critical"  # 40 calls, 7 the day before and 4 the day before that
    assert jump["place"]["en"] == "2 open requests of the same topic"
    assert jump["source"] == {
        "dataset": REQUESTS, "categories": ["drainage"], "statuses": ["open"],
    }  # fmt: skip
    more = {key: each for key, each in jump["source"].items() if key != "dataset"}
    rows = table.reader.source_rows(REQUESTS, **more)
    assert {row["entity"] for row in rows} == {"r0", "r1"}


def test_r47_calls_waits_and_who_gave_up_are_told_by_branch_and_topic(table: Table) -> None:
    table.now = THEN
    table.feed_files(CALLS)
    payload = table.build(CALLS).payload
    numbers = payload["numbers"]
    assert numbers["calls_1h"]["value"] == 48
    assert numbers["wait"]["value"] == round((90 + 900 + 2400 + 120 + 30) / 52)
    assert numbers["abandoned_share"]["value"] == round(800 / 52, 1)
    branches = payload["tables"]["branches"]["rows"]
    assert [(row["name"]["vi"], row["calls"]) for row in branches] == [
        ("Nhánh 1", 44), ("Nhánh 2", 8),
    ]  # fmt: skip
    topics = {row["key"]: row["calls"] for row in payload["tables"]["topics"]["rows"]}
    assert topics == {"drainage": 44, "procedures": 6, "other": 2}


def test_r47_few_calls_are_no_jump_and_one_clears_by_itself(table: Table) -> None:
    step = timedelta(minutes=30)
    name = "Nhánh 1/Chiếu sáng"

    def called(counts: dict[int, int]) -> list[str]:
        table.feed(
            CALLS,
            [("calls", name, None, table.now - n * step, float(c)) for n, c in counts.items()],
        )
        return [item["id"] for item in table.build(CALLS).payload["items"]["active"]]

    usual = {48: 2, 49: 2, 50: 2, 51: 2}
    assert called(usual | {0: 4, 1: 4, 2: 2}) == []  # twice the usual, and eight calls
    assert called(usual | {0: 20, 1: 4, 2: 2}) == ["calls-lighting"]
    table.now += 4 * step
    assert called({48: 2, 49: 2, 0: 2, 1: 2, 2: 2, 3: 2}) == []


def test_r48_a_hot_topic_has_volume_slope_and_three_posts_without_authors(table: Table) -> None:
    table.now = THEN
    table.feed_files(SOCIAL)
    payload = table.build(SOCIAL).payload
    numbers = payload["numbers"]
    assert (numbers["hot_posts"]["value"], numbers["hot_posts"]["note"]["en"]) == (
        3, "Drainage and flooding",
    )  # fmt: skip
    assert numbers["hot_slope"]["value"] == 0.5  # three in six hours, none in the six before
    assert numbers["reach"]["value"] == 1640
    (hot, other) = payload["tables"]["topics"]["rows"]
    assert (hot["posts"], hot["sentiment"], other["posts"]) == (3, -0.47, 1)
    samples = payload["items"]["samples"]
    assert {item["title"]["vi"] for item in samples} == {
        "Mưa to, ngập hết phố … gọi …, xem …",
        "Nước ngập sâu quá",
        "Ngập ở ngõ tôi từ sáng, thư cho …",
    }


def test_r48_who_wrote_never_comes_in(city: City) -> None:
    found = reading(city, SMALL_LAKE, SOCIAL)
    assert [each.reason for each in found.rejected] == [
        "notPublic", "noTime", "emptyKey", "outOfRange",
    ]  # fmt: skip
    kept = f"{found.records} {found.rejected}"
    for author in ("an.nguyen", "binh.tran", "minh", "Minh", "Hoa", "0912", "example", "Không mã"):
        assert author not in kept, author


def test_r48_a_post_that_comes_by_two_ways_is_one(city: City, tmp_path: Path) -> None:
    folder = tmp_path / "feedback"
    folder.mkdir()
    for name in ("social_a.json", "social_b.json"):
        shutil.copy(SMALL_LAKE / "feedback" / "social_feed.json", folder / name)
    found = reading(city, tmp_path, SOCIAL)
    assert len({each.record_id for each in found.records}) == 2
