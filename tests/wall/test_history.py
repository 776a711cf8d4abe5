from __future__ import annotations

import sqlite3
from pathlib import Path

import orjson
import pytest

from tests.wall.table import FullTable
from wall import clock, history, metrics
from wall.effects import SwitchRecord
from wall.store import HISTORY_ROWS, Store


def told(full: FullTable, **more: int) -> dict:
    return full.web.result(full.web.ask("wall.history", {"wallId": "north", **more}))


def test_each_switch_is_kept_with_its_figures_and_its_trouble(full: FullTable) -> None:
    full.taken("rain")
    full.leave(full.right)
    request_id = full.take("traffic")
    full.left.ready()
    full.wait(70)
    full.left.shown(late_ms=80.0)
    result = full.web.result(request_id)
    newest, before = told(full)["switches"][:2]
    assert (newest["sceneId"], newest["by"]) == ("traffic", "binh")
    assert newest["latencyMs"] == result["latencyMs"]
    assert (newest["shown"], newest["late"], newest["offline"]) == (0, ["a1"], ["a2"])
    assert (before["sceneId"], before["shown"]) == ("rain", 2)
    assert "late" not in before


def test_percentiles_are_over_all_that_is_kept(full: FullTable) -> None:
    for number in range(4):
        full.taken("rain" if number % 2 else "traffic")
    answered = told(full, limit=1)
    assert len(answered["switches"]) == 1
    assert answered["count"] == 4
    assert answered["skewMs"]["max"] == 0
    text = metrics.exposition(full.state, counts=full.state.counts)
    assert 'ioc_wall_switch_ms{wall="north",figure="skew",quantile="0.95"} 0.000' in text


def test_a_skew_is_promised_only_when_every_clock_is_known(full: FullTable) -> None:
    assert full.taken("rain")["promisedSkewMs"] == pytest.approx(1000 / 60 + 1.0)
    full.right = full.player("a2")
    full.right.ready()
    full.right.shown()
    assert full.taken("traffic")["promisedSkewMs"] is None


def test_nearest_rank() -> None:
    assert history.quantile([], 95) is None
    assert history.quantile([7.0], 50) == 7.0
    assert history.quantile([float(n) for n in range(1, 101)], 95) == 95.0
    assert clock.promised_skew_ms([]) is None
    assert clock.promised_skew_ms([(3.0, None)]) == 0.0


def test_the_history_outlives_the_controller(tmp_path: Path) -> None:
    store = Store(tmp_path / "wall.sqlite")
    store.write(SwitchRecord("north", {"n": n}, {"switchId": f"s{n}"}) for n in range(1_200))
    kept = store.begin_epoch(now_s=2.0)
    store.close()
    assert kept.switches["north"] == {"n": 1_199}
    ids = [each["switchId"] for each in kept.history["north"]]
    assert ids == [f"s{n}" for n in range(200, 1_200)]


def test_the_history_is_bounded(tmp_path: Path) -> None:
    path = tmp_path / "wall.sqlite"
    store = Store(path)
    store.write(SwitchRecord("north", {}, {"switchId": f"s{n}"}) for n in range(3))
    store.close()
    with sqlite3.connect(path) as raw:
        raw.execute("update history set row = row + ? where row = 3", (HISTORY_ROWS,))
    raw.close()
    store = Store(path)
    store.write([SwitchRecord("north", {}, {"switchId": "newest"})])
    kept = store.begin_epoch(now_s=2.0)
    store.close()
    assert [each["switchId"] for each in kept.history["north"]] == ["s2", "newest"]


def test_a_store_of_the_first_version_is_brought_up(tmp_path: Path) -> None:
    path = tmp_path / "wall.sqlite"
    Store(path).close()
    with sqlite3.connect(path) as raw:
        raw.execute("drop table history")
        raw.execute("drop table entry")
        raw.execute("pragma user_version = 1")
    raw.close()
    store = Store(path)
    store.write([SwitchRecord("north", {}, {"switchId": "s"})])
    assert [len(each) for each in store.begin_epoch(now_s=1.0).history.values()] == [1]
    store.close()


def test_the_oldest_of_many_switches_goes_and_its_figures_with_it() -> None:
    kept = history.History(
        {"switchId": f"s{n}", "skewMs": float(n), "latencyMs": None} for n in range(1_200)
    )
    told = kept.summary()
    assert told["count"] == 1_000
    assert (told["skewMs"]["p50"], told["skewMs"]["max"]) == (699.0, 1_199.0)
    assert told["latencyMs"] == {"p50": None, "p95": None, "p99": None, "max": None}
    newest = orjson.loads(orjson.dumps(kept.newest(2)))
    assert [each["switchId"] for each in newest] == ["s1199", "s1198"]
