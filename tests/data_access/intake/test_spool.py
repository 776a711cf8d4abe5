"""The spool: what it acknowledged outlives a kill, in order, once, with the state it belongs to."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from psutil import Process

from data_access.errors import SpoolFull, StoreError
from data_access.intake import spool as spool_module
from data_access.intake.spool import Arrival, Spool
from tests.conftest import ROOT

OpenSpool = Callable[..., Spool]
SOME = {"most_bytes": 1000, "most": 100}


class Clock:
    """Stands still until told."""

    def __init__(self) -> None:
        self.now_s = 1_795_000_000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def open_spool(tmp_path: Path, clock: Clock) -> Iterator[OpenSpool]:
    opened: list[Spool] = []

    def again(name: str = "spool.sqlite") -> Spool:
        opened.append(Spool(tmp_path / name, clock=clock))
        return opened[-1]

    yield again
    for each in opened:
        each.close()


def arrival(text: str, **more: str) -> Arrival:
    return Arrival("n", text.encode(), 1, **more)  # type: ignore[arg-type]


def texts(spool: Spool, dataset: str = "a") -> list[str]:
    return [each.arrival.body.decode() for each in spool.take(dataset, **SOME)]


def test_payloads_come_out_as_they_went_in_each_dataset_apart(open_spool: OpenSpool) -> None:
    spool = open_spool()
    for dataset in ("a", "b"):
        spool.begin(dataset, 0)
    for text in "123":
        spool.put("a", "way", [arrival(text)])
    spool.put("b", "way", [arrival("x")]).result()
    assert (texts(spool), texts(spool, "b")) == (["1", "2", "3"], ["x"])
    assert spool.waiting("a") == 3


def test_what_the_store_has_is_not_taken_again(open_spool: OpenSpool) -> None:
    spool = open_spool()
    spool.begin("a", 0)
    spool.put("a", "way", [arrival("1"), arrival("2")]).result()
    taken = spool.take("a", most_bytes=1, most=100)
    assert len(taken) == 1
    spool.done("a", taken)
    assert (texts(spool), spool.waiting("a")) == (["2"], 1)
    spool.close()
    again = open_spool()
    again.begin("a", taken[-1].id)
    assert (texts(again), again.waiting("a")) == (["2"], 1)


def test_what_is_taken_together_is_of_one_way_and_framing(open_spool: OpenSpool) -> None:
    spool = open_spool()
    spool.begin("a", 0)
    spool.put("a", "url", [arrival("1")])
    spool.put("a", "mqtt", [arrival("2", framing="messages")])
    spool.put("a", "mqtt", [arrival("3", framing="messages")]).result()
    assert texts(spool) == ["1"]
    spool.done("a", spool.take("a", **SOME))
    assert texts(spool) == ["2", "3"]


def test_state_comes_with_its_payloads_and_is_forgotten_when_told(
    open_spool: OpenSpool,
) -> None:
    spool = open_spool()
    spool.begin("a", 0)
    assert spool.state("a", "url") == {}
    spool.put("a", "url", [arrival("1")], state={"etag": "x"}).result()
    spool.close()
    again = open_spool()
    again.begin("a", 5)
    assert again.state("a", "url") == {"etag": "x"}
    again.close()
    anew = open_spool()
    anew.begin("a", 0, forgets=["url"])
    assert (anew.state("a", "url"), texts(anew)) == ({}, ["1"])


def test_ids_rise_over_a_spool_that_was_lost_and_a_clock_set_back(
    open_spool: OpenSpool, clock: Clock
) -> None:
    spool = open_spool()
    spool.begin("a", 0)
    spool.put("a", "way", [arrival("1"), arrival("2")]).result()
    done = spool.take("a", **SOME)[-1].id
    clock.now_s -= 3600
    lost = open_spool("another.sqlite")
    lost.begin("a", done)
    lost.put("a", "way", [arrival("3")]).result()
    assert texts(lost) == ["3"]
    assert lost.take("a", **SOME)[0].id > done


def test_what_the_store_has_is_remembered_a_while_and_then_let_go(
    open_spool: OpenSpool, clock: Clock
) -> None:
    spool = open_spool()
    spool.begin("a", 0)
    for text in "12":
        spool.put("a", "mqtt", [arrival(text)]).result()
        spool.done("a", spool.take("a", **SOME)).result()
        clock.now_s += 200
    spool.put("a", "mqtt", [arrival("3")]).result()
    assert [each.body for each in spool.recent("a", "mqtt")] == [b"2", b"3"]


def test_what_must_not_be_kept_is_gone_from_the_file_once_the_store_has_its_own(
    open_spool: OpenSpool, tmp_path: Path
) -> None:
    spool = open_spool()
    spool.begin("a", 0)
    words = "giả định " * 900  # over several pages
    spool.put("a", "url", [arrival(words)]).result()
    spool.done("a", spool.take("a", most_bytes=10**6, most=9), forgets=True).result()
    assert list(spool.recent("a", "url")) == []
    spool.close()
    left = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert "giả định".encode() not in left


def test_a_full_spool_takes_no_more_and_loses_nothing(
    open_spool: OpenSpool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool_module, "MOST_WAITING", 10)
    spool = open_spool()
    spool.begin("a", 0)
    spool.put("a", "way", [arrival("x" * 11)]).result()
    assert not spool.has_room("a")
    with pytest.raises(SpoolFull):
        spool.put("a", "way", [arrival("y")])
    spool.done("a", spool.take("a", **SOME))
    assert spool.has_room("a")


def test_nothing_is_taken_in_before_the_store_has_said_what_it_has(open_spool: OpenSpool) -> None:
    with pytest.raises(SpoolFull):
        open_spool().put("a", "way", [arrival("1")])


def test_a_disk_that_is_full_acknowledges_nothing_and_is_tried_again(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect = spool_module._connect

    def small(*given: Any) -> sqlite3.Connection:
        connection = connect(*given)
        connection.execute("PRAGMA max_page_count = 20")
        return connection

    monkeypatch.setattr(spool_module, "_connect", small)
    spool = Spool(tmp_path / "spool.sqlite", clock=clock)
    spool.begin("a", 0)
    with pytest.raises(StoreError, match="full"):
        spool.put("a", "way", [arrival("x" * 100_000)]).result()
    assert (spool.waiting("a"), texts(spool)) == (0, [])
    spool.put("a", "way", [arrival("small")]).result()
    assert texts(spool) == ["small"]
    spool.close()


def test_a_kill_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    file = tmp_path / "spool.sqlite"
    told: list[int] = []
    filling = subprocess.Popen(
        [sys.executable, "-m", "tests.data_access.intake.filling", str(file)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert filling.stdout is not None
    for line in filling.stdout:
        told.append(int(line))
        if len(told) == 200:
            filling.kill()
            break
    told += [int(line) for line in filling.stdout if line.endswith("\n")]
    filling.wait()
    filling.stdout.close()
    spool = Spool(file)
    spool.begin("a", 0)
    kept = [int(each.arrival.body) for each in spool.take("a", most_bytes=10**9, most=10**9)]
    assert kept == list(range(len(kept)))
    assert set(told) <= set(kept)
    assert spool.state("a", "way") == {"number": kept[-1]}
    spool.close()


def test_of_one_part_of_a_source_one_payload_is_taken_at_a_time(open_spool: OpenSpool) -> None:
    spool = open_spool()
    spool.begin("a", 0)
    said = [arrival(each[0], part=each[1:]) for each in ("1x", "2y", "3x", "4")]
    spool.put("a", "parquet", said).result()
    assert texts(spool) == ["1", "2"]
    taken = spool.take("a", **SOME)
    assert [each.arrival.part for each in taken] == ["x", "y"]
    spool.done("a", taken).result()
    assert texts(spool) == ["3", "4"]


def test_what_waits_in_a_file_of_another_edition_stays(
    open_spool: OpenSpool, tmp_path: Path
) -> None:
    connection = sqlite3.connect(tmp_path / "spool.sqlite")
    connection.executescript(
        "CREATE TABLE payload (id INTEGER PRIMARY KEY, dataset TEXT NOT NULL, way TEXT NOT NULL,"
        " name TEXT NOT NULL, framing TEXT NOT NULL, received_us INTEGER NOT NULL,"
        " body BLOB NOT NULL);"
        "INSERT INTO payload VALUES (1, 'a', 'url', 'n', 'file', 1, X'6f6c64');"
    )
    connection.close()
    spool = open_spool()
    spool.begin("a", 0)
    spool.put("a", "url", [arrival("new", part="p")]).result()
    assert texts(spool) == ["old", "new"]


@pytest.mark.parametrize("wrong", [b"no database" * 100, b""])
def test_a_spool_that_cannot_be_opened_is_not_held_open(tmp_path: Path, wrong: bytes) -> None:
    path = tmp_path / "spool.sqlite"
    path.write_bytes(wrong)
    if not wrong:
        with closing(sqlite3.connect(path)) as raw:
            raw.execute("create table payload (other)")  # of another program
    # The frames of the refusal still hold what was opened: only closing it lets it go.
    with pytest.raises(StoreError, match="cannot be opened") as refusal:
        Spool(path)
    assert str(path) not in {each.path for each in Process().open_files()}
    assert refusal.tb is not None
