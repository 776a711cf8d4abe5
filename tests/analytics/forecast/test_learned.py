"""What was learned is kept and used until it no longer serves; what was published is held to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import Engine, select, update

from analytics.forecast import kept_bytes, published, training
from analytics.forecast.declared import Declared, declared
from analytics.forecast.drift import lives_of, recall_said, remember
from analytics.forecast.fitting import Asked, fit
from analytics.forecast.forecasting import forecast, speak
from analytics.forecast.learned import AGAIN_MS, Learned, keep, learn, reason, recall
from analytics.forecast.memory import Memory, forecast_memory
from analytics.forecast.published import NOTHING, Said, lived, lived_together, with_forecasts
from analytics.forecast.run import Made, finding, made_of, work
from analytics.forecast.source import Stock
from data_access.city import City
from settings import Settings
from tests.analytics.forecast.making import series, wandering
from tests.analytics.forecast.test_run import breathe
from tests.conftest import ROOT
from tests.data_access.aggregates.conftest import Table
from tests.twin.traffic.small import working_in

BY: Mapping[str, Any] = {"versions": {"numpy": "2"}, "entry": "e", "world": "w", "known": 1000}
DAY_MS = 86_400_000.0


@pytest.fixture
def air(city: City) -> Declared:
    return declared(ROOT / "city", city)["air"]


def stock_of(table: Table, what: Declared) -> Stock:
    with table.reader.snapshot() as snapshot:
        return Stock.of(snapshot, table.city, what, now_ms=table.now.timestamp() * 1000)


def test_a_fit_says_the_same_after_it_was_kept_and_nothing_is_pickled() -> None:
    past = {"a": series(wandering(700)), "b": series(wandering(700, seed=5))}
    asked = Asked(24)
    fitted = fit(past, asked, rows=8000)
    assert fitted is not None
    assert fitted.model is not None
    body = kept_bytes.written({"x": fitted, "y": None})
    back = kept_bytes.read(body)
    assert back["y"] is None
    assert back["x"] is not None
    for mine, theirs in zip(
        speak(fitted, past, asked)[0], speak(back["x"], past, asked)[0], strict=True
    ):
        np.testing.assert_array_equal(mine.values, theirs.values)
        assert mine.low is not None
        assert theirs.low is not None
        np.testing.assert_array_equal(mine.low[0.8], theirs.low[0.8])
        assert (mine.choice.method, mine.choice.mase) == (
            theirs.choice.method, theirs.choice.mase)  # fmt: skip
    for broken in (b"", body[: len(body) // 2], b"no archive"):
        with pytest.raises(kept_bytes.Unreadable):
            kept_bytes.read(broken)


def test_what_was_learned_serves_until_it_is_old_changed_drifted_or_short_of_a_series(
    table: Table, air: Declared
) -> None:
    breathe(table)
    stock = stock_of(table, air)
    fits = learn(stock, air)
    known = Learned(fits, stock.now_ms, "h", "first", BY, was_kept=True)

    def why(now: Stock = stock, *, drifted: bool = False, late: float = 1.0, **by: Any) -> Any:
        return reason(known, {**BY, **by}, stock=now, what=air, is_drifted=drifted, late=late)

    def after(days: float) -> Stock:
        return replace(stock, now_ms=stock.now_ms + days * DAY_MS)

    assert why() is None
    assert why(after(0.9)) is None
    assert why(after(1.0)) == "stale"
    assert why(after(1.2), late=1.5) is None
    assert why(after(-1)) == "stale"
    assert why(versions={"numpy": "3"}) == "versions"
    assert why(entry="f") == "entry"
    assert why(world="live") == "world"
    assert why(known=1099) is None
    assert why(known=1100) == "grown"  # a week that a day is added to says much more
    assert why(drifted=True) is None  # it must first show how it does
    long = replace(air, retrain="P7D")
    assert reason(known, BY, stock=after(AGAIN_MS / DAY_MS), what=long, is_drifted=True) == "drift"
    more = replace(stock.reads[0], key="pm25.new")
    assert why(replace(stock, reads=(*stock.reads, more))) == "series"
    assert reason(replace(known, fits={}), BY, stock=stock, what=air, is_drifted=False) == "damaged"
    assert reason(None, BY, stock=stock, what=air, is_drifted=False) == "first"


def test_a_changed_byte_is_noticed_and_what_was_kept_is_not_used(
    table: Table, air: Declared, engine: Engine
) -> None:
    breathe(table, days=8, stations=1)
    memory, stock = Memory(engine), stock_of(table, air)
    kept = keep(memory, air, learn(stock, air), BY, "first", stock.now_ms)
    back = recall(memory, air)
    assert back is not None
    assert (back.hash, back.why, back.was_kept, back.made_ms) == (
        kept.hash, "first", True, int(stock.now_ms))  # fmt: skip
    with engine.begin() as connection:
        body = connection.execute(select(forecast_memory.c.body)).scalar_one()
        connection.execute(update(forecast_memory).values(body=body[:-1] + b"?"))
    assert recall(memory, air) is None


def test_training_comes_by_its_schedule_and_forecasts_use_what_was_kept(
    tmp_path: Path, table: Table, engine: Engine
) -> None:
    table.now = datetime.now(UTC)
    breathe(table, days=8, stations=1)
    working = working_in(tmp_path)
    working.settings = Settings(data_dir=tmp_path, city=ROOT / "city")

    def trained(**inputs: Any) -> Any:
        return training.work({"only": ["air", "water", "revenue"], **inputs}, working)["training"]

    first = trained()
    assert first["water"] == {"why": None, "series": 0}
    assert "revenue" not in first  # a total's method is chosen each time
    assert (first["air"]["why"], first["air"]["series"]) == ("first", 2)
    assert trained()["air"] == {**first["air"], "why": None}
    work({"only": ["air"]}, working)
    quality = working.published[-1].quality
    assert (quality["fitHash"], quality["wasKept"]) == (first["air"]["hash"], True)
    assert trained(anew=True)["air"]["why"] == "asked"
    with engine.begin() as connection:  # a day later
        connection.execute(update(forecast_memory).values(at_ms=1))
    assert trained()["air"]["why"] == "stale"


def spoken(table: Table, air: Declared, learned: Learned, memory: Memory) -> Made:
    stock = stock_of(table, air)
    made = made_of(stock, air, learned, recall_said(memory, air))
    assert made.said is not None
    remember(memory, air, made.said, made.found, learned, now_ms=stock.now_ms)
    return made


def test_published_forecasts_are_held_against_what_came_and_drift_has_hysteresis() -> None:
    chance = np.random.default_rng(1)
    hours = 24 * 21
    at = np.arange(hours)
    truth = 50 + 20 * np.sin(2 * np.pi * at / 24) + chance.normal(size=hours)
    truth[24 * 17 :] += 15 * chance.normal(size=hours - 24 * 17)
    past = {"it": series(truth[: 24 * 15])}
    asked = Asked(12)
    fitted = fit(past, asked, rows=0)
    assert fitted is not None
    said: Said = NOTHING
    states = []
    for hour in range(24 * 15, hours):
        now = {"it": series(truth[:hour])}
        found, _ = speak(fitted, now, asked)
        said = with_forecasts(said, found, 5.0)
        one = lived(said, now, fit_ms=5.0).get("it")
        states.append("unknown" if one is None else one.state)
    assert one is not None
    assert states[0] == "unknown"
    assert set(states[30:48]) == {"steady"}
    assert states[-1] == "drifted"
    assert states.index("drifted") < 48 + 24
    assert states[states.index("drifted") :].count("steady") == 0
    together = lived_together(said, now, fit_ms=5.0)
    assert together is not None
    assert together.times is not None
    assert together.inside80 is not None
    assert together.times > 1.5
    assert together.inside80 < 0.8
    assert all(count for count, _ in together.stretches)
    # Kept and read again it says the same; what another fit says is another matter.
    back = kept_bytes.said_read(kept_bytes.said_written(said))
    assert (
        lived(back, now, fit_ms=5.0)["it"].drifted_us
        == lived(said, now, fit_ms=5.0)["it"].drifted_us
    )
    assert lived(said, now, fit_ms=6.0) == {}


def test_what_is_published_is_kept_once_bounded_and_survives_a_restart(
    table: Table, air: Declared, engine: Engine
) -> None:
    breathe(table)
    memory, stock = Memory(engine), stock_of(table, air)
    learned = keep(memory, air, learn(stock, air), BY, "first", stock.now_ms)
    first = spoken(table, air, learned, memory)
    rows = len(recall_said(memory, air))
    assert rows == 4 * 6  # series, distances
    spoken(table, air, learned, memory)
    assert len(recall_said(memory, air)) == rows
    envelope = finding(stock, table.city, air, first)
    assert envelope.quality["fitHash"] == learned.hash
    assert envelope.quality["drift"] == {}
    card = envelope.payload["tables"]["series"]["rows"][0]
    assert (card["drift_state"], card["came"]) == ("unknown", 0)
    lives = lives_of(stock, air, recall_said(memory, air), learned.made_ms)
    assert not lives.is_drifted
    memory.keep("air", "said", b"no archive", about={}, now_ms=1.0)
    assert len(recall_said(memory, air)) == 0


def test_only_so_many_forecasts_are_kept_the_newest(monkeypatch: pytest.MonkeyPatch) -> None:
    past = {"it": series(wandering(400))}
    found, _ = forecast(past, Asked(12), rows=0)
    said = NOTHING
    for back in range(8):
        moved = [replace(each, slots=each.slots + back) for each in found]
        said = published.with_forecasts(said, moved, 1.0)
    assert len(published.bounded(said, most=10)) == 10
    monkeypatch.setattr(published, "ISSUES", 3)
    kept = published.bounded(said)
    assert len(kept) == 3 * 6
    assert kept.origin.min() == said.origin.max() - 2
