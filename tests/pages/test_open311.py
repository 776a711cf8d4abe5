"""GeoReport v2 below /open311/v2: who may ask, what is answered, and errors in its own shape."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from callbacks.desk import Desk, put

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
        return [row for row in rows if which["entity"] in (None, row["entity"])]


@pytest.fixture
def asked(server, reach: Desk) -> None:
    put(server, replace(reach, rows=Requests()))


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


@pytest.mark.parametrize(
    ("path", "status"),
    [(f"{REQUESTS}?status=lost", 400), ("/open311/v2/requests/9.json", 404)],
)
def test_r46_errors_have_the_standards_shape(asked, leader, path: str, status: int) -> None:
    answer = leader.get(path)
    (error,) = answer.get_json()
    assert (answer.status_code, error["code"]) == (status, status)
    assert error["description"]


def test_r46_only_who_may_see_source_rows_is_answered(asked, viewer, stranger) -> None:
    assert viewer.get(REQUESTS).status_code == 403
    assert stranger.get(REQUESTS, Accept="application/json").status_code == 401
