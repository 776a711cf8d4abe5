"""What an answer of a poll leaves out is taken back as far as it says that it is all."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from data_access.city import City
from data_access.contracts import SourceSpec
from data_access.intake.ways import UrlWay
from tests.data_access.feed.live_room import LiveRoom
from tests.data_access.intake.web_server import Says, WebServer, web_server

AIR = "environment.air"
OPTIONS = {"time": "hour", "area": "unit", "values": {"pm25": "dust"}}
HOUR = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=1)


@pytest.fixture
def units(city: City) -> list[str]:
    return [unit.code for unit in city.areas][:3]


def standing(room: LiveRoom) -> dict[str, float]:
    """The newest value of each unit."""
    with room.store().snapshot() as snapshot:
        return {each.entity: each.value for each in snapshot.newest(AIR, "pm25")}


@pytest.fixture
def site() -> Iterator[WebServer]:
    with web_server(lambda _: Says(body=b"")) as opened:
        yield opened


@pytest.mark.parametrize("replaces", ["all", "span", "nothing"])
def test_an_answer_takes_back_what_it_leaves_out_as_far_as_it_says_it_is_all(
    open_source: Callable[..., LiveRoom], site: WebServer, units: list[str], replaces: Any
) -> None:
    hours = [HOUR - timedelta(hours=back) for back in (3, 2, 1)]

    def says(*kept: datetime) -> None:
        lines = [f"{hour.isoformat()},{units[0]},{at}" for at, hour in enumerate(hours)]
        chosen = [line for hour, line in zip(hours, lines, strict=True) if hour in kept]
        body = "\n".join(["hour,unit,dust", *chosen]).encode()
        site.answer = lambda _: Says(body=body)

    says(*hours)
    url = UrlWay(address=f"{site.url}/hours.csv", every="P1D", replaces=replaces)
    room = open_source(AIR, SourceSpec(format="table", options=OPTIONS, url=url))
    room.until(lambda: room.stored(AIR)[0] == 3)
    says(hours[0])
    room.ask(AIR)
    room.until(lambda: room.accepted(AIR)[0] == 4)
    withdrawn = {"all": 2, "span": 0, "nothing": 0}[replaces]
    assert room.stored(AIR) == (3, withdrawn, 0)
    says(*hours[::2])
    room.ask(AIR)
    room.until(lambda: room.accepted(AIR)[0] == 6)
    with room.store().snapshot() as snapshot:
        found = snapshot.recent(AIR, "pm25", from_us=0)[units[0]]
    assert [value for _, value in found] == ([0, 1, 2] if replaces == "nothing" else [0, 2])


def test_a_line_that_cannot_be_read_takes_no_number_back(
    open_source: Callable[..., LiveRoom], site: WebServer, units: list[str]
) -> None:
    at = HOUR.isoformat()

    def says(*lines: str) -> None:
        site.answer = lambda _: Says(body="\n".join(["hour,unit,dust", *lines]).encode())

    says(f"{at},{units[0]},1", f"{at},{units[1]},2", f"{at},{units[2]},3")
    url = UrlWay(address=f"{site.url}/hours.csv", every="P1D", replaces="all")
    room = open_source(AIR, SourceSpec(format="table", options=OPTIONS, url=url))
    room.until(lambda: room.stored(AIR)[0] == 3)
    says(f"{at},{units[0]},1", f"yesterday,{units[1]},2", f"{at},{units[2]},3")
    room.ask(AIR)
    room.until(lambda: room.accepted(AIR)[1] == {"badTime": 1})
    assert standing(room) == {units[0]: 1, units[1]: 2, units[2]: 3}
    says(f"{at},{units[0]},1", f"{at},{units[2]},3")
    room.ask(AIR)
    room.until(lambda: standing(room) == {units[0]: 1, units[2]: 3})


REQUESTS = "feedback.requests"


@pytest.mark.parametrize(("replaces", "left"), [("all", {"b", "d"}), ("span", {"a", "b", "d"}),
                                                ("nothing", {"a", "b", "c", "d"})])  # fmt: skip
def test_r02_an_answer_takes_back_records_it_leaves_out_as_far_as_it_says_it_is_all(
    open_source: Callable[..., LiveRoom], site: WebServer, replaces: Any, left: set[str]
) -> None:
    def says(names: str) -> None:
        said = [
            {"service_request_id": name, "status": "open", "service_code": "005",
             "requested_datetime": (HOUR - timedelta(hours=5 - "abcd".index(name))).isoformat()}
            for name in names
        ]  # fmt: skip
        site.answer = lambda _: Says(body=json.dumps(said).encode())

    def standing() -> set[str]:
        with room.store().snapshot() as snapshot:
            return {life.base_id for life in snapshot.lives(REQUESTS)}

    says("abcd")
    url = UrlWay(address=f"{site.url}/requests.json", every="P1D", replaces=replaces)
    room = open_source(REQUESTS, SourceSpec(format="open311", url=url))
    room.until(lambda: standing() == set("abcd"))
    says("bd")
    room.ask(REQUESTS)
    room.until(lambda: room.accepted(REQUESTS)[0] == 6)
    assert standing() == left


def test_what_is_refused_of_a_record_keeps_none_that_an_answer_leaves_out(
    open_source: Callable[..., LiveRoom], site: WebServer
) -> None:
    at, before = HOUR.isoformat(), (HOUR - timedelta(hours=1)).isoformat()

    def says(*names: str) -> None:
        said = [
            {"service_request_id": name, "status": "closed", "service_code": "005",
             "requested_datetime": at, "updated_datetime": before if name == "odd" else at}
            for name in names
        ]  # fmt: skip
        site.answer = lambda _: Says(body=json.dumps(said).encode())

    def standing() -> set[str]:
        with room.store().snapshot() as snapshot:
            return {life.base_id for life in snapshot.lives(REQUESTS)}

    says("odd", "a", "b")
    url = UrlWay(address=f"{site.url}/requests.json", every="P1D", replaces="all")
    room = open_source(REQUESTS, SourceSpec(format="open311", url=url))
    room.until(lambda: standing() == {"odd", "a", "b"})
    says("odd", "b")
    room.ask(REQUESTS)
    room.until(lambda: standing() == {"odd", "b"})
    assert room.accepted(REQUESTS)[1] == {"closedBeforeOpened": 2}
