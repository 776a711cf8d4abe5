"""GeoReport v2 below /open311/v2: who may ask, what is answered, and errors in its own shape."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest

from callbacks.desk import Desk, put
from tests.pages.test_any_city import HOSTILE

REQUESTS = "/open311/v2/requests.json"


class Requests:
    """Two requests of the store."""

    def source_rows(self, dataset: str, **which: Any) -> list[dict[str, Any]]:
        assert dataset == "feedback.requests"
        at = datetime(2026, 11, 20, tzinfo=UTC).isoformat()
        rows = [
            {"entity": name, "value": status, "geometry": None,
             "body": {"category": "drainage", "requested_at": at, "status_notes": "tổ 3"}}
            for name, status in (("1", "open"), ("2", "closed"))
        ]  # fmt: skip
        self.which = which
        return [row for row in rows if row["entity"] in (which["entities"] or "12")]


@pytest.fixture
def asked(server, reach: Desk) -> Requests:
    found = Requests()
    put(server, replace(reach, rows=found))
    return found


def test_r46_requests_json_is_georeport_v2(asked, leader) -> None:
    found = leader.get(REQUESTS).get_json()
    assert [(each["service_request_id"], each["status"]) for each in found] == [
        ("1", "open"), ("2", "closed"),
    ]  # fmt: skip
    assert {"service_code", "requested_datetime", "lat", "long", "address"} <= set(found[0])
    assert "tổ 3" not in str(found)
    assert len(leader.get(f"{REQUESTS}?status=closed").get_json()) == 1
    (one,) = leader.get("/open311/v2/requests/2.json").get_json()
    assert (one["service_request_id"], one["service_name"]) == ("2", "Thoát nước - ngập")
    codes = {each["service_code"] for each in leader.get("/open311/v2/services.json").get_json()}
    assert "drainage" in codes


def test_r46_the_store_is_asked_for_what_is_wanted_not_for_the_newest(asked, leader) -> None:
    leader.get(f"{REQUESTS}?service_request_id=1,2&status=open&service_code=drainage")
    wanted = asked.which
    assert (wanted["entities"], wanted["categories"], wanted["began"]) == (("1", "2"), (), None)
    leader.get(
        f"{REQUESTS}?status=closed&service_code=drainage,waste&start_date=2011-05-01T00:00:00Z"
    )
    wanted = asked.which
    assert wanted["categories"] == ("drainage", "waste")
    assert "open" not in wanted["statuses"]
    assert "closed" in wanted["statuses"]
    assert wanted["began"] == (
        datetime(2011, 5, 1, tzinfo=UTC), datetime(2011, 7, 30, tzinfo=UTC)
    )  # fmt: skip


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"{REQUESTS}?status=lost", 400),
        ("/open311/v2/requests/9.json", 404),
        ("/open311/v2/requests/%20.json", 404),
        ("/open311/v2/requests/1,2.json", 404),
        ("/open311/v2/requests/,.json", 404),
    ],
)
def test_r46_errors_have_the_standards_shape(asked, leader, path: str, status: int) -> None:
    answer = leader.get(path)
    (error,) = answer.get_json()
    assert (answer.status_code, error["code"]) == (status, status)
    assert error["description"]


@pytest.mark.parametrize("value", [*HOSTILE, "9999-12-31T00:00:00Z", "0001-01-01T00:00:00Z", ","])
@pytest.mark.parametrize(
    "name", ["status", "start_date", "end_date", "service_code", "service_request_id"]
)
def test_r46_whatever_is_asked_for_is_answered_or_refused_in_the_standards_shape(
    asked, leader, name: str, value: str
) -> None:
    answer = leader.get(f"{REQUESTS}?{urlencode({name: value})}")
    found = answer.get_json()
    assert isinstance(found, list)
    if answer.status_code == 200:
        assert all("service_request_id" in each for each in found)
    else:
        assert [each["code"] for each in found] == [answer.status_code] == [400]


def test_r46_only_who_may_see_source_rows_is_answered(asked, viewer, stranger) -> None:
    assert viewer.get(REQUESTS).status_code == 403
    assert stranger.get(REQUESTS, Accept="application/json").status_code == 401
